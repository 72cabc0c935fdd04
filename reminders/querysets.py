"""Which reminders one may see, and which are due."""

from typing import TYPE_CHECKING

from backend.api.gate import ScopedQuerySet

if TYPE_CHECKING:
    from reminders.models import Attempt, Reminder, ReminderRule


class ReminderRuleQuerySet(ScopedQuerySet["ReminderRule"]):
    """A center's rules."""

    scope = {"centers.Center": "center_id"}


class ReminderQuerySet(ScopedQuerySet["Reminder"]):
    """Reminders."""

    scope = {"centers.Center": "center_id", "patients.Patient": "patient_id"}


class AttemptQuerySet(ScopedQuerySet["Attempt"]):
    """Attempts to send a reminder."""

    scope = {"centers.Center": "center_id"}
