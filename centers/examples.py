"""Invented examples for the OpenAPI document of centers."""

from typing import Any

CENTER_ID = "01980f6e-0a00-7bbb-9e1f-2a3b4c5d6e02"
STAFF_ID = "01980f6e-1b00-7aaa-8c0d-3f6a5b7c9d01"
PROGRAM_ID = "01980f6e-0b00-7bbb-9e1f-2a3b4c5d6e03"
RULE_FIELDS = (
    "effective_from",
    "level_of_care",
    "weekly_minutes_min",
    "weekly_minutes_max",
    "min_days",
    "breaks_count",
    "uncounted_kinds",
    "attendance_opens_hours",
    "attendance_closes_days",
    "care_team_days_after_discharge",
)

CENTER: dict[str, Any] = {
    "id": CENTER_ID,
    "name": "Willow Street Center",
    "discreet_name": "WS Office",
    "timezone": "America/New_York",
    "week_starts_on": 0,
    "phone": "(706) 555-0100",
    "street": "12 Willow Street",
    "city": "Columbus",
    "region": "GA",
    "postal_code": "31901",
    "country": "US",
    "calendar_from": "2026-01-05",
    "calendar_to": "2027-01-04",
    "sending_since": None,
}
CENTER_CHANGE: dict[str, Any] = {"name": "Willow Street Center", "discreet_name": "Willow Office", "country": "US"}
NEW_PROGRAM: dict[str, Any] = {
    "center": CENTER_ID,
    "code": "IOP-EVE",
    "name": "Adult IOP, evening track",
    "population": "adult",
    "is_part2": True,
}
PROGRAM: dict[str, Any] = {"id": PROGRAM_ID, **NEW_PROGRAM}
NEW_RULE: dict[str, Any] = {
    "program": PROGRAM_ID,
    "effective_from": "2026-01-05",
    "level_of_care": "2.1",
    "weekly_minutes_min": 540,
    "weekly_minutes_max": 1140,
    "min_days": 3,
    "breaks_count": False,
    "uncounted_kinds": ["mutual_help"],
    "attendance_opens_hours": 12,
    "attendance_closes_days": 14,
    "care_team_days_after_discharge": 14,
}
RULE: dict[str, Any] = {"id": "01980f6e-0b01-7bbb-9e1f-2a3b4c5d6e04", "center": CENTER_ID, **NEW_RULE}
NEW_ROOM: dict[str, Any] = {"center": CENTER_ID, "code": "R1", "name": "Magnolia", "capacity": 16}
ROOM: dict[str, Any] = {"id": "01980f6e-0c01-7bbb-9e1f-2a3b4c5d6e05", **NEW_ROOM}
NEW_CLOSURE: dict[str, Any] = {
    "center": CENTER_ID,
    "date": "2026-10-22",
    "from_time": "15:00:00",
    "to_time": "22:00:00",
    "reason": "Power cut",
}
CLOSURE: dict[str, Any] = {
    "id": "01980f6e-0d01-7bbb-9e1f-2a3b4c5d6e06",
    **NEW_CLOSURE,
    "starts_at": "2026-10-22T19:00:00Z",
    "ends_at": "2026-10-23T02:00:00Z",
}
NEW_PERSON: dict[str, Any] = {
    "center": CENTER_ID,
    "email": "olga.marsh@center.example",
    "first_name": "Olga",
    "last_name": "Marsh",
    "title": "counselor",
    "credentials": "LPC",
    "supervisor": None,
}
PERSON: dict[str, Any] = {
    "id": STAFF_ID,
    **NEW_PERSON,
    "roles": ["counselor"],
    "ended_at": None,
    "needs_invitation": False,
}
NEW_ASSIGNMENT: dict[str, Any] = {
    "center": CENTER_ID,
    "staff": STAFF_ID,
    "role": "counselor",
    "signs": True,
    "starts_at": "2026-03-02T14:00:00Z",
    "ends_at": None,
}
ASSIGNMENT: dict[str, Any] = {"id": "01980f6e-0e01-7bbb-9e1f-2a3b4c5d6e07", **NEW_ASSIGNMENT}

DEVICE = {
    "id": "01a2b3c4-0000-7000-8000-00000000d001",
    "name": "Mozilla/5.0",
    "is_current": True,
    "has_second_factor": True,
    "created_at": "2026-03-03T13:02:11Z",
    "last_seen_at": "2026-03-03T17:40:00Z",
}
NEW_SERVICE_ACCOUNT: dict[str, Any] = {
    "center": CENTER_ID,
    "name": "Front door display",
    "purpose": "Shows on the hall's screen which sessions are on, and in which room.",
    "codenames": ["view_center", "view_schedule"],
    "starts_at": "2026-03-02T14:00:00Z",
    "ends_at": None,
}
SERVICE_ACCOUNT: dict[str, Any] = {
    "id": "01980f6e-1101-7bbb-9e1f-2a3b4c5d6e11",
    **NEW_SERVICE_ACCOUNT,
    "granted": ["view_center"],
    "is_waiting": True,
    "requested_by": STAFF_ID,
    "confirmed_by": "",
    "confirmed_at": None,
    "deactivated_at": None,
}
NEW_SERVICE_TOKEN: dict[str, Any] = {
    "account": SERVICE_ACCOUNT["id"],
    "scopes": ["view_schedule"],
    "networks": ["203.0.113.7/32", "2001:db8:7::/48"],
    "expires_at": "2026-09-01T00:00:00Z",
}
SERVICE_TOKEN: dict[str, Any] = {
    "id": "01980f6e-1201-7bbb-9e1f-2a3b4c5d6e12",
    "center": CENTER_ID,
    **NEW_SERVICE_TOKEN,
    "created_at": "2026-03-02T14:05:00Z",
    "created_by": STAFF_ID,
    "is_waiting": True,
    "confirmed_by": "",
    "confirmed_at": None,
    "last_used_at": None,
    "revoked_at": None,
}
SHOWN_SERVICE_TOKEN: dict[str, Any] = {
    **SERVICE_TOKEN,
    "token": "iop_svc_kZ2b0g3v7a9xQd0m1tJc5yR8uLw4eHs6nPf2iVoKbXE",
}
NEW_LISTING: dict[str, Any] = {
    "center": CENTER_ID,
    "staff": STAFF_ID,
    "starts_at": "2026-03-02T14:00:00Z",
    "ends_at": None,
}
LISTING: dict[str, Any] = {"id": "01980f6e-0f01-7bbb-9e1f-2a3b4c5d6e08", **NEW_LISTING}
DEPARTURE: dict[str, Any] = {
    "staff": STAFF_ID,
    "center": CENTER_ID,
    "at": "2026-11-27T22:00:00Z",
    "dry_run": True,
    "taken": [
        {
            "kind": "role",
            "id": "01980f6e-0e01-7bbb-9e1f-2a3b4c5d6e07",
            "starts": "2026-03-02T14:00:00+00:00",
            "ends": None,
            "code": "counselor",
            "patients": [],
        },
    ],
    "unattended": [
        {
            "kind": "group_without_lead",
            "id": "01980f6e-0f01-7bbb-9e1f-2a3b4c5d6e08",
            "starts": None,
            "ends": None,
            "code": "TUE-EVE",
            "patients": [],
        },
    ],
}
