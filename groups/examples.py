"""Invented examples for the OpenAPI document of groups."""

from typing import Any

from centers.examples import CENTER_ID, PROGRAM_ID, STAFF_ID
from patients.examples import PATIENT_ID

GROUP_ID = "01980f6e-5000-7ddd-9f2a-5c6d7e8f9a01"
SERIES_ID = "01980f6e-5100-7ddd-9f2a-5c6d7e8f9a02"
ENROLLMENT_ID = "01980f6e-5200-7ddd-9f2a-5c6d7e8f9a03"
FACILITATOR_ID = "01980f6e-5300-7ddd-9f2a-5c6d7e8f9a04"

NEW_GROUP: dict[str, Any] = {
    "center": CENTER_ID,
    "program": PROGRAM_ID,
    "code": "EVE-A",
    "name": "Evening track A",
    "membership": "open",
    "capacity": 12,
    "min_size": 3,
}
GROUP: dict[str, Any] = {"id": GROUP_ID, "series": SERIES_ID, **NEW_GROUP}
GROUP_CHANGE: dict[str, Any] = {"capacity": 14}
ENROLL: dict[str, Any] = {"patient": PATIENT_ID, "starts_on": "2026-02-02"}
ENROLLMENT: dict[str, Any] = {
    "id": ENROLLMENT_ID,
    "center": CENTER_ID,
    "group": GROUP_ID,
    "patient": PATIENT_ID,
    "starts_on": "2026-02-02",
    "ends_on": None,
    "reason": "",
}
WITHDRAWAL: dict[str, Any] = {"on": "2026-03-02", "reason": "moved to the morning track"}
ROSTER: dict[str, Any] = {
    "group": GROUP_ID,
    "at": "2026-02-02",
    "capacity": 12,
    "patients": [
        {
            "enrollment": ENROLLMENT_ID,
            "patient": PATIENT_ID,
            "mrn": "000731",
            "first_name": "Renée",
            "last_name": "Ashgrove",
            "preferred_name": "Ren",
            "starts_on": "2026-02-02",
            "ends_on": None,
        }
    ],
}
NEW_FACILITATOR: dict[str, Any] = {
    "group": GROUP_ID,
    "staff": STAFF_ID,
    "role": "lead",
    "starts_on": "2026-02-02",
    "ends_on": None,
}
FACILITATOR: dict[str, Any] = {"id": FACILITATOR_ID, "center": CENTER_ID, **NEW_FACILITATOR}
