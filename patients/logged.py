"""Which models of patients the log follows, and which of their values it keeps in clear: dates, codes and ids."""

from audit.registry import register as follow
from patients.models import (
    AvailabilityWindow,
    CareTeamMember,
    ContactPoint,
    EmergencyAccess,
    EmergencyNotice,
    Episode,
    LeaveOfAbsence,
    LevelOfCareStay,
    MessagingConsent,
    Patient,
    StaffTask,
)

# Not followed: the two grant models, which every change logs as one grant event.
KEPT = ["patient", "center"]


def register() -> None:
    """Follow every record; names, birth dates, numbers, addresses, notes and reasons appear as digests."""
    follow(
        Patient,
        plain=["center", "language", "timezone", "contact_preference"],
        exclude=["version", "sort_key", "given_key", "preferred_key"],
        patient="pk",
    )
    follow(AvailabilityWindow, plain=[*KEPT, "weekday", "from_time", "to_time"])
    follow(
        Episode,
        plain=[*KEPT, "program", "admitted_on", "discharged_on", "discharge_reason", "last_contact_on"],
        exclude=["version"],
    )
    follow(
        LevelOfCareStay,
        plain=[*KEPT, "episode", "level_of_care", "asam_edition", "starts_on", "ends_on"],
        exclude=["version"],
    )
    follow(LeaveOfAbsence, plain=[*KEPT, "starts_on", "ends_on"], exclude=["version"])
    follow(
        EmergencyAccess,
        plain=[*KEPT, "staff", "starts_at", "ends_at", "ended_by", "reviewed_at", "reviewed_by", "verdict"],
        exclude=["version"],
    )
    follow(EmergencyNotice, plain=[*KEPT, "access", "officer", "sent_at"], exclude=["due_at"])
    follow(
        CareTeamMember,
        plain=[*KEPT, "staff", "starts_at", "ends_at", "ends_with_care", "would_end_at"],
        exclude=["version"],
    )
    follow(ContactPoint, plain=[*KEPT, "kind", "ended_at", "suppressed_at", "suppressed_reason"], exclude=["version"])
    follow(MessagingConsent, plain=[*KEPT, "given", "answered_on", "recorded_at", "recorded_by"])
    follow(
        StaffTask,
        plain=[*KEPT, "kind", "assigned_to", "raised_by", "raised_at", "due_at", "done_at", "done_by"],
        exclude=["version"],
    )
