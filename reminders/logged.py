"""Which models of reminders the log follows. Claims and leases are no news; addresses appear as digests."""

from audit.registry import register as follow
from reminders.models import Attempt, Reminder, ReminderRule, Suppression


def register() -> None:
    """Follow every record; the planner's and the dispatcher's statements write bulk entries of their own."""
    follow(ReminderRule, plain=["center", "offset_hours"])
    follow(
        Reminder,
        plain=[
            "center",
            "patient",
            "local_day",
            "offset_hours",
            "session",
            "session_starts_at",
            "due_at",
            "state",
            "reason",
            "attempts_made",
            "settled_at",
        ],
        exclude=["version", "claim", "lease_until", "next_try_at", "planned_at"],
    )
    follow(
        Attempt,
        plain=["reminder", "center", "channel", "contact_point", "started_at", "ended_at", "outcome", "error_code"],
        patient=lambda attempt: attempt.reminder.patient_id,
    )
    follow(Suppression, plain=["channel", "reason", "since", "lifted_at"])
