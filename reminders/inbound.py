"""What patients answer: five kinds of words are understood and acted on; everything else is not kept."""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from uuid import NAMESPACE_OID, uuid5

from django.db import transaction

from backend.api import wall
from backend.api.clock import now
from backend.api.recorder import Event, acting_as, record
from centers.models import Center
from patients.actions import raise_task
from patients.models import ContactPoint, StaffTask
from reminders import wording
from reminders.actions import KINDS, SYSTEM, centers_in_turn, lift, suppress
from reminders.channels import ChannelError, Message, adapter_of
from reminders.models import Channel, Reminder

STOPPED = "stop"


class Word(StrEnum):
    """What an answer means."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    CONFIRM = "confirm"
    CANCEL = "cancel"


# The words carriers and the FCC name (47 CFR 64.1200(a)(10)); "cancel" is one of them and means both.
STOPS = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "end", "quit", "revoke", "opt out", "optout", "cancel"}
)
MEANINGS: dict[Word, frozenset[str]] = {
    Word.STOP: STOPS,
    Word.START: frozenset({"start", "unstop"}),
    Word.HELP: frozenset({"help", "info"}),
    Word.CONFIRM: frozenset({"c", "confirm", "confirmed", "yes", "y", "ok", "okay"}),
    Word.CANCEL: frozenset({"cancel", "no", "n", "cant come", "cannot come", "cant make it", "cannot make it"}),
}
# Ordinary language that revokes consent counts, too; better one text too few than one too many.
STOPPING = re.compile(r"\b(stop|unsubscribe|do not|dont|quit)\b.*\b(text|texting|texts|message|messages|messaging)\b")


def meanings(text: str) -> frozenset[Word]:
    """What a text means, whatever its case, spaces, punctuation and accents; nothing for most."""
    folded = (
        unicodedata.normalize("NFKD", text.casefold()).replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    )
    words = " ".join(re.findall(r"[a-z0-9]+", folded))
    found = {word for word, texts in MEANINGS.items() if words in texts}
    return frozenset(found | ({Word.STOP} if STOPPING.search(words) else set()))


def receive(*, channel: Channel, sender: str, text: str) -> frozenset[Word]:
    """Act on what came from an address, and answer once; returns what was understood.

    `sender` is normalized (E.164, or an address in lower case). STOP holds at once and for everybody who shares the
    address; START lifts it. A confirmation is logged, a cancellation is put before the staff: of the next day each
    patient at the address was reminded of. The text itself is never stored nor logged.
    """
    words = meanings(text)
    with acting_as(SYSTEM):
        answer = _act(channel, sender, words)
        if answer is not None:
            _answer(channel, *answer)
    return words


@transaction.atomic
def _act(channel: Channel, sender: str, words: frozenset[Word]) -> tuple[Message, str] | None:
    """Do what the words say; returns the answer and its key, or None for no answer."""
    center = _only_center(channel, sender)
    if Word.CONFIRM in words or Word.CANCEL in words:
        _note_answers(channel, sender, is_canceled=Word.CANCEL in words)
    if Word.STOP in words:
        is_new = suppress(channel=channel, address=sender, reason=STOPPED, by=SYSTEM)
        return (wording.stopped(center, sender), _key("stop", sender, now().isoformat())) if is_new else None
    if Word.START in words:
        is_lifted = lift(channel=channel, address=sender, reason=STOPPED, by=SYSTEM)
        return (wording.started(center, sender), _key("start", sender, now().isoformat())) if is_lifted else None
    if words & {Word.CONFIRM, Word.CANCEL}:
        return None
    # Once a day: two machines must not answer each other for ever.
    day = now().date().isoformat()
    if Word.HELP in words:
        return wording.helped(center, sender), _key("help", sender, day)
    return wording.not_read(center, sender), _key("not read", sender, day)


def _answer(channel: Channel, message: Message, key: str) -> None:
    """Send an answer once; one that does not go is not worth a second try."""
    try:
        adapter_of(channel).send(message, key)
    except ChannelError:
        return


def _key(kind: str, sender: str, when: str) -> str:
    """A provider's key that tells nobody the address."""
    return str(uuid5(NAMESPACE_OID, f"{kind}:{sender}:{when}"))


def _points(channel: Channel, sender: str) -> list[ContactPoint]:
    """The contact points in use of that address, center by center."""
    found: list[ContactPoint] = []
    for center_id in centers_in_turn():
        points = ContactPoint.objects.filter(kind=KINDS[channel], normalized=sender, ended_at__isnull=True)
        with wall.within([center_id]):
            found += points.filter(center_id=center_id).select_related("center", "patient").order_by("id")
    return found


def _only_center(channel: Channel, sender: str) -> Center | None:
    """The center an answer may name: none where the address belongs to nobody, or to people of several."""
    centers = {point.center_id: point.center for point in _points(channel, sender)}
    return next(iter(centers.values())) if len(centers) == 1 else None


def _note_answers(channel: Channel, sender: str, *, is_canceled: bool) -> None:
    """Tie an answer to the next day each patient at the address was reminded of."""
    note: Callable[[Reminder], object] = _put_before_staff if is_canceled else _log_confirmation
    for point in _points(channel, sender):
        with wall.within([point.center_id]):
            reminder = Reminder.objects.told(point.patient_id, now()).first()
            if reminder is not None:
                note(reminder)


def _log_confirmation(reminder: Reminder) -> None:
    record(
        Event(
            action="confirm",
            kind="reminders.reminder",
            object_id=str(reminder.pk),
            center_id=reminder.center_id,
            patient_ids=(reminder.patient_id,),
            details={"local_day": reminder.local_day.isoformat()},
        )
    )


def _put_before_staff(reminder: Reminder) -> None:
    raise_task(
        center=reminder.center,
        patient=reminder.patient,
        kind=StaffTask.Kind.PATIENT_CANCELED,
        subject=f"scheduling.Session:{reminder.session_id}",
        note=f"Answered a reminder of {reminder.local_day.isoformat()}: cannot come.",
        by=SYSTEM,
    )
