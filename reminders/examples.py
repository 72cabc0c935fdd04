"""Invented examples for the OpenAPI document of reminders."""

from typing import Any

CENTER_ID = "01980f6e-0a00-7bbb-9e1f-2a3b4c5d6e02"

RULE: dict[str, Any] = {"id": "01980f6e-2a00-7ccc-9e1f-2a3b4c5d6e10", "center": CENTER_ID, "offset_hours": 24}
NEW_RULE: dict[str, Any] = {"center": CENTER_ID, "offset_hours": 24}
SWITCH: dict[str, Any] = {"center": CENTER_ID, "on": True, "sending_since": "2026-11-24T14:00:00Z"}
NEW_SWITCH: dict[str, Any] = {"center": CENTER_ID, "on": True}
REMINDER: dict[str, Any] = {
    "id": "01980f6e-2b00-7ccc-9e1f-2a3b4c5d6e11",
    "center": CENTER_ID,
    "patient": "01980f6e-0c00-7bbb-9e1f-2a3b4c5d6e04",
    "session": "01980f6e-0d00-7bbb-9e1f-2a3b4c5d6e05",
    "local_day": "2026-11-25",
    "offset_hours": 24,
    "session_starts_at": "2026-11-25T23:00:00Z",
    "due_at": "2026-11-24T23:00:00Z",
    "state": "delivered",
    "reason": "",
    "attempts_made": 1,
    "planned_at": "2026-11-22T08:00:00Z",
    "settled_at": "2026-11-24T23:00:12Z",
}
DETAIL: dict[str, Any] = REMINDER | {
    "attempts": [
        {
            "id": "6f1c4f0e-7c0a-4a5e-9b6e-0a1b2c3d4e5f",
            "channel": "sms",
            "started_at": "2026-11-24T23:00:11Z",
            "ended_at": "2026-11-24T23:00:12Z",
            "outcome": "delivered",
            "error_code": "",
        }
    ]
}
PLANNED: dict[str, Any] = {
    "results": [
        {
            "patient": REMINDER["patient"],
            "session": REMINDER["session"],
            "session_key": "TUE-EVE 2026-11-25 18:00",
            "offset_hours": 24,
            "channel": "sms",
            "due_at": "2026-11-24T23:00:00Z",
        }
    ]
}
