"""Standing in for somebody: who may, for how long, for a whole evening; and that it ends by itself."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from backend.api.clock import frozen, now
from backend.api.gate import allows
from centers.actions import assign_role, end_role
from centers.models import RoleAssignment
from centers.roles import RoleName
from patients.models import CareTeamMember
from scheduling.actions import materialize, move_session, shorten_session, substitute
from scheduling.models import Attendance, Session, SessionStaff
from tests.cast import TESTER, Cast
from tests.scheduling.conftest import TUESDAY, a_pattern, a_series, at, belongs, leads, row_of

As = Callable[[str], APIClient]
DAY, SECOND, HOUR = dt.timedelta(days=1), dt.timedelta(seconds=1), dt.timedelta(hours=1)
WEDNESDAY = TUESDAY + DAY
WINDOW = {"from": "2026-03-01T00:00:00-05:00", "to": "2026-03-31T00:00:00-05:00"}


@pytest.fixture
def evening(cast: Cast, before: dt.datetime) -> list[Session]:
    """Three sessions of one Tuesday evening, which Clara leads; Quinn belongs, who is in Carl's care, not Clara's."""
    series = a_series(cast, "EVE")
    for hour in (17, 18, 19):
        a_pattern(series, start_time=dt.time(hour), minutes=55, break_offset=None, break_minutes=0, valid_from=TUESDAY)
    leads(series, cast.clara)
    belongs(series, cast.quinn)
    return materialize(series=series, until=TUESDAY + DAY, by=TESTER)


def ask(client: APIClient, session: Session, come: Any, go: Any, **more: Any) -> Any:
    body = {"substitute": str(come.pk), "replaces": str(go.pk), **more}
    return client.post(f"/api/v1/sessions/{session.pk}/substitute/", body)


def fault(answer: Any) -> tuple[str, str]:
    assert answer.status_code == 400, answer.content
    (found,) = answer.json()["errors"]
    return found["pointer"], found["code"]


def active(session: Session) -> dict[Any, str]:
    return dict(SessionStaff.objects.filter(session=session, is_active=True).values_list("staff", "role"))


def sue_stands_in(cast: Cast, session: Session, **more: Any) -> Session:
    return substitute(session=session, substitute=cast.sue, replaces=cast.clara.pk, by=TESTER, **more)


@pytest.fixture
def without_center(cast: Cast) -> Cast:
    """Sue treats patients, but supervises nobody: what she sees of the center's sessions she sees by staffing them."""
    for held in RoleAssignment.objects.filter(staff=cast.sue):
        end_role(assignment=held, by=TESTER)
    assign_role(staff=cast.sue, center=cast.center, role=RoleName.COUNSELOR, by=TESTER)
    return cast


UNTIL = at(WEDNESDAY, 1)


@pytest.mark.parametrize(("moment", "is_open"), [(UNTIL - SECOND, True), (UNTIL, False), (UNTIL + SECOND, False)])
def test_access_ends_at_the_stated_second_everywhere(
    *, without_center: Cast, as_: As, evening: list[Session], moment: dt.datetime, is_open: bool
) -> None:
    cast, session = without_center, evening[0]
    sue_stands_in(cast, session, until=UNTIL)
    row = row_of(session, cast.quinn)
    client, found = as_("sue"), 200 if is_open else 404
    base = f"/api/v1/sessions/{session.pk}/"
    with frozen(moment):
        asked = [base, f"{base}attendance/", f"{base}attendance/{cast.quinn.pk}/", f"/api/v1/attendances/{row.pk}/"]
        asked.append(f"/api/v1/attendances/{row.pk}/history/")
        assert [client.get(path).status_code for path in asked] == [found] * len(asked)
        for path in ("/api/v1/sessions/", "/api/v1/attendances/"):
            assert len(client.get(path, WINDOW).json()["results"]) == is_open
        guest = client.post(f"{base}guests/", {"record_number": cast.pat.mrn, "reason": "came along"})
        assert guest.status_code == (201 if is_open else 404)
        mark = client.patch(f"{base}attendance/{cast.quinn.pk}/", {"status": "present"}, headers={"If-Match": '"x"'})
        assert mark.status_code == (412 if is_open else 404)
        assert allows(cast.sue, "record_attendance", session) == is_open
        assert Attendance.objects.visible_in(session, cast.sue, "record_attendance").exists() == is_open


def test_the_roster_opens_no_sooner_than_to_anybody_who_staffs_it(without_center: Cast, evening: list[Session]) -> None:
    sue_stands_in(without_center, evening[0])
    with frozen(at(TUESDAY, 5) - SECOND):
        assert not allows(without_center.sue, "record_attendance", evening[0])
    with frozen(at(TUESDAY, 5)):
        assert allows(without_center.sue, "record_attendance", evening[0])


def test_it_ends_at_noon_of_the_next_day_unless_stated(cast: Cast, as_: As, evening: list[Session]) -> None:
    (row,) = [one for one in ask(as_("cora"), evening[0], cast.sue, cast.clara).json()["staff"] if one["is_active"]]
    assert dt.datetime.fromisoformat(row["access_until"]) == at(WEDNESDAY, 12)


def test_who_led_after_all_is_entered_the_next_evening_and_may_still_record(
    without_center: Cast, evening: list[Session]
) -> None:
    with frozen(at(WEDNESDAY, 20)):
        sue_stands_in(without_center, evening[0])
        assert allows(without_center.sue, "record_attendance", evening[0])
    with frozen(at(WEDNESDAY + DAY, 12)):
        assert not allows(without_center.sue, "record_attendance", evening[0])


def test_the_replaced_person_sees_no_roster_by_staffing_it(cast: Cast, as_: As, evening: list[Session]) -> None:
    with frozen(at(TUESDAY, 12)):
        assert as_("clara").get(f"/api/v1/sessions/{evening[0].pk}/attendance/").status_code == 200
        sue_stands_in(cast, evening[0])
        assert as_("clara").get(f"/api/v1/sessions/{evening[0].pk}/attendance/").status_code == 404


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (at(TUESDAY, 17, 55), "before_session_ends"),
        (at(TUESDAY, 10), "before_session_ends"),
        (at(TUESDAY, 17, 55) + 14 * DAY + SECOND, "after_attendance_closes"),
    ],
)
def test_the_stated_hour_lies_between_the_end_and_the_closing(
    *, cast: Cast, as_: As, evening: list[Session], until: dt.datetime, code: str
) -> None:
    answer = ask(as_("cora"), evening[0], cast.sue, cast.clara, until=until.isoformat())
    assert fault(answer) == ("/until", code)
    assert active(evening[0]) == {cast.clara.pk: "lead"}


@pytest.mark.parametrize("until", [at(TUESDAY, 17, 55) + SECOND, at(TUESDAY, 17, 55) + 14 * DAY])
def test_both_ends_of_what_may_be_stated_are_taken(
    *, cast: Cast, as_: As, evening: list[Session], until: dt.datetime
) -> None:
    assert ask(as_("cora"), evening[0], cast.sue, cast.clara, until=until.isoformat()).status_code == 200


@pytest.mark.parametrize("name", ["ada", "bill", "percy", "dora", "cora", "vera", "root"])
def test_only_who_treats_patients_here_stands_in(cast: Cast, as_: As, evening: list[Session], name: str) -> None:
    answer = ask(as_("cora"), evening[0], cast.staff[name], cast.clara)
    assert fault(answer) == ("/substitute", "does_not_exist")


def test_somebody_whose_role_ends_before_the_session_does_not_stand_in(
    cast: Cast, as_: As, evening: list[Session]
) -> None:
    end_role(assignment=RoleAssignment.objects.get(staff=cast.carl), at=at(TUESDAY, 17, 30), by=TESTER)
    assert fault(ask(as_("cora"), evening[0], cast.carl, cast.clara)) == ("/substitute", "does_not_exist")


def test_the_evening_changes_hands_as_a_whole(cast: Cast, as_: As, evening: list[Session]) -> None:
    assert ask(as_("cora"), evening[1], cast.sue, cast.clara, evening=True).status_code == 200
    assert [active(one) for one in evening] == [{cast.sue.pk: "lead"}] * 3
    assert set(SessionStaff.objects.filter(staff=cast.sue).values_list("access_until", flat=True)) == {
        at(WEDNESDAY, 12)
    }


def test_one_busy_hour_keeps_the_whole_evening(cast: Cast, as_: As, evening: list[Session]) -> None:
    other = a_series(cast, "OTHER")
    a_pattern(other, start_time=dt.time(19), minutes=30, break_offset=None, break_minutes=0, valid_from=TUESDAY)
    leads(other, cast.sue)
    materialize(series=other, until=TUESDAY + DAY, by=TESTER)
    answer = ask(as_("cora"), evening[0], cast.sue, cast.clara, evening=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "staff_taken")
    assert [active(one) for one in evening] == [{cast.clara.pk: "lead"}] * 3


def test_the_evening_is_given_back_as_a_whole(cast: Cast, as_: As, evening: list[Session]) -> None:
    ask(as_("cora"), evening[0], cast.sue, cast.clara, evening=True)
    assert ask(as_("cora"), evening[2], cast.clara, cast.sue, evening=True).status_code == 200
    held = SessionStaff.objects.filter(is_active=True, session__in=evening)
    assert list(held.filter(replaces=None, access_until=None).values_list("staff", flat=True)) == [cast.clara.pk] * 3


def test_who_comes_back_keeps_the_place_without_an_end(cast: Cast, as_: As, evening: list[Session]) -> None:
    ask(as_("cora"), evening[0], cast.sue, cast.clara)
    ask(as_("cora"), evening[0], cast.carl, cast.sue)
    stated = ask(as_("cora"), evening[0], cast.clara, cast.carl, until=at(WEDNESDAY, 1).isoformat())
    assert fault(stated) == ("/until", "returns_for_good")
    ask(as_("cora"), evening[0], cast.clara, cast.carl)
    row = SessionStaff.objects.get(session=evening[0], is_active=True)
    assert (row.staff_id, row.replaces_id, row.access_until) == (cast.clara.pk, None, None)


def test_the_database_keeps_the_access_beyond_the_session(cast: Cast, evening: list[Session]) -> None:
    sue_stands_in(cast, evening[0])
    rows = SessionStaff.objects.filter(session=evening[0], staff=cast.sue)
    with pytest.raises(IntegrityError, match="sessionstaff_access_outlasts_session"), transaction.atomic():
        rows.update(access_until=evening[0].ends_at)
    assert rows.update(access_until=evening[0].ends_at + SECOND) == 1


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.integers(-600, 60 * 24 * 20), after=st.integers(1, 60 * 24 * 14))
def test_a_moved_session_takes_the_access_along(
    *, cast: Cast, evening: list[Session], minutes: int, after: int
) -> None:
    shift, beyond = dt.timedelta(minutes=minutes), dt.timedelta(minutes=after)
    with transaction.atomic():
        sue_stands_in(cast, evening[0], until=evening[0].ends_at + beyond)
        moved = move_session(session=evening[0], starts_at=evening[0].starts_at + shift + 90 * DAY, by=TESTER)
        shorten_session(session=moved, minutes=30, reason="", by=TESTER)
        row = SessionStaff.objects.get(session=evening[0], staff=cast.sue)
        assert row.access_until == evening[0].ends_at + shift + 90 * DAY + beyond
        transaction.set_rollback(True)


def test_staffing_opens_nothing_once_no_role_treats_patients(cast: Cast, as_: As, evening: list[Session]) -> None:
    """Memberships aside: Clara reaches Quinn's session by staffing alone."""
    end_role(assignment=RoleAssignment.objects.get(staff=cast.clara), at=at(TUESDAY, 19), by=TESTER)
    SessionStaff.objects.get_or_create(
        session=evening[0],
        staff=cast.clara,
        defaults={"center": cast.center, "role": "lead", "during": evening[0].span},
    )
    assert not CareTeamMember.objects.filter(staff=cast.clara, patient=cast.quinn).exists()
    for moment, status in ((at(TUESDAY, 19) - SECOND, 200), (at(TUESDAY, 19), 404)):
        with frozen(moment):
            assert as_("clara").get(f"/api/v1/sessions/{evening[0].pk}/attendance/").status_code == status
            assert now() == moment
