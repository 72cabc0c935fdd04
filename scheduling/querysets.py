"""Which rows of the calendar one may see: by grant, or because one staffs the session."""

from typing import TYPE_CHECKING

from backend.api.gate import ScopedQuerySet

if TYPE_CHECKING:
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

BY_CENTER = {"centers.Center": "center_id"}
BY_CENTER_OR_PATIENT = {"centers.Center": "center_id", "patients.Patient": "patient_id"}


class SeriesQuerySet(ScopedQuerySet["Series"]):
    """Series of sessions."""

    scope = BY_CENTER


class PatternQuerySet(ScopedQuerySet["Pattern"]):
    """Rows of the weekly pattern."""

    scope = BY_CENTER


class SeriesStaffQuerySet(ScopedQuerySet["SeriesStaff"]):
    """Who leads a series."""

    scope = BY_CENTER


class ParticipationQuerySet(ScopedQuerySet["Participation"]):
    """Who belongs to a series."""

    scope = BY_CENTER_OR_PATIENT


class SessionQuerySet(ScopedQuerySet["Session"]):
    """Sessions."""

    scope = BY_CENTER


class SessionStaffQuerySet(ScopedQuerySet["SessionStaff"]):
    """Who staffs a session."""

    scope = BY_CENTER


class AttendanceQuerySet(ScopedQuerySet["Attendance"]):
    """Attendance."""

    scope = BY_CENTER_OR_PATIENT


class AttendanceMoveQuerySet(ScopedQuerySet["AttendanceMove"]):
    """The history of attendance."""

    scope = BY_CENTER_OR_PATIENT
