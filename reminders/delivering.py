"""One claimed reminder: decide, send, write down what became of it; and find out where nobody knows."""

import datetime as dt
from dataclasses import dataclass
from random import SystemRandom
from uuid import UUID

from backend.api import wall
from backend.api.clock import now
from centers.models import Center
from patients.actions import raise_task
from patients.models import StaffTask
from reminders import wording
from reminders.actions import SYSTEM, suppress
from reminders.channels import (
    ChannelError,
    Outcome,
    Receipt,
    RejectedError,
    UnavailableError,
    UncertainError,
    adapter_of,
)
from reminders.judging import Drop, Go, Wait, judge
from reminders.models import Attempt, Channel, Reminder
from reminders.planning import Planned
from reminders.reasons import Reason

LEASE = dt.timedelta(minutes=5)
# A worker that got no further by then leaves the sending to others: the rest of its lease is the provider's time-out.
MARGIN = dt.timedelta(minutes=1)
MOST_ATTEMPTS = 4
FIRST_PAUSE = 60.0
LONGEST_PAUSE = 1800.0
# How long an unknown outcome is looked up before a choice is made, and when one possible duplicate is the better one.
PATIENCE = dt.timedelta(minutes=10)
WORTH_REPEATING = dt.timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Order:
    """A reminder to send, and the attempt under which it goes."""

    reminder: UUID
    attempt: UUID
    center: Center
    planned: Planned
    lease_until: dt.datetime


def deliver(reminder_id: UUID, claim: UUID, center_id: UUID) -> None:
    """Send one claimed reminder, or find that it is not to go.

    1. Under the row lock: is it still ours, and may it go now? If so the attempt is stored as pending, and committed.
    2. Outside every transaction the message is handed to the channel, once.
    3. Its fate is written down, by whoever still holds the claim.

    Killed before 1 ends, the row's lease brings it back; killed later, it becomes unknown and is looked up.
    """
    order = begin(reminder_id, claim, center_id)
    if order is not None and now() < order.lease_until - MARGIN:
        finish(order.reminder, order.attempt, center_id, send(order))


def begin(reminder_id: UUID, claim: UUID, center_id: UUID) -> Order | None:
    """Open the attempt that holds the claim; None where there is nothing to send, or somebody began already."""
    with wall.atomic([center_id]):
        return _begin(reminder_id, claim, now())


def _begin(reminder_id: UUID, claim: UUID, at: dt.datetime) -> Order | None:
    reminder = Reminder.objects.held_by(reminder_id, claim, Reminder.State.CLAIMED).first()
    if reminder is None or reminder.attempts.filter(pk=claim).exists():
        return None
    verdict = judge(reminder, at)
    if isinstance(verdict, Drop):
        reminder.skip(verdict.reason)
        return None
    _follow(reminder, verdict.planned)
    if isinstance(verdict, Wait):
        reminder.put_back(verdict.until)
        return None
    return _opened(reminder, claim, verdict, at)


def send(order: Order) -> Receipt | ChannelError:
    """Hand the message to its channel. The key is the reminder, not the attempt: no attempt repeats another's."""
    occasion, point = order.planned.occasion, order.planned.point
    stop = wording.STOP if order.planned.channel is Channel.SMS else wording.STOP_BY_MAIL
    message = wording.reminder(order.center, occasion.person.zone, occasion.starts_at, point.address, stop=stop)
    try:
        return adapter_of(order.planned.channel).send(message, str(order.reminder))
    except ChannelError as error:
        return error


def finish(reminder_id: UUID, claim: UUID, center_id: UUID, fate: Receipt | ChannelError) -> None:
    """Write down what became of an attempt. The claim fences off late writers: they only complete their attempt."""
    with wall.atomic([center_id]):
        held = Reminder.objects.held_by(reminder_id, claim, Reminder.State.CLAIMED, Reminder.State.UNKNOWN)
        reminder = held.first()
        attempt = Attempt.objects.select_related("contact_point", "reminder").get(pk=claim)
        attempt.close(fate)
        if reminder is not None:
            _go_on(reminder, attempt, fate)


def resolve(reminder_id: UUID, claim: UUID, center_id: UUID) -> None:
    """Find out what became of an attempt that ended in the dark, and go on from there.

    The provider is asked first. What it never got is tried again; what it has is settled. Where it cannot tell within
    ten minutes, one possible duplicate is preferred if the session is at least two hours away, once per reminder; else
    a person is told.
    """
    with wall.atomic([center_id]):
        doubtful = Attempt.objects.filter(reminder_id=reminder_id, reminder__state=Reminder.State.UNKNOWN)
        attempt = doubtful.filter(pk=claim).first()
    if attempt is None:
        return
    outcome = _looked_up(attempt.channel, reminder_id)
    if outcome is None:
        with wall.atomic([center_id]):
            _choose(reminder_id, claim)
    elif outcome is Outcome.ABSENT:
        finish(reminder_id, claim, center_id, UnavailableError("never_arrived"))
    elif outcome is Outcome.REJECTED:
        finish(reminder_id, claim, center_id, RejectedError("rejected"))
    else:
        finish(reminder_id, claim, center_id, Receipt(attempt.provider_id, outcome))


def _follow(reminder: Reminder, planned: Planned) -> None:
    """Let the row say the session that is meant now; whatever is done next stores it."""
    reminder.session_id = planned.occasion.session_id
    reminder.session_starts_at, reminder.due_at = planned.occasion.starts_at, planned.due_at


def _opened(reminder: Reminder, claim: UUID, verdict: Go, at: dt.datetime) -> Order:
    reminder.begin(lease_until=at + LEASE)
    Attempt.objects.create(
        id=claim,
        reminder=reminder,
        center=reminder.center,
        channel=verdict.planned.channel,
        contact_point_id=verdict.planned.point.id,
        started_at=at,
    )
    return Order(reminder.pk, claim, reminder.center, verdict.planned, at + LEASE)


def _go_on(reminder: Reminder, attempt: Attempt, fate: Receipt | ChannelError) -> None:
    """What follows from an attempt's fate."""
    match fate:
        case Receipt():
            reminder.settle(fate.outcome)
        case RejectedError():
            reminder.give_up(Reason.ADDRESS_REJECTED)
            address = attempt.contact_point.normalized
            suppress(channel=Channel(attempt.channel), address=address, reason=Reason.ADDRESS_REJECTED, by=SYSTEM)
        case UnavailableError() if reminder.attempts_made < MOST_ATTEMPTS:
            reminder.put_back(now() + _pause(reminder.attempts_made, fate.retry_after))
        case UnavailableError():
            reminder.give_up(Reason.ATTEMPTS_USED_UP)
            _tell_staff(reminder, StaffTask.Kind.REMINDER_FAILED)
        case _:
            reminder.doubt(attempt.pk, until=now())


def _pause(attempts_made: int, retry_after: float) -> dt.timedelta:
    """How long to wait before the next try: doubling, spread out, and no less than the provider asks for."""
    seconds = min(FIRST_PAUSE * 2 ** (attempts_made - 1), LONGEST_PAUSE) * SystemRandom().uniform(0.5, 1.5)
    return dt.timedelta(seconds=max(seconds, retry_after))


def _looked_up(channel: str, reminder_id: UUID) -> Outcome | None:
    try:
        return adapter_of(channel).look_up(str(reminder_id))
    except UnavailableError:
        return None


def _choose(reminder_id: UUID, claim: UUID) -> None:
    """Nobody can tell what became of an attempt: wait, risk one duplicate, or put it before a person."""
    reminder = Reminder.objects.held_by(reminder_id, claim, Reminder.State.UNKNOWN).first()
    if reminder is None:
        return
    attempt = reminder.attempts.select_related("reminder").get(pk=claim)
    if attempt.outcome == Attempt.Outcome.PENDING:
        attempt.close(UncertainError("cut_off"))
    at = now()
    if at < min(attempt.started_at + PATIENCE, reminder.session_starts_at):
        return
    doubts = reminder.attempts.filter(outcome=Attempt.Outcome.UNKNOWN).count()
    if doubts == 1 and reminder.session_starts_at - at >= WORTH_REPEATING:
        reminder.put_back(at)
    else:
        reminder.give_up(Reason.OUTCOME_UNKNOWN)
        _tell_staff(reminder, StaffTask.Kind.REMINDER_UNKNOWN)


def _tell_staff(reminder: Reminder, kind: StaffTask.Kind) -> None:
    raise_task(
        center=reminder.center,
        patient=reminder.patient,
        kind=kind,
        subject=f"reminders.Reminder:{reminder.pk}",
        by=SYSTEM,
    )
