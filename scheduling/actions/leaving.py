"""What somebody who leaves a center has on its calendar: series they lead, sessions to come, and those just over."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.departures import Item, Kept
from centers.models import Position
from centers.wall_time import local_date
from scheduling.actions.courses import end_lead
from scheduling.actions.staffing import restaff
from scheduling.models import SeriesStaff, Session, SessionStaff

# A session to come or under way, and one that is over but was still open to be recorded.
SESSION, RECORD, SERIES = "session", "session_record", "series"


@transaction.atomic
def leave_calendar(*, position: Position, by: Actor, at: dt.datetime | None = None) -> list[Item]:
    """Take somebody off the series they lead and off every session that is not over; what they held stays theirs.

    Sessions that are over stay as they were held, but no longer open anything to them. At a moment to come the series
    end with the beginning of its day, and sessions from then on go. Raises Refused then for a series they lead no
    earlier, and for a session in which they stand in for somebody: what is taken back could not bring those again.
    """
    if at is not None:
        with acting_as(by):
            return _from(position, at, by)
    with acting_as(by):
        sessions = _sessions(position)
        return _leads(position, by) + sessions


def sessions_without_staff(*, taken: Sequence[Item]) -> list[Item]:
    """Of the sessions somebody was taken off, those on the schedule that nobody staffs any more."""
    ids = {item.id for item in taken if item.kind == SESSION}
    staffed = SessionStaff.objects.filter(session__in=ids, is_active=True).values("session")
    alone = Session.objects.filter(pk__in=ids, status=Session.Status.SCHEDULED, called_off_at__isnull=True)
    rows = alone.exclude(pk__in=staffed).order_by("starts_at", "id")
    return [Item("session_without_staff", one.pk, one.starts_at, one.ends_at) for one in rows]


@transaction.atomic
def stay_in_calendar(*, position: Position, kept: Sequence[Kept], day: dt.date, by: Actor) -> None:
    """Let the person lead the series that a leaving to come had ended on `day`; the sessions to come follow."""
    ends = {one.id: one.day for one in kept if one.kind == SERIES}
    with acting_as(by):
        for lead in SeriesStaff.objects.filter(pk__in=ends, ends_on=day).select_related("series").order_by("series_id"):
            lead.ends_on = ends[lead.pk]
            lead.save(update_fields=["ends_on"])
            restaff(series=lead.series, by=by)


def _from(position: Position, at: dt.datetime, by: Actor) -> list[Item]:
    day = local_date(position.center.timezone, at)
    rows = SessionStaff.objects.filter(staff=position.staff_id, center=position.center_id)
    going = rows.filter(session__starts_at__gte=at).select_related("session").order_by("session__starts_at", "id")
    led = SeriesStaff.objects.filter(staff=position.staff_id, center=position.center_id).leading_after(day)
    if going.exclude(replaces=None).exists() or led.filter(starts_on__gte=day).exists():
        raise Refused("begins_after_leaving")
    sessions = [_item(row, SESSION) for row in going if row.is_active]
    return _leads(position, by, day) + sessions


def _leads(position: Position, by: Actor, day: dt.date | None = None) -> list[Item]:
    of_person = SeriesStaff.objects.filter(staff=position.staff_id, center=position.center_id)
    held = of_person.leading_after(day) if day else of_person.not_over()
    today, taken = day or local_date(position.center.timezone, now()), []
    for lead in held.select_related("series").order_by("series_id", "id"):
        belonging = lead.series.participations.select_related("patient")
        known = {
            (one.patient_id, one.patient.full_name) for one in belonging if one.ends_on is None or one.ends_on > today
        }
        who, record = tuple(sorted(known)), lead.pk if day else None
        taken.append(Item(SERIES, lead.series_id, lead.starts_on, lead.ends_on, lead.role, who, record))
        end_lead(lead=lead, on=today, by=by)
    return taken


def _sessions(position: Position) -> list[Item]:
    """Rows of sessions to come go; of one that has begun the person stays on record, as not active."""
    at = now()
    rows = SessionStaff.objects.filter(staff=position.staff_id, center=position.center_id)
    rows = rows.select_related("session").order_by("session__starts_at", "id")
    over = list(rows.taking_attendance().filter(session__ends_at__lt=at))
    going = list(rows.filter(session__ends_at__gte=at))
    taken = [_item(row, RECORD) for row in over] + [_item(row, SESSION) for row in going if row.is_active]
    for row in over:
        row.access_until = at
        row.save(update_fields=["access_until"])
    for row in going:
        if row.session.starts_at > at:
            row.delete()
        else:
            row.is_active = False
            row.save(update_fields=["is_active"])
    _bump(row.session_id for row in going)
    return taken


def _item(row: SessionStaff, kind: str) -> Item:
    return Item(kind, row.session_id, row.session.starts_at, row.session.ends_at, row.role)


def _bump(sessions: Iterable[UUID]) -> None:
    Session.objects.filter(pk__in=list(sessions)).update(version=F("version") + 1)
