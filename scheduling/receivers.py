"""What the calendar does when it hears from the rooms below: a change of care, a closure."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from backend.api.recorder import Actor
from centers.departures import Item, Kept
from centers.models import Closure, Position
from centers.signals import closure_changed, staff_leaving, staff_left, staff_staying
from centers.wall_time import local_date
from patients.models import Patient
from patients.signals import care_changed
from scheduling.actions import (
    follow_closures,
    leave_calendar,
    retake_rosters,
    sessions_without_staff,
    stay_in_calendar,
)


def on_care_changed(sender: object, *, patient: Patient, by: Actor, **news: Any) -> None:
    """Who was admitted, discharged or is on leave is expected accordingly."""
    retake_rosters(patient=patient, by=by)


def on_closure_changed(sender: object, *, closure: Closure, by: Actor, is_removed: bool = False, **news: Any) -> None:
    """Sessions overlapping a closure are closed; those of one about to be taken back stand again."""
    follow_closures(closure=closure, is_removed=is_removed, by=by)


def on_staff_leaving(
    sender: object, *, position: Position, by: Actor, at: dt.datetime | None, **news: Any
) -> list[Item]:
    """Whoever leaves the center leads none of its series and staffs none of its sessions to come."""
    return leave_calendar(position=position, by=by, at=at)


def on_staff_staying(
    sender: object, *, position: Position, by: Actor, kept: Sequence[Kept], at: dt.datetime, **news: Any
) -> None:
    """Whoever stays after all goes on leading series."""
    stay_in_calendar(position=position, kept=kept, day=local_date(position.center.timezone, at), by=by)


def on_staff_left(sender: object, *, taken: Sequence[Item], **news: Any) -> list[Item]:
    """Sessions to come that nobody staffs any more."""
    return sessions_without_staff(taken=taken)


def connect() -> None:
    """Listen; called once, when apps are ready."""
    care_changed.connect(on_care_changed, dispatch_uid="scheduling.care_changed")
    closure_changed.connect(on_closure_changed, dispatch_uid="scheduling.closure_changed")
    staff_leaving.connect(on_staff_leaving, dispatch_uid="scheduling.staff_leaving")
    staff_staying.connect(on_staff_staying, dispatch_uid="scheduling.staff_staying")
    staff_left.connect(on_staff_left, dispatch_uid="scheduling.staff_left")
