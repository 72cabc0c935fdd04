"""How each group's seats were used over a stretch of days, in one statement."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection

from centers.models import Center
from scheduling.hours import ATTENDED, ATTENDED_BREAK, CAME, ON_ROSTER, WEEK_OF

# A seat that was `late_and_left_early` counts as late, one a patient canceled beforehand as excused, so that the
# columns of an export still add up to the seats expected.
SUMMARY = f"""
WITH window_sessions AS MATERIALIZED (
    SELECT * FROM scheduling_session
    WHERE center_id = %(center)s AND original_date >= %(first)s AND original_date < %(last)s
),
-- A guest's or member's break is judged by the rules of the program that governs that patient's week.
used AS (
    SELECT session.id AS session_id, session.series_id, session.status = 'scheduled' AS is_scheduled,
           session.status = 'scheduled' AND {ON_ROSTER} AS is_seat, held.origin <> 'roster' AS is_guest,
           held.status, held.status IN {CAME} AS came,
           CASE WHEN held.status NOT IN {CAME} THEN 0
                WHEN rule.breaks_count THEN {ATTENDED}
                ELSE {ATTENDED} - {ATTENDED_BREAK} END AS minutes
    FROM window_sessions session
    JOIN scheduling_attendance held ON held.session_id = session.id
    CROSS JOIN LATERAL (SELECT {WEEK_OF.format("session.local_date")} AS starts) week
    LEFT JOIN LATERAL (
        SELECT episode.program_id FROM patients_episode episode
        WHERE episode.patient_id = held.patient_id AND episode.admitted_on < week.starts + 7
          AND (episode.discharged_on IS NULL OR episode.discharged_on > week.starts)
        ORDER BY episode.admitted_on DESC, episode.id DESC LIMIT 1
    ) governing ON true
    LEFT JOIN LATERAL (
        SELECT version.breaks_count FROM centers_programrule version WHERE version.program_id = governing.program_id
        ORDER BY version.effective_from <= week.starts DESC, abs(version.effective_from - week.starts) LIMIT 1
    ) rule ON true
),
seats AS (
    SELECT series_id,
           count(DISTINCT session_id) FILTER (WHERE came AND is_scheduled) AS took_place,
           count(*) FILTER (WHERE is_seat) AS expected,
           count(*) FILTER (WHERE is_seat AND status = 'present') AS present,
           count(*) FILTER (WHERE is_seat AND status IN ('late', 'late_and_left_early')) AS late,
           count(*) FILTER (WHERE is_seat AND status = 'left_early') AS left_early,
           count(*) FILTER (WHERE is_seat AND status IN ('excused_absence', 'cancelled_by_patient')) AS excused,
           count(*) FILTER (WHERE is_seat AND status = 'no_show') AS no_show,
           count(*) FILTER (WHERE is_seat AND status = 'cancelled_by_program') AS cancelled,
           count(*) FILTER (WHERE is_seat AND status = 'expected') AS unrecorded,
           count(*) FILTER (WHERE is_guest AND came) AS guests,
           sum(minutes) AS minutes
    FROM used GROUP BY series_id
),
given AS (
    SELECT series_id, count(*) AS planned, count(*) FILTER (WHERE status = 'scheduled') AS scheduled
    FROM window_sessions GROUP BY series_id
)
SELECT series.code, coalesce(given.planned, 0), coalesce(given.scheduled, 0), coalesce(seats.took_place, 0),
       coalesce(seats.expected, 0), coalesce(seats.present, 0), coalesce(seats.late, 0), coalesce(seats.left_early, 0),
       coalesce(seats.excused, 0), coalesce(seats.no_show, 0), coalesce(seats.cancelled, 0),
       coalesce(seats.unrecorded, 0), coalesce(seats.guests, 0), coalesce(seats.minutes, 0)
FROM scheduling_series series
LEFT JOIN given ON given.series_id = series.id
LEFT JOIN seats ON seats.series_id = series.id
WHERE series.center_id = %(center)s AND series.form = 'group'
ORDER BY series.code
"""


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """One group's sessions and seats. The uses of seats, from `present` to `unrecorded`, add up to `seats_expected`."""

    group: str
    sessions_planned: int
    sessions_scheduled: int
    sessions_took_place: int
    seats_expected: int
    present: int
    late: int
    left_early: int
    excused_absence: int
    no_show: int
    cancelled_by_program: int
    unrecorded: int
    makeup_guests: int
    attended_minutes: int

    @property
    def no_show_rate(self) -> Decimal | None:
        """No-shows among the seats of which it is known; four decimals, half up. None where there is no such seat."""
        known = self.seats_expected - self.cancelled_by_program - self.unrecorded
        if not known:
            return None
        return (Decimal(self.no_show) / known).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def attendance_summary(center: Center, *, first: dt.date, last: dt.date) -> Iterator[GroupSummary]:
    """Each group's use of seats in the sessions whose original date lies in `[first, last)`; never depends on now."""
    bound: dict[str, Any] = {"center": center.id, "week_starts_on": center.week_starts_on, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(SUMMARY, bound)
        for row in cursor.fetchall():
            yield GroupSummary(*row)
