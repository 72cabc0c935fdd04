"""What other processes write: whoever starts one is watched, and so is the file it writes to.

Servers that `iop.py up` starts are its children, not the test's; their logs lie in the data folder that the test names.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.canary_tally import WATCH

LOGS = "logs"


class Outputs:
    """Files that processes write to, and how far each has been read."""

    def __init__(self) -> None:
        self.files: dict[Path, int] = {}
        self.folders: set[Path] = set()

    def follow(self, path: Path) -> None:
        """Read what this file holds from now on."""
        if path.is_file() and path not in self.files:
            self.files[path] = 0

    def read(self) -> None:
        """Look at what has been written since the last time."""
        for folder in self.folders:
            for path in folder.glob("*.log*"):
                self.follow(path)
        for path, start in list(self.files.items()):
            try:
                with path.open("rb") as log:
                    log.seek(start)
                    written = log.read()
            except OSError:
                # The test has taken its folder away.
                del self.files[path]
                continue
            self.files[path] = start + len(written)
            sink = "server log" if path.parent.name == LOGS else "process output"
            WATCH.look(sink, written)


OUTPUTS = Outputs()


def watched_processes(patch: pytest.MonkeyPatch) -> None:
    """Look at the command line of every process that is started, and at what it says."""
    start, communicate = subprocess.Popen.__init__, subprocess.Popen.communicate

    def started(self: Any, args: Any, *rest: Any, **options: Any) -> None:
        WATCH.look("command line", args)
        for target in (options.get("stdout"), options.get("stderr")):
            if isinstance(path := _file_of(target), Path):
                OUTPUTS.follow(path)
        OUTPUTS.folders.update(_data_folders(args, options.get("env")))
        start(self, args, *rest, **options)

    def communicated(self: Any, *args: Any, **options: Any) -> Any:
        said = communicate(self, *args, **options)
        WATCH.look("process output", *(part for part in said if part))
        return said

    patch.setattr(subprocess.Popen, "__init__", started)
    patch.setattr(subprocess.Popen, "communicate", communicated)


def _file_of(target: Any) -> Path | None:
    if target is None or target in (subprocess.PIPE, subprocess.DEVNULL, subprocess.STDOUT):
        return None
    descriptor = target if isinstance(target, int) else target.fileno()
    return Path(f"/proc/self/fd/{descriptor}").readlink()


def _data_folders(args: Any, environment: Mapping[str, str] | None) -> Iterator[Path]:
    """The folders of logs of a data folder that a process is told of."""
    words = [str(part) for part in args] if isinstance(args, list | tuple) else []
    told = [word for word in words if word.startswith("/") and "\n" not in word]
    for name in [*told, (environment or {}).get("IOP_DATA", "")]:
        # The servers of all tests are looked at when all is over.
        if name and name != os.environ.get("IOP_DATA") and Path(name).is_dir():
            yield Path(name) / LOGS
