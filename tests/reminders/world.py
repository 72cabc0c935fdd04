"""A center that sends, a patient who said yes to texts, and sessions to remind of; times are New York's summer."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from backend.api.clock import frozen
from backend.api.recorder import Actor, acting_as
from centers.models import Center
from patients.models import ContactPoint, MessagingConsent, Patient
from reminders import outbox
from reminders.actions import add_rule, plan
from reminders.delivering import LEASE
from reminders.models import Reminder
from reminders.outbox import Claim
from scheduling.models import Attendance, Series, Session
from tests.factories import CenterFactory, ContactPointFactory, EpisodeFactory, PatientFactory

TESTER = Actor("system:tests", "the tests")
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
# Tuesday 08:00 in New York. The session is on Wednesday at 18:00, so a day before is Tuesday at 18:00.
NOW = dt.datetime(2026, 6, 9, 12, tzinfo=dt.UTC)
EVENING = dt.datetime(2026, 6, 10, 22, tzinfo=dt.UTC)
DUE = EVENING - 24 * HOUR
MOBILE = "+17065550100"


@dataclass
class World:
    """A center, its patients by order of arrival, and a series."""

    center: Center
    series: Series
    patients: list[Patient] = field(default_factory=list)

    @property
    def pat(self) -> Patient:
        return self.patients[0]

    def plan(self, at: dt.datetime = NOW) -> int:
        with frozen(at):
            return plan(center=self.center, by=TESTER)

    def claim(self, at: dt.datetime = DUE) -> list[Claim]:
        return outbox.claim(self.center.pk, at, LEASE, 100)


def a_world(*offsets: int, **center: Any) -> World:
    """The center with its rules, and one patient."""
    with acting_as(TESTER):
        found = CenterFactory(sending_since=NOW - 100 * HOUR, phone="(706) 555-0199", **center)
        for hours in offsets or (24,):
            add_rule(center=found, offset_hours=hours, by=TESTER)
        series = Series.objects.create(center=found, code="EVE", form="group", seats=500)
    world = World(found, series)
    a_patient(world)
    return world


def a_patient(world: World, *, mobile: str | None = MOBILE, consents: bool = True, **fields: Any) -> Patient:
    """Somebody in care since January, who gave a number and said yes."""
    with acting_as(TESTER):
        patient: Patient = PatientFactory(center=world.center, **fields)
        EpisodeFactory(patient=patient)
        if mobile:
            ContactPointFactory(patient=patient, value=mobile, normalized=mobile)
        answer(patient, given=consents)
    world.patients.append(patient)
    return patient


def answer(patient: Patient, *, given: bool, on: dt.date | None = dt.date(2026, 1, 5), **fields: Any) -> None:
    with acting_as(TESTER):
        MessagingConsent.objects.create(
            patient=patient, center=patient.center, given=given, answered_on=on, recorded_by="system:tests", **fields
        )


def an_address(patient: Patient, address: str) -> ContactPoint:
    with acting_as(TESTER):
        point: ContactPoint = ContactPointFactory(patient=patient, kind="email", value=address, normalized=address)
    return point


def a_session(world: World, starts_at: dt.datetime = EVENING, *patients: Patient, **fields: Any) -> Session:
    """A session of an hour with people on its roster; everybody, if nobody is named."""
    shown = starts_at - 4 * HOUR
    with acting_as(TESTER):
        session = Session.objects.create(
            center=world.center,
            series=world.series,
            original_date=shown.date(),
            original_time=shown.time(),
            minutes=60,
            starts_at=starts_at,
            ends_at=starts_at + HOUR,
            local_date=shown.date(),
            kind="psychotherapy_group",
            seats=500,
            **fields,
        )
        session.refresh_from_db()
        for patient in patients or world.patients:
            a_seat(session, patient)
    return session


def a_seat(session: Session, patient: Patient, **fields: Any) -> Attendance:
    return Attendance.objects.create(
        session=session,
        patient=patient,
        center=session.center,
        during=session.during,
        on_schedule=session.on_schedule,
        **fields,
    )


def shift(session: Session, starts_at: dt.datetime) -> None:
    """Move a session in the calendar, without its verb: reminders observe rows."""
    local_date = (starts_at - 4 * HOUR).date()
    Session.objects.filter(pk=session.pk).update(starts_at=starts_at, ends_at=starts_at + HOUR, local_date=local_date)


def the_reminder(pk: UUID | None = None) -> Reminder:
    return Reminder.objects.get(pk=pk) if pk else Reminder.objects.get()
