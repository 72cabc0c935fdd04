"""Seats and rosters when many write at the same time, on real connections."""

import datetime as dt
from collections import Counter
from functools import partial

import pytest

from groups.actions import enroll, withdraw
from groups.models import Enrollment, TherapyGroup
from patients.actions import discharge
from patients.models import Patient
from scheduling.models import Participation
from tests.cast import TESTER, Cast
from tests.groups.conftest import a_group, at_once, in_care

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.date(2026, 2, 3)


def enrolling(group: TherapyGroup, patient: Patient) -> "partial[Enrollment]":
    return partial(enroll, group=group, patient=patient, starts_on=DAY, by=TESTER)


def test_of_fifty_who_want_the_one_seat_one_gets_it(cast: Cast) -> None:
    group = a_group(cast, capacity=1)
    found = at_once([enrolling(group, patient) for patient in in_care(cast, 50)])
    assert Counter(found) == {"ok": 1, "group_full": 49}
    assert Participation.objects.filter(series=group.series).count() == 1


def test_one_patient_added_twice_at_once_is_on_the_roster_once(cast: Cast, group: TherapyGroup) -> None:
    assert at_once([enrolling(group, cast.pat)] * 2) == ["already_enrolled", "ok"]


def test_the_database_refuses_what_goes_past_the_lock(cast: Cast) -> None:
    group = a_group(cast, capacity=1)
    rows = [
        Enrollment(
            group=group,
            patient=patient,
            center=cast.center,
            episode=patient.episodes.get(),
            starts_on=DAY,
            enrolled_by="x",
        )
        for patient in in_care(cast, 5)
    ]
    found = at_once([partial(Enrollment.objects.bulk_create, [row]) for row in rows])
    assert Counter(found) == {"ok": 1, "enrollment_within_capacity": 4}


def test_a_discharge_at_the_same_time_leaves_no_enrollment_beyond_it(cast: Cast) -> None:
    groups = [a_group(cast, code=f"G{n}") for n in range(4)]
    leaving = partial(discharge, episode=cast.pat.episodes.get(), on=dt.date(2026, 3, 2), reason="1", by=TESTER)
    at_once([leaving, *(enrolling(group, cast.pat) for group in groups)])
    assert not Enrollment.objects.lasting_beyond(dt.date(2026, 3, 2)).exists()


def test_a_seat_given_up_and_one_taken_at_once_never_overfill_a_day(cast: Cast) -> None:
    group = a_group(cast, capacity=1)
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    giving_up = partial(withdraw, enrollment=held, on=DAY, by=TESTER)
    at_once([giving_up, *(enrolling(group, patient) for patient in in_care(cast, 8))])
    assert Enrollment.objects.filter(group=group).fullest(DAY, None) <= 1
