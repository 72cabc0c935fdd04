"""Hours and seats over REST: paged by patients, within the gate, as JSON and as CSV."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from audit.models import LogEntry
from scheduling.models import Attendance, Session
from tests.cast import Cast

As = Callable[[str], APIClient]


def hours(client: APIClient, cast: Cast, **query: Any) -> Any:
    window = {"center": str(cast.center.id), "from": "2026-03-02", "to": "2026-03-09"}
    return client.get("/api/v1/weekly-hours/", {name: str(value) for name, value in (window | query).items()})


def test_a_counselor_reads_the_hours_of_the_caseload(cast: Cast, as_: As, session: Session) -> None:
    Attendance.objects.filter(session=session).update(status="present")
    (week,) = hours(as_("clara"), cast).json()["results"]
    assert (week["record_number"], week["week_start"]) == (cast.pat.mrn, "2026-03-02")
    assert (week["planned_minutes"], week["counted_minutes"], week["target_minutes"]) == (170, 170, 540)
    assert (week["met"], week["partial"]) == (False, False)
    entry = LogEntry.objects.get(kind="read", actor_id=str(cast.clara.id))
    assert entry.patients == [cast.pat.id]


def test_hours_come_page_by_page_of_patients(cast: Cast, as_: As, session: Session) -> None:
    first = hours(as_("cora"), cast, page_size=1).json()
    assert [week["patient"] for week in first["results"]] == [str(cast.quinn.id)]
    second = as_("cora").get(first["next"]).json()
    assert [week["patient"] for week in second["results"]] == [str(cast.pat.id)]
    assert second["next"] is None


def test_hours_as_csv(cast: Cast, as_: As, session: Session) -> None:
    answer = hours(as_("cora"), cast, patient=cast.pat.id, format="csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert (row["record_number"], row["met"], row["scheduled_minutes"]) == (cast.pat.mrn, "no", "170")


def test_a_page_of_csv_names_the_next(cast: Cast, as_: As, session: Session) -> None:
    first = hours(as_("cora"), cast, page_size=1, format="csv")
    second = as_("cora").get(first["Link"].removeprefix("<").removesuffix('>; rel="next"'))
    found = csv.DictReader(io.StringIO(second.content.decode()))
    assert [row["record_number"] for row in found] == [cast.pat.mrn]
    assert "Link" not in second.headers


def test_what_a_spreadsheet_would_run_is_text(cast: Cast, as_: As, session: Session) -> None:
    cast.pat.mrn = "=1+1"
    cast.pat.save()
    assert ",'=1+1," in hours(as_("cora"), cast, patient=cast.pat.id, format="csv").content.decode()


def test_no_hours_of_whom_one_does_not_see(cast: Cast, as_: As, session: Session) -> None:
    assert hours(as_("clara"), cast, patient=cast.quinn.id).json()["results"] == []
    assert hours(as_("vera"), cast).json()["results"] == []
    empty = hours(as_("clara"), cast, patient=cast.quinn.id, format="csv")
    assert empty.content.startswith(b"patient,record_number,week_start,planned_minutes,")
    assert empty.content.count(b"\r\n") == 1


@pytest.mark.parametrize(
    "query", [{"to": "2026-03-02"}, {"to": "2028-03-02"}, {"from": "yesterday"}, {"center": "x"}, {"color": "red"}]
)
def test_a_report_without_proper_bounds_is_refused(cast: Cast, as_: As, query: dict[str, str]) -> None:
    assert hours(as_("cora"), cast, **query).status_code == 400
    problem = hours(as_("cora"), cast, format="csv", **query)
    assert problem.status_code == 400
    assert problem.json()["code"] == "validation_failed"


def summary(client: APIClient, cast: Cast) -> Any:
    window = {"center": str(cast.center.id), "from": "2026-03-02", "to": "2026-03-09"}
    return client.get("/api/v1/attendance-summary/", window)


def test_directors_read_sums_and_no_patient(cast: Cast, as_: As, session: Session) -> None:
    Attendance.objects.filter(session=session).update(status="no_show")
    (row,) = summary(as_("dora"), cast).json()["results"]
    assert (row["group"], row["seats_expected"], row["no_show"], row["no_show_rate"]) == ("TUE", 1, 1, "1.0000")
    assert not LogEntry.objects.filter(actor_id=str(cast.dora.id)).exists()


def test_a_group_nobody_is_known_of_has_no_rate(cast: Cast, as_: As, session: Session) -> None:
    (row,) = summary(as_("sue"), cast).json()["results"]
    assert (row["unrecorded"], row["no_show_rate"]) == (1, None)


@pytest.mark.parametrize("name", ["clara", "cora", "vera", "ada"])
def test_others_get_no_sums(cast: Cast, as_: As, session: Session, name: str) -> None:
    assert summary(as_(name), cast).status_code == 400
