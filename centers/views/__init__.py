"""The addresses of centers: places, people and roles, and signing in and out."""

from centers.views.doors import AcceptInvitation, SignOut
from centers.views.people import RoleAssignmentViewSet, StaffViewSet
from centers.views.places import CenterViewSet, ClosureViewSet, ProgramRuleViewSet, ProgramViewSet, RoomViewSet

__all__ = [
    "AcceptInvitation",
    "CenterViewSet",
    "ClosureViewSet",
    "ProgramRuleViewSet",
    "ProgramViewSet",
    "RoleAssignmentViewSet",
    "RoomViewSet",
    "SignOut",
    "StaffViewSet",
]
