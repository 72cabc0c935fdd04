"""Who may open the admin."""

from backend.api.gate import User, reach_of
from centers.roles import Code

# What somebody can do or read there: rosters, the calendar, staff and rooms, the log.
OPENING = frozenset(
    {Code.MANAGE_CENTER, Code.MANAGE_STAFF, Code.MANAGE_ROSTER, Code.MANAGE_SCHEDULE, Code.REVIEW_ACCESS}
)


def may_open(user: User) -> bool:
    """Whether somebody who is signed in has something to do in the admin now, or runs the platform."""
    if not user.is_active:
        return False
    reach = reach_of(user)
    return bool(getattr(user, "is_staff", False)) or any(reach.holds(code) for code in OPENING)
