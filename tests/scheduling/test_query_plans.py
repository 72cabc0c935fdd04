"""What a counselor and a coordinator open reads indexes only, at a census of some size."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from backend.api.clock import frozen
from backend.api.gate import Reach
from scheduling import querysets
from scheduling.models import Attendance, Session
from tests.cast import Cast
from tests.scheduling.conftest import TUESDAY, at

# 100 series of 50 weeks, six people in each: 5,000 sessions and 30,000 attendances.
CENSUS = """
SET LOCAL statement_timeout = 0;
SET LOCAL session_replication_role = replica;
INSERT INTO scheduling_series (id, version, center_id, code, form, seats, takes_guests)
SELECT md5('series' || s)::uuid, 1, %(center)s, 'C' || s, 'group', 12, true FROM generate_series(1, 100) s;
INSERT INTO scheduling_session (id, version, center_id, series_id, original_date, original_time, minutes, break_minutes,
    starts_at, ends_at, local_date, kind, mode, topic, seats, status, status_reason, roster_version)
SELECT md5('session' || s || '-' || w)::uuid, 1, %(center)s, md5('series' || s)::uuid, d::date, d::time, 60, 0, d,
    d + interval '1 hour', d::date, 'psychoeducation', 'in_person', '', 12, 'scheduled', '', 1
FROM generate_series(1, 100) s, generate_series(0, 49) w,
     LATERAL (SELECT timestamptz '2026-01-06 14:00Z' + w * interval '7 days' + s * interval '1 minute' AS d) given;
INSERT INTO scheduling_sessionstaff (id, session_id, center_id, staff_id, role, is_active, during, on_schedule)
SELECT gen_random_uuid(), id, center_id, md5('staff' || series_id)::uuid, 'lead', true, during, true
FROM scheduling_session;
INSERT INTO scheduling_attendance (id, version, session_id, patient_id, center_id, status, origin, reason, note,
    approved_by, recorded_by, during, on_schedule)
SELECT gen_random_uuid(), 1, id, md5('patient' || series_id || n)::uuid, center_id, 'expected', 'roster', '', '', '',
    '', during, true
FROM scheduling_session, generate_series(1, 6) n;
SET LOCAL session_replication_role = origin;
ANALYZE scheduling_series, scheduling_session, scheduling_sessionstaff, scheduling_attendance;
"""
WEEK = (at(TUESDAY, 0), at(TUESDAY + dt.timedelta(days=7), 0))
CODES = frozenset({"view_schedule", "record_attendance"})


@pytest.fixture
def caseload(cast: Cast) -> Iterator[frozenset[UUID]]:
    """Some patients of a large census, on a day within its year."""
    with connection.cursor() as cursor:
        cursor.execute(CENSUS, {"center": cast.center.id})
        cursor.execute("SELECT DISTINCT patient_id FROM scheduling_attendance ORDER BY 1 LIMIT 40")
        found = frozenset(row[0] for row in cursor.fetchall())
    with frozen(at(TUESDAY, 12)):
        yield found


def with_reach(monkeypatch: pytest.MonkeyPatch, reach: Reach) -> None:
    monkeypatch.setattr(querysets, "reach_of", lambda _user: reach)


def assert_indexed(rows: Any) -> None:
    """The tables that grow with the census are not read whole; a hundred series may be."""
    plan = rows.explain()
    for table in ("session", "sessionstaff", "attendance"):
        assert f"Seq Scan on scheduling_{table} " not in plan, plan


def everything(cast: Cast) -> list[Any]:
    """The reads of the calendar: pages within a window, and one row each."""
    session, attendance = Session.objects.order_by("id")[0], Attendance.objects.order_by("id")[0]
    return [
        Session.objects.visible_to(cast.carl, "view_schedule", WEEK)[:50],
        Attendance.objects.visible_to(cast.carl, "view_schedule", WEEK)[:50],
        Session.objects.visible_to(cast.carl, "view_schedule").filter(pk=session.pk),
        Session.objects.visible_to(cast.carl, "record_attendance").filter(pk=session.pk),
        Attendance.objects.visible_to(cast.carl, "view_schedule").filter(pk=attendance.pk),
        Attendance.objects.visible_in(session, cast.carl, "view_schedule"),
    ]


def test_a_caseload_reads_indexes(cast: Cast, caseload: frozenset[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    with_reach(monkeypatch, Reach({}, dict.fromkeys(caseload, (cast.center.id, CODES))))
    for rows in everything(cast):
        assert_indexed(rows)


def test_a_center_reads_indexes(cast: Cast, caseload: frozenset[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    with_reach(monkeypatch, Reach({cast.center.id: CODES}, dict.fromkeys(caseload, (cast.elsewhere.id, CODES))))
    for rows in everything(cast):
        assert_indexed(rows)
