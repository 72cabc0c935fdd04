"""Who sees a session and who is in it: by center, by patient, or as its staff while attendance is open."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen
from backend.api.gate import allows
from centers.actions import assign_role, end_role
from centers.models import RoleAssignment
from centers.roles import RoleName
from scheduling.actions import add_guest, materialize, substitute
from scheduling.models import Attendance, AttendanceMove, Pattern, Series, Session
from tests.cast import TESTER, Cast
from tests.scheduling.conftest import TUESDAY, a_pattern, a_series, at, belongs, leads, row_of

As = Callable[[str], APIClient]
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
WINDOW = {"from": "2026-03-01T00:00:00-05:00", "to": "2026-03-31T00:00:00-05:00"}


@pytest.fixture
def led_by_carl(cast: Cast, before: dt.datetime) -> Session:
    """A session of Quinn's that Carl staffs; Clara neither staffs it nor cares for anybody in it."""
    series = a_series(cast, "CARL")
    a_pattern(series, valid_from=TUESDAY, start_time=dt.time(9))
    leads(series, cast.carl)
    belongs(series, cast.quinn)
    return materialize(series=series, until=TUESDAY + DAY, by=TESTER)[0]


def sees(client: APIClient, session: Session, tail: str = "") -> int:
    return int(client.get(f"/api/v1/sessions/{session.id}/{tail}").status_code)


ACCESS = {"clara": 404, "carl": 200, "cora": 200, "sue": 200, "bill": 200, "vera": 404, "root": 404, "ada": 404}


@pytest.mark.parametrize(("name", "status"), {**ACCESS, "percy": 404, "dora": 404, "nobody": 401}.items())
def test_who_sees_a_session(as_: As, led_by_carl: Session, name: str, status: int) -> None:
    assert sees(as_(name), led_by_carl) == status


def test_a_stranger_gets_the_answer_of_an_absent_session(as_: As, led_by_carl: Session) -> None:
    hidden = as_("clara").get(f"/api/v1/sessions/{led_by_carl.id}/attendance/")
    absent = as_("clara").get(f"/api/v1/sessions/{led_by_carl.series_id}/attendance/")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


def test_the_care_team_sees_the_session_and_only_its_own_patient_in_it(
    cast: Cast, as_: As, led_by_carl: Session
) -> None:
    Attendance.objects.create(session=led_by_carl, patient=cast.pat, center=cast.center, during=led_by_carl.span)
    rows = as_("clara").get(f"/api/v1/sessions/{led_by_carl.id}/attendance/").json()["rows"]
    assert [row["record_number"] for row in rows] == [cast.pat.mrn]


def test_a_care_team_records_its_patient_but_not_the_roster(cast: Cast, as_: As, led_by_carl: Session) -> None:
    Attendance.objects.create(session=led_by_carl, patient=cast.pat, center=cast.center, during=led_by_carl.span)
    base, match = f"/api/v1/sessions/{led_by_carl.id}/attendance/", {"If-Match": '"1.1-row"'}
    with frozen(at(TUESDAY, 12)):
        assert as_("clara").put(base, {"rows": []}, headers=match).status_code == 403
        own = as_("clara").patch(f"{base}{cast.pat.id}/", {"status": "present"}, headers=match)
        other = as_("clara").patch(f"{base}{cast.quinn.id}/", {"status": "present"}, headers=match)
    assert (own.status_code, other.status_code) == (200, 404)


def test_billing_reads_attendance_without_notes_and_records_none(cast: Cast, as_: As, session: Session) -> None:
    Attendance.objects.filter(session=session).update(note="cried", reason="bus")
    base = f"/api/v1/sessions/{session.id}/attendance/"
    shown = as_("bill").get(base)
    (row,) = shown.json()["rows"]
    assert shown.headers["ETag"] != as_("clara").get(base).headers["ETag"]
    assert row["status"] == "expected"
    assert not row.keys() & {"note", "reason"}
    assert as_("bill").put(base, {"rows": []}, headers={"If-Match": '"x"'}).status_code == 403
    one = as_("bill").patch(f"{base}{cast.pat.id}/", {"status": "late"}, headers={"If-Match": '"x"'})
    assert one.status_code == 403


EDGES = [
    (at(TUESDAY, 6) - SECOND, False),
    (at(TUESDAY, 6), True),
    (at(TUESDAY, 21) + 14 * DAY - SECOND, True),
    (at(TUESDAY, 21) + 14 * DAY, False),
]


@pytest.mark.parametrize(("moment", "is_open"), EDGES)
def test_staff_record_from_12_hours_before_to_14_days_after(
    *, cast: Cast, led_by_carl: Session, moment: dt.datetime, is_open: bool
) -> None:
    evening = led_by_carl
    evening.place(at(TUESDAY, 18), TUESDAY)
    evening.save()
    row = row_of(evening, cast.quinn)
    Attendance.objects.filter(pk=row.pk).update(patient=cast.pat)
    with frozen(moment):
        assert allows(cast.carl, "record_attendance", evening) == is_open
        assert allows(cast.carl, "view_schedule", row) == is_open
        assert Attendance.objects.visible_in(evening, cast.carl, "record_attendance").exists() == is_open
        assert allows(cast.carl, "view_schedule", evening)


def test_a_programs_rule_sets_the_hours(cast: Cast, led_by_carl: Session) -> None:
    rule = cast.program.rules.get()
    rule.attendance_opens_hours, rule.attendance_closes_days = 2, 1
    rule.save()
    with frozen(at(TUESDAY, 7) - SECOND):
        assert not allows(cast.carl, "record_attendance", led_by_carl)
    with frozen(at(TUESDAY, 12) + DAY - SECOND):
        assert allows(cast.carl, "record_attendance", led_by_carl)


def test_a_substitutes_access_begins_and_ends_with_the_place(cast: Cast, as_: As, led_by_carl: Session) -> None:
    with frozen(at(TUESDAY, 8)):
        substitute(session=led_by_carl, substitute=cast.clara, replaces=cast.carl.id, by=TESTER)
        assert sees(as_("clara"), led_by_carl, "attendance/") == 200
        substitute(session=led_by_carl, substitute=cast.carl, replaces=cast.clara.id, by=TESTER)
        assert sees(as_("clara"), led_by_carl, "attendance/") == 404


def test_whoever_is_substituted_no_longer_records(cast: Cast, led_by_carl: Session) -> None:
    with frozen(at(TUESDAY, 8)):
        substitute(session=led_by_carl, substitute=cast.clara, replaces=cast.carl.id, by=TESTER)
        assert not allows(cast.carl, "record_attendance", led_by_carl)
        assert allows(cast.clara, "record_attendance", led_by_carl)


def test_nobody_inactive_sees_their_own_schedule(cast: Cast, led_by_carl: Session) -> None:
    cast.carl.is_active = False
    assert not Session.objects.visible_to(cast.carl, "view_schedule").exists()
    assert not Attendance.objects.visible_to(cast.carl, "view_schedule").exists()
    assert not Series.objects.visible_to(cast.carl, "view_schedule").exists()


@pytest.mark.parametrize("codename", ["manage_schedule", "view_aggregates"])
def test_other_codenames_open_sessions_by_center_only(cast: Cast, led_by_carl: Session, codename: str) -> None:
    assert not Session.objects.visible_to(cast.carl, codename).exists()
    assert not Attendance.objects.visible_to(cast.carl, codename).exists()


def test_somebody_with_a_role_here_sees_sessions_staffed_elsewhere_too(cast: Cast, session: Session) -> None:
    other = Series.objects.create(center=cast.elsewhere, code="ELSE", form="group", seats=3)
    a_pattern(other, valid_from=TUESDAY, start_time=dt.time(9))
    assign_role(staff=cast.cora, center=cast.elsewhere, role=RoleName.COUNSELOR, by=TESTER)
    leads(other, cast.cora)
    (far,) = materialize(series=other, until=TUESDAY + DAY, by=TESTER)
    window = (at(TUESDAY, 0), at(TUESDAY + DAY, 0))
    for found in (
        Session.objects.visible_to(cast.cora, "view_schedule", window),
        Session.objects.visible_to(cast.cora, "view_schedule").filter(local_date=TUESDAY),
    ):
        assert set(found) == {session, far}
    assert allows(cast.cora, "view_schedule", far)
    with frozen(at(TUESDAY, 9)):
        assert allows(cast.cora, "record_attendance", far)


def test_a_history_is_as_visible_as_its_attendance(cast: Cast, led_by_carl: Session) -> None:
    row = row_of(led_by_carl, cast.quinn)
    with frozen(at(TUESDAY, 9)):
        add_guest(session=led_by_carl, record_number=cast.pat.mrn, reason="x", by=TESTER)
    seen = AttendanceMove.objects.visible_to(cast.clara, "view_schedule")
    assert {move.patient_id for move in seen} == {cast.pat.id}
    assert row.moves.count() == 0


def test_patterns_are_seen_with_their_series(cast: Cast, series: Series, led_by_carl: Session) -> None:
    assert {row.series_id for row in Pattern.objects.visible_to(cast.clara, "view_schedule")} == {series.id}
    assert Pattern.objects.on(TUESDAY).count() == 2


def test_reading_a_roster_names_everybody_read(cast: Cast, as_: As, session: Session) -> None:
    as_("cora").get(f"/api/v1/sessions/{session.id}/attendance/")
    entry = LogEntry.objects.get(kind="read", actor_id=str(cast.cora.id))
    assert entry.patients == [cast.pat.id]


def test_a_list_of_sessions_names_no_patient(cast: Cast, as_: As, session: Session) -> None:
    answer = as_("cora").get("/api/v1/sessions/", WINDOW)
    assert [row["roster"]["expected"] for row in answer.json()["results"]] == [1, 1, 1, 1]
    assert "Quillfeather" not in answer.content.decode()
    assert cast.pat.mrn not in answer.content.decode()


@pytest.mark.parametrize(("name", "count"), [("clara", 4), ("carl", 0), ("cora", 4), ("vera", 0)])
def test_everybody_lists_the_sessions_they_may_see(as_: As, session: Session, name: str, count: int) -> None:
    assert len(as_(name).get("/api/v1/sessions/", WINDOW).json()["results"]) == count


def test_my_sessions_are_those_i_staff(cast: Cast, as_: As, session: Session, led_by_carl: Session) -> None:
    mine = as_("carl").get("/api/v1/sessions/", WINDOW | {"staff": "me"}).json()["results"]
    assert [row["id"] for row in mine] == [str(led_by_carl.id)]
    hers = as_("cora").get("/api/v1/sessions/", WINDOW | {"staff": str(cast.clara.id)}).json()["results"]
    assert len(hers) == 4


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "window_required"),
        ({"from": WINDOW["to"], "to": WINDOW["from"]}, "validation_failed"),
        (WINDOW | {"to": "2026-06-30T00:00:00-04:00"}, "validation_failed"),
        (WINDOW | {"staff": "you"}, "validation_failed"),
        (WINDOW | {"color": "red"}, "validation_failed"),
    ],
)
def test_a_list_without_a_proper_window_is_refused(as_: As, cast: Cast, query: dict[str, str], code: str) -> None:
    answer = as_("cora").get("/api/v1/sessions/", query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_attendance_of_a_patient_within_a_window(cast: Cast, as_: As, session: Session) -> None:
    query = WINDOW | {"patient": str(cast.pat.id)}
    rows = as_("clara").get("/api/v1/attendances/", query).json()["results"]
    assert rows[0]["session"] == str(session.id)
    assert len(rows) == 4
    assert as_("carl").get("/api/v1/attendances/", query).json()["results"] == []
    one = as_("clara").get(f"/api/v1/attendances/{rows[0]['id']}/")
    assert one["ETag"] == rows[0]["etag"]


@pytest.mark.parametrize("name", ["clara", "cora"])
def test_a_page_of_sessions_costs_the_same_for_one_and_for_fifty(cast: Cast, as_: As, series: Any, name: str) -> None:
    counted = []
    for days in (1, 75):
        if days > 1:
            for weekday in (0, 2, 3, 4, 5, 6):
                a_pattern(series, weekday=weekday, valid_from=TUESDAY)
            materialize(series=series, since=TUESDAY, until=TUESDAY + days * DAY, by=TESTER)
        window = {"from": at(TUESDAY, 0).isoformat(), "to": at(TUESDAY + days * DAY, 0).isoformat()}
        with CaptureQueriesContext(connection) as queries:
            answer = as_(name).get("/api/v1/sessions/", window)
        counted.append((len(answer.json()["results"]), len(queries)))
    # One more authenticates: the tests sign in without.
    assert [rows for rows, _ in counted] == [1, 50]
    assert counted[0][1] == counted[1][1] <= 10, counted


@pytest.mark.parametrize(("moment", "is_seen"), [(at(TUESDAY, 0) - SECOND, True), (at(TUESDAY, 0), False)])
def test_a_series_is_seen_until_the_day_one_leads_it_no_longer(
    *, cast: Cast, led_by_carl: Session, moment: dt.datetime, is_seen: bool
) -> None:
    led_by_carl.series.participations.all().delete()
    led_by_carl.series.staff.update(ends_on=TUESDAY)
    with frozen(moment):
        assert Series.objects.visible_to(cast.carl, "view_schedule").exists() == is_seen


@pytest.mark.parametrize("model", [Session, Attendance])
def test_who_works_nowhere_else_is_not_asked_what_they_staff(cast: Cast, led_by_carl: Session, model: Any) -> None:
    """The wall opens no other center, so that nothing could be found there; the rows are the same."""
    window = (at(TUESDAY, 0), at(TUESDAY + DAY, 0))
    found = []
    for works_at in (None, frozenset({cast.center.pk}), frozenset({cast.center.pk, cast.elsewhere.pk})):
        cast.cora.works_at = works_at
        with CaptureQueriesContext(connection) as queries:
            rows = {row.pk for row in model.objects.visible_to(cast.cora, "view_schedule", window)}
        asked = any('"scheduling_sessionstaff"' in str(query["sql"]) for query in queries.captured_queries)
        found.append((rows, asked))
    rows = found[0][0]
    assert rows
    assert found == [(rows, True), (rows, False), (rows, True)]


def test_leading_opens_no_series_once_nobody_is_treated_there_any_more(cast: Cast) -> None:
    series = Series.objects.create(center=cast.center, code="LED", form="individual", seats=1)
    leads(series, cast.carl)
    assert allows(cast.carl, "view_schedule", series)
    end_role(assignment=RoleAssignment.objects.get(staff=cast.carl), by=TESTER)
    cast.carl.forget_reach()
    assert not allows(cast.carl, "view_schedule", series)
