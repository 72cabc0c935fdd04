"""Tonight's guest: by exact number, within the seats, never in a closed group, and a miss tells nothing."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.api.clock import frozen
from patients.actions import discharge, take_leave
from patients.models import Episode
from scheduling.actions import materialize, retake_rosters
from scheduling.models import Attendance, AttendanceMove, Session
from tests.cast import TESTER, Cast, a_patient
from tests.scheduling.conftest import TUESDAY, a_pattern, a_series, at, belongs, leads, row_of

As = Callable[[str], APIClient]
DAY = dt.timedelta(days=1)


@pytest.fixture
def tonight(session: Session) -> Iterator[dt.datetime]:
    """The clock stands at a quarter past six on the evening of the session."""
    with frozen(at(TUESDAY, 18, 15)) as moment:
        yield moment


def add(client: APIClient, session: Session, number: str, headers: Any = None, **body: Any) -> Any:
    values = {"record_number": number, "reason": "at the door", **body}
    return client.post(f"/api/v1/sessions/{session.id}/guests/", values, headers=headers)


def faults(answer: Any) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def test_staff_seat_a_walk_in_they_have_no_other_access_to(
    cast: Cast, as_: As, session: Session, tonight: dt.datetime
) -> None:
    answer = add(as_("clara"), session, cast.quinn.mrn)
    assert (answer.status_code, answer.json()["origin"]) == (201, "walk_in")
    assert as_("clara").get(answer["Location"])["ETag"] == answer["ETag"]
    assert as_("clara").get(f"/api/v1/patients/{cast.quinn.id}/").status_code == 404
    move = AttendanceMove.objects.get(attendance=row_of(session, cast.quinn))
    assert (move.from_status, move.to_status, move.reason) == ("", "expected", "at the door")


def test_a_guest_announced_before_the_day_is_no_walk_in(cast: Cast, as_: As, session: Session) -> None:
    assert add(as_("cora"), session, cast.quinn.mrn).json()["origin"] == "guest"


def test_a_miss_equals_an_absence(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    discharge(episode=Episode.objects.get(patient=cast.quinn), on=TUESDAY, reason="1", by=TESTER)
    nobody, gone, elsewhere = (add(as_("clara"), session, number) for number in ("nobody", cast.quinn.mrn, "900"))
    assert nobody.status_code == 400
    assert faults(nobody) == [("/record_number", "does_not_exist")]
    assert nobody.content == gone.content == elsewhere.content


def test_the_number_is_exact(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    assert add(as_("clara"), session, "0731").status_code == 400
    assert add(as_("clara"), session, "731").json()["patient"] == str(cast.quinn.id)


def test_who_is_in_the_session_already_is_no_guest(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    answer = add(as_("clara"), session, cast.pat.mrn)
    assert (answer.status_code, answer.json()["code"]) == (409, "on_roster_already")


def test_a_retry_with_the_same_key_seats_nobody_twice(
    cast: Cast, as_: As, session: Session, tonight: dt.datetime
) -> None:
    key = {"Idempotency-Key": "guest-1"}
    first, again = (add(as_("clara"), session, cast.quinn.mrn, key) for _ in range(2))
    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"
    assert Attendance.objects.filter(patient=cast.quinn).count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"seats": 1}, "session_full"),
        ({"status": "withdrawn"}, "session_not_scheduled"),
        ({"called_off_at": at(TUESDAY, 12)}, "session_not_scheduled"),
    ],
)
def test_no_guest_without_a_seat_or_a_session(
    *, cast: Cast, as_: As, session: Session, tonight: dt.datetime, change: dict[str, Any], code: str
) -> None:
    Session.objects.filter(pk=session.pk).update(**change)
    answer = add(as_("cora"), session, cast.quinn.mrn)
    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_closed_groups_refuse_guests(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    session.series.takes_guests = False
    session.series.save()
    assert add(as_("clara"), session, cast.quinn.mrn).json()["code"] == "no_guests_here"


def test_a_guest_who_is_elsewhere_is_refused(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    other = a_series(cast, "OTHER")
    a_pattern(other, valid_from=TUESDAY, start_time=dt.time(19))
    belongs(other, cast.quinn)
    materialize(series=other, until=TUESDAY + DAY, by=TESTER)
    answer = add(as_("clara"), session, cast.quinn.mrn)
    assert (answer.status_code, answer.json()["code"]) == (409, "patient_taken")


@pytest.fixture
def missed(cast: Cast, session: Session) -> Attendance:
    """Quinn missed another group on the morning of the session."""
    other = a_series(cast, "OTHER")
    a_pattern(other, valid_from=TUESDAY, start_time=dt.time(9))
    leads(other, cast.carl)
    belongs(other, cast.quinn)
    (morning,) = materialize(series=other, until=TUESDAY + DAY, by=TESTER)
    Attendance.objects.filter(session=morning).update(status="excused_absence")
    return row_of(morning, cast.quinn)


def test_a_make_up_names_what_was_missed_and_leaves_it_missed(
    cast: Cast, as_: As, session: Session, missed: Attendance, tonight: dt.datetime
) -> None:
    answer = add(as_("clara"), session, cast.quinn.mrn, makes_up_for=str(missed.id))
    assert answer.json()["origin"] == "guest"
    row = row_of(session, cast.quinn)
    assert row.approved_by == str(cast.clara.id)
    missed.refresh_from_db()
    assert (missed.status, missed.made_up_by) == ("excused_absence", row)


def test_a_missed_session_is_made_up_once(
    cast: Cast, as_: As, series: Any, session: Session, missed: Attendance
) -> None:
    later = Session.objects.filter(series=series).latest("starts_at")
    assert add(as_("cora"), session, cast.quinn.mrn, makes_up_for=str(missed.id)).status_code == 201
    again = add(as_("cora"), later, cast.quinn.mrn, makes_up_for=str(missed.id))
    assert faults(again) == [("/makes_up_for", "made_up_already")]


def test_only_what_was_missed_is_made_up(
    cast: Cast, as_: As, session: Session, missed: Attendance, tonight: dt.datetime
) -> None:
    Attendance.objects.filter(pk=missed.pk).update(status="present")
    others = row_of(session, cast.pat)
    not_missed = add(as_("clara"), session, cast.quinn.mrn, makes_up_for=str(missed.id))
    not_theirs = add(as_("clara"), session, cast.quinn.mrn, makes_up_for=str(others.id))
    assert faults(not_missed) == [("/makes_up_for", "not_missed")]
    assert faults(not_theirs) == [("/makes_up_for", "does_not_exist")]


def test_a_guest_entered_in_error_may_be_entered_again(
    cast: Cast, as_: As, session: Session, missed: Attendance, tonight: dt.datetime
) -> None:
    first = add(as_("clara"), session, cast.quinn.mrn)
    one = f"/api/v1/sessions/{session.id}/attendance/{cast.quinn.id}/"
    as_("clara").patch(one, {"status": "entered_in_error"}, headers={"If-Match": first["ETag"]})
    again = add(as_("clara"), session, cast.quinn.mrn, makes_up_for=str(missed.id))
    assert (again.status_code, again.json()["status"]) == (201, "expected")
    assert row_of(missed.session, cast.quinn).made_up_by == row_of(session, cast.quinn)


def test_a_former_member_who_returns_tonight_makes_up_nothing(
    cast: Cast, as_: As, session: Session, missed: Attendance, tonight: dt.datetime
) -> None:
    row = Attendance.objects.create(
        session=session, patient=cast.quinn, center=cast.center, during=session.span, status="not_expected"
    )
    refused = add(as_("clara"), session, cast.quinn.mrn, makes_up_for=str(missed.id))
    assert faults(refused) == [("/makes_up_for", "member_makes_up_nothing")]
    assert add(as_("clara"), session, cast.quinn.mrn).json()["id"] == str(row.id)


def test_guests_who_leave_care_are_no_longer_expected(cast: Cast, as_: As, session: Session) -> None:
    add(as_("cora"), session, cast.quinn.mrn)
    take_leave(patient=cast.quinn, starts_on=TUESDAY, ends_on=TUESDAY + DAY, reason="x", by=TESTER)
    assert row_of(session, cast.quinn).status == "not_expected"


def test_guests_stay_when_a_roster_is_taken_again(cast: Cast, as_: As, series: Any, session: Session) -> None:
    add(as_("cora"), session, cast.quinn.mrn)
    retake_rosters(series=series, by=TESTER)
    assert row_of(session, cast.quinn).status == "expected"


def test_a_discharge_takes_a_member_off_the_sessions_to_come(cast: Cast, series: Any, session: Session) -> None:
    discharge(episode=Episode.objects.get(patient=cast.pat), on=TUESDAY + DAY, reason="1", by=TESTER)
    states = Attendance.objects.filter(patient=cast.pat).order_by("starts_at").values_list("status", flat=True)
    assert list(states) == ["expected", "not_expected", "not_expected", "not_expected"]


def test_a_new_member_is_expected_from_the_first_day_on(cast: Cast, series: Any, session: Session) -> None:
    newcomer = a_patient(cast.center, cast.program, "555", "Nia", "New")
    belongs(series, newcomer, starts_on=TUESDAY + 7 * DAY)
    retake_rosters(patient=newcomer, by=TESTER)
    assert Attendance.objects.filter(patient=newcomer).count() == 3
    versions = Session.objects.filter(series=series).order_by("starts_at").values_list("roster_version", flat=True)
    assert list(versions) == [1, 2, 2, 2]


def test_whoever_returns_is_expected_again(cast: Cast, series: Any, session: Session) -> None:
    membership = series.participations.get(patient=cast.pat)
    for ends_on, status in ((TUESDAY - DAY, "not_expected"), (None, "expected")):
        membership.ends_on = ends_on
        membership.save()
        retake_rosters(session=session, by=TESTER)
        assert row_of(session, cast.pat).status == status
