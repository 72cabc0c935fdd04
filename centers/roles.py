"""The vocabulary of permissions, and the seven access roles as a list to read."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """A permission; declared on Center and on Patient alike, and granted on one of them."""

    VIEW_CENTER = "view_center"
    MANAGE_CENTER = "manage_center"
    MANAGE_STAFF = "manage_staff"
    FIND_PATIENT = "find_patient"
    VIEW_PATIENT = "view_patient"
    MANAGE_PATIENT = "manage_patient"
    VIEW_CHART = "view_chart"
    SIGN_NOTES = "sign_notes"
    COSIGN_NOTES = "cosign_notes"
    VIEW_SCHEDULE = "view_schedule"
    MANAGE_SCHEDULE = "manage_schedule"
    RECORD_ATTENDANCE = "record_attendance"
    MANAGE_ROSTER = "manage_roster"
    VIEW_HOURS = "view_hours"
    VIEW_AGGREGATES = "view_aggregates"
    VIEW_REMINDERS = "view_reminders"
    MANAGE_REMINDERS = "manage_reminders"
    VIEW_BILLING = "view_billing"
    REVIEW_ACCESS = "review_access"


PROSE: dict[Code, str] = {
    Code.VIEW_CENTER: "See the center, its programs, rooms, closures, staff and groups",
    Code.MANAGE_CENTER: "Change programs, rooms and closures",
    Code.MANAGE_STAFF: "Invite staff, assign roles, deactivate",
    Code.FIND_PATIENT: "Find a patient by name or record number",
    Code.VIEW_PATIENT: "See a patient's name, contact points and times",
    Code.MANAGE_PATIENT: "Register, admit and discharge patients, keep contact points, leaves and care teams",
    Code.VIEW_CHART: "See birth date, level of care and clinical records",
    Code.SIGN_NOTES: "Sign clinical notes",
    Code.COSIGN_NOTES: "Countersign the notes of trainees",
    Code.VIEW_SCHEDULE: "See sessions and who is expected in them",
    Code.MANAGE_SCHEDULE: "Move, withdraw and call off sessions; keep the weekly pattern",
    Code.RECORD_ATTENDANCE: "Record who came, when, and for how long",
    Code.MANAGE_ROSTER: "Enroll patients in groups and withdraw them",
    Code.VIEW_HOURS: "See weekly hours against the target",
    Code.VIEW_AGGREGATES: "See sums over many patients, never one of them",
    Code.VIEW_REMINDERS: "See which reminders go when",
    Code.MANAGE_REMINDERS: "Switch a center's reminders on and off",
    Code.VIEW_BILLING: "See what billing needs: attendance and minutes",
    Code.REVIEW_ACCESS: "Read the audit log",
}
CODENAMES: tuple[str, ...] = tuple(code.value for code in Code)
PERMISSIONS: tuple[tuple[str, str], ...] = tuple((code.value, prose) for code, prose in PROSE.items())


class RoleName(StrEnum):
    """The seven access roles. A job title is something else; see Position."""

    COUNSELOR = "counselor"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    BILLING = "billing"
    PRIVACY_OFFICER = "privacy_officer"
    DIRECTOR = "director"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Role:
    """What a role may do at its center, over every patient of the center."""

    name: RoleName
    prose: str
    codenames: frozenset[Code]


ROLES: dict[RoleName, Role] = {
    role.name: role
    for role in (
        Role(
            RoleName.COUNSELOR,
            "Treats patients; sees those of the care teams, groups and sessions they belong to.",
            frozenset({Code.VIEW_CENTER}),
        ),
        Role(
            RoleName.SUPERVISOR,
            "Answers for the care of every patient of the center and countersigns.",
            frozenset(
                {
                    Code.VIEW_CENTER,
                    Code.FIND_PATIENT,
                    Code.VIEW_PATIENT,
                    Code.MANAGE_PATIENT,
                    Code.VIEW_CHART,
                    Code.SIGN_NOTES,
                    Code.COSIGN_NOTES,
                    Code.VIEW_SCHEDULE,
                    Code.MANAGE_SCHEDULE,
                    Code.RECORD_ATTENDANCE,
                    Code.MANAGE_ROSTER,
                    Code.VIEW_HOURS,
                    Code.VIEW_AGGREGATES,
                    Code.VIEW_REMINDERS,
                }
            ),
        ),
        Role(
            RoleName.COORDINATOR,
            "Manages rosters and the calendar; sees who, when and where, never charts.",
            frozenset(
                {
                    Code.VIEW_CENTER,
                    Code.FIND_PATIENT,
                    Code.VIEW_PATIENT,
                    Code.MANAGE_PATIENT,
                    Code.VIEW_SCHEDULE,
                    Code.MANAGE_SCHEDULE,
                    Code.RECORD_ATTENDANCE,
                    Code.MANAGE_ROSTER,
                    Code.VIEW_HOURS,
                    Code.VIEW_REMINDERS,
                    Code.MANAGE_REMINDERS,
                }
            ),
        ),
        Role(
            RoleName.BILLING,
            "Bills for care given; sees names, attendance and hours.",
            frozenset({Code.VIEW_CENTER, Code.FIND_PATIENT, Code.VIEW_SCHEDULE, Code.VIEW_HOURS, Code.VIEW_BILLING}),
        ),
        Role(
            RoleName.PRIVACY_OFFICER,
            "Finds a patient by name or number and sees who looked, never what was said.",
            frozenset({Code.VIEW_CENTER, Code.FIND_PATIENT, Code.REVIEW_ACCESS}),
        ),
        Role(
            RoleName.DIRECTOR,
            "Sees how the center does in sums over many patients.",
            frozenset({Code.VIEW_CENTER, Code.VIEW_AGGREGATES}),
        ),
        Role(
            RoleName.ADMINISTRATOR,
            "Manages staff, rooms and programs; sees no patient.",
            frozenset({Code.VIEW_CENTER, Code.MANAGE_CENTER, Code.MANAGE_STAFF}),
        ),
    )
}

# Who may join care teams, which opens charts, and lead groups, which opens rosters: not who coordinates or directs.
TREATING = (RoleName.COUNSELOR, RoleName.SUPERVISOR)
# Codenames that open no patient, nor the way to one; who gives roles and takes second factors away (`manage_staff`) can
# open any. Every role with another codename, and every role that may join care teams, wants a second factor.
HARMLESS: frozenset[Code] = frozenset({Code.VIEW_CENTER, Code.MANAGE_CENTER, Code.VIEW_AGGREGATES})
SECOND_FACTOR_ROLES: frozenset[str] = frozenset(
    name.value for name, role in ROLES.items() if role.codenames - HARMLESS or name in TREATING
)
# Who is told of an emergency access: the first of these that anybody else than its holder has at the center.
ALARMED = (RoleName.PRIVACY_OFFICER, RoleName.DIRECTOR, RoleName.ADMINISTRATOR)
# What belonging to a patient's care opens, on that patient alone.
CARE_TEAM: frozenset[Code] = frozenset(
    {
        Code.FIND_PATIENT,
        Code.VIEW_PATIENT,
        Code.MANAGE_PATIENT,
        Code.VIEW_CHART,
        Code.VIEW_SCHEDULE,
        Code.RECORD_ATTENDANCE,
        Code.VIEW_HOURS,
        Code.VIEW_REMINDERS,
    }
)
FACILITATOR: frozenset[Code] = frozenset(
    {Code.FIND_PATIENT, Code.VIEW_PATIENT, Code.VIEW_SCHEDULE, Code.RECORD_ATTENDANCE, Code.VIEW_HOURS}
)
# What breaking the glass opens, on one patient for a few hours: all that is needed to judge and to reach the person,
# and nothing that changes a record. Whoever must change something belongs to the care, and joins the care team.
EMERGENCY: frozenset[Code] = frozenset(
    {Code.FIND_PATIENT, Code.VIEW_PATIENT, Code.VIEW_CHART, Code.VIEW_SCHEDULE, Code.VIEW_HOURS}
)
# Added to a care-team member's codenames where the member's role assignment signs.
SIGNING: frozenset[Code] = frozenset({Code.SIGN_NOTES})

# What a service account may never hold: managing those who manage it, reading who read, and a person's signature.
NO_SERVICE: frozenset[Code] = frozenset({Code.MANAGE_STAFF, Code.REVIEW_ACCESS, Code.SIGN_NOTES, Code.COSIGN_NOTES})
# What an administrator gives a service account alone: no more than administrators hold. All else opens patient data,
# and waits for a privacy officer's word.
UNCONFIRMED: frozenset[str] = frozenset(code.value for code in ROLES[RoleName.ADMINISTRATOR].codenames - NO_SERVICE)


class Title(StrEnum):
    """A job title, as exports spell it; it opens nothing by itself."""

    PROGRAM_DIRECTOR = "program_director"
    CLINICAL_SUPERVISOR = "clinical_supervisor"
    COUNSELOR = "counselor"
    FAMILY_THERAPIST = "family_therapist"
    PEER_SPECIALIST = "peer_specialist"
    TRAINEE = "trainee"
    NURSE = "nurse"
    PSYCHIATRIST = "psychiatrist"
    FRONT_DESK = "front_desk"


# The access role an import gives to a title, and whether its holder signs notes. Billing, privacy officer and
# administrator are assigned by hand, never by an import.
ROLE_OF_TITLE: dict[Title, tuple[RoleName, bool]] = {
    Title.PROGRAM_DIRECTOR: (RoleName.DIRECTOR, False),
    Title.CLINICAL_SUPERVISOR: (RoleName.SUPERVISOR, True),
    Title.COUNSELOR: (RoleName.COUNSELOR, True),
    Title.FAMILY_THERAPIST: (RoleName.COUNSELOR, True),
    Title.NURSE: (RoleName.COUNSELOR, True),
    Title.PSYCHIATRIST: (RoleName.COUNSELOR, True),
    Title.PEER_SPECIALIST: (RoleName.COUNSELOR, False),
    Title.TRAINEE: (RoleName.COUNSELOR, False),
    Title.FRONT_DESK: (RoleName.COORDINATOR, False),
}
