"""`python3 iop.py fuzz`: every operation asked by one person of each role, rightly, wrongly and in chains.

Prints one JSON object; exit status 1 on any anomaly, and when an operation was never answered 2xx. Half of the time
goes to the application in this process, where every request is undone, half to a server on loopback, where it stays.
"""

import argparse
import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import django
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import setup_databases, setup_test_environment, teardown_databases
from tqdm import tqdm

MOST_ROUNDS = 10_000
# In the first round, so that it reaches everything even in a short time.
FEW = 2
# Who tries every door of sign-in.
DOORKEEPER = "cora"


def arguments() -> argparse.Namespace:
    """What the command takes; it always prints JSON."""
    parser = argparse.ArgumentParser(prog="iop.py fuzz", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object (the only form there is)")
    parser.add_argument("--seed", type=int, default=1, help="what the requests are drawn from")
    parser.add_argument(
        "--seconds", type=float, default=600, help="how long to go on; what it has not reached by then is told"
    )
    parser.add_argument("--examples", type=int, default=10, metavar="N", help="of each kind per operation and round")
    return parser.parse_args()


@contextmanager
def database() -> Iterator[str]:
    """A database of our own, with its tables; its name."""
    django.setup()
    setup_test_environment(debug=False)
    # What is asked here is meant to be refused; the report says how often.
    logging.disable(logging.CRITICAL)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    before = setup_databases(verbosity=0, interactive=False)
    try:
        yield str(connection.settings_dict["NAME"])
    finally:
        teardown_databases(before, verbosity=0)


def main() -> int:
    """Run the campaign and print what it found. Returns the exit status."""
    options = arguments()
    with database() as name:
        found = campaigns(options, name)
    json.dump(found, sys.stdout, indent=1)
    sys.stdout.write("\n")
    return 1 if found["anomalies"] or found["never_accepted"] else 0


def campaigns(options: argparse.Namespace, name: str) -> dict[str, Any]:
    """In this process, then over loopback; one report."""
    from backend.api.clock import frozen
    from backend.bench.serving import serving
    from tests.access.scene import NOON
    from tests.fuzz.ledger import Ledger
    from tests.fuzz.targets import InProcess, Loopback

    ledger, started = Ledger(), time.monotonic()
    with tqdm(file=sys.stderr, desc="known", unit=" operations") as bar:
        with transaction.atomic():
            scene = _scene()
            with frozen(NOON):
                _run(options, scene, InProcess(), ledger, until=started + options.seconds / 2, bar=bar)
            transaction.set_rollback(True)
        scene = _scene()
        with ExitStack() as stack:
            server = stack.enter_context(serving("tests.fuzz.server:on_the_day", name))
            stack.enter_context(frozen(NOON))
            labels = _run(options, scene, Loopback(server.port), ledger, until=started + options.seconds, bar=bar)
    return {"seed": options.seed, "seconds": round(time.monotonic() - started, 1)} | ledger.report(labels)


def _scene() -> Any:
    from backend.api.clock import frozen
    from backend.api.recorder import acting_as
    from tests.access.conftest import NEW_YEAR
    from tests.access.scene import set_up
    from tests.cast import TESTER, assembled

    with acting_as(TESTER):
        with frozen(NEW_YEAR):
            cast = assembled()
        return set_up(cast)


def _run(options: argparse.Namespace, scene: Any, target: Any, ledger: Any, *, until: float, bar: Any) -> list[str]:
    """Rounds of generated requests and chains until the time is up, each of another seed. Returns the operations."""
    from tests.fuzz.campaign import Campaign
    from tests.fuzz.chains import chained
    from tests.fuzz.document import operations, schema
    from tests.fuzz.doors import passed
    from tests.fuzz.hints import hints
    from tests.fuzz.targets import InProcess

    in_process = isinstance(target, InProcess)
    document = schema(options.seed, in_process=in_process)
    found = hints(operations(document))
    for number in range(options.seed, options.seed + MOST_ROUNDS):
        campaign = Campaign(document, found, scene, target, number, until, ledger)
        if number == options.seed and in_process:
            campaign.known(bar.update)
        if number == options.seed and not campaign.is_over:
            passed(campaign, DOORKEEPER)
        bar.set_description("generated" if in_process else "generated, loopback")
        examples = min(FEW, options.examples) if number == options.seed else options.examples
        campaign.generated(examples, bar.update)
        if campaign.is_over:
            return campaign.labels
        chained(campaign, examples * 5, 10)
    return campaign.labels


if __name__ == "__main__":
    sys.exit(main())
