"""Centers, their places; the staff, their roles and sign-ins; service accounts; grants on a center."""

from centers.models.access import (
    CenterGroupGrant,
    CenterUserGrant,
    EmergencyListing,
    Role,
    RoleAssignment,
    SubjectMembership,
)
from centers.models.doors import AccountMail, Attempts
from centers.models.people import Invitation, Position, SignIn, Staff
from centers.models.places import Center, Closure, Program, ProgramRule, Room
from centers.models.services import ServiceAccount, ServiceToken

__all__ = [
    "AccountMail",
    "Attempts",
    "Center",
    "CenterGroupGrant",
    "CenterUserGrant",
    "Closure",
    "EmergencyListing",
    "Invitation",
    "Position",
    "Program",
    "ProgramRule",
    "Role",
    "RoleAssignment",
    "Room",
    "ServiceAccount",
    "ServiceToken",
    "SignIn",
    "Staff",
    "SubjectMembership",
]
