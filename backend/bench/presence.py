"""Whether the time of an answer tells that something is there: a classifier over latencies, judged by its AUC."""

import math
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

AIM = (0.48, 0.52)
Z95 = 1.96
Ask = Callable[[], object]


def told_apart(hidden: Callable[[int], Ask], absent: Callable[[int], Ask], pairs: int, seed: int) -> dict[str, Any]:
    """The AUC of a classifier that is trained on one half of the pairs and judged on the other.

    Two makers of requests, by the number of the pair; each pair is asked in an order of its own.
    """
    dice = Random(seed)
    taken: list[tuple[float, float]] = []
    for number in range(pairs):
        calls = [hidden(number), absent(number)]
        times = [0.0, 0.0]
        for turn in dice.sample((0, 1), 2):
            started = time.perf_counter()
            calls[turn]()
            times[turn] = time.perf_counter() - started
        taken.append((times[0], times[1]))
    trained, judged = taken[: pairs // 2], taken[pairs // 2 :]
    # What there is to learn from one number: whether slower means hidden, or absent.
    slower = auc(*zip(*trained, strict=True)) >= 1 / 2
    found = auc(*zip(*judged, strict=True))
    found = found if slower else 1 - found
    error = deviation(found, len(judged))
    return {
        "pairs": pairs,
        "auc": round(found, 4),
        "interval_95": [round(found - Z95 * error, 4), round(found + Z95 * error, 4)],
        "aim": list(AIM),
    }


def auc(hidden: Sequence[float], absent: Sequence[float]) -> float:
    """How likely a time of the first kind is longer than one of the second, ties by halves (Mann-Whitney)."""
    ordered = sorted([(value, True) for value in hidden] + [(value, False) for value in absent])
    ranks, position = 0.0, 0
    while position < len(ordered):
        end = position
        while end < len(ordered) and ordered[end][0] == ordered[position][0]:
            end += 1
        ranks += sum(is_hidden for _, is_hidden in ordered[position:end]) * (position + 1 + end) / 2
        position = end
    return (ranks - len(hidden) * (len(hidden) + 1) / 2) / (len(hidden) * len(absent))


def deviation(found: float, number: int) -> float:
    """The standard error of an AUC over so many of each kind (Hanley and McNeil)."""
    first, second = found / (2 - found), 2 * found**2 / (1 + found)
    spread = found * (1 - found) + (number - 1) * (first + second - 2 * found**2)
    return math.sqrt(spread) / number
