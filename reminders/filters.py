"""What the lists of reminders can be asked for."""

from backend.api.filters import StrictFilterSet, WindowFilterSet
from reminders.models import Reminder, ReminderRule


class ReminderFilters(WindowFilterSet):
    """`from` and `to` bound the due time."""

    window_field = "due_at"

    class Meta:
        model = Reminder
        fields = ["center", "patient", "session", "state"]


class ReminderRuleFilters(StrictFilterSet):
    class Meta:
        model = ReminderRule
        fields = ["center"]
