"""Which models of centers the log follows, and which of their values it keeps in clear."""

from audit.registry import register as follow
from centers.models import (
    Center,
    Closure,
    EmergencyListing,
    Invitation,
    Position,
    Program,
    ProgramRule,
    Role,
    RoleAssignment,
    Room,
    ServiceAccount,
    ServiceToken,
    Staff,
)

# Not followed: grants and memberships, which every change logs as one grant event; SignIn, whose coming and going are
# sign-in and sign-out events, and whose last-seen time changes by the minute; AccountMail, Attempts and the library's
# Authenticator, whose rows hold digests and ciphertext, and whose every step is an event of sign-in.

SERVICE_PROSE = {"version", "name", "purpose"}
# The hash, and the time of use, which changes by the minute.
TOKEN_SECRETS = {"token_hash", "last_used_at"}


def register() -> None:
    """Follow every record; names, addresses and reasons appear as digests."""
    follow(Center, plain=["timezone", "week_starts_on", "calendar_from", "calendar_to", "sending_since"], center="pk")
    follow(Program, plain=["center", "code", "population", "is_part2"])
    follow(
        ProgramRule,
        plain=[field.name for field in ProgramRule._meta.concrete_fields if field.name != "version"],
        exclude=["version"],
    )
    follow(Room, plain=["center", "code", "capacity"], exclude=["version"])
    follow(Closure, plain=["center", "date", "from_time", "to_time", "starts_at", "ends_at"], exclude=["version"])
    follow(Role, plain=["center", "name", "group"])
    follow(
        RoleAssignment,
        plain=["center", "role", "staff", "signs", "starts_at", "ends_at", "assigned_by"],
        exclude=["version"],
    )
    follow(
        Staff,
        plain=["is_active", "is_staff", "is_service", "is_superuser", "created_at"],
        exclude=["version", "last_login"],
    )
    follow(EmergencyListing, plain=["center", "staff", "starts_at", "ends_at", "listed_by"], exclude=["version"])
    follow(
        Position,
        plain=["center", "staff", "title", "supervisor", "joined_at", "ended_at"],
        exclude=["version", "sort_key", "shortened"],
    )
    follow(
        Invitation,
        plain=["center", "staff", "created_at", "expires_at", "used_at", "invited_by"],
        exclude=["token_hash"],
    )
    follow(
        ServiceAccount,
        plain=[field.name for field in ServiceAccount._meta.concrete_fields if field.name not in SERVICE_PROSE],
        exclude=["version"],
    )
    follow(
        ServiceToken,
        plain=[field.name for field in ServiceToken._meta.concrete_fields if field.name not in TOKEN_SECRETS],
        exclude=TOKEN_SECRETS,
    )
