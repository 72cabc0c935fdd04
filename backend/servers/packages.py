"""The virtual environment and the hashed pins in it: made by uv when pip can fetch it, by pip alone otherwise."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.servers.console import TroubleError, say
from backend.servers.indexes import uv_environment
from backend.servers.locks import exclusive
from backend.servers.sharing import ROOT

# Each set holds the ones before it.
SETS: Mapping[str, str] = {"base": "requirements.txt", "demo": "requirements-demo.txt", "dev": "requirements-dev.txt"}
RANK = {name: rank for rank, name in enumerate(SETS)}
STAMP = "iop-packages.json"


@dataclass(frozen=True)
class Stamp:
    """Which set of pins stands in an environment, and the digest of the file it came from."""

    packages: str
    digest: str

    @classmethod
    def of(cls, packages: str) -> "Stamp":
        return cls(packages, hashlib.sha256((ROOT / SETS[packages]).read_bytes()).hexdigest())

    @classmethod
    def read(cls, home: Path) -> "Stamp | None":
        try:
            fields = json.loads((home / STAMP).read_text(encoding="utf-8"))
            return cls(fields["packages"], fields["digest"])
        except (OSError, ValueError, KeyError):
            return None

    def write(self, home: Path) -> None:
        text = json.dumps({"packages": self.packages, "digest": self.digest})
        (home / STAMP).write_text(text + "\n", encoding="utf-8")

    def serves(self, packages: str) -> bool:
        """Whether it is current and holds at least the set asked for."""
        known = self.packages in RANK and RANK[self.packages] >= RANK[packages]
        return known and self == Stamp.of(self.packages)


def python_of(home: Path) -> Path:
    return home / "bin" / "python"


def runs(home: Path) -> bool:
    """Whether its interpreter is there and ours to run: another user's may link to a home we cannot read."""
    try:
        answer = subprocess.run([python_of(home), "-c", ""], capture_output=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0


def writable(folder: Path) -> bool:
    """Whether we could write there, or make it."""
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK)


def choose_home(data: Path, packages: str) -> Path:
    """`.venv` of the checkout when it serves or is ours to change, else a folder in the data folder."""
    home = ROOT / ".venv"
    if runs(home):
        stamp = Stamp.read(home)
        if (stamp and stamp.serves(packages)) or writable(home):
            return home
    elif writable(home):
        return home
    elsewhere = data / "venv"
    if not writable(elsewhere):
        message = f"neither {home} nor {elsewhere} can be written: set IOP_DATA to a folder of your own"
        raise TroubleError(message)
    return elsewhere


def make_environment(home: Path) -> None:
    """An empty environment without pip: making one with it costs seconds, and Debian may lack what that needs."""
    command = [sys.executable, "-m", "venv", "--without-pip", "--clear", str(home)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        message = f"cannot make the virtual environment {home}: {answer.stdout}{answer.stderr}"
        raise TroubleError(message)


def pip_for(home: Path) -> list[str]:
    """A pip that installs into the environment: its own, that of this Python, or one made by ensurepip."""
    python = str(python_of(home))
    own = [python, "-m", "pip"]
    borrowed = [sys.executable, "-m", "pip", "--python", python]
    maker = [python, "-m", "ensurepip"]
    for candidate, first in ((own, None), (borrowed, None), (own, maker)):
        if candidate is borrowed and importlib.util.find_spec("pip") is None:
            continue
        if first:
            subprocess.run(first, capture_output=True, check=False)
        if subprocess.run([*candidate, "--version"], capture_output=True, check=False).returncode == 0:
            return candidate
    message = "this Python has neither pip nor ensurepip: install python3-venv or python3-pip"
    raise TroubleError(message)


def find_uv(home: Path, pip: list[str]) -> Path | None:
    """uv from the environment or the machine, else fetched by pip by its hashed pin; None when it cannot be had."""
    own = home / "bin" / "uv"
    if own.exists():
        return own
    if found := shutil.which("uv"):
        return Path(found)
    pins = str(ROOT / "requirements-uv.txt")
    subprocess.run([*pip, "install", "-q", "--require-hashes", "-r", pins], capture_output=True, check=False)
    return own if own.exists() else None


def install(home: Path, packages: str) -> str:
    """Install a set of pins; returns the name of the tool that did."""
    pip = pip_for(home)
    pins = str(ROOT / SETS[packages])
    if uv := find_uv(home, pip):
        quiet = [] if sys.stderr.isatty() else ["--quiet"]
        command = [str(uv), "pip", "install", *quiet, "--python", str(python_of(home)), "--require-hashes", "-r", pins]
        if subprocess.run(command, env=uv_environment(pip), cwd=ROOT, check=False).returncode == 0:
            return "uv"
        say("      uv could not install them; trying pip, which takes a minute or two")
    quiet = [] if sys.stderr.isatty() else ["-q"]
    command = [*pip, "install", *quiet, "--require-hashes", "-r", pins]
    environment = os.environ | {"PIP_ROOT_USER_ACTION": "ignore", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if subprocess.run(command, env=environment, cwd=ROOT, stdout=sys.stderr, check=False).returncode == 0:
        return "pip"
    message = (
        f"the packages of {SETS[packages]} could not be installed; what failed stands above.\n"
        "Where the embedded servers have no wheels, set DATABASE_URL and REDIS_URL to servers of your own."
    )
    raise TroubleError(message)


def ensure(data: Path, packages: str) -> tuple[Path, str]:
    """The environment's Python with the set installed, and how it came to be, such as "as they were"."""
    with exclusive(ROOT):
        home = choose_home(data, packages)
        usable = runs(home)
        stamp = Stamp.read(home) if usable else None
        if stamp and stamp.serves(packages):
            return python_of(home), "as they were"
        if stamp and stamp.packages in RANK:
            # Refresh the larger set that stood here, or its extra packages would go stale unseen.
            packages = max(packages, stamp.packages, key=lambda name: RANK[name])
        say(f"      installing {SETS[packages]} into {home}")
        if not usable:
            make_environment(home)
        tool = install(home, packages)
        Stamp.of(packages).write(home)
    return python_of(home), f"installed by {tool}"
