"""The addresses of centers: places, people and roles, and signing in and out."""

from centers.views.doors import (
    AcceptInvitation,
    AskForReset,
    Devices,
    ResetPassword,
    RevokeDevice,
    RevokeOtherDevices,
    SignOut,
)
from centers.views.people import RoleAssignmentViewSet, StaffViewSet
from centers.views.places import CenterViewSet, ClosureViewSet, ProgramRuleViewSet, ProgramViewSet, RoomViewSet

__all__ = [
    "AcceptInvitation",
    "AskForReset",
    "CenterViewSet",
    "ClosureViewSet",
    "Devices",
    "ProgramRuleViewSet",
    "ProgramViewSet",
    "ResetPassword",
    "RevokeDevice",
    "RevokeOtherDevices",
    "RoleAssignmentViewSet",
    "RoomViewSet",
    "SignOut",
    "StaffViewSet",
]
