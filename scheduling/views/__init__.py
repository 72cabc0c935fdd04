"""The addresses of the calendar: series and patterns, sessions and their verbs, attendance, and hours."""

from scheduling.views.attendance import AttendanceViewSet
from scheduling.views.reports import AttendanceSummaryViewSet, WeeklyHoursViewSet
from scheduling.views.series import PatternViewSet, SeriesViewSet
from scheduling.views.sessions import SessionViewSet

__all__ = [
    "AttendanceSummaryViewSet",
    "AttendanceViewSet",
    "PatternViewSet",
    "SeriesViewSet",
    "SessionViewSet",
    "WeeklyHoursViewSet",
]
