"""Whatever is enrolled and withdrawn in whatever order: no day is overfull, and rosters are what the days say."""

import datetime as dt
from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.api.errors import Refused
from groups.actions import enroll, withdraw
from groups.models import Enrollment, TherapyGroup
from patients.models import Patient
from scheduling.models import Participation
from tests.cast import TESTER, Cast
from tests.groups.conftest import a_group, in_care

FIRST = dt.date(2026, 2, 1)
SPAN = 12
CAPACITY = 2

Step = tuple[str, int, int, int | None]
steps = st.lists(
    st.tuples(
        st.sampled_from(["enroll", "withdraw"]),
        st.integers(0, 3),
        st.integers(0, SPAN - 1),
        st.none() | st.integers(1, SPAN),
    ),
    max_size=12,
)


def day(n: int) -> dt.date:
    return FIRST + dt.timedelta(days=n)


@pytest.fixture
def full_group(cast: Cast) -> tuple[TherapyGroup, list[Patient]]:
    return a_group(cast, capacity=CAPACITY), in_care(cast, 4)


def apply(group: TherapyGroup, patients: list[Patient], todo: list[Step]) -> list[set[int]]:
    """Do the steps, and keep by day who should be on the roster, counted the plain way."""
    model: list[set[int]] = [set() for _ in range(SPAN)]
    for verb, who, first, length in todo:
        last = SPAN if length is None else min(first + length, SPAN)
        with suppress(Refused):
            if verb == "enroll":
                ends_on = day(last) if length else None
                enroll(group=group, patient=patients[who], starts_on=day(first), ends_on=ends_on, by=TESTER)
                for n in range(first, last):
                    model[n].add(who)
            else:
                held = Enrollment.objects.filter(patient=patients[who]).on(day(first)).first()
                if held is not None:
                    withdraw(enrollment=held, on=day(first), by=TESTER)
                    until = SPAN if held.ends_on is None else (held.ends_on - FIRST).days
                    for n in range(first, min(until, SPAN)):
                        model[n].discard(who)
    return model


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(todo=steps)
def test_rosters_are_what_was_enrolled_less_what_was_withdrawn(
    full_group: tuple[TherapyGroup, list[Patient]], todo: list[Step]
) -> None:
    group, patients = full_group
    with transaction.atomic():
        model = apply(group, patients, todo)
        for n, expected in enumerate(model):
            found = {one.patient_id for one in Enrollment.objects.filter(group=group).roster_on(day(n))}
            assert found == {patients[who].pk for who in expected}
            assert len(found) <= CAPACITY
        held = Enrollment.objects.filter(group=group)
        projected = Participation.objects.filter(series=group.series)
        assert set(held.values_list("id", "starts_on", "ends_on")) == set(
            projected.values_list("id", "starts_on", "ends_on")
        )
        transaction.set_rollback(True)
