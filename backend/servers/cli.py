"""The commands of `iop.py` and their arguments."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from backend.servers import commands
from backend.servers.console import TroubleError, say
from backend.servers.up import up

PASSED_ON: Mapping[str, tuple[Callable[[Sequence[str]], None], str]] = {
    "test": (commands.test, "every test, on real servers of its own; arguments go to pytest"),
    "manage": (commands.manage, "Django's commands and those of this project; `manage help` lists them"),
    "bench": (commands.bench, "measurements as one JSON object"),
    "fuzz": (commands.fuzz, "every operation asked by every role, rightly and wrongly; one JSON object"),
    "setup": (commands.setup, "only install packages: base, demo or dev"),
}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="iop.py", description="Run, test and manage an installation on this machine.")
    choices = top.add_subparsers(dest="command", required=True)
    starting = choices.add_parser("up", help="start everything, with a sample center to try")
    starting.add_argument("--no-demo", action="store_true", help="start empty")
    starting.add_argument("--port", type=int, help="where the web listens (8000, or the next free one)")
    for name, (_, text) in PASSED_ON.items():
        choices.add_parser(name, help=text, add_help=False)
    return top


def main(arguments: Sequence[str]) -> int:
    """Run one command; 1 after a trouble the reader can act on, whatever the program says when it becomes one."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    try:
        if name in PASSED_ON:
            PASSED_ON[name][0](rest)
            return 0
        return up(parser().parse_args(arguments))
    except TroubleError as trouble:
        say(f"iop: {trouble}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
