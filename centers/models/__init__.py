"""Centers, their programs, rooms and closures; the staff, their roles and sign-ins; grants on a center."""

from centers.models.access import CenterGroupGrant, CenterUserGrant, Role, RoleAssignment, SubjectMembership
from centers.models.people import Invitation, Position, SignIn, Staff
from centers.models.places import Center, Closure, Program, ProgramRule, Room

__all__ = [
    "Center",
    "CenterGroupGrant",
    "CenterUserGrant",
    "Closure",
    "Invitation",
    "Position",
    "Program",
    "ProgramRule",
    "Role",
    "RoleAssignment",
    "Room",
    "SignIn",
    "Staff",
    "SubjectMembership",
]
