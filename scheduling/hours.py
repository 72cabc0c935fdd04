"""Weekly hours per patient: five kinds of minutes against the target, in one statement."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from centers.models import Center

# The first day of the week a date lies in; %(week_starts_on)s counts from Monday = 0, isodow from Monday = 1.
WEEK_OF = "({0} - ((extract(isodow FROM {0})::int + 6 - %(week_starts_on)s) %% 7))"

CAME = "('present', 'late', 'left_early', 'late_and_left_early')"
ON_ROSTER = "held.origin = 'roster' AND held.status NOT IN ('not_expected', 'entered_in_error')"

# Elapsed whole minutes in which two half-open stretches overlap.
OVERLAP = "greatest(0, floor(extract(epoch FROM least({1}, {3}) - greatest({0}, {2})) / 60))::int"
PRESENT = ("coalesce(held.arrived_at, session.starts_at)", "coalesce(held.left_at, session.ends_at)")
ATTENDED = OVERLAP.format(*PRESENT, "session.starts_at", "session.ends_at")
# greatest() and least() pass over nulls, so a session without a break has to be told apart.
ATTENDED_BREAK = "CASE WHEN session.break_starts_at IS NULL THEN 0 ELSE {} END".format(
    OVERLAP.format(
        f"greatest({PRESENT[0]}, session.starts_at)",
        f"least({PRESENT[1]}, session.ends_at)",
        "session.break_starts_at",
        "session.break_ends_at",
    )
)

# Weeks with a day in the window, and for each patient in care in them the program that governs: of several episodes the
# one that began last. A week is partial unless the episodes together cover its seven days.
CARED = f"""
weeks AS (
    SELECT week::date AS week_start
    FROM generate_series({WEEK_OF.format("%(first)s::date")}, %(last)s::date - 1, interval '7 days') AS week
),
cared AS (
    SELECT episode.patient_id, weeks.week_start,
           (array_agg(episode.program_id ORDER BY episode.admitted_on DESC, episode.id DESC))[1] AS program_id,
           NOT range_agg(daterange(episode.admitted_on, episode.discharged_on))
               @> daterange(weeks.week_start, weeks.week_start + 7) AS partial
    FROM weeks JOIN patients_episode episode
      ON episode.admitted_on < weeks.week_start + 7
     AND (episode.discharged_on IS NULL OR episode.discharged_on > weeks.week_start)
    WHERE episode.center_id = %(center)s AND (%(patients)s::uuid[] IS NULL OR episode.patient_id = ANY(%(patients)s))
    GROUP BY episode.patient_id, weeks.week_start
),
-- The version in effect on the week's first day; before the first version, the first.
rules AS (
    SELECT governed.program_id, governed.week_start, rule.*
    FROM (SELECT DISTINCT program_id, week_start FROM cared) governed
    CROSS JOIN LATERAL (
        SELECT weekly_minutes_min, min_days, breaks_count, uncounted_kinds
        FROM centers_programrule version WHERE version.program_id = governed.program_id
        ORDER BY version.effective_from <= governed.week_start DESC, abs(version.effective_from - governed.week_start)
        LIMIT 1
    ) rule
)
"""

# One row per patient, week, day and kind. Planned comes from participation, never from attendance.
EVENTS = f"""
window_sessions AS MATERIALIZED (
    SELECT * FROM scheduling_session
    WHERE center_id = %(center)s AND original_date >= %(first)s AND original_date < %(last)s
),
took_place AS (
    SELECT DISTINCT held.session_id FROM scheduling_attendance held
    JOIN window_sessions session ON session.id = held.session_id WHERE held.status IN {CAME}
),
events AS (
    SELECT part.patient_id, {WEEK_OF.format("session.original_date")} AS week_start, NULL::date AS day, session.kind,
           session.minutes AS planned, session.break_minutes AS planned_break, 0 AS scheduled, 0 AS scheduled_break,
           0 AS delivered, 0 AS delivered_break, 0 AS attended, 0 AS attended_break
    FROM window_sessions session
    JOIN scheduling_participation part ON part.series_id = session.series_id
     AND (part.starts_on IS NULL OR part.starts_on <= session.original_date)
     AND (part.ends_on IS NULL OR part.ends_on > session.original_date)
    WHERE (%(patients)s::uuid[] IS NULL OR part.patient_id = ANY(%(patients)s)) AND EXISTS (
        SELECT 1 FROM patients_episode episode
        WHERE episode.patient_id = part.patient_id AND episode.admitted_on <= session.original_date
          AND (episode.discharged_on IS NULL OR episode.discharged_on > session.original_date))
    UNION ALL
    SELECT held.patient_id, {WEEK_OF.format("session.local_date")}, session.local_date, session.kind, 0, 0,
           seated.is * length.full, seated.is * length.pause,
           seated.is * took.place * length.full, seated.is * took.place * length.pause,
           came.is * {ATTENDED}, came.is * {ATTENDED_BREAK}
    FROM window_sessions session
    JOIN scheduling_attendance held ON held.session_id = session.id
    LEFT JOIN took_place ON took_place.session_id = session.id
    CROSS JOIN LATERAL (SELECT (took_place.session_id IS NOT NULL)::int AS place) took
    CROSS JOIN LATERAL (SELECT (session.status = 'scheduled' AND {ON_ROSTER})::int AS is) seated
    CROSS JOIN LATERAL (SELECT (held.status IN {CAME})::int AS is) came
    CROSS JOIN LATERAL (
        SELECT extract(epoch FROM session.ends_at - session.starts_at)::int / 60 AS full,
               coalesce(extract(epoch FROM session.break_ends_at - session.break_starts_at)::int / 60, 0) AS pause
    ) length
    WHERE (%(patients)s::uuid[] IS NULL OR held.patient_id = ANY(%(patients)s))
),
sums AS (
    SELECT patient_id, week_start, day, kind, sum(planned) AS planned, sum(planned_break) AS planned_break,
           sum(scheduled) AS scheduled, sum(scheduled_break) AS scheduled_break, sum(delivered) AS delivered,
           sum(delivered_break) AS delivered_break, sum(attended) AS attended, sum(attended_break) AS attended_break
    FROM events GROUP BY patient_id, week_start, day, kind
)
"""

LESS_BREAK = "sums.{0} - CASE WHEN rules.breaks_count THEN 0 ELSE sums.{0}_break END"
COUNTED = f"CASE WHEN sums.kind = ANY(rules.uncounted_kinds) THEN 0 ELSE {LESS_BREAK.format('attended')} END"

MEASURES = ", ".join(
    f"coalesce(sum({LESS_BREAK.format(measure)}), 0)" for measure in ("planned", "scheduled", "delivered", "attended")
)
WEEKLY = f"""
WITH {CARED}, {EVENTS}
SELECT patient.id, patient.mrn, cared.week_start,
       {MEASURES},
       coalesce(sum({COUNTED}), 0), rules.weekly_minutes_min, cared.partial,
       count(DISTINCT sums.day) FILTER (WHERE {COUNTED} > 0), rules.min_days
FROM cared
JOIN patients_patient patient ON patient.id = cared.patient_id
JOIN rules ON rules.program_id = cared.program_id AND rules.week_start = cared.week_start
LEFT JOIN sums ON sums.patient_id = cared.patient_id AND sums.week_start = cared.week_start
GROUP BY patient.id, patient.mrn, cared.week_start, cared.partial, rules.weekly_minutes_min, rules.min_days
ORDER BY patient.mrn, cared.week_start
"""


@dataclass(frozen=True, slots=True)
class WeekOfHours:
    """One patient's week, in minutes. `partial`: the patient was not in care on all seven days."""

    patient_id: UUID
    mrn: str
    week_start: dt.date
    planned: int
    scheduled: int
    delivered: int
    attended: int
    counted: int
    target: int
    partial: bool
    counted_days: int
    min_days: int

    @property
    def met(self) -> bool:
        """Whether the counted minutes reach the target."""
        return self.counted >= self.target

    @property
    def days_met(self) -> bool:
        """Whether there are counted minutes on as many days as the program wants."""
        return self.counted_days >= self.min_days


def weekly_hours(
    center: Center, *, first: dt.date, last: dt.date, patients: Sequence[UUID] | None = None
) -> Iterator[WeekOfHours]:
    """The weeks that have a day in `[first, last)`, of each patient in care in them, by record number and week.

    Only sessions whose original date lies in the window count. Planned falls into the week of the original date, all
    else into the week of the actual start's local date; the rules in force on a week's first day govern the whole week.
    It does not depend on now. `patients` restricts to these; None means every patient of the center.
    """
    bound: dict[str, Any] = {
        "center": center.id,
        "week_starts_on": center.week_starts_on,
        "first": first,
        "last": last,
        "patients": None if patients is None else list(patients),
    }
    with connection.cursor() as cursor:
        cursor.execute(WEEKLY, bound)
        for row in cursor.fetchall():
            yield WeekOfHours(*row)
