"""A center with as many patients as asked for, made by SQL, and two people who work there."""

import datetime as dt
import secrets
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.range import TimestamptzRange

from backend.api.clock import now
from backend.api.recorder import Actor, acting_as
from centers.actions import assign_role, open_center
from centers.models import Center, Program, ProgramRule, SignIn, Staff
from centers.roles import RoleName
from centers.tokens import hashed
from centers.wall_time import local_date
from patients.actions import join_care_team
from patients.models import Patient
from scheduling.models import Attendance, Series, Session

BENCH = Actor("system:bench", "bench")
CASELOAD = 80
ROSTERS = (12, 40)
PATIENTS = """
INSERT INTO patients_patient (id, version, center_id, mrn, first_name, last_name, preferred_name, birth_date, language,
    timezone, contact_preference, sort_key, given_key, preferred_key)
SELECT gen_random_uuid(), 1, %(center)s, lpad(n::text, 7, '0'), 'First' || n, 'Last' || mixed, '',
    date '1990-01-01', 'en', '', 'sms', 'last' || mixed || ' first' || n, 'first' || n, ''
FROM generate_series(1, %(census)s) AS n CROSS JOIN LATERAL (SELECT n::bigint * 7919 %% %(census)s AS mixed) AS names
"""
EPISODES = """
INSERT INTO patients_episode (id, version, patient_id, center_id, program_id, admitted_on, discharge_reason)
SELECT gen_random_uuid(), 1, id, center_id, %(program)s, date '2026-01-05', '' FROM patients_patient
"""
# Twelve patients of the census make a group; each group meets three times in the month.
SESSIONS = """
WITH made AS (
    INSERT INTO scheduling_series (id, version, center_id, code, form, program_id, seats, takes_guests)
    SELECT gen_random_uuid(), 1, %(center)s, 'G' || n, 'group', %(program)s, 15, true
    FROM generate_series(1, greatest(%(census)s / 12, 60)) AS n
    RETURNING id, code
)
INSERT INTO scheduling_session (id, version, center_id, series_id, original_date, original_time, minutes, break_minutes,
    starts_at, ends_at, local_date, kind, mode, topic, seats, status, status_reason, roster_version)
SELECT gen_random_uuid(), 1, %(center)s, made.id, day.at::date, time '09:00', 180, 0, day.at + interval '14 hours',
    day.at + interval '17 hours', day.at::date, 'skills_group', 'in_person', '', 15, 'scheduled', '', 1
FROM made CROSS JOIN LATERAL (
    SELECT timestamptz '2026-06-01 00:00Z' + interval '1 day' * (substr(made.code, 2)::int %% 9 + 9 * meeting) AS at
    FROM generate_series(0, 2) AS meeting
) day
"""
# Each group has a leader of its own.
LEADERS = """
INSERT INTO centers_staff (id, version, password, is_superuser, email, first_name, last_name, is_active, is_staff,
    is_service, created_at)
SELECT gen_random_uuid(), 1, '!', false, lower(code) || '@bench.example.org', 'Leader', code, true, false, false, now()
FROM scheduling_series
"""
STAFFED = """
INSERT INTO scheduling_sessionstaff (id, session_id, center_id, staff_id, role, is_active, during, on_schedule)
SELECT gen_random_uuid(), session.id, session.center_id, staff.id, 'lead', true, session.during, true
FROM scheduling_session session JOIN scheduling_series series ON series.id = session.series_id
JOIN centers_staff staff ON staff.last_name = series.code
"""
ATTENDANCES = """
INSERT INTO scheduling_attendance (id, version, session_id, patient_id, center_id, status, origin, reason, note,
    approved_by, recorded_by, during, on_schedule)
SELECT gen_random_uuid(), 1, session.id, member.id, session.center_id, 'expected', 'roster', '', '', '', '',
    session.during, true
FROM scheduling_session session
JOIN scheduling_series series ON series.id = session.series_id
JOIN (SELECT id, 'G' || (1 + (row_number() OVER (ORDER BY mrn) - 1) / 12) AS code FROM patients_patient) member
  ON member.code = series.code
"""
DISTINCT_GROUPS = """
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY mrn) AS number FROM patients_patient) member
WHERE number %% 12 = 1 ORDER BY number LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class People:
    """The center, and the tokens of the two people who ask about it."""

    center: str
    counselor_token: str
    coordinator_token: str


@transaction.atomic
def fill(census: int) -> dict[str, Any]:
    """Fill an empty, migrated database with one center of `census` patients.

    Rows come from a few statements with foreign keys unchecked (they are right by construction, and two million checks
    would measure nothing); exclusion constraints are taken off before and stand again afterwards.
    """
    with acting_as(BENCH):
        center = open_center(
            by=BENCH,
            name="Bench Center",
            discreet_name="Bench",
            timezone="America/New_York",
            country="US",
            calendar_from=dt.date(2026, 1, 1),
            calendar_to=dt.date(2027, 1, 1),
        )
        program = Program.objects.create(center=center, code="IOP", name="IOP")
        ProgramRule.objects.create(
            center=center,
            program=program,
            effective_from=dt.date(2025, 1, 1),
            level_of_care="2.1",
            weekly_minutes_min=540,
            min_days=3,
            breaks_count=False,
        )
        _rows(center, program, census)
        rosters = {str(size): str(_recordable(center, program, size)) for size in ROSTERS}
        return asdict(_people(center)) | {"census": census, "rosters": rosters}


def _rows(center: Center, program: Program, census: int) -> None:
    bound: dict[str, Any] = {"center": center.id, "program": program.id, "census": census}
    with connection.cursor() as cursor:
        exclusions = _exclusions(cursor)
        for table, name, _definition in exclusions:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in (PATIENTS, EPISODES, SESSIONS, LEADERS, STAFFED, ATTENDANCES):
            cursor.execute(statement, bound)
        cursor.execute("SET LOCAL session_replication_role = origin")
        for table, name, definition in exclusions:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _recordable(center: Center, program: Program, size: int) -> UUID:
    """A session that has ended with so many people expected; longer rosters ended longer ago."""
    ended = now().replace(second=0, microsecond=0) - dt.timedelta(minutes=5 * size)
    began = ended - dt.timedelta(minutes=30)
    series = Series.objects.create(
        center=center, code=f"ROSTER-{size}", form=Series.Form.GROUP, program=program, seats=size
    )
    session = Session.objects.create(
        center=center,
        series=series,
        original_date=began.date(),
        original_time=began.time(),
        local_date=local_date(center.timezone, began),
        minutes=30,
        starts_at=began,
        ends_at=ended,
        kind="skills_group",
        seats=size,
    )
    chosen = Patient.objects.filter(center=center).order_by("-mrn")[:size]
    during = TimestamptzRange(began, ended, "[)")
    Attendance.objects.bulk_create(
        Attendance(center=center, session=session, patient=patient, during=during) for patient in chosen
    )
    return session.id


def _exclusions(cursor: Any) -> list[tuple[str, str, str]]:
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'x' AND conrelid::regclass::text = ANY(%s)",
        [["patients_episode", "scheduling_session", "scheduling_sessionstaff", "scheduling_attendance"]],
    )
    return [(str(table), str(name), str(definition)) for table, name, definition in cursor.fetchall()]


def _people(center: Center) -> People:
    """A counselor with eighty patients, each of another group, and a coordinator."""
    counselor, coordinator = (
        Staff.objects.create_user(f"{name}@bench.example.org", first_name=name, last_name="Bench")
        for name in ("counselor", "coordinator")
    )
    assign_role(staff=counselor, center=center, role=RoleName.COUNSELOR, by=BENCH, signs=True)
    assign_role(staff=coordinator, center=center, role=RoleName.COORDINATOR, by=BENCH)
    with connection.cursor() as cursor:
        cursor.execute(DISTINCT_GROUPS, [CASELOAD])
        ids = [row[0] for row in cursor.fetchall()]
    for patient in Patient.objects.filter(id__in=ids):
        join_care_team(patient=patient, staff=counselor, by=BENCH, starts_at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
    return People(str(center.id), signed_in(counselor), signed_in(coordinator))


def signed_in(staff: Staff) -> str:
    """A token with which requests are authenticated as `staff`, who gave both factors."""
    token = secrets.token_urlsafe(32)
    SignIn.objects.create(staff=staff, token_hash=hashed(token), second_factor_at=now(), device="bench")
    return token
