"""What is sent to each address of the access table, and which thing of the scene `{id}` is.

A word with a leading `$` is the id of a thing of the scene. `SUBJECT` is the thing whose absence must look like a
denial.
"""

from typing import Any

SUBJECT = {
    "centers": "center",
    "programs": "program",
    "program-rules": "rule",
    "rooms": "room",
    "closures": "closure",
    "staff": "newcomer",
    "role-assignments": "assignment",
    "devices": "device",
    "patients": "pat",
    "episodes": "episode",
    "levels-of-care": "stay",
    "care-team-members": "member",
    "contact-points": "point",
    "leaves": "leave",
    "staff-tasks": "task",
    "series": "series",
    "patterns": "pattern",
    "sessions": "session",
    "attendances": "attendance",
    "weekly-hours": "pat",
    "attendance-summary": "center",
    "groups": "group",
    "enrollments": "enrollment",
    "facilitators": "facilitator",
    "reminders": "reminder",
    "reminder-rules": "reminder_rule",
    "reminder-switches": "center",
    "planned-reminders": "center",
    "audit-entries": "entry",
}
# A new thing names what it belongs to; where that is not the center, it is this.
OWNER = {
    "program-rules": "program",
    "episodes": "nell",
    "care-team-members": "pat",
    "contact-points": "pat",
    "leaves": "pat",
    "patterns": "series",
    "facilitators": "group",
}
# Some verbs want another thing than the first of its kind.
OTHER_SUBJECT = {
    ("POST", "sessions/{id}/withdraw/"): "later_session",
    ("POST", "sessions/{id}/reinstate/"): "later_session",
    ("POST", "sessions/{id}/move/"): "later_session",
    ("POST", "reminder-rules/"): "center",
}
# Shown in a list in place of the subject's id.
MARK = {
    "attendance-summary": "TUE",
    "groups/{id}/roster/": "$pat",
    "planned-reminders": "$pat",
    "attendances/{id}/history/": "results",
}

WINDOW = {"from": "2026-03-01T00:00:00-05:00", "to": "2026-03-31T00:00:00-05:00"}
DAYS = {"center": "$center", "from": "2026-03-02", "to": "2026-03-30"}
QUERY: dict[str, dict[str, str]] = {
    "sessions/": WINDOW,
    "reminders/": WINDOW,
    "attendances/": WINDOW | {"patient": "$pat"},
    "weekly-hours/": DAYS,
    "attendance-summary/": DAYS,
    "planned-reminders/": DAYS,
    "audit-entries/": {"center": "$center", "page_size": "100", "action": "access-table"},
}

PATTERN = {
    "weekday": 4,
    "start_time": "10:00:00",
    "minutes": 50,
    "kind": "individual",
    "valid_from": "2026-03-06",
    "valid_to": "2026-04-03",
}
CENTER = {
    "name": "Cast Center",
    "discreet_name": "The Office",
    "street": "1 Elm Street",
    "city": "Columbus",
    "region": "GA",
    "postal_code": "31901",
    "country": "US",
}
BODY: dict[tuple[str, str], dict[str, Any]] = {
    ("PUT", "centers/{id}/"): CENTER,
    ("PATCH", "centers/{id}/"): {"discreet_name": "The Studio"},
    ("POST", "programs/"): {"center": "$center", "code": "PHP", "name": "Day program"},
    ("PUT", "programs/{id}/"): {"name": "Evening program", "population": "adult", "is_part2": True},
    ("PATCH", "programs/{id}/"): {"name": "Evening program"},
    ("POST", "program-rules/"): {
        "program": "$program",
        "effective_from": "2026-07-01",
        "level_of_care": "2.1",
        "weekly_minutes_min": 600,
        "min_days": 3,
        "breaks_count": False,
    },
    ("POST", "rooms/"): {"center": "$center", "code": "R2", "name": "Cedar", "capacity": 8},
    ("PUT", "rooms/{id}/"): {"name": "Cedar", "capacity": 14},
    ("PATCH", "rooms/{id}/"): {"capacity": 14},
    ("POST", "closures/"): {"center": "$center", "date": "2026-12-24", "reason": "Holiday"},
    ("POST", "staff/"): {
        "center": "$center",
        "email": "olga@example.org",
        "first_name": "Olga",
        "last_name": "Marsh",
        "title": "counselor",
    },
    ("PUT", "staff/{id}/"): {"title": "nurse", "credentials": "RN", "supervisor": None},
    ("PATCH", "staff/{id}/"): {"credentials": "RN"},
    ("POST", "role-assignments/"): {"center": "$center", "staff": "$newcomer", "role": "billing"},
    ("POST", "role-assignments/{id}/end/"): {},
    ("POST", "patients/"): {
        "center": "$center",
        "mrn": "000999",
        "first_name": "New",
        "last_name": "Person",
        "birth_date": "1991-02-03",
    },
    ("PATCH", "patients/{id}/"): {"preferred_name": "Paddy"},
    ("POST", "patients/{id}/consents/"): {"given": True, "answered_on": "2026-03-02"},
    ("POST", "episodes/"): {"patient": "$nell", "program": "$program", "admitted_on": "2026-03-02"},
    ("POST", "episodes/{id}/discharge/"): {"on": "2026-03-06", "reason": "1"},
    ("POST", "episodes/{id}/change-level/"): {"on": "2026-03-09", "level_of_care": "1.5"},
    ("POST", "care-team-members/"): {"patient": "$pat", "staff": "$carl"},
    ("POST", "care-team-members/{id}/end/"): {},
    ("POST", "contact-points/"): {"patient": "$pat", "kind": "email", "value": "someone@example.org"},
    ("PATCH", "contact-points/{id}/"): {"value": "(706) 555-0143"},
    ("POST", "leaves/"): {"patient": "$pat", "starts_on": "2026-05-04", "ends_on": "2026-05-11"},
    ("PATCH", "leaves/{id}/"): {"ends_on": "2026-04-12"},
    ("POST", "leaves/{id}/end/"): {"on": "2026-04-06"},
    ("POST", "series/"): {
        "center": "$center",
        "code": "IND-2",
        "program": "$program",
        "patient": "$pat",
        "staff": "$clara",
        "pattern": PATTERN,
    },
    ("POST", "patterns/"): {"series": "$series", **PATTERN, "kind": "psychoeducation"},
    ("POST", "patterns/{id}/change/"): {"from": "2026-04-07", "start_time": "17:30:00"},
    ("POST", "patterns/{id}/end/"): {"on": "2026-06-02"},
    ("POST", "sessions/{id}/withdraw/"): {"reason": "Painters"},
    ("POST", "sessions/{id}/call-off/"): {"reason": "Snow"},
    ("POST", "sessions/{id}/move/"): {"starts_at": "2026-03-11T22:00:00Z", "reason": "Painters"},
    ("POST", "sessions/{id}/shorten/"): {"minutes": 120, "reason": "Snow"},
    ("POST", "sessions/{id}/substitute/"): {"substitute": "$sue", "replaces": "$clara"},
    ("PUT", "sessions/{id}/attendance/"): {
        "rows": [{"patient": "$pat", "status": "cancelled_by_patient", "reason": "ill"}]
    },
    ("PATCH", "sessions/{id}/attendance/{patient}/"): {"status": "excused_absence", "reason": "ill"},
    ("POST", "sessions/{id}/guests/"): {"record_number": "731", "reason": "Tries the group"},
    ("POST", "groups/"): {
        "center": "$center",
        "program": "$program",
        "code": "WED",
        "name": "Wednesday",
        "capacity": 8,
        "min_size": 1,
    },
    ("PATCH", "groups/{id}/"): {"capacity": 10},
    ("POST", "groups/{id}/enroll/"): {"patient": "$quinn", "starts_on": "2026-03-09"},
    ("POST", "enrollments/{id}/withdraw/"): {"on": "2026-03-09", "reason": "moved"},
    ("POST", "facilitators/"): {"group": "$group", "staff": "$sue", "role": "co_lead", "starts_on": "2026-04-01"},
    ("POST", "facilitators/{id}/end/"): {"on": "2026-05-01"},
    ("POST", "reminder-rules/"): {"center": "$center", "offset_hours": 2},
    ("POST", "reminder-switches/"): {"center": "$center", "on": False},
    ("POST", "auth/login"): {"email": "$email", "password": "$password"},
    ("POST", "auth/reauthenticate"): {"password": "$password"},
    ("POST", "auth/2fa/authenticate"): {"code": "000000"},
    ("POST", "auth/2fa/reauthenticate"): {"code": "000000"},
    ("POST", "auth/webauthn/authenticate"): {"credential": {"id": "AA"}},
    ("POST", "auth/webauthn/reauthenticate"): {"credential": {"id": "AA"}},
    ("POST", "auth/password/request"): {"email": "$email"},
    ("POST", "auth/password/reset"): {"key": "$key", "password": "three words and a number 7"},
    ("POST", "account/authenticators/totp"): {"code": "000000"},
    ("POST", "account/authenticators/webauthn"): {"credential": {"id": "AA"}},
    ("PUT", "account/authenticators/webauthn"): {"id": 1, "name": "Blue"},
    ("DELETE", "account/authenticators/webauthn"): {"authenticators": [1]},
    ("POST", "account/password/change"): {"current_password": "$password", "new_password": "another battery staple 7"},
    ("POST", "invitations/accept/"): {"token": "$invitation", "password": "three words and a number 7"},
}
