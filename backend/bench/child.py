"""What the bench runs inside Django, each step a process of its own on one database; prints one JSON object.

`fill N` makes a census, `count TOKEN PATH` counts the statements of a request, `statements TOKEN PATH BODY BODY`
returns those of a whole-roster write, `import_sample DIR` imports an export.
"""

import importlib
import json
import sys
import time

import django


def main(step: str, *arguments: str) -> None:
    """Run one step and print what it returns."""
    django.setup()
    steps = importlib.import_module("backend.bench.steps")
    started = time.perf_counter()
    result = getattr(steps, step)(*arguments)
    json.dump({"result": result, "seconds": round(time.perf_counter() - started, 2)}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
