"""The codename of each word of the tables, by hand: the tables do not know codenames."""

CODENAMES = {
    "view_center": "center",
    "manage_center": "places",
    "manage_staff": "staff",
    "find_patient": "find",
    "view_patient": "see",
    "manage_patient": "keep",
    "view_chart": "chart",
    "sign_notes": "sign",
    "cosign_notes": "cosign",
    "view_schedule": "calendar",
    "manage_schedule": "plan",
    "record_attendance": "record",
    "manage_roster": "roster",
    "view_hours": "hours",
    "view_aggregates": "sums",
    "view_reminders": "sends",
    "manage_reminders": "switch",
    "view_billing": "bills",
    "review_access": "log",
}
CODES = {word: codename for codename, word in CODENAMES.items()}
