"""What crosses rows of the calendar: made ahead, changed, staffed, attended. Keyword-only, atomic, by somebody."""

from scheduling.actions.attendance import Mark, Roster, record_one, record_roster
from scheduling.actions.calendar import follow_closures, materialize, series_to_extend
from scheduling.actions.changes import (
    call_off_session,
    move_session,
    reinstate_session,
    shorten_session,
    withdraw_session,
)
from scheduling.actions.courses import end_lead, hand_on_lead
from scheduling.actions.guests import add_guest
from scheduling.actions.leaving import leave_calendar, sessions_without_staff, stay_in_calendar
from scheduling.actions.patterns import add_pattern, change_pattern, end_pattern, open_course
from scheduling.actions.people import colleague, therapist
from scheduling.actions.rosters import retake_rosters
from scheduling.actions.staffing import reseat, restaff
from scheduling.actions.substitution import substitute

__all__ = [
    "Mark",
    "Roster",
    "add_guest",
    "add_pattern",
    "call_off_session",
    "change_pattern",
    "colleague",
    "end_lead",
    "end_pattern",
    "follow_closures",
    "hand_on_lead",
    "leave_calendar",
    "materialize",
    "move_session",
    "open_course",
    "record_one",
    "record_roster",
    "reinstate_session",
    "reseat",
    "restaff",
    "retake_rosters",
    "series_to_extend",
    "sessions_without_staff",
    "shorten_session",
    "stay_in_calendar",
    "substitute",
    "therapist",
    "withdraw_session",
]
