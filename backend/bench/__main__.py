"""`python3 iop.py bench`: measures the service beside floors taken in the same run, and prints one JSON object.

Exit status 1 when an answer was wrong, the floor was slower than a bare Django view, or a request took more statements
than it may; ratios are reported with their aims, since machines differ.
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from tqdm import tqdm

from backend.bench import databases, figures
from backend.bench.clients import BenchError


def arguments() -> argparse.Namespace:
    """What the command takes; it always prints JSON."""
    parser = argparse.ArgumentParser(prog="iop.py bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object (the only form there is)")
    parser.add_argument(
        "--seed", type=int, default=1, help="the order in which hidden and absent are asked; the census is the same"
    )
    parser.add_argument("--census", type=int, default=1_000_000, metavar="N", help="patients in the larger census")
    parser.add_argument("--rounds", type=int, default=100, metavar="N", help="how often each request is timed")
    parser.add_argument("--pairs", type=int, default=4_000, metavar="N", help="of hidden and absent, timed for the AUC")
    return parser.parse_args()


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures, in the order (a) to (f)."""
    result: dict[str, Any] = {"seed": options.seed, "rounds": options.rounds}
    with ExitStack() as stack, tqdm(total=10, file=sys.stderr, desc="tables", unit=" steps") as bar:
        stack.enter_context(databases.migrated())
        bar.update()
        small, large = (_census(bar, number) for number in (figures.SMALL_CENSUS, options.census))
        taken: dict[str, Callable[[], dict[str, Any]]] = {
            "sessions_page": partial(figures.sessions_page, small, options.rounds),
            "census": partial(figures.census, small, large, options.rounds),
            "attendance": partial(figures.attendance, small, options.rounds),
            "wall_small": partial(figures.wall, small, options.rounds),
            "wall_large": partial(figures.wall, large, options.rounds),
            "presence": partial(figures.presence, small, options.pairs, options.seed),
            "import": figures.sample_import,
        }
        for name, figure in taken.items():
            bar.set_description(name)
            result[name] = figure()
            bar.update()
    return result


def _census(bar: Any, number: int) -> figures.Place:
    bar.set_description(f"census of {number}")
    place = figures.place(f"census_{number}", number)
    bar.update()
    return place


def _end(_number: int, _frame: object) -> None:
    sys.exit(128 + signal.SIGTERM)


def main() -> int:
    """Measure and print. Returns the exit status. Told to end, it ends its servers and databases first."""
    signal.signal(signal.SIGTERM, _end)
    try:
        result = measure(arguments())
    except BenchError as error:
        sys.stderr.write(f"bench: {error}\n")
        return 1
    json.dump(result, sys.stdout, indent=1)
    sys.stdout.write("\n")
    return 0 if figures.is_sound(result) else 1


if __name__ == "__main__":
    sys.exit(main())
