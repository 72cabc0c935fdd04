"""What rosters and facilitators mean for the sessions to come."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction

from backend.api import clock
from centers.actions import end_role
from centers.models import RoleAssignment
from groups.actions import appoint_facilitator, end_facilitation, enroll, reinstate, revise_group, withdraw
from groups.models import TherapyGroup
from patients.actions import discharge, take_leave
from scheduling.actions import add_guest, add_pattern, substitute
from scheduling.models import Attendance, Session, SessionStaff
from tests.cast import TESTER, Cast
from tests.groups.conftest import a_group

TUESDAYS = [dt.date(2026, 2, day) for day in (3, 10, 17, 24)]


@pytest.fixture(autouse=True)
def _new_year() -> Iterator[None]:
    with clock.frozen(dt.datetime(2026, 1, 2, 15, tzinfo=dt.UTC)):
        yield


@pytest.fixture
def weekly(cast: Cast, group: TherapyGroup) -> TherapyGroup:
    """The Tuesday group with its Tuesdays of February."""
    meets(cast, group)
    return group


def meets(cast: Cast, group: TherapyGroup) -> None:
    add_pattern(
        series=group.series,
        by=TESTER,
        weekday=1,
        start_time=dt.time(18),
        minutes=90,
        kind="psychotherapy_group",
        valid_from=dt.date(2026, 2, 1),
        valid_to=dt.date(2026, 3, 1),
    )


def expected(group: TherapyGroup, mrn: str = "000731") -> list[dt.date]:
    rows = Attendance.objects.filter(session__series=group.series, patient__mrn=mrn, status="expected")
    return sorted(rows.values_list("session__local_date", flat=True))


def staffed(group: TherapyGroup, name: str) -> list[dt.date]:
    rows = SessionStaff.objects.filter(session__series=group.series, staff__first_name=name, is_active=True)
    return sorted(rows.values_list("session__local_date", flat=True))


def test_an_enrolled_patient_is_expected_from_the_first_day_on(cast: Cast, weekly: TherapyGroup) -> None:
    enroll(group=weekly, patient=cast.pat, starts_on=TUESDAYS[1], by=TESTER)
    assert expected(weekly) == TUESDAYS[1:]


def test_a_withdrawal_frees_the_days_from_then_on(cast: Cast, weekly: TherapyGroup) -> None:
    held = enroll(group=weekly, patient=cast.pat, starts_on=TUESDAYS[0], by=TESTER)
    withdraw(enrollment=held, on=TUESDAYS[2], by=TESTER)
    assert expected(weekly) == TUESDAYS[:2]
    reinstate(enrollment=held, by=TESTER)
    assert expected(weekly) == TUESDAYS


def test_an_enrollment_taken_back_leaves_nobody_expected(cast: Cast, weekly: TherapyGroup) -> None:
    held = enroll(group=weekly, patient=cast.pat, starts_on=TUESDAYS[0], by=TESTER)
    withdraw(enrollment=held, on=dt.date(2026, 1, 5), by=TESTER)
    assert expected(weekly) == []


def test_a_discharge_frees_the_days_from_then_on(cast: Cast, weekly: TherapyGroup) -> None:
    enroll(group=weekly, patient=cast.pat, starts_on=TUESDAYS[0], by=TESTER)
    discharge(episode=cast.pat.episodes.get(), on=TUESDAYS[1], reason="1", by=TESTER)
    assert expected(weekly) == TUESDAYS[:1]


def test_a_leave_frees_its_days(cast: Cast, weekly: TherapyGroup) -> None:
    enroll(group=weekly, patient=cast.pat, starts_on=TUESDAYS[0], by=TESTER)
    take_leave(patient=cast.pat, starts_on=TUESDAYS[1], ends_on=TUESDAYS[2], by=TESTER)
    assert expected(weekly) == [TUESDAYS[0], *TUESDAYS[2:]]


def test_nobody_is_expected_in_two_groups_at_a_time(cast: Cast, weekly: TherapyGroup) -> None:
    other = a_group(cast, code="TUE2")
    meets(cast, other)
    enroll(group=weekly, patient=cast.pat, starts_on=TUESDAYS[0], by=TESTER)
    with pytest.raises(IntegrityError, match="attendance_patient_taken"), transaction.atomic():
        enroll(group=other, patient=cast.pat, starts_on=TUESDAYS[0], by=TESTER)
    assert expected(other) == []


def test_a_facilitator_staffs_the_sessions_of_those_days(cast: Cast, weekly: TherapyGroup) -> None:
    leads = appoint_facilitator(group=weekly, staff=cast.carl, starts_on=TUESDAYS[1], by=TESTER)
    assert staffed(weekly, "Carl") == TUESDAYS[1:]
    end_facilitation(facilitator=leads, on=TUESDAYS[3], by=TESTER)
    assert staffed(weekly, "Carl") == TUESDAYS[1:3]
    end_facilitation(facilitator=leads, on=TUESDAYS[0], by=TESTER)
    assert staffed(weekly, "Carl") == []


def test_a_substitution_outlasts_a_change_of_facilitators(cast: Cast, weekly: TherapyGroup) -> None:
    leads = appoint_facilitator(group=weekly, staff=cast.carl, starts_on=TUESDAYS[0], by=TESTER)
    session = Session.objects.get(series=weekly.series, local_date=TUESDAYS[2])
    substitute(session=session, substitute=cast.clara, replaces=cast.carl.pk, by=TESTER)
    end_facilitation(facilitator=leads, on=TUESDAYS[1], by=TESTER)
    assert (staffed(weekly, "Carl"), staffed(weekly, "Clara")) == (TUESDAYS[:1], [TUESDAYS[2]])


def test_who_loses_the_last_role_staffs_no_session_to_come(cast: Cast, weekly: TherapyGroup) -> None:
    appoint_facilitator(group=weekly, staff=cast.carl, starts_on=TUESDAYS[0], by=TESTER)
    end_role(assignment=RoleAssignment.objects.get(staff=cast.carl), by=TESTER)
    assert staffed(weekly, "Carl") == []


def test_nobody_leads_two_groups_at_a_time(cast: Cast, weekly: TherapyGroup) -> None:
    other = a_group(cast, code="TUE2")
    meets(cast, other)
    appoint_facilitator(group=weekly, staff=cast.carl, starts_on=TUESDAYS[0], by=TESTER)
    with pytest.raises(IntegrityError, match="sessionstaff_taken"), transaction.atomic():
        appoint_facilitator(group=other, staff=cast.carl, starts_on=TUESDAYS[0], by=TESTER)


def test_sessions_to_come_have_the_seats_of_the_group(cast: Cast, weekly: TherapyGroup) -> None:
    with clock.frozen(dt.datetime(2026, 2, 12, 15, tzinfo=dt.UTC)):
        revise_group(weekly, capacity=1, by=TESTER)
    seats = Session.objects.filter(series=weekly.series).order_by("starts_at").values_list("seats", "version")
    assert list(seats) == [(3, 1), (3, 1), (1, 2), (1, 2)]


def test_a_larger_group_seats_more_people_in_sessions_made_before(cast: Cast) -> None:
    group = a_group(cast, capacity=1)
    meets(cast, group)
    enroll(group=group, patient=cast.quinn, starts_on=TUESDAYS[0], by=TESTER)
    revise_group(group, capacity=2, by=TESTER)
    enroll(group=group, patient=cast.pat, starts_on=TUESDAYS[0], by=TESTER)
    assert expected(group) == expected(group, "731") == TUESDAYS


def test_a_guest_keeps_the_seat_when_the_group_is_made_smaller(cast: Cast, weekly: TherapyGroup) -> None:
    enroll(group=weekly, patient=cast.quinn, starts_on=TUESDAYS[0], by=TESTER)
    session = Session.objects.get(series=weekly.series, local_date=TUESDAYS[1])
    add_guest(session=session, record_number="000731", reason="makes up for Monday", by=TESTER)
    revise_group(weekly, capacity=1, by=TESTER)
    assert list(weekly.series.sessions.order_by("starts_at").values_list("seats", flat=True)) == [1, 2, 1, 1]


def test_a_group_that_closes_leaves_its_sessions_as_they_are(cast: Cast, weekly: TherapyGroup) -> None:
    revise_group(weekly, membership="closed", by=TESTER)
    assert set(weekly.series.sessions.values_list("seats", "version")) == {(3, 1)}
