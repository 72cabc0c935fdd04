"""What the calendar does when it hears from the rooms below: a change of care, a closure."""

from typing import Any

from backend.api.recorder import Actor
from centers.models import Closure
from centers.signals import closure_changed
from patients.models import Patient
from patients.signals import care_changed
from scheduling.actions import follow_closures, retake_rosters


def on_care_changed(sender: object, *, patient: Patient, by: Actor, **news: Any) -> None:
    """Who was admitted, discharged or is on leave is expected accordingly."""
    retake_rosters(patient=patient, by=by)


def on_closure_changed(sender: object, *, closure: Closure, by: Actor, is_removed: bool = False, **news: Any) -> None:
    """Sessions overlapping a closure are closed; those of one about to be taken back stand again."""
    follow_closures(closure=closure, is_removed=is_removed, by=by)


def connect() -> None:
    """Listen; called once, when apps are ready."""
    care_changed.connect(on_care_changed, dispatch_uid="scheduling.care_changed")
    closure_changed.connect(on_closure_changed, dispatch_uid="scheduling.closure_changed")
