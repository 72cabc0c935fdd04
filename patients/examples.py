"""Invented examples for the OpenAPI document of patients."""

from typing import Any

from centers.examples import CENTER_ID, PROGRAM_ID, STAFF_ID

PATIENT_ID = "01980f6e-2a00-7ccc-8d1e-4b5c6d7e8f01"
POINT_ID = "01980f6e-2b00-7ccc-8d1e-4b5c6d7e8f02"
EPISODE_ID = "01980f6e-2c00-7ccc-8d1e-4b5c6d7e8f03"
STAY_ID = "01980f6e-2d00-7ccc-8d1e-4b5c6d7e8f04"
MEMBER_ID = "01980f6e-2e00-7ccc-8d1e-4b5c6d7e8f05"
LEAVE_ID = "01980f6e-2f00-7ccc-8d1e-4b5c6d7e8f06"
TASK_ID = "01980f6e-3000-7ccc-8d1e-4b5c6d7e8f07"
EMERGENCY_ID = "01980f6e-3200-7ccc-8d1e-4b5c6d7e8f09"
CONSENT_ID = "01980f6e-3100-7ccc-8d1e-4b5c6d7e8f08"

NAMES: dict[str, Any] = {
    "mrn": "000731",
    "first_name": "Renée",
    "last_name": "Ashgrove",
    "preferred_name": "Ren",
}
TIMES: dict[str, Any] = {
    "language": "en",
    "timezone": "America/Chicago",
    "contact_preference": "sms",
    "availability": [{"weekday": 1, "from_time": "17:30:00", "to_time": "21:00:00"}],
}
POINT: dict[str, Any] = {
    "id": POINT_ID,
    "patient": PATIENT_ID,
    "center": CENTER_ID,
    "kind": "mobile",
    "value": "(706) 555-0142",
    "normalized": "+17065550142",
    "ended_at": None,
    "suppressed_at": None,
    "suppressed_reason": "",
}
PATIENT: dict[str, Any] = {
    "id": PATIENT_ID,
    "center": CENTER_ID,
    **NAMES,
    **TIMES,
    "contact_points": [{key: POINT[key] for key in ("id", "kind", "value", "normalized", "suppressed_at")}],
    "birth_date": "1990-02-03",
}
NEW_PATIENT: dict[str, Any] = {"center": CENTER_ID, **NAMES, "birth_date": "1990-02-03", **TIMES}
PATIENT_CHANGE: dict[str, Any] = {"preferred_name": "Ren", "availability": TIMES["availability"]}
NEW_EPISODE: dict[str, Any] = {"patient": PATIENT_ID, "program": PROGRAM_ID, "admitted_on": "2026-01-05"}
EPISODE: dict[str, Any] = {
    "id": EPISODE_ID,
    "center": CENTER_ID,
    **NEW_EPISODE,
    "discharged_on": None,
    "discharge_reason": "",
    "last_contact_on": None,
}
DISCHARGE: dict[str, Any] = {"on": "2026-04-06", "reason": "1"}
STAY: dict[str, Any] = {
    "id": STAY_ID,
    "episode": EPISODE_ID,
    "patient": PATIENT_ID,
    "center": CENTER_ID,
    "level_of_care": "2.1",
    "asam_edition": "3",
    "starts_on": "2026-01-05",
    "ends_on": None,
}
NEW_MEMBER: dict[str, Any] = {"patient": PATIENT_ID, "staff": STAFF_ID}
MEMBER: dict[str, Any] = {
    "id": MEMBER_ID,
    "center": CENTER_ID,
    **NEW_MEMBER,
    "starts_at": "2026-01-05T05:00:00Z",
    "ends_at": None,
}
NEW_POINT: dict[str, Any] = {key: POINT[key] for key in ("patient", "kind", "value")}
NEW_LEAVE: dict[str, Any] = {
    "patient": PATIENT_ID,
    "starts_on": "2026-02-02",
    "ends_on": "2026-02-09",
    "reason": "family visit",
}
LEAVE: dict[str, Any] = {"id": LEAVE_ID, "center": CENTER_ID, **NEW_LEAVE}
CONSENT: dict[str, Any] = {
    "id": CONSENT_ID,
    "patient": PATIENT_ID,
    "given": True,
    "answered_on": "2026-01-05",
    "recorded_at": "2026-01-05T15:04:00Z",
}
TASK: dict[str, Any] = {
    "id": TASK_ID,
    "center": CENTER_ID,
    "patient": PATIENT_ID,
    "kind": "reminder_failed",
    "subject": "reminders.Reminder 01980f6e-4000-7ccc-8d1e-4b5c6d7e8f09",
    "note": "",
    "assigned_to": None,
    "raised_at": "2026-01-06T14:00:00Z",
    "due_at": None,
    "done_at": None,
}
NEW_EMERGENCY: dict[str, Any] = {
    "center": CENTER_ID,
    "record_number": "000731",
    "nature": "risk_to_self",
    "reason": "Called the front desk in distress and hung up; the care team cannot be reached",
}
EMERGENCY_ROW: dict[str, Any] = {
    "id": EMERGENCY_ID,
    "center": CENTER_ID,
    "patient": PATIENT_ID,
    "record_number": "000731",
    "staff": STAFF_ID,
    "staff_name": "Olga Marsh",
    "nature": "risk_to_self",
    "reason": NEW_EMERGENCY["reason"],
    "starts_at": "2026-03-02T18:00:00Z",
    "ends_at": "2026-03-02T22:00:00Z",
    "state": "open",
    "reviewed_at": None,
    "reviewed_by": None,
    "verdict": "",
    "note": "",
}
EMERGENCY: dict[str, Any] = {
    **EMERGENCY_ROW,
    "entries": 3,
    "entries_url": f"/api/v1/audit-entries/?purpose=emergency%3A{EMERGENCY_ID}",
}
REVIEW: dict[str, Any] = {"verdict": "justified", "note": "The call is on record; the on-call counselor was reached."}
