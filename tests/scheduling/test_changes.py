"""What happens to one session: withdrawn before its day, called off on it, moved, shortened, staffed by another."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.api.clock import frozen
from centers.actions import add_closure, take_back_closure
from centers.models import Room
from patients.actions import take_leave
from patients.models import StaffTask
from scheduling.actions import materialize
from scheduling.models import Attendance, AttendanceMove, Session, SessionStaff
from scheduling.signals import attendance_canceled, notice_wanted
from scheduling.tasks import extend_calendars
from tests.cast import TESTER, Cast
from tests.scheduling.conftest import TUESDAY, a_pattern, a_series, at, belongs, leads, row_of

As = Callable[[str], APIClient]
WEDNESDAY = TUESDAY + dt.timedelta(days=1)
WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def news() -> Iterator[list[tuple[str, Any]]]:
    """What the rooms above were told."""
    told: list[tuple[str, Any]] = []

    def hear(sender: object, **kwargs: Any) -> None:
        told.append((kwargs.get("change", "canceled"), kwargs["patient_ids"]))

    for signal in (attendance_canceled, notice_wanted):
        signal.connect(hear)
    yield told
    for signal in (attendance_canceled, notice_wanted):
        signal.disconnect(hear)


def verb(client: APIClient, session: Session, name: str, **body: Any) -> Any:
    return client.post(f"/api/v1/sessions/{session.id}/{name}/", body)


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_a_withdrawn_session_leaves_the_schedule_and_frees_its_people(
    cast: Cast, as_: As, session: Session, news: list[Any]
) -> None:
    answer = verb(as_("cora"), session, "withdraw", reason="holiday")
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    row = row_of(session, cast.pat)
    assert (row.status, row.on_schedule) == ("expected", False)
    assert news == [("withdrawn", (cast.pat.id,))]


def test_a_withdrawal_is_undone_with_the_roster_of_the_day(cast: Cast, as_: As, series: Any, session: Session) -> None:
    verb(as_("cora"), session, "withdraw", reason="holiday")
    belongs(series, cast.quinn)
    answer = verb(as_("cora"), session, "reinstate")
    assert answer.json()["status"] == "scheduled"
    assert row_of(session, cast.pat).on_schedule
    assert row_of(session, cast.quinn).status == "expected"


def test_on_its_day_a_session_is_called_off_and_not_withdrawn(cast: Cast, as_: As, session: Session) -> None:
    assert code_of(verb(as_("cora"), session, "call-off", reason="ill")) == (409, "session_day_not_come")
    with frozen(at(TUESDAY, 0)):
        assert code_of(verb(as_("cora"), session, "withdraw", reason="ill")) == (409, "session_day_has_come")
        assert verb(as_("cora"), session, "call-off", reason="ill").status_code == 200


def test_calling_off_marks_everybody_and_can_be_undone(cast: Cast, as_: As, session: Session, news: list[Any]) -> None:
    with frozen(at(TUESDAY, 12)):
        verb(as_("cora"), session, "call-off", reason="ill")
        row = row_of(session, cast.pat)
        assert (row.status, row.on_schedule) == ("cancelled_by_program", True)
        verb(as_("cora"), session, "reinstate")
    assert row_of(session, cast.pat).status == "expected"
    assert AttendanceMove.objects.filter(attendance=row).count() == 2
    assert [change for change, _ in news] == ["called_off", "canceled", "reinstated"]


def test_a_called_off_session_takes_no_attendance(cast: Cast, as_: As, session: Session) -> None:
    with frozen(at(TUESDAY, 19)):
        verb(as_("cora"), session, "call-off", reason="ill")
        tag = as_("cora").get(f"/api/v1/sessions/{session.id}/attendance/")["ETag"]
        rows = [{"patient": str(cast.pat.id), "status": "present"}]
        answer = as_("cora").put(
            f"/api/v1/sessions/{session.id}/attendance/", {"rows": rows}, headers={"If-Match": tag}
        )
    assert code_of(answer) == (409, "session_called_off")
    assert row_of(session, cast.pat).status == "cancelled_by_program"


@pytest.mark.parametrize("name", ["withdraw", "call-off", "shorten", "reinstate"])
def test_what_is_off_cannot_be_put_off_again(cast: Cast, as_: As, session: Session, name: str) -> None:
    if name != "reinstate":
        verb(as_("cora"), session, "withdraw", reason="x")
    body: dict[str, Any] = {"minutes": 60} if name == "shorten" else {} if name == "reinstate" else {"reason": "x"}
    assert verb(as_("cora"), session, name, **body).status_code == 409


def test_a_moved_session_keeps_its_key_and_its_break_moves_along(cast: Cast, as_: As, session: Session) -> None:
    answer = verb(as_("cora"), session, "move", starts_at=at(WEDNESDAY, 10).isoformat())
    moved = answer.json()
    assert (moved["original_date"], moved["original_time"]) == ("2026-03-03", "18:00:00")
    assert (moved["local_date"], moved["starts_at"]) == ("2026-03-04", "2026-03-04T15:00:00Z")
    assert moved["break_starts_at"] == "2026-03-04T16:20:00Z"
    assert row_of(session, cast.pat).starts_at == at(WEDNESDAY, 10)
    assert SessionStaff.objects.get(session=session).starts_at == at(WEDNESDAY, 10)


@pytest.mark.parametrize(
    "moment",
    ["2026-02-24T23:00:00Z", "2027-03-10T23:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
)
def test_no_session_is_moved_to_a_day_that_is_over_or_beyond_a_year(as_: As, session: Session, moment: str) -> None:
    answer = verb(as_("cora"), session, "move", starts_at=moment)
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [("/starts_at", "within_a_year")]
    session.refresh_from_db()
    assert session.local_date == TUESDAY


def test_a_moved_sessions_roster_is_that_of_its_new_day(cast: Cast, as_: As, series: Any, session: Session) -> None:
    belongs(series, cast.quinn, starts_on=WEDNESDAY)
    take_leave(patient=cast.pat, starts_on=WEDNESDAY, ends_on=WEDNESDAY + WEEK, reason="x", by=TESTER)
    verb(as_("cora"), session, "move", starts_at=at(WEDNESDAY, 10).isoformat())
    assert row_of(session, cast.pat).status == "not_expected"
    assert row_of(session, cast.quinn).status == "expected"


def test_somebody_who_is_elsewhere_but_off_the_new_roster_is_no_clash(
    cast: Cast, as_: As, series: Any, session: Session
) -> None:
    take_leave(patient=cast.pat, starts_on=WEDNESDAY, ends_on=WEDNESDAY + WEEK, reason="x", by=TESTER)
    other = a_session(cast, "OTHER", weekday=2)
    Attendance.objects.create(session=other, patient=cast.pat, center=cast.center, during=other.span, origin="guest")
    assert verb(as_("cora"), session, "move", starts_at=at(WEDNESDAY, 18).isoformat()).status_code == 200


def a_session(cast: Cast, code: str, **pattern: Any) -> Session:
    """A session of another series, with nobody in it."""
    from_day = {"valid_from": TUESDAY, "valid_to": TUESDAY + WEEK}
    other = a_series(cast, code)
    a_pattern(other, **from_day, **pattern)
    leads(other, cast.carl)
    return materialize(series=other, until=TUESDAY + WEEK, by=TESTER)[0]


CLASHES: dict[str, str] = {"room": "room_taken", "staff": "staff_taken", "patient": "patient_taken"}


@pytest.mark.parametrize("shared", CLASHES)
def test_a_move_onto_something_taken_says_what_is_taken(cast: Cast, as_: As, session: Session, shared: str) -> None:
    other = a_session(cast, "OTHER", weekday=2, room=cast.room if shared == "room" else None)
    if shared == "staff":
        SessionStaff.objects.filter(session=other).update(staff=cast.clara)
    if shared == "patient":
        Attendance.objects.create(session=other, patient=cast.pat, center=cast.center, during=other.span)
    answer = verb(as_("cora"), session, "move", starts_at=at(WEDNESDAY, 20).isoformat())
    assert code_of(answer) == (409, CLASHES[shared])
    assert Session.objects.get(pk=session.pk).starts_at == session.starts_at


def test_another_room_is_a_move_too(cast: Cast, as_: As, session: Session) -> None:
    room = Room.objects.create(center=cast.center, code="R2", name="Oak", capacity=4)
    assert verb(as_("cora"), session, "move", room=str(room.id)).json()["room_code"] == "R2"


def test_a_room_elsewhere_is_answered_like_none(cast: Cast, as_: As, session: Session) -> None:
    room = Room.objects.create(center=cast.elsewhere, code="R2", name="Oak", capacity=4)
    answer = verb(as_("cora"), session, "move", room=str(room.id))
    assert [fault["code"] for fault in answer.json()["errors"]] == ["does_not_exist"]


def test_a_move_that_moves_nothing_is_refused(cast: Cast, as_: As, session: Session) -> None:
    assert verb(as_("cora"), session, "move", reason="x").status_code == 400


def test_recorded_sessions_stay_where_they_were(cast: Cast, as_: As, session: Session) -> None:
    with frozen(at(TUESDAY, 21)):
        row = row_of(session, cast.pat)
        tag = f'"{row.etag_version}-row"'
        one = f"/api/v1/sessions/{session.id}/attendance/{cast.pat.id}/"
        assert as_("cora").patch(one, {"status": "present"}, headers={"If-Match": tag}).status_code == 200
        moved = verb(as_("cora"), session, "move", starts_at=at(WEDNESDAY, 10).isoformat())
        called_off = verb(as_("cora"), session, "call-off", reason="x")
    assert code_of(moved) == code_of(called_off) == (409, "session_has_attendance")


def test_a_closure_closes_sessions_to_come_and_its_end_brings_them_back(cast: Cast, as_: As, session: Session) -> None:
    closure = add_closure(center=cast.center, date=TUESDAY, by=TESTER, reason="snow")
    assert Session.objects.get(pk=session.pk).status == "closed"
    assert code_of(verb(as_("cora"), session, "reinstate")) == (409, "center_is_closed")
    take_back_closure(closure=closure, by=TESTER)
    assert Session.objects.get(pk=session.pk).status == "scheduled"
    assert row_of(session, cast.pat).on_schedule


def test_a_session_moved_out_of_a_closure_stands(cast: Cast, as_: As, session: Session) -> None:
    add_closure(center=cast.center, date=TUESDAY, by=TESTER)
    inside = verb(as_("cora"), session, "move", starts_at=at(TUESDAY, 9).isoformat())
    assert code_of(inside) == (409, "center_is_closed")
    assert verb(as_("cora"), session, "move", starts_at=at(WEDNESDAY, 9).isoformat()).json()["status"] == "scheduled"


@pytest.mark.parametrize(
    ("minutes", "ends", "pause"),
    [(120, (20, 0), ((19, 20), (19, 30))), (85, (19, 25), ((19, 20), (19, 25))), (80, (19, 20), None)],
)
def test_what_of_the_break_lies_beyond_the_end_is_no_break(
    *, cast: Cast, as_: As, session: Session, minutes: int, ends: tuple[int, int], pause: Any
) -> None:
    verb(as_("cora"), session, "shorten", minutes=minutes, reason="fire drill")
    session.refresh_from_db()
    assert session.ends_at == at(TUESDAY, *ends)
    assert (session.minutes, session.break_minutes) == (180, 10)
    wanted = tuple(at(TUESDAY, *when) for when in pause) if pause else (None, None)
    assert (session.break_starts_at, session.break_ends_at) == wanted


def test_a_session_is_not_shortened_to_more(cast: Cast, as_: As, session: Session) -> None:
    assert code_of(verb(as_("cora"), session, "shorten", minutes=180)) == (409, "not_shorter")


def swap(client: APIClient, session: Session, come: Any, go: Any) -> Any:
    return verb(client, session, "substitute", substitute=str(come.id), replaces=str(go.id))


def test_a_substitute_takes_the_place_and_gives_it_back(cast: Cast, as_: As, session: Session) -> None:
    answer = swap(as_("cora"), session, cast.carl, cast.clara)
    assert answer.status_code == 200
    standing = {row["name"]: (row["is_active"], row["replaces"]) for row in answer.json()["staff"]}
    assert standing == {"Carl Caster": (True, str(cast.clara.id)), "Clara Caster": (False, None)}
    swap(as_("cora"), session, cast.clara, cast.carl)
    assert dict(session.staff.values_list("staff", "is_active")) == {cast.carl.id: False, cast.clara.id: True}


def test_a_busy_substitute_is_refused(cast: Cast, as_: As, session: Session) -> None:
    a_session(cast, "OTHER")
    assert code_of(swap(as_("cora"), session, cast.carl, cast.clara)) == (409, "staff_taken")


@pytest.mark.parametrize(
    ("come", "go", "field", "code"),
    [
        ("vera", "clara", "/substitute", "does_not_exist"),
        ("carl", "sue", "/replaces", "not_staff_of_session"),
        ("clara", "clara", "/substitute", "staff_of_session_already"),
    ],
)
def test_only_colleagues_stand_in_for_staff(
    *, cast: Cast, as_: As, session: Session, come: str, go: str, field: str, code: str
) -> None:
    answer = swap(as_("cora"), session, cast.staff[come], cast.staff[go])
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(field, code)]


def test_calendars_are_kept_eight_weeks_ahead_and_clashes_become_tasks(cast: Cast, session: Session) -> None:
    clashing = a_series(cast, "CLASH")
    a_pattern(clashing, room=cast.room, valid_from=TUESDAY + 5 * WEEK, start_time=dt.time(19))
    for center in (cast.center, cast.elsewhere):
        center.calendar_to = TUESDAY + 4 * WEEK
        center.save()
    made = extend_calendars()
    assert made == 4
    assert set(StaffTask.objects.values_list("kind", flat=True)) == {"calendar_conflict"}
    assert StaffTask.objects.count() == 3
    assert extend_calendars() == 0
