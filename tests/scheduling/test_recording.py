"""The close-out of a session in one call: everybody once, all or nothing, and a history that keeps both marks."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen
from scheduling.actions import materialize
from scheduling.models import Attendance, AttendanceMove, Session
from tests.cast import TESTER, Cast, a_patient
from tests.scheduling.conftest import TUESDAY, a_pattern, a_series, at, belongs, leads, row_of

As = Callable[[str], APIClient]


@pytest.fixture
def tonight(session: Session) -> Iterator[dt.datetime]:
    """The clock stands at 21:05 on the evening of the session."""
    with frozen(at(TUESDAY, 21, 5)) as moment:
        yield moment


def address(session: Session, tail: str = "attendance/") -> str:
    return f"/api/v1/sessions/{session.id}/{tail}"


def put(client: APIClient, session: Session, *rows: Any, tag: str | None = None) -> Any:
    """PUT the roster with the tag just read, or with `tag`."""
    tag = tag or client.get(address(session)).headers.get("ETag", "none")
    return client.put(address(session), {"rows": list(rows)}, headers={"If-Match": tag})


def mark(patient: Any, status: str = "present", **values: Any) -> dict[str, Any]:
    return {"patient": str(patient.id), "status": status, **values}


def moments(**times: dt.datetime) -> dict[str, str]:
    return {name: moment.isoformat() for name, moment in times.items()}


def test_staff_of_the_session_records_who_came(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    times = moments(arrived_at=at(TUESDAY, 18, 20), left_at=at(TUESDAY, 20, 30))
    answer = put(as_("clara"), session, mark(cast.pat, "late_and_left_early", reason="bus", **times))
    assert answer.status_code == 200
    row = row_of(session, cast.pat)
    assert (row.status, row.arrived_at, row.reason) == ("late_and_left_early", at(TUESDAY, 18, 20), "bus")
    assert row.recorded_by == str(cast.clara.id)
    assert answer.json()["rows"][0]["patient_name"] == "Pat Quillfeather"
    assert answer["ETag"] == as_("clara").get(address(session))["ETag"]


def test_a_correction_keeps_both_marks_in_the_history(
    cast: Cast, as_: As, session: Session, tonight: dt.datetime
) -> None:
    put(as_("clara"), session, mark(cast.pat, "no_show"))
    put(as_("cora"), session, mark(cast.pat, "excused_absence", reason="called"))
    row = row_of(session, cast.pat)
    moves = as_("cora").get(f"/api/v1/attendances/{row.id}/history/").json()["results"]
    assert [(move["from_status"], move["to_status"], move["by"]) for move in moves] == [
        ("expected", "no_show", str(cast.clara.id)),
        ("no_show", "excused_absence", str(cast.cora.id)),
    ]


def test_one_bulk_entry_names_everybody(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    put(as_("clara"), session, mark(cast.pat))
    entry = LogEntry.objects.get(kind="bulk", actor_id=str(cast.clara.id))
    assert (entry.patients, entry.object_pk) == ([cast.pat.id], str(session.id))


def test_a_put_whose_effect_stands_is_answered_though_its_tag_is_stale(
    cast: Cast, as_: As, session: Session, tonight: dt.datetime
) -> None:
    tag = as_("clara").get(address(session))["ETag"]
    assert put(as_("clara"), session, mark(cast.pat), tag=tag).status_code == 200
    assert put(as_("clara"), session, mark(cast.pat), tag=tag).status_code == 200
    assert AttendanceMove.objects.count() == 1


def test_a_stale_tag_is_refused_and_stores_nothing(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    tag = as_("clara").get(address(session))["ETag"]
    put(as_("clara"), session, mark(cast.pat))
    answer = put(as_("clara"), session, mark(cast.pat, "no_show"), tag=tag)
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    assert row_of(session, cast.pat).status == "present"


def test_if_match_is_required(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    answer = as_("clara").put(address(session), {"rows": [mark(cast.pat)]})
    assert answer.status_code == 428


WRONG: dict[str, tuple[Callable[[Cast], list[Any]], str, str]] = {
    "nobody named": (lambda _: [], "/rows", "roster_incomplete"),
    "named twice": (lambda cast: [mark(cast.pat), mark(cast.pat)], "/rows/1/patient", "named_twice"),
    "a stranger": (lambda cast: [mark(cast.pat), mark(cast.quinn)], "/rows/1/patient", "not_on_roster"),
    "an unknown status": (lambda cast: [mark(cast.pat, "asleep")], "/rows/0/status", "invalid_choice"),
    "a status of rosters": (lambda cast: [mark(cast.pat, "not_expected")], "/rows/0/status", "invalid_choice"),
    "a member in error": (lambda cast: [mark(cast.pat, "entered_in_error")], "/rows/0/status", "invalid_choice"),
    "times on an absence": (
        lambda cast: [mark(cast.pat, "no_show", **moments(arrived_at=at(TUESDAY, 18)))],
        "/rows/0/arrived_at",
        "times_on_absence",
    ),
    "a time to come": (
        lambda cast: [mark(cast.pat, **moments(left_at=at(TUESDAY, 21, 6)))],
        "/rows/0/left_at",
        "in_the_future",
    ),
    "another day": (
        lambda cast: [mark(cast.pat, **moments(arrived_at=at(TUESDAY - dt.timedelta(days=1), 18)))],
        "/rows/0/arrived_at",
        "outside_session_day",
    ),
    "turned round": (
        lambda cast: [mark(cast.pat, **moments(arrived_at=at(TUESDAY, 20), left_at=at(TUESDAY, 19)))],
        "/rows/0/left_at",
        "left_before_arrived",
    ),
    "no offset": (lambda cast: [mark(cast.pat, arrived_at="2026-03-03T18:20:00")], "/rows/0/arrived_at", "naive"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_row_is_named_and_nothing_is_stored(
    cast: Cast, as_: As, session: Session, tonight: dt.datetime, case: str
) -> None:
    rows, pointer, code = WRONG[case]
    answer = put(as_("clara"), session, *rows(cast))
    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert row_of(session, cast.pat).status == "expected"
    assert AttendanceMove.objects.count() == 0


def test_one_wrong_row_of_many_stores_none(cast: Cast, as_: As, series: Any, session: Session) -> None:
    belongs_now(cast, series, session)
    with frozen(at(TUESDAY, 21, 5)):
        answer = put(as_("clara"), session, mark(cast.pat), mark(cast.quinn, "no_show", arrived_at=iso(18)))
    assert answer.status_code == 400
    assert set(Attendance.objects.filter(session=session).values_list("status", flat=True)) == {"expected"}


def belongs_now(cast: Cast, series: Any, session: Session) -> None:
    belongs(series, cast.quinn)
    Attendance.objects.create(
        session=session, patient=cast.quinn, center=cast.center, during=session.span, on_schedule=True
    )


def iso(hour: int) -> str:
    return at(TUESDAY, hour).isoformat()


@pytest.mark.parametrize(("status", "answered"), [("present", 400), ("no_show", 400), ("excused_absence", 200)])
def test_nobody_is_present_before_the_session_began(
    cast: Cast, as_: As, session: Session, status: str, answered: int
) -> None:
    with frozen(at(TUESDAY, 17, 59)):
        answer = put(as_("clara"), session, mark(cast.pat, status))
    assert answer.status_code == answered


def test_a_word_is_taken_back(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    put(as_("clara"), session, mark(cast.pat, **moments(arrived_at=at(TUESDAY, 18, 1))))
    put(as_("clara"), session, mark(cast.pat, "expected"))
    row = row_of(session, cast.pat)
    assert (row.status, row.arrived_at) == ("expected", None)


def test_two_people_mark_two_rows_with_tags_read_before(
    cast: Cast, as_: As, series: Any, session: Session, tonight: dt.datetime
) -> None:
    belongs_now(cast, series, session)
    tags = {row["patient"]: row["etag"] for row in as_("clara").get(address(session)).json()["rows"]}
    for patient in (cast.pat, cast.quinn):
        answer = as_("clara").patch(
            address(session, f"attendance/{patient.id}/"),
            {"status": "late", "arrived_at": iso(19)},
            headers={"If-Match": tags[str(patient.id)]},
        )
        assert answer.status_code == 200, answer.json()
        assert answer["ETag"] != tags[str(patient.id)]


def test_a_row_alone_has_its_own_tag(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    one = address(session, f"attendance/{cast.pat.id}/")
    stale = as_("clara").get(one)["ETag"]
    put(as_("clara"), session, mark(cast.pat))
    answer = as_("clara").patch(one, {"status": "no_show"}, headers={"If-Match": stale})
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    assert as_("clara").patch(one, {"status": "no_show"}).status_code == 428


def test_faults_of_one_row_point_into_the_body(cast: Cast, as_: As, session: Session, tonight: dt.datetime) -> None:
    one = address(session, f"attendance/{cast.pat.id}/")
    answer = as_("clara").patch(one, {"status": "no_show", "left_at": iso(19)}, headers={"If-Match": '"x"'})
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
        ("/left_at", "times_on_absence")
    ]


def test_notes_and_collaterals_stay_when_nothing_is_said_of_them(
    cast: Cast, as_: As, session: Session, tonight: dt.datetime
) -> None:
    put(as_("clara"), session, mark(cast.pat, note="brought her sister", collaterals=1))
    put(as_("clara"), session, mark(cast.pat, "late"))
    row = row_of(session, cast.pat)
    assert (row.status, row.note, row.collaterals) == ("late", "brought her sister", 1)


def test_the_roster_unchanged_is_a_304_and_logged_all_the_same(
    cast: Cast, as_: As, session: Session, tonight: dt.datetime
) -> None:
    tag = as_("clara").get(address(session))["ETag"]
    answer = as_("clara").get(address(session), headers={"If-None-Match": tag})
    assert answer.status_code == 304
    assert LogEntry.objects.filter(action="read", patients__contains=[cast.pat.id]).count() == 2


def queries_of_recording(cast: Cast, as_: As, people: int) -> int:
    """How many statements one PUT of a roster of so many people takes."""
    series = a_series(cast, f"S{people}", seats=people)
    a_pattern(series, valid_from=TUESDAY, start_time=dt.time(8), weekday=people % 5)
    leads(series, cast.clara)
    patients = [a_patient(cast.center, cast.program, f"{people}-{n}", "Nn", f"N{n}") for n in range(people)]
    for patient in patients:
        belongs(series, patient)
    (session,) = materialize(series=series, until=TUESDAY + dt.timedelta(days=7), by=TESTER)
    with frozen(session.ends_at):
        tag, client = as_("clara").get(address(session))["ETag"], as_("clara")
        with CaptureQueriesContext(connection) as queries:
            answer = put(client, session, *(mark(patient) for patient in patients), tag=tag)
    assert answer.status_code == 200, answer.json()
    return len(queries)


def test_a_roster_of_12_costs_as_many_statements_as_one_of_40(cast: Cast, as_: As, before: dt.datetime) -> None:
    counted = [queries_of_recording(cast, as_, people) for people in (12, 40)]
    assert counted[0] == counted[1] <= 15, counted
