"""Which models of the calendar the log follows, and which of their values it keeps in clear."""

from django.db.models import Model

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
PLAIN: dict[type[Model], str] = {
    Series: "center code form program seats takes_guests",
    Pattern: "center series weekday start_time minutes break_offset break_minutes kind mode room valid_from valid_to",
    SeriesStaff: "center series staff role starts_on ends_on",
    Participation: "center series patient starts_on ends_on",
    Session: "center series pattern original_date original_time minutes break_minutes starts_at ends_at break_starts_at"
    " break_ends_at local_date kind mode room seats status called_off_at",
    SessionStaff: "center session staff role replaces is_active access_until",
    Attendance: "center session patient status origin arrived_at left_at collaterals made_up_by approved_by"
    " recorded_by recorded_at",
    AttendanceMove: "center attendance patient from_status to_status arrived_at left_at by at",
}
# Versions, and what the database computes from other columns.
NO_NEWS: dict[type[Model], str] = {
    Series: "version",
    Pattern: "version",
    Session: "version roster_version during on_schedule",
    SessionStaff: "during on_schedule starts_at",
    Attendance: "version during on_schedule starts_at occupies",
}


def register() -> None:
    """Follow every record; notes, reasons and topics appear as digests."""
    for model, plain in PLAIN.items():
        follow(model, plain=plain.split(), exclude=NO_NEWS.get(model, "").split())
