"""What spans reminders, centers and addresses: planning, the sending switch, the rules, and who said stop."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from backend.api import wall
from backend.api.clock import now
from backend.api.recorder import Actor, Event, acting_as, record
from centers.models import Center
from patients.actions import raise_task
from patients.models import ContactPoint, StaffTask
from reminders import occasions, outbox
from reminders.models import Channel, Reminder, ReminderRule, Suppression
from reminders.planning import Key, Planned, firsts, offsets, reminders
from reminders.reasons import reasons_of
from reminders.suppressions import digest_of, standing

SYSTEM = Actor("system:reminders", "Reminders")
# Quiet hours and clock changes bring a due time forward by less; what lies beyond the largest offset and this may wait.
SLACK = dt.timedelta(hours=48)
KINDS = {Channel.SMS: ContactPoint.Kind.MOBILE, Channel.EMAIL: ContactPoint.Kind.EMAIL}


@transaction.atomic
def plan(*, center: Center, by: Actor) -> int:
    """Bring a sending center's outbox in line with its calendar; returns how many rows changed.

    1. One planner works on a center at a time; a second one leaves it to the first.
    2. Reminders due from now on are stored; a due time already past is not made up for, so whoever is booked tonight
       for tomorrow gets only what is still due.
    3. Unsent rows follow their sessions, even to a due time already past: such a reminder goes at once. What the rule
       no longer gives is canceled, with the reason.

    The number of statements is the same however many rows there are.
    """
    sending = Center.objects.select_for_update(skip_locked=True, no_key=True).filter(
        pk=center.pk, sending_since__isnull=False
    )
    locked = sending.first()
    if locked is None:
        return 0
    at = now()
    hours = offsets(locked)
    horizon = at + dt.timedelta(hours=max(hours, default=0)) + SLACK
    found = firsts(occasions.upcoming(locked, at - occasions.LONGEST_DAY, horizon))
    wanted = {each.key: each for each in reminders(found, hours) if each.occasion.starts_at > at}
    stored = {row.key: row for row in Reminder.objects.unsent_of(locked)}
    gone = [row.pk for key, row in stored.items() if key not in wanted and at < row.session_starts_at <= horizon]
    changed = {
        "planned": outbox.insert(
            locked, [each for key, each in wanted.items() if key not in stored and each.due_at > at], at
        ),
        "moved": outbox.move(_moved(stored, wanted)),
        "canceled": outbox.cancel(reasons_of(gone) if gone else {}, at),
    }
    return _record_bulk(locked, changed, by)


@transaction.atomic
def switch_sending(*, center: Center, on: bool, by: Actor) -> Center:
    """Let a center's reminders go from now on, or stop them; asked for what is so already, it changes nothing.

    Switched on, what is due already is dropped: nobody gets tonight what should have gone last week. Switched off,
    unsent rows stay as they are, and none leaves.
    """
    locked = Center.objects.select_for_update(no_key=True).get(pk=center.pk)
    if on == (locked.sending_since is not None):
        return locked
    at = now()
    with acting_as(by):
        locked.sending_since = at if on else None
        locked.bump()
        locked.save(update_fields=["sending_since", "version"])
        dropped = outbox.drop_due(locked, at) if on else []
        record(
            Event(
                action="update",
                kind="centers.center",
                object_id=str(locked.pk),
                center_id=locked.pk,
                patient_ids=tuple(sorted(set(dropped))),
                details={"command": "switch_sending", "on": on, "dropped": len(dropped)},
            )
        )
    if on:
        plan(center=locked, by=by)
    return locked


@transaction.atomic
def add_rule(*, center: Center, offset_hours: int, by: Actor) -> ReminderRule:
    """Remind this many hours before, too; reminders follow when the center is planned next.

    Raises IntegrityError (`reminderrule_once`) when the center does already.
    """
    with acting_as(by):
        return ReminderRule.objects.create(center=center, offset_hours=offset_hours)


@transaction.atomic
def end_rule(*, rule: ReminderRule, by: Actor) -> None:
    """Remind by this rule no more; its unsent reminders are canceled when the center is planned next."""
    with acting_as(by):
        rule.delete()


@transaction.atomic
def suppress(*, channel: Channel, address: str, reason: str, by: Actor) -> bool:
    """Send nothing to an address from now on, whoever's it is, and tell the staff; False when that is so already."""
    with acting_as(by):
        _stop, is_new = Suppression.objects.get_or_create(
            channel=channel,
            address_digest=digest_of(channel, address),
            lifted_at=None,
            defaults={"reason": reason},
        )
        for center_id in centers_in_turn():
            with wall.within([center_id]):
                _silence(_points(channel, address).filter(center_id=center_id, suppressed_at__isnull=True), reason, by)
    return is_new


def _silence(points: Iterable[ContactPoint], reason: str, by: Actor) -> None:
    for point in points:
        point.suppressed_at = now()
        point.suppressed_reason = reason
        point.bump()
        point.save(update_fields=["suppressed_at", "suppressed_reason", "version"])
        raise_task(
            center=point.center,
            patient=point.patient,
            kind=StaffTask.Kind.ADDRESS_SUPPRESSED,
            subject=f"patients.ContactPoint:{point.pk}",
            by=by,
        )


@transaction.atomic
def lift(*, channel: Channel, address: str, reason: str, by: Actor) -> bool:
    """Send to an address again, if it was suppressed for `reason`; False when it was not."""
    with acting_as(by):
        stop = standing(channel, address).select_for_update().filter(reason=reason).first()
        if stop is None:
            return False
        stop.lifted_at = now()
        stop.save(update_fields=["lifted_at"])
        for center_id in centers_in_turn():
            with wall.within([center_id]):
                _go_again(_points(channel, address).filter(center_id=center_id, suppressed_reason=reason))
    return True


def centers_in_turn() -> list[UUID]:
    """Every center's id in order: an address may belong to people of several, and each is entered by itself."""
    return list(Center.objects.order_by("id").values_list("id", flat=True))


def _go_again(points: Iterable[ContactPoint]) -> None:
    for point in points:
        point.suppressed_at = None
        point.suppressed_reason = ""
        point.bump()
        point.save(update_fields=["suppressed_at", "suppressed_reason", "version"])


def _points(channel: Channel, address: str) -> QuerySet[ContactPoint]:
    """The contact points in use that an address stands for, of whichever patients."""
    return (
        ContactPoint.objects.filter(kind=KINDS[channel], normalized=address, ended_at__isnull=True)
        .select_related("center", "patient")
        .select_for_update(no_key=True, of=("self",))
        .order_by("id")
    )


def _moved(stored: Mapping[Key, Reminder], wanted: Mapping[Key, Planned]) -> dict[UUID, Planned]:
    """The unsent rows whose session or time is no longer the one they say."""
    return {row.pk: wanted[key] for key, row in stored.items() if key in wanted and not wanted[key].is_told_by(row)}


def _record_bulk(center: Center, changed: Mapping[str, list[UUID]], by: Actor) -> int:
    """Log one entry for all rows a planner changed; none where it changed none."""
    count = sum(map(len, changed.values()))
    if count:
        with acting_as(by):
            record(
                Event(
                    action="bulk",
                    kind="reminders.reminder",
                    center_id=center.pk,
                    patient_ids=tuple(sorted({patient for patients in changed.values() for patient in patients})),
                    details={name: len(patients) for name, patients in changed.items()},
                )
            )
    return count
