"""The statistic behind the bench's claim that the clock tells nothing."""

import time
from random import Random

import pytest

from backend.bench.presence import auc, deviation, told_apart


@pytest.mark.parametrize(
    ("hidden", "absent", "expected"),
    [
        ([3, 4], [1, 2], 1.0),
        ([1, 2], [3, 4], 0.0),
        ([1, 1], [1, 1], 0.5),
        ([1, 3], [2, 2], 0.5),
        ([2, 3], [1, 2], 0.875),
    ],
)
def test_the_auc_is_the_share_of_pairs_in_order(hidden: list[float], absent: list[float], expected: float) -> None:
    assert auc(hidden, absent) == expected


def test_equal_spreads_are_near_a_half_and_within_the_error() -> None:
    dice = Random(1)
    first, second = ([dice.gauss(10, 2) for _ in range(2000)] for _ in range(2))
    assert abs(auc(first, second) - 0.5) < 3 * deviation(0.5, 2000)


def test_a_thing_that_answers_later_is_told_apart() -> None:
    found = told_apart(lambda _: lambda: time.sleep(0.002), lambda _: lambda: None, 40, 1)
    assert found["auc"] > 0.95


def test_one_that_answers_sooner_as_well() -> None:
    found = told_apart(lambda _: lambda: None, lambda _: lambda: time.sleep(0.002), 40, 1)
    assert found["auc"] > 0.95
