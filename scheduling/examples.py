"""Examples of the calendar's bodies and answers for the OpenAPI document; a test holds them against the schema."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

CENTER_ID = "01980f6e-0a01-7bbb-9e1f-2a3b4c5d6e01"
STAFF_ID = "01980f6e-0a02-7bbb-9e1f-2a3b4c5d6e02"
PROGRAM_ID = "01980f6e-0a03-7bbb-9e1f-2a3b4c5d6e03"
SERIES_ID = "01980f6e-1a01-7bbb-9e1f-2a3b4c5d6e11"
PATTERN_ID = "01980f6e-1a02-7bbb-9e1f-2a3b4c5d6e12"
SESSION_ID = "01980f6e-1a03-7bbb-9e1f-2a3b4c5d6e13"
PATIENT_ID = "01980f6e-1a04-7bbb-9e1f-2a3b4c5d6e14"
ATTENDANCE_ID = "01980f6e-1a05-7bbb-9e1f-2a3b4c5d6e15"
ROOM_ID = "01980f6e-0c01-7bbb-9e1f-2a3b4c5d6e05"
OTHER_STAFF_ID = "01980f6e-0a06-7bbb-9e1f-2a3b4c5d6e06"

PATTERN: dict[str, Any] = {
    "weekday": 1,
    "start_time": "18:00:00",
    "minutes": 180,
    "break_offset": 80,
    "break_minutes": 10,
    "kind": "psychotherapy_group",
    "mode": "in_person",
    "room": ROOM_ID,
    "topic": "Relapse prevention",
    "valid_from": "2026-03-03",
    "valid_to": None,
}
COURSE_PATTERN = PATTERN | {"minutes": 50, "kind": "individual", "break_offset": None, "break_minutes": 0, "topic": ""}
ATTENDANCE: dict[str, Any] = {
    "id": ATTENDANCE_ID,
    "center": CENTER_ID,
    "session": SESSION_ID,
    "patient": PATIENT_ID,
    "patient_name": "Pat Quillfeather",
    "record_number": "000731",
    "starts_at": "2026-03-03T23:00:00Z",
    "status": "late",
    "origin": "roster",
    "arrived_at": "2026-03-03T23:20:00Z",
    "left_at": None,
    "reason": "bus",
    "note": "",
    "collaterals": None,
    "made_up_by": None,
    "recorded_by": STAFF_ID,
    "recorded_at": "2026-03-04T02:05:00Z",
    "etag": '"2.1-row"',
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "series": {
        "id": SERIES_ID,
        "center": CENTER_ID,
        "code": "TUE-EVE",
        "form": "group",
        "program": PROGRAM_ID,
        "seats": 12,
        "takes_guests": True,
        "materialized_to": "2026-05-26",
    },
    "pattern": {"id": PATTERN_ID, "center": CENTER_ID, "series": SERIES_ID, **PATTERN},
    "new_pattern": {"series": SERIES_ID, **PATTERN},
    "pattern_change": {"from": "2026-04-07", "start_time": "17:30:00"},
    "pattern_end": {"on": "2026-06-02"},
    "new_course": {
        "center": CENTER_ID,
        "code": "IND-041",
        "program": PROGRAM_ID,
        "patient": PATIENT_ID,
        "staff": STAFF_ID,
        "pattern": COURSE_PATTERN,
    },
    "session": {
        "id": SESSION_ID,
        "center": CENTER_ID,
        "series": SERIES_ID,
        "series_code": "TUE-EVE",
        "original_date": "2026-03-03",
        "original_time": "18:00:00",
        "starts_at": "2026-03-03T23:00:00Z",
        "ends_at": "2026-03-04T02:00:00Z",
        "break_starts_at": "2026-03-04T00:20:00Z",
        "break_ends_at": "2026-03-04T00:30:00Z",
        "local_date": "2026-03-03",
        "minutes": 180,
        "break_minutes": 10,
        "kind": "psychotherapy_group",
        "mode": "in_person",
        "room": ROOM_ID,
        "room_code": "R1",
        "topic": "Relapse prevention",
        "seats": 12,
        "status": "scheduled",
        "status_reason": "",
        "called_off_at": None,
        "staff": [
            {
                "id": STAFF_ID,
                "name": "Clara Caster",
                "role": "lead",
                "is_active": True,
                "replaces": None,
                "access_until": None,
            },
        ],
        "roster": {"expected": 2, "came": 8, "missed": 1, "canceled": 0},
    },
    "reason": {"reason": "Facilitator is ill"},
    "move": {"starts_at": "2026-03-04T23:00:00Z", "room": ROOM_ID, "reason": "Room is flooded"},
    "shorten": {"minutes": 120, "reason": "Fire drill"},
    "substitution": {
        "substitute": OTHER_STAFF_ID,
        "replaces": STAFF_ID,
        "until": "2026-03-04T17:00:00Z",
        "evening": True,
    },
    "attendance": ATTENDANCE,
    "roster": {"session": SESSION_ID, "rows": [ATTENDANCE]},
    "mark": {"status": "late", "arrived_at": "2026-03-03T23:20:00Z", "reason": "bus"},
    "roster_input": {
        "rows": [
            {"patient": PATIENT_ID, "status": "late", "arrived_at": "2026-03-03T23:20:00Z", "reason": "bus"},
        ]
    },
    "guest": {"record_number": "000731", "reason": "Missed Monday's group", "makes_up_for": ATTENDANCE_ID},
    "hours": {
        "patient": PATIENT_ID,
        "record_number": "000731",
        "week_start": "2026-03-02",
        "planned_minutes": 540,
        "scheduled_minutes": 540,
        "delivered_minutes": 540,
        "attended_minutes": 520,
        "counted_minutes": 490,
        "target_minutes": 540,
        "met": False,
        "counted_days": 3,
        "min_days": 3,
        "days_met": True,
        "partial": False,
    },
    "summary": {
        "results": [
            {
                "group": "TUE-EVE",
                "sessions_planned": 4,
                "sessions_scheduled": 4,
                "sessions_took_place": 3,
                "seats_expected": 40,
                "present": 30,
                "late": 2,
                "left_early": 1,
                "excused_absence": 2,
                "no_show": 3,
                "cancelled_by_program": 2,
                "unrecorded": 0,
                "makeup_guests": 1,
                "attended_minutes": 5610,
                "no_show_rate": "0.0789",
            }
        ]
    },
    "attendance_move": {
        "id": "01980f6e-1a07-7bbb-9e1f-2a3b4c5d6e17",
        "from_status": "expected",
        "to_status": "late",
        "arrived_at": "2026-03-03T23:20:00Z",
        "left_at": None,
        "by": STAFF_ID,
        "at": "2026-03-04T02:05:00Z",
        "reason": "bus",
    },
}
EXAMPLES["attendance_history"] = {"results": [EXAMPLES["attendance_move"]]}


def shown(name: str) -> Any:
    """An example of an answer."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=EXAMPLES[name], response_only=True)])


def sent(name: str) -> Any:
    """An example of a body."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=EXAMPLES[name], request_only=True)])
