"""Which reminders one may see, and which are still to go."""

import datetime as dt
from typing import TYPE_CHECKING, Self
from uuid import UUID

from backend.api.gate import ScopedQuerySet

if TYPE_CHECKING:
    from centers.models import Center
    from reminders.models import Attempt, Reminder, ReminderRule


class ReminderRuleQuerySet(ScopedQuerySet["ReminderRule"]):
    """A center's rules."""

    scope = {"centers.Center": "center_id"}


class ReminderQuerySet(ScopedQuerySet["Reminder"]):
    """Reminders."""

    scope = {"centers.Center": "center_id", "patients.Patient": "patient_id"}

    def unsent_of(self, center: "Center") -> Self:
        """A center's reminders nobody holds yet, locked, so that a dispatcher waits for what becomes of them."""
        return self.filter(center=center, state="planned").select_for_update(no_key=True).order_by("id")

    def held_by(self, pk: UUID, claim: UUID, *states: str) -> Self:
        """A reminder that an attempt holds, in one of the states, locked; none once the attempt is fenced off."""
        return (
            self.filter(pk=pk, claim=claim, state__in=states)
            .select_related("center", "patient")
            .select_for_update(no_key=True, of=("self",))
        )

    def told(self, patient_id: UUID, at: dt.datetime) -> Self:
        """What a patient was told of days still ahead, the nearest first."""
        sent = self.filter(patient_id=patient_id, state__in=("sent", "delivered"), session_starts_at__gt=at)
        return sent.select_related("center", "patient").order_by("session_starts_at", "id")


class AttemptQuerySet(ScopedQuerySet["Attempt"]):
    """Attempts to send a reminder."""

    scope = {"centers.Center": "center_id", "patients.Patient": "reminder__patient_id"}
