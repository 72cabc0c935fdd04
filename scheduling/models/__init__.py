"""The one calendar: what repeats, who belongs to it, the sessions it gives, who staffs and who attends them."""

from scheduling.models.attendance import Attendance, AttendanceMove
from scheduling.models.series import Participation, Pattern, Series, SeriesStaff
from scheduling.models.sessions import Session, SessionStaff

__all__ = [
    "Attendance",
    "AttendanceMove",
    "Participation",
    "Pattern",
    "Series",
    "SeriesStaff",
    "Session",
    "SessionStaff",
]
