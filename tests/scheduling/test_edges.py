"""The rarer answers of the calendar: what is off, what stands already, what lies elsewhere."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.api.clock import frozen
from backend.api.errors import Refused
from centers.actions import add_closure, assign_role
from centers.models import Room
from centers.roles import RoleName
from scheduling.models import Attendance, AttendanceMove, Pattern, Session
from scheduling.models.attendance import Status
from tests.cast import TESTER, Cast
from tests.scheduling.conftest import TUESDAY, at, row_of

As = Callable[[str], APIClient]


def verb(client: APIClient, session: Session, name: str, headers: Any = None, **body: Any) -> Any:
    return client.post(f"/api/v1/sessions/{session.id}/{name}/", body, headers=headers)


@pytest.fixture
def withdrawn(session: Session) -> Session:
    Session.objects.filter(pk=session.pk).update(status="withdrawn")
    return session


def test_what_is_withdrawn_is_neither_moved_nor_staffed(cast: Cast, as_: As, withdrawn: Session) -> None:
    people = {"substitute": str(cast.carl.id), "replaces": str(cast.clara.id)}
    moved = verb(as_("cora"), withdrawn, "move", starts_at=at(TUESDAY, 9).isoformat())
    staffed = verb(as_("cora"), withdrawn, "substitute", **people)
    assert moved.json()["code"] == staffed.json()["code"] == "session_not_scheduled"


def test_what_is_withdrawn_takes_no_attendance(cast: Cast, as_: As, withdrawn: Session) -> None:
    address = f"/api/v1/sessions/{withdrawn.id}/attendance/"
    tag = as_("cora").get(address)["ETag"]
    rows = [{"patient": str(cast.pat.id), "status": "excused_absence"}]
    answer = as_("cora").put(address, {"rows": rows}, headers={"If-Match": tag})
    assert (answer.status_code, answer.json()["code"]) == (409, "session_not_scheduled")


def test_a_second_closure_leaves_closed_sessions_closed(cast: Cast, session: Session) -> None:
    for reason in ("snow", "and ice"):
        add_closure(center=cast.center, date=TUESDAY, by=TESTER, reason=reason)
    session.refresh_from_db()
    assert (session.status, session.status_reason) == ("closed", "snow")


@pytest.fixture
def cora_in_both(cast: Cast) -> Cast:
    """Cora coordinates the other center as well."""
    assign_role(staff=cast.cora, center=cast.elsewhere, role=RoleName.COORDINATOR, by=TESTER)
    return cast


def test_a_room_of_another_center_is_no_room_here(cora_in_both: Cast, as_: As, session: Session) -> None:
    room = Room.objects.create(center=cora_in_both.elsewhere, code="R2", name="Oak", capacity=4)
    answer = verb(as_("cora"), session, "move", room=str(room.id))
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [("/room", "does_not_exist")]


def test_a_patient_of_another_center_gets_no_course_here(cora_in_both: Cast, as_: As, before: dt.datetime) -> None:
    cast = cora_in_both
    body = {
        "center": str(cast.center.id),
        "code": "IND-1",
        "patient": str(cast.stranger.id),
        "staff": str(cast.clara.id),
        "pattern": {"weekday": 1, "start_time": "10:00", "minutes": 50, "kind": "individual"},
    }
    answer = as_("cora").post("/api/v1/series/", body)
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [("/patient", "does_not_exist")]


def test_who_is_not_expected_is_not_simply_present(cast: Cast, as_: As, session: Session) -> None:
    Attendance.objects.filter(session=session).update(status="not_expected")
    rows = [{"patient": str(cast.pat.id), "status": "present"}]
    with frozen(at(TUESDAY, 19)):
        answer = as_("cora").put(
            f"/api/v1/sessions/{session.id}/attendance/", {"rows": rows}, headers={"If-Match": '"x"'}
        )
    assert [fault["code"] for fault in answer.json()["errors"]] == ["status_move_not_allowed"]


def test_a_patch_whose_effect_stands_writes_nothing(cast: Cast, as_: As, session: Session) -> None:
    answer = as_("cora").patch(
        f"/api/v1/sessions/{session.id}/attendance/{cast.pat.id}/",
        {"status": "expected"},
        headers={"If-Match": '"stale"'},
    )
    assert answer.status_code == 200
    assert AttendanceMove.objects.count() == 0


def test_a_repeated_verb_is_done_once(cast: Cast, as_: As, session: Session) -> None:
    first, again = (verb(as_("cora"), session, "withdraw", {"Idempotency-Key": "k"}, reason="x") for _ in range(2))
    assert (again.status_code, again.content) == (200, first.content)


def test_nobody_of_an_unseen_session_is_seen(cast: Cast, as_: As, session: Session) -> None:
    address = f"/api/v1/sessions/{session.id}/attendance/{cast.pat.id}/"
    assert as_("vera").get(address).status_code == 404
    assert as_("clara").get(address).status_code == 200
    stranger = address.replace(str(cast.pat.id), str(cast.quinn.id))
    assert as_("clara").get(stranger).status_code == 404


def test_billing_reads_the_history_without_reasons(cast: Cast, as_: As, session: Session) -> None:
    row = row_of(session, cast.pat)
    row.history("", by=TESTER, at=at(TUESDAY, 9)).save()
    for name, tells in (("bill", False), ("cora", True)):
        (move,) = as_(name).get(f"/api/v1/attendances/{row.id}/history/").json()["results"]
        assert ("reason" in move) == tells


def test_the_table_of_moves_is_the_last_word(session: Session) -> None:
    row = Attendance(status=Status.NOT_EXPECTED)
    with pytest.raises(Refused, match="status_move_not_allowed"):
        row.move(Status.PRESENT, by=TESTER, at=at(TUESDAY, 18))
    with pytest.raises(Refused, match="session_move_not_allowed"):
        session.turn(Session.Status.SCHEDULED, "")


def test_a_session_without_a_break_is_moved_and_cut(cast: Cast, as_: As, session: Session) -> None:
    Pattern.objects.update(break_offset=None, break_minutes=0)
    Session.objects.filter(pk=session.pk).update(break_starts_at=None, break_ends_at=None)
    verb(as_("cora"), session, "move", starts_at=at(TUESDAY, 9).isoformat())
    cut = verb(as_("cora"), session, "shorten", minutes=30).json()
    assert (cut["ends_at"], cut["break_starts_at"]) == ("2026-03-03T14:30:00Z", None)


@pytest.mark.parametrize("path", ["series", "patterns", "sessions", "attendances"])
def test_rows_are_named_by_type_and_id(session: Session, path: str) -> None:
    models = {"series": session.series, "patterns": session.pattern, "sessions": session}
    row = models.get(path) or session.attendances.get()
    assert str(row) in {"TUE", f"{path.removesuffix('s')} {row.id}"}
