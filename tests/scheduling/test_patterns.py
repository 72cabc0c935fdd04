"""The weekly pattern changes from a day on; what people have arranged or recorded stays as it was."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from centers.actions import add_closure
from scheduling.actions import add_guest, move_session
from scheduling.models import Attendance, Pattern, Series, Session
from tests.cast import TESTER, Cast
from tests.scheduling.conftest import TUESDAY, at, row_of

As = Callable[[str], APIClient]
WEEK = dt.timedelta(weeks=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def pattern(series: Series) -> Pattern:
    return Pattern.objects.get(series=series)


def change(client: APIClient, pattern: Pattern, since: dt.date, **fields: Any) -> Any:
    return client.post(f"/api/v1/patterns/{pattern.id}/change/", {"from": str(since), **fields})


def starts(series: Series) -> list[tuple[str, str]]:
    """Weekday and time of every session, and whether it stands."""
    rows = Session.objects.filter(series=series).order_by("starts_at")
    return [(f"{row.local_date:%a %d}", f"{row.original_time:%H:%M} {row.status}") for row in rows]


def test_this_and_following_move_and_keep_their_ids(cast: Cast, as_: As, series: Series, pattern: Pattern) -> None:
    ids = list(Session.objects.filter(series=series).order_by("starts_at").values_list("id", flat=True))
    answer = change(as_("cora"), pattern, TUESDAY + 2 * WEEK, start_time="17:30", weekday=3)
    assert (answer.status_code, answer.json()["valid_from"]) == (200, "2026-03-17")
    assert starts(series) == [
        ("Tue 03", "18:00 scheduled"),
        ("Tue 10", "18:00 scheduled"),
        ("Thu 19", "17:30 scheduled"),
        ("Thu 26", "17:30 scheduled"),
    ]
    assert list(Session.objects.filter(series=series).order_by("starts_at").values_list("id", flat=True)) == ids
    pattern.refresh_from_db()
    assert pattern.valid_to == TUESDAY + 2 * WEEK
    assert {row.starts_at for row in Attendance.objects.all()} == {row.starts_at for row in Session.objects.all()}


def test_a_series_moves_onto_its_own_neighbors(cast: Cast, as_: As, series: Series, pattern: Pattern) -> None:
    assert change(as_("cora"), pattern, TUESDAY + WEEK, start_time="16:00").status_code == 200
    assert starts(series)[1:] == [(day, "16:00 scheduled") for day in ("Tue 10", "Tue 17", "Tue 24")]


def test_sessions_people_arranged_or_recorded_stay(cast: Cast, as_: As, series: Series, pattern: Pattern) -> None:
    _, moved, with_guest, recorded = Session.objects.filter(series=series).order_by("starts_at")
    move_session(session=moved, starts_at=at(TUESDAY + WEEK, 10), by=TESTER)
    add_guest(session=with_guest, record_number=cast.quinn.mrn, reason="x", by=TESTER)
    Attendance.objects.filter(pk=row_of(recorded, cast.pat).pk).update(status="excused_absence")
    assert change(as_("cora"), pattern, TUESDAY + WEEK, start_time="16:00").status_code == 200
    assert [found for _, found in starts(series)] == ["18:00 scheduled"] * 4


def test_a_day_more_is_made_and_a_day_less_withdrawn(cast: Cast, as_: As, series: Series, pattern: Pattern) -> None:
    since = TUESDAY + WEEK + DAY
    earlier = change(as_("cora"), pattern, since, weekday=2)
    assert [day for day, _ in starts(series)] == ["Tue 03", "Tue 10", "Wed 11", "Wed 18", "Wed 25"]
    following = Pattern.objects.get(pk=earlier.json()["id"])
    assert change(as_("cora"), following, TUESDAY + 3 * WEEK + DAY, weekday=1).status_code == 200
    assert starts(series)[-1] == ("Wed 25", "18:00 withdrawn")


def test_a_session_that_moves_into_a_closure_is_closed(cast: Cast, as_: As, series: Series, pattern: Pattern) -> None:
    add_closure(center=cast.center, date=TUESDAY + WEEK, from_time=dt.time(8), to_time=dt.time(12), by=TESTER)
    assert change(as_("cora"), pattern, TUESDAY + WEEK, start_time="09:00").status_code == 200
    assert [found for _, found in starts(series)][1:3] == ["09:00 closed", "09:00 scheduled"]


def test_an_ended_row_withdraws_its_untouched_sessions(cast: Cast, as_: As, series: Series, pattern: Pattern) -> None:
    answer = as_("cora").post(f"/api/v1/patterns/{pattern.id}/end/", {"on": str(TUESDAY + 2 * WEEK)})
    assert answer.json()["valid_to"] == "2026-03-17"
    assert [found for _, found in starts(series)] == ["18:00 scheduled"] * 2 + ["18:00 withdrawn"] * 2


@pytest.mark.parametrize("since", [TUESDAY - DAY, TUESDAY])
def test_a_change_lies_ahead_and_within_the_row(cast: Cast, as_: As, pattern: Pattern, since: dt.date) -> None:
    answer = change(as_("cora"), pattern, since, start_time="16:00")
    assert [fault["code"] for fault in answer.json()["errors"]] == ["outside_validity"]


def test_another_row_gives_its_sessions_at_once(cast: Cast, as_: As, series: Series) -> None:
    body = {"series": str(series.id), "weekday": 4, "start_time": "09:00", "minutes": 60, "kind": "psychoeducation"}
    assert as_("cora").post("/api/v1/patterns/", body).status_code == 201
    assert [day for day, _ in starts(series)][:3] == ["Tue 03", "Fri 06", "Tue 10"]


def course(cast: Cast, **changes: Any) -> dict[str, Any]:
    pattern = {"weekday": 4, "start_time": "10:00", "minutes": 50, "kind": "individual", "valid_from": str(TUESDAY)}
    values = {"center": cast.center.id, "code": "IND-1", "patient": cast.pat.id, "staff": cast.clara.id}
    return {"pattern": pattern, **{name: str(value) for name, value in (values | changes).items()}}


def test_a_course_is_opened_with_its_patient_staff_and_sessions(cast: Cast, as_: As, before: dt.datetime) -> None:
    answer = as_("cora").post("/api/v1/series/", course(cast))
    assert (answer.status_code, answer.json()["form"], answer.json()["seats"]) == (201, "individual", 1)
    first = Session.objects.filter(series=answer.json()["id"]).earliest("starts_at")
    assert first.starts_at == at(TUESDAY + 3 * DAY, 10)
    assert row_of(first, cast.pat).status == "expected"
    assert as_("clara").get(answer["Location"]).status_code == 200
    assert as_("carl").get(answer["Location"]).status_code == 404


def test_courses_are_for_people_of_the_center(cast: Cast, as_: As, before: dt.datetime) -> None:
    for field, person in (("patient", cast.stranger), ("staff", cast.vera)):
        answer = as_("cora").post("/api/v1/series/", course(cast, **{field: person.id}))
        assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
            (f"/{field}", "does_not_exist")
        ]


def test_counselors_do_not_keep_the_calendar(cast: Cast, as_: As, pattern: Pattern) -> None:
    assert as_("clara").post("/api/v1/series/", course(cast)).status_code == 403
    assert change(as_("clara"), pattern, TUESDAY + WEEK, start_time="16:00").status_code == 403


def test_lists_of_series_and_patterns(cast: Cast, as_: As, series: Series) -> None:
    assert [row["code"] for row in as_("clara").get("/api/v1/series/").json()["results"]] == ["TUE"]
    rows = as_("cora").get("/api/v1/patterns/", {"series": str(series.id)}).json()["results"]
    assert [row["start_time"] for row in rows] == ["18:00:00"]
