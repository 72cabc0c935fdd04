"""Which reminders there are: the rule over plain values (docs/import-format.md, 9), and what it gives for a center."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from centers.models import Center
from centers.wall_time import local_date
from patients.models.people import ContactPreference
from reminders import occasions
from reminders.models import Channel, Reminder
from reminders.occasions import Occasion, Person, Point
from reminders.timing import due_time

# What there is one reminder of: a patient, a day of sessions where the patient lives, hours before.
Key = tuple[UUID, dt.date, int]


@dataclass(frozen=True, slots=True)
class Planned:
    """One reminder that is to go: of which session, how long before, when, over which channel, where to."""

    occasion: Occasion
    offset_hours: int
    due_at: dt.datetime
    channel: Channel
    point: Point

    @property
    def key(self) -> Key:
        """What makes it one and the same reminder."""
        return self.occasion.person.id, self.occasion.day, self.offset_hours

    def is_told_by(self, row: Reminder) -> bool:
        """Whether a stored reminder says the same session and time."""
        occasion = self.occasion
        told = (row.session_id, row.session_starts_at, row.due_at)
        return told == (occasion.session_id, occasion.starts_at, self.due_at)


def planned(center: Center, original_from: dt.date, original_to: dt.date) -> list[Planned]:
    """Return the reminders of sessions whose original date lies in `[original_from, original_to)`.

    It says what the schedule and the roster give, sent or not, whatever the time is now and whether or not the center
    sends: the first session of each day of a patient is looked for among all of the patient's sessions, so a window
    never makes a later session of a day the first one.
    """
    found = firsts(occasions.by_original_date(center, original_from, original_to))
    asked = (first for first in found if original_from <= first.original.day < original_to)
    return list(reminders(asked, offsets(center)))


def offsets(center: Center) -> list[int]:
    """The hours before a day's first session at which a center reminds, the longest first."""
    return list(center.reminder_rules.order_by("-offset_hours").values_list("offset_hours", flat=True))


def firsts(found: Iterable[Occasion]) -> list[Occasion]:
    """Return the first session of each day of each patient; the day is that of the patient's zone."""
    chosen: dict[tuple[UUID, dt.date], Occasion] = {}
    for occasion in sorted(found, key=lambda each: (each.starts_at, each.session_id)):
        chosen.setdefault((occasion.person.id, occasion.day), occasion)
    return list(chosen.values())


def reminders(found: Iterable[Occasion], offset_hours: Iterable[int]) -> Iterator[Planned]:
    """Give the reminders of days' first sessions; none where the rule has no time, no channel, or wants none."""
    hours = tuple(offset_hours)
    for occasion in found:
        for offset in hours:
            due_at = due_time(occasion.span, offset)
            way = due_at and channel_for(occasion.person, local_date(occasion.person.zone, due_at))
            if due_at and way:
                yield Planned(occasion, offset, due_at, *way)


def channel_for(person: Person, due_on: dt.date) -> tuple[Channel, Point] | None:
    """Return how and where a patient is written to on a day; None for not at all.

    Nobody is written to before admission, nor who wants nothing. An e-mail goes to who prefers it and has an address,
    a text to anybody else who said yes to texts by that day and has a mobile phone.
    """
    if person.preference == ContactPreference.NONE or due_on < person.admitted_on:
        return None
    if person.preference == ContactPreference.EMAIL and person.email:
        return Channel.EMAIL, person.email
    if person.mobile and person.consent_on and person.consent_on <= due_on:
        return Channel.SMS, person.mobile
    return None
