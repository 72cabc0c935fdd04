"""Which models of the calendar the log follows, and which of their values it keeps in clear."""

from audit.registry import register as follow
from scheduling.models import (
    Attendance,
    AttendanceMove,
    Participation,
    Pattern,
    Series,
    SeriesStaff,
    Session,
    SessionStaff,
)

# Bulk verbs (rosters, sessions made ahead) write one event that names all patients; single rows are followed here.


def register() -> None:
    """Follow every record; notes, reasons and topics appear as digests."""
    follow(Series, plain=["center", "code", "form", "program", "seats", "takes_guests"], exclude=["version"])
    follow(
        Pattern,
        plain=[
            "center",
            "series",
            "weekday",
            "start_time",
            "minutes",
            "break_offset",
            "break_minutes",
            "kind",
            "mode",
            "room",
            "valid_from",
            "valid_to",
        ],
        exclude=["version"],
    )
    follow(SeriesStaff, plain=["center", "series", "staff", "role", "starts_on", "ends_on"])
    follow(Participation, plain=["center", "series", "patient", "starts_on", "ends_on"])
    follow(
        Session,
        plain=[
            "center",
            "series",
            "pattern",
            "original_date",
            "original_time",
            "minutes",
            "break_minutes",
            "starts_at",
            "ends_at",
            "break_starts_at",
            "break_ends_at",
            "local_date",
            "kind",
            "mode",
            "room",
            "seats",
            "status",
            "called_off_at",
        ],
        exclude=["version", "roster_version", "during", "on_schedule"],
    )
    follow(
        SessionStaff,
        plain=["center", "session", "staff", "role", "replaces", "is_active"],
        exclude=["during", "on_schedule", "starts_at"],
    )
    follow(
        Attendance,
        plain=[
            "center",
            "session",
            "patient",
            "status",
            "origin",
            "arrived_at",
            "left_at",
            "collaterals",
            "makes_up_for",
            "approved_by",
            "recorded_by",
            "recorded_at",
        ],
        exclude=["version", "during", "on_schedule", "starts_at", "occupies"],
    )
    follow(
        AttendanceMove,
        plain=["center", "attendance", "patient", "from_status", "to_status", "arrived_at", "left_at", "by", "at"],
    )
