"""Enrolling and withdrawing, one at a time: what is refused, what follows, and what never changes."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from backend.api import clock
from backend.api.errors import Refused
from groups.actions import enroll, open_group, reinstate, revise_group, withdraw
from groups.models import Enrollment, TherapyGroup
from patients.actions import discharge, end_leave, take_leave, undo_discharge
from patients.models import StaffTask
from scheduling.models import Participation, Series
from tests.cast import ADMITTED, TESTER, Cast
from tests.groups.conftest import a_group, in_care

DAY = dt.date(2026, 2, 3)
LATER = dt.date(2026, 3, 3)


def roster(group: TherapyGroup, day: dt.date) -> set[str]:
    return {one.patient.mrn for one in Enrollment.objects.filter(group=group).roster_on(day)}


def test_a_group_opens_with_a_series_of_as_many_seats(cast: Cast, group: TherapyGroup) -> None:
    series = Series.objects.get(pk=group.series_id)
    assert (series.code, series.form, series.seats, series.takes_guests) == ("TUE", "group", 3, True)


def test_an_enrollment_is_a_participation_under_the_same_id(cast: Cast, group: TherapyGroup) -> None:
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, ends_on=LATER, by=TESTER)
    found = Participation.objects.get(pk=held.pk)
    assert (found.series_id, found.patient_id, found.starts_on, found.ends_on) == (
        group.series_id,
        cast.pat.pk,
        DAY,
        LATER,
    )


@pytest.mark.parametrize(
    ("starts_on", "ends_on"), [(dt.date(2026, 1, 4), None), (dt.date(2026, 1, 6), dt.date(2026, 6, 2))]
)
def test_an_enrollment_lies_within_the_admission(
    cast: Cast, group: TherapyGroup, starts_on: dt.date, ends_on: dt.date | None
) -> None:
    discharge(episode=cast.pat.episodes.get(), on=dt.date(2026, 6, 1), reason="1", by=TESTER)
    with pytest.raises(Refused, match="outside_admission"):
        enroll(group=group, patient=cast.pat, starts_on=starts_on, ends_on=ends_on, by=TESTER)


def test_nobody_is_enrolled_twice_on_a_day(cast: Cast, group: TherapyGroup) -> None:
    enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    with pytest.raises(Refused, match="already_enrolled"):
        enroll(group=group, patient=cast.pat, starts_on=LATER, by=TESTER)


def test_the_fullest_day_counts_not_the_first(cast: Cast) -> None:
    group = a_group(cast, capacity=1)
    enroll(group=group, patient=cast.pat, starts_on=LATER, by=TESTER)
    with pytest.raises(Refused, match="group_full"):
        enroll(group=group, patient=cast.quinn, starts_on=DAY, by=TESTER)
    enroll(group=group, patient=cast.quinn, starts_on=DAY, ends_on=LATER, by=TESTER)
    assert roster(group, LATER) == {"000731"}


def test_the_end_comes_after_the_start(cast: Cast, group: TherapyGroup) -> None:
    with pytest.raises(Refused) as refused:
        enroll(group=group, patient=cast.pat, starts_on=DAY, ends_on=DAY, by=TESTER)
    assert refused.value.errors == {"ends_on": "window_order"}


def test_a_patient_of_another_center_is_as_if_absent(cast: Cast, group: TherapyGroup) -> None:
    with pytest.raises(Refused) as refused:
        enroll(group=group, patient=cast.stranger, starts_on=DAY, by=TESTER)
    assert refused.value.errors == {"patient": "does_not_exist"}


def test_a_program_of_another_center_opens_no_group(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        open_group(center=cast.elsewhere, program=cast.program, code="X", name="X", capacity=1, min_size=1, by=TESTER)
    assert refused.value.errors == {"program": "does_not_exist"}


def test_a_closed_group_takes_its_first_cohort_and_then_only_cohorts(cast: Cast) -> None:
    group = a_group(cast, membership="closed")
    assert not group.series.takes_guests
    first, second, third = in_care(cast, 3)
    enroll(group=group, patient=first, starts_on=DAY, by=TESTER)
    enroll(group=group, patient=second, starts_on=DAY, by=TESTER)
    with pytest.raises(Refused, match="group_closed"):
        enroll(group=group, patient=third, starts_on=LATER, by=TESTER)
    enroll(group=group, patient=third, starts_on=LATER, cohort=True, by=TESTER)
    assert len(roster(group, LATER)) == 3


def test_a_roster_before_the_withdrawal_stays_as_it_was(cast: Cast, group: TherapyGroup) -> None:
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    days = [DAY + dt.timedelta(days=n) for n in range(28)]
    before = [roster(group, day) for day in days]
    withdraw(enrollment=held, on=LATER, reason="moved away", by=TESTER)
    assert [roster(group, day) for day in days] == before
    assert roster(group, LATER) == set()


def test_a_withdrawal_before_the_first_day_takes_the_enrollment_back(cast: Cast, group: TherapyGroup) -> None:
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    with clock.frozen(dt.datetime.combine(DAY, dt.time(15), tzinfo=dt.UTC)):
        assert withdraw(enrollment=held, on=DAY, by=TESTER) is None
    assert not Participation.objects.filter(series=group.series).exists()


def test_an_enrollment_that_has_begun_is_not_taken_back(cast: Cast, group: TherapyGroup) -> None:
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    with pytest.raises(Refused, match="enrollment_has_begun"):
        withdraw(enrollment=held, on=DAY, by=TESTER)
    assert len(roster(group, DAY)) == 1


def test_an_enrollment_is_never_prolonged_by_a_withdrawal(cast: Cast, group: TherapyGroup) -> None:
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, ends_on=LATER, by=TESTER)
    with pytest.raises(Refused, match="enrollment_over"):
        withdraw(enrollment=held, on=LATER, by=TESTER)


def test_a_reinstated_patient_is_on_the_roster_again(cast: Cast, group: TherapyGroup) -> None:
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    withdraw(enrollment=held, on=LATER, by=TESTER)
    reinstate(enrollment=held, by=TESTER)
    assert roster(group, LATER) == {"000731"}
    assert Participation.objects.get(pk=held.pk).ends_on is None


def test_a_seat_that_was_taken_since_is_not_given_back(cast: Cast) -> None:
    group = a_group(cast, capacity=1)
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    withdraw(enrollment=held, on=LATER, by=TESTER)
    enroll(group=group, patient=cast.quinn, starts_on=LATER, by=TESTER)
    with pytest.raises(Refused, match="group_full"):
        reinstate(enrollment=held, by=TESTER)


def test_only_a_withdrawal_is_taken_back(cast: Cast, group: TherapyGroup) -> None:
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    with pytest.raises(Refused, match="not_withdrawn"):
        reinstate(enrollment=held, by=TESTER)


def test_a_discharge_ends_enrollments_on_its_day(cast: Cast, group: TherapyGroup) -> None:
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    episode = discharge(episode=cast.pat.episodes.get(), on=LATER, reason="1", by=TESTER)
    held.refresh_from_db()
    assert (held.ends_on, held.reason) == (LATER, "discharged")
    assert roster(group, LATER) == set()
    undo_discharge(episode=episode, by=TESTER)
    assert roster(group, LATER) == {"000731"}


def test_undoing_a_discharge_resumes_an_enrollment_until_when_it_was_to_end(cast: Cast, group: TherapyGroup) -> None:
    last = LATER + dt.timedelta(days=7)
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, ends_on=last, by=TESTER)
    episode = discharge(episode=cast.pat.episodes.get(), on=LATER, reason="1", by=TESTER)
    undo_discharge(episode=episode, by=TESTER)
    held.refresh_from_db()
    assert (held.ends_on, held.reason, held.ends_with_care) == (last, "", False)


def test_undoing_a_discharge_resumes_nothing_that_somebody_ended(cast: Cast, group: TherapyGroup) -> None:
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    withdraw(enrollment=held, on=LATER, by=TESTER)
    episode = discharge(episode=cast.pat.episodes.get(), on=LATER + dt.timedelta(days=1), reason="1", by=TESTER)
    undo_discharge(episode=episode, by=TESTER)
    assert roster(group, LATER) == set()


def test_a_group_that_is_full_by_then_is_put_before_the_staff(cast: Cast) -> None:
    group = a_group(cast, capacity=1)
    held = enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    episode = discharge(episode=cast.pat.episodes.get(), on=LATER, reason="1", by=TESTER)
    enroll(group=group, patient=cast.quinn, starts_on=LATER, by=TESTER)
    undo_discharge(episode=episode, by=TESTER)
    assert roster(group, LATER) == {"731"}
    task = StaffTask.objects.get()
    assert (task.patient, task.subject) == (cast.pat, f"groups.enrollment:{held.pk}")


def test_a_discharge_takes_back_enrollments_that_had_not_begun(cast: Cast, group: TherapyGroup) -> None:
    enroll(group=group, patient=cast.pat, starts_on=LATER, by=TESTER)
    discharge(episode=cast.pat.episodes.get(), on=DAY, reason="1", by=TESTER)
    assert not Enrollment.objects.exists()


def test_who_is_on_leave_is_not_on_the_roster_but_keeps_the_seat(cast: Cast) -> None:
    group = a_group(cast, capacity=1)
    enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    leave = take_leave(patient=cast.pat, starts_on=LATER, ends_on=dt.date(2026, 3, 10), by=TESTER)
    assert roster(group, LATER) == set()
    with pytest.raises(Refused, match="group_full"):
        enroll(group=group, patient=cast.quinn, starts_on=LATER, by=TESTER)
    end_leave(leave=leave, on=dt.date(2026, 3, 4), by=TESTER)
    assert roster(group, dt.date(2026, 3, 4)) == {"000731"}


def test_a_group_is_not_made_smaller_than_its_roster(cast: Cast, group: TherapyGroup) -> None:
    for patient in (cast.pat, cast.quinn):
        enroll(group=group, patient=patient, starts_on=DAY, by=TESTER)
    with pytest.raises(IntegrityError, match="group is full"), transaction.atomic():
        revise_group(group, capacity=1, by=TESTER)
    group.refresh_from_db()
    assert revise_group(group, capacity=2, membership="closed", by=TESTER).version == 2
    series = Series.objects.get(pk=group.series_id)
    assert (series.seats, series.takes_guests) == (2, False)


def test_a_group_holds_at_least_its_smallest_size(cast: Cast, group: TherapyGroup) -> None:
    with pytest.raises(Refused) as refused:
        revise_group(group, min_size=4, by=TESTER)
    assert refused.value.errors == {"capacity": "under_min_size"}


def test_a_new_name_leaves_the_series_alone(cast: Cast, group: TherapyGroup) -> None:
    revise_group(group, name="Tuesday night", by=TESTER)
    assert Series.objects.get(pk=group.series_id).version == 1


def test_the_day_of_admission_is_a_day_of_care(cast: Cast, group: TherapyGroup) -> None:
    enroll(group=group, patient=cast.pat, starts_on=ADMITTED, by=TESTER)
    assert roster(group, ADMITTED) == {"000731"}
