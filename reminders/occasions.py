"""What patients may be reminded of: sessions with them on the roster, and how each is reached; in one read."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection

from centers.models import Center
from centers.wall_time import WallTime, is_zone, local_date
from reminders.models import Channel
from reminders.suppressions import Address, stopped
from reminders.timing import Span
from scheduling.models.attendance import OCCUPYING, Status

# A session called off only in attendance was still on the schedule.
ON_ROSTER = tuple(status for status in Status if status not in {Status.NOT_EXPECTED, Status.ENTERED_IN_ERROR})
EXPECTED = OCCUPYING
# No local day lasts longer, so the first session of a day lies at most this long before the others.
LONGEST_DAY = dt.timedelta(days=2)

# Given only original dates, the instants to read follow from the sessions those dates name: a session asked for may
# have been moved, and the first of its day may have another original date. How people are reached is asked once a
# person, not once a seat.
_READ = """
WITH asked AS (
    SELECT min(starts_at) AS earliest, max(starts_at) AS latest FROM scheduling_session
    WHERE center_id = %(center)s AND status = 'scheduled'
      AND original_date >= %(original_from)s AND original_date < %(original_to)s
),
seats AS MATERIALIZED (
    SELECT seat.patient_id, session.id AS session_id, session.series_id, session.original_date, session.original_time,
           session.starts_at, session.local_date
    FROM scheduling_session session
    JOIN scheduling_attendance seat ON seat.session_id = session.id
    WHERE session.center_id = %(center)s AND session.status = 'scheduled'
      AND session.starts_at >= coalesce(%(earliest)s::timestamptz, (SELECT earliest - interval '2 days' FROM asked))
      AND session.starts_at <= coalesce(%(latest)s::timestamptz, (SELECT latest FROM asked))
      AND seat.origin = 'roster' AND seat.status = ANY(%(statuses)s)
      AND (%(patient)s::uuid IS NULL OR seat.patient_id = %(patient)s)
),
people AS MATERIALIZED (
    SELECT patient.id, patient.mrn, patient.timezone, patient.contact_preference,
           mobile.id AS mobile_id, mobile.normalized AS mobile, email.id AS email_id, email.normalized AS email,
           consent.given, consent.answered_on
    FROM patients_patient patient
    LEFT JOIN patients_contactpoint mobile ON mobile.patient_id = patient.id AND mobile.kind = 'mobile'
         AND mobile.ended_at IS NULL AND mobile.suppressed_at IS NULL
    LEFT JOIN patients_contactpoint email ON email.patient_id = patient.id AND email.kind = 'email'
         AND email.ended_at IS NULL AND email.suppressed_at IS NULL
    LEFT JOIN LATERAL (
        SELECT answer.given, answer.answered_on FROM patients_messagingconsent answer
        WHERE answer.patient_id = patient.id
        ORDER BY coalesce(answer.answered_on, (answer.recorded_at AT TIME ZONE %(zone)s)::date) DESC,
                 answer.recorded_at DESC, answer.id DESC
        LIMIT 1
    ) consent ON true
    WHERE patient.id IN (SELECT patient_id FROM seats)
)
SELECT people.id, people.mrn, people.timezone, people.contact_preference,
       seats.session_id, series.code, seats.original_date, seats.original_time, seats.starts_at,
       people.mobile_id, people.mobile, people.email_id, people.email, people.given, people.answered_on,
       care.admitted_on
FROM seats
JOIN people ON people.id = seats.patient_id
JOIN scheduling_series series ON series.id = seats.series_id
JOIN LATERAL (
    SELECT min(episode.admitted_on) AS admitted_on FROM patients_episode episode
    WHERE episode.patient_id = seats.patient_id AND episode.admitted_on <= seats.local_date
      AND (episode.discharged_on IS NULL OR episode.discharged_on > seats.local_date)
) care ON care.admitted_on IS NOT NULL
ORDER BY seats.starts_at, seats.session_id
"""


@dataclass(frozen=True, slots=True)
class Point:
    """A number or address that may be written to."""

    id: UUID
    address: str


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as far as reminders ask. Points that may not be written to are missing; `consent_on` is a yes's day."""

    id: UUID
    mrn: str
    zone: str
    preference: str
    admitted_on: dt.date
    mobile: Point | None = None
    email: Point | None = None
    consent_on: dt.date | None = None

    def without(self, stops: Collection[Address]) -> "Person":
        """The person, without the points that said stop."""
        mobile, email = (
            None if point and (channel, point.address) in stops else point
            for channel, point in ((Channel.SMS, self.mobile), (Channel.EMAIL, self.email))
        )
        return replace(self, mobile=mobile, email=email)


@dataclass(frozen=True, slots=True)
class Occasion:
    """A session that stands, with a patient on its roster; its original start is the center's wall clock."""

    person: Person
    session_id: UUID
    series: str
    original: WallTime
    starts_at: dt.datetime

    @property
    def span(self) -> Span:
        """What the time rule asks."""
        return Span(self.person.zone, self.starts_at)

    @property
    def day(self) -> dt.date:
        """The day of the session where the patient lives."""
        return local_date(self.person.zone, self.starts_at)

    @property
    def key(self) -> str:
        """The session's name for good, `series@YYYY-MM-DDTHH:MM`."""
        return f"{self.series}@{self.original.day.isoformat()}T{self.original.at:%H:%M}"


def by_original_date(center: Center, original_from: dt.date, original_to: dt.date) -> list[Occasion]:
    """The sessions whose original date lies in the half-open window, and whatever else those days and people hold."""
    return _read(center, ON_ROSTER, original_from=original_from, original_to=original_to)


def upcoming(center: Center, earliest: dt.datetime, latest: dt.datetime, patient: UUID | None = None) -> list[Occasion]:
    """The sessions still expected of people, by their actual start; of one patient, if given."""
    return _read(center, EXPECTED, earliest=earliest, latest=latest, patient=patient)


def _read(center: Center, statuses: Collection[str], **given: Any) -> list[Occasion]:
    unset: dict[str, Any] = dict.fromkeys(("original_from", "original_to", "earliest", "latest", "patient"))
    fixed: dict[str, Any] = {
        "center": center.pk,
        "zone": center.timezone,
        "statuses": [str(status) for status in statuses],
    }
    with connection.cursor() as cursor:
        cursor.execute(_READ, {**unset, **fixed, **given})
        found = [_occasion(row, center.timezone) for row in cursor.fetchall()]
    return _without_stopped(found)


def _without_stopped(found: list[Occasion]) -> list[Occasion]:
    """The occasions, without the numbers and addresses that said stop when they were somebody else's."""
    people = {occasion.person.id: occasion.person for occasion in found}
    stops = stopped(
        (channel, point.address)
        for person in people.values()
        for channel, point in ((Channel.SMS, person.mobile), (Channel.EMAIL, person.email))
        if point
    )
    return [replace(one, person=one.person.without(stops)) for one in found] if stops else found


def _occasion(row: tuple[Any, ...], center_zone: str) -> Occasion:
    patient_id, mrn, zone, preference, session_id, series, day, at, starts_at, *reach = row
    mobile_id, mobile, email_id, email, given, answered_on, admitted_on = reach
    person = Person(
        id=patient_id,
        mrn=mrn,
        # A zone that the pinned tzdata no longer has must not stop everybody's reminders.
        zone=zone if is_zone(zone) else center_zone,
        preference=preference,
        admitted_on=admitted_on,
        mobile=Point(mobile_id, mobile) if mobile_id else None,
        email=Point(email_id, email) if email_id else None,
        consent_on=answered_on if given else None,
    )
    return Occasion(person, session_id, series, WallTime(day, at), starts_at)
