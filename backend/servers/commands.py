"""The commands that become one program: Django's own, the tests, the measurements."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from backend.servers.console import TroubleError, say
from backend.servers.installation import Installation, data_folder, needs_own_servers, temporary_folder
from backend.servers.packages import ensure
from backend.servers.processes import tethered
from backend.servers.sharing import ROOT

# Django commands that need the owner of the tables, and those that must see the database before it is migrated.
OWNERS = frozenset({"migrate", "flush", "sqlflush", "dbshell"})
UNMIGRATED = OWNERS | {"makemigrations", "showmigrations", "sqlmigrate", "check", "help", "version", "spectacular"}


def serving_packages() -> str:
    return "demo" if needs_own_servers() else "base"


def become(command: Sequence[str], environment: dict[str, str], installation: Installation) -> None:
    """Turn into the program, which goes on holding our share of the servers until it ends, however it ends."""
    for server in installation.servers.values():
        server.keep_across_exec()
    os.execve(command[0], list(command), environment)


def migrate(installation: Installation) -> bool:
    """Bring an embedded database to this checkout's migrations; False when it was there already.

    A database of the user's own is migrated by `up` alone, or by `manage migrate`.
    """
    mark = installation.migrations_mark()
    if mark and mark.is_current():
        return False
    django = [str(installation.python), "-m", "django", "migrate", "--no-input", "--skip-checks", "-v", "0"]
    command = tethered(django, stop=signal.SIGTERM)
    environment = installation.owner_environment()
    answer = subprocess.run(command, env=environment, cwd=ROOT, stdout=sys.stderr, check=False)
    if answer.returncode != 0:
        message = "the tables could not be brought up to date; what failed stands above"
        raise TroubleError(message)
    if mark:
        mark.write()
    return True


def manage(arguments: Sequence[str]) -> None:
    """Django's commands on the running installation, or on one started for it, with its tables in place."""
    data = data_folder()
    python, _ = ensure(data, serving_packages())
    installation = Installation(data, python)
    installation.join_all()
    name = arguments[0] if arguments else "help"
    # What a deployment is checked for includes the tables' policies.
    needs_tables = name not in UNMIGRATED or "--deploy" in arguments
    if needs_tables and "postgres" in installation.servers:
        migrate(installation)
    environment = installation.owner_environment() if name in OWNERS else installation.command_environment()
    become([str(python), "-m", "django", *arguments], environment, installation)


def test(arguments: Sequence[str]) -> None:
    """pytest on servers and data of its own; `DATABASE_URL` and `REDIS_URL` replace them."""
    python, _ = ensure(data_folder(), "dev")
    installation = Installation(temporary_folder(), python, temporary=True)
    installation.join_all()
    for server in installation.servers.values():
        say(f"{server.title} on 127.0.0.1:{server.port}, for these tests alone")
    os.chdir(ROOT)
    environment = installation.test_environment()
    command = [str(python), "-m", "pytest"]
    if not os.access(ROOT, os.W_OK):
        # In a checkout of another user's, the notes that tools keep go where the test data goes.
        command += ["-o", f"cache_dir={installation.data / 'pytest'}"]
        environment["HYPOTHESIS_STORAGE_DIRECTORY"] = str(installation.data / "hypothesis")
    become([*command, *arguments], environment, installation)


def bench(arguments: Sequence[str]) -> None:
    """The measurements, on servers and data of their own: a census of a million has no place in `var/`.

    As the owner, who may make the databases that are compared.
    """
    python, _ = ensure(data_folder(), serving_packages())
    installation = Installation(temporary_folder(), python, temporary=True)
    installation.join_all()
    become([str(python), "-m", "backend.bench", *arguments], installation.test_environment(), installation)


def fuzz(arguments: Sequence[str]) -> None:
    """Every operation of the API asked rightly and wrongly, on servers and data of its own."""
    python, _ = ensure(data_folder(), "dev")
    installation = Installation(temporary_folder(), python, temporary=True)
    installation.join_all()
    os.chdir(ROOT)
    become([str(python), "-m", "tests.fuzz", *arguments], installation.test_environment(), installation)


def setup(arguments: Sequence[str]) -> None:
    """Only the packages: the named set, or the one that tests need. Prints the environment's Python."""
    python, how = ensure(data_folder(), arguments[0] if arguments else "dev")
    say(f"packages {how}")
    print(python)
