"""Sessions in the admin: a week at a time, with the verbs of the API."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from backend.api.clock import frozen
from centers.models import Room
from scheduling.models import Session, SessionStaff
from tests.cast import Cast
from tests.door import Entered, last, text
from tests.scheduling.conftest import TUESDAY, at

pytestmark = pytest.mark.django_db
SESSIONS = "/admin/scheduling/session/"
ABSENT = "01980f6e-0000-7000-8000-000000000000"


def act(client: Client, session: Session, verb: str, **values: Any) -> Any:
    return client.post(f"{SESSIONS}{session.pk}/{verb}/", {"shown": str(session.version), **values})


def test_a_list_holds_one_week_in_wall_time(cast: Cast, enters: Entered, session: Session) -> None:
    cora = enters("cora")
    listed = text(cora.get(SESSIONS)).replace("\u00a0", " ")
    assert "Tue 03 Mar 18:00" in listed
    assert "Tue 10 Mar" not in listed
    assert "1 of 12" in listed
    assert "Clara Caster" in listed
    assert (last().object_type, last().patients) == ("scheduling.session", [])
    assert "Tue 10 Mar 18:00" in text(cora.get(f"{SESSIONS}?from=2026-03-09")).replace("\u00a0", " ")


@pytest.mark.parametrize("day", ["no-day", "2026-02-30", "9999-99-99"])
def test_a_week_that_is_none_is_refused(enters: Entered, session: Session, day: str) -> None:
    assert enters("cora").get(f"{SESSIONS}?from={day}").status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_week_at_the_end_of_time_is_refused(enters: Entered, session: Session, day: str) -> None:
    assert enters("cora").get(f"{SESSIONS}?from={day}").status_code == 400


@pytest.mark.parametrize("name", ["ada", "percy", "root"])
def test_who_sees_no_schedule_sees_no_session(enters: Entered, session: Session, name: str) -> None:
    client = enters(name)
    assert client.get(SESSIONS).status_code == 403
    assert client.get(f"{SESSIONS}{session.pk}/change/").status_code == 403


def test_sessions_of_other_centers_are_absent(enters: Entered, session: Session) -> None:
    vera = enters("vera")
    assert "TUE" not in text(vera.get(SESSIONS))
    for page in ("change", "withdraw", "call_off", "move", "shorten", "substitute", "reinstate", "history"):
        there, absent = vera.get(f"{SESSIONS}{session.pk}/{page}/"), vera.get(f"{SESSIONS}{ABSENT}/{page}/")
        assert (there.status_code, there.content) == (404, absent.content)


def test_a_page_names_its_people_and_is_logged_with_them(cast: Cast, enters: Entered, session: Session) -> None:
    page = text(enters("sue").get(f"{SESSIONS}{session.pk}/change/"))
    assert "Pat Quillfeather" in page
    assert "Ashgrove" not in page
    assert last().patients == [cast.pat.pk]


def test_withdrawing_and_reinstating_do_what_the_api_does(cast: Cast, enters: Entered, session: Session) -> None:
    cora = enters("cora")
    assert act(cora, session, "withdraw", reason="training day").status_code == 302
    session.refresh_from_db()
    assert (session.status, session.status_reason) == ("withdrawn", "training day")
    entry = last("update", object_type="scheduling.session")
    assert (entry.actor_id, entry.changes["status"]) == (str(cast.cora.pk), ["scheduled", "withdrawn"])
    act(cora, session, "reinstate")
    session.refresh_from_db()
    assert session.status == "scheduled"


def test_a_session_is_called_off_on_its_day_only(enters: Entered, session: Session) -> None:
    cora = enters("cora")
    early = act(cora, session, "call_off", reason="storm")
    assert "Before its day a session is withdrawn, not called off." in text(early)
    assert 'value="storm"' in text(early)
    assert last("refuse").outcome == "session_day_not_come"
    with frozen(at(TUESDAY, 12)):
        cora = enters("cora")
        assert act(cora, session, "call_off", reason="storm").status_code == 302
    session.refresh_from_db()
    assert session.called_off_at is not None


def test_a_session_moves_to_another_wall_time_and_room(cast: Cast, enters: Entered, session: Session) -> None:
    room = Room.objects.create(center=cast.center, code="R2", name="Oak", capacity=9)
    answer = act(enters("cora"), session, "move", day="2026-03-04", time="17:30", room=str(room.pk))
    assert answer.status_code == 302
    session.refresh_from_db()
    assert (session.starts_at, session.room) == (at(dt.date(2026, 3, 4), 17, 30), room)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"day": "2026-03-08", "time": "02:30"}, "The clock skips this time on that day."),
        ({"day": "2026-03-03", "time": "18:00"}, "Nothing would change."),
        ({"day": "2026-03-04", "time": "25:00"}, "Enter a valid time."),
        ({"day": "9999-12-31", "time": "18:00"}, "Nothing was changed."),
        ({"day": "2026-03-04", "time": "18:00", "room": ABSENT}, "Nothing was changed."),
        ({"day": "2026-03-10", "time": "18:00"}, "holds another session"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    enters: Entered, session: Session, values: dict[str, str], said: str
) -> None:
    answer = act(enters("cora"), session, "move", **values)
    assert answer.status_code == 200
    assert said in text(answer)
    session.refresh_from_db()
    assert (session.starts_at, session.version) == (at(TUESDAY, 18), 1)


def test_a_session_is_shortened_and_staffed_by_somebody_else(cast: Cast, enters: Entered, session: Session) -> None:
    cora = enters("cora")
    assert act(cora, session, "shorten", minutes="60").status_code == 302
    session.refresh_from_db()
    assert session.ends_at == at(TUESDAY, 19)
    leading = SessionStaff.objects.get(session=session)
    assert act(cora, session, "substitute", replaces=str(leading.pk), substitute=str(cast.carl.pk)).status_code == 302
    active = SessionStaff.objects.filter(session=session, is_active=True)
    assert [row.staff for row in active] == [cast.carl]


def test_nobody_of_another_center_stands_in(cast: Cast, enters: Entered, session: Session) -> None:
    leading = SessionStaff.objects.get(session=session)
    answer = act(enters("cora"), session, "substitute", replaces=str(leading.pk), substitute=str(cast.vera.pk))
    assert "Nothing was changed." in text(answer)
    assert SessionStaff.objects.count() == Session.objects.count()


def test_a_stale_form_is_refused(enters: Entered, session: Session) -> None:
    cora = enters("cora")
    act(cora, session, "shorten", minutes="60")
    assert "Somebody changed this after the page was opened." in text(act(cora, session, "withdraw", reason="x"))
    session.refresh_from_db()
    assert session.status == "scheduled"


def test_series_and_patterns_are_read_only(enters: Entered, session: Session) -> None:
    cora, series = enters("cora"), session.series
    page = text(cora.get(f"/admin/scheduling/series/{series.pk}/change/"))
    assert "Tuesday" in page or "Tue" in page
    for model in ("series", "pattern"):
        assert cora.get(f"/admin/scheduling/{model}/").status_code == 200
        assert cora.get(f"/admin/scheduling/{model}/add/").status_code == 403
    pattern = series.patterns.get()
    assert cora.get(f"/admin/scheduling/pattern/{pattern.pk}/change/").status_code == 200
    assert cora.post(f"/admin/scheduling/pattern/{pattern.pk}/change/", {"minutes": "5"}).status_code == 403


def test_a_week_costs_the_same_whatever_it_holds(
    enters: Entered, session: Session, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cora = enters("cora")
    with CaptureQueriesContext(connection) as few:
        cora.get(SESSIONS)
    for number in range(20):
        begins = session.starts_at + dt.timedelta(hours=4 + number)
        Session.objects.create(
            series=session.series,
            center_id=session.center_id,
            original_date=TUESDAY,
            original_time=dt.time(1, number),
            starts_at=begins,
            ends_at=begins + dt.timedelta(minutes=30),
            local_date=TUESDAY,
            minutes=30,
            kind=session.kind,
            seats=12,
        )
    with django_assert_num_queries(len(few)):
        assert "21 sessions" in text(cora.get(SESSIONS))
