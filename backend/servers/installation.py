"""One installation as the launcher sees it: its data folder, its servers and the environment its programs run in."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend.servers.migrations_mark import MigrationsMark
from backend.servers.own_secrets import own_secret
from backend.servers.sharing import ROOT, Server, join

# Which variable replaces which embedded server.
REPLACED_BY: Mapping[str, str] = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
# Commands read and write for longer than a request may.
PATIENT: Mapping[str, str] = {
    "DATABASE_STATEMENT_TIMEOUT": "30min",
    "DATABASE_LOCK_TIMEOUT": "30s",
    "DATABASE_IDLE_TIMEOUT": "30min",
}


def data_folder() -> Path:
    return Path(os.environ.get("IOP_DATA") or ROOT / "var").resolve()


def temporary_folder() -> Path:
    """A data folder that goes with its last server. The servers' user may pass through, no more."""
    folder = Path(tempfile.mkdtemp(prefix="iop-"))
    folder.chmod(0o711)
    return folder


def needs_own_servers() -> bool:
    return not all(os.environ.get(variable) for variable in REPLACED_BY.values())


@dataclass
class Installation:
    """The data folder, whether it is thrown away afterwards, and the embedded servers joined so far."""

    data: Path
    python: Path
    temporary: bool = False
    # Where people will reach its web; links in messages begin with it.
    address: str = ""
    servers: dict[str, Server] = field(default_factory=dict)

    def join(self, name: str) -> Server | None:
        """Join or start an embedded server; None when a variable names one of the user's own."""
        if os.environ.get(REPLACED_BY[name]):
            return None
        server = self.servers[name] = join(self.python, name, self.data, temporary=self.temporary)
        return server

    def join_all(self) -> None:
        for name in REPLACED_BY:
            self.join(name)

    def leave(self) -> None:
        for server in self.servers.values():
            server.leave()
        for server in self.servers.values():
            server.wait_until_stopped(patience=2)

    def _database(self, role: str) -> str:
        password = own_secret(self.data, f"database_{role}")
        return f"postgres://iop_{role}:{password}@127.0.0.1:{self.servers['postgres'].port}/iop"

    def environment(self) -> dict[str, str]:
        """For programs that serve: the application's role, our secrets, a local mailbox. What the user set stays."""
        ours = {
            "IOP_DATA": str(self.data),
            "DJANGO_SETTINGS_MODULE": "backend.settings",
            "SECRET_KEY": own_secret(self.data, "secret_key"),
            "AUDIT_DIGEST_KEY": own_secret(self.data, "audit_digest_key"),
            "SECOND_FACTOR_KEY": own_secret(self.data, "second_factor_key"),
            "SECURE_SSL_REDIRECT": "0",
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "PYTHONUNBUFFERED": "1",
        }
        environment = ours | {name: value for name, value in os.environ.items() if value} | {"IOP_DATA": str(self.data)}
        if "postgres" in self.servers:
            environment["DATABASE_URL"] = self._database("app")
            environment["DATABASE_APP_URL"] = environment["DATABASE_URL"]
            environment["DATABASE_OWNER_URL"] = self._database("owner")
        if "valkey" in self.servers:
            password = own_secret(self.data, "valkey")
            environment["REDIS_URL"] = f"redis://:{password}@127.0.0.1:{self.servers['valkey'].port}/0"
        if self.address:
            environment["PUBLIC_URL"] = self.address
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        return environment

    def command_environment(self) -> dict[str, str]:
        """For management commands: as `environment`, with time for long work."""
        return dict(PATIENT) | self.environment()

    def owner_environment(self) -> dict[str, str]:
        """For migrations: the same, as the role that owns the tables."""
        environment = self.command_environment()
        environment["DATABASE_URL"] = environment.get("DATABASE_OWNER_URL", environment["DATABASE_URL"])
        return environment

    def test_environment(self) -> dict[str, str]:
        """For tests: the owner, who may make databases here, and settings fit for a test client over plain HTTP."""
        return {"IOP_DEBUG": "1"} | self.owner_environment()

    def migrations_mark(self) -> MigrationsMark | None:
        """The note of what was migrated, kept beside the embedded database it is about."""
        server = self.servers.get("postgres")
        return MigrationsMark(server.place / "migrated") if server else None
