"""Which rows of the center's own tables one may see."""

from typing import TYPE_CHECKING

from backend.api.gate import ScopedQuerySet

if TYPE_CHECKING:
    from centers.models import Center, Closure, Invitation, Position, Program, ProgramRule, Role, RoleAssignment, Room


class CenterQuerySet(ScopedQuerySet["Center"]):
    """Centers."""

    scope = {"centers.Center": "id"}


class ProgramQuerySet(ScopedQuerySet["Program"]):
    """Programs of the centers one reaches."""

    scope = {"centers.Center": "center_id"}


class ProgramRuleQuerySet(ScopedQuerySet["ProgramRule"]):
    """Versions of programs' rules."""

    scope = {"centers.Center": "center_id"}


class RoomQuerySet(ScopedQuerySet["Room"]):
    """Rooms of the centers one reaches."""

    scope = {"centers.Center": "center_id"}


class ClosureQuerySet(ScopedQuerySet["Closure"]):
    """Closures of the centers one reaches."""

    scope = {"centers.Center": "center_id"}


class PositionQuerySet(ScopedQuerySet["Position"]):
    """Who works at the centers one reaches."""

    scope = {"centers.Center": "center_id"}


class RoleQuerySet(ScopedQuerySet["Role"]):
    """The roles of the centers one reaches."""

    scope = {"centers.Center": "center_id"}


class RoleAssignmentQuerySet(ScopedQuerySet["RoleAssignment"]):
    """Who holds which role, from when until when."""

    scope = {"centers.Center": "center_id"}


class InvitationQuerySet(ScopedQuerySet["Invitation"]):
    """Invitations of the centers one reaches."""

    scope = {"centers.Center": "center_id"}
