"""The addresses of centers: places, people and roles, and signing in and out."""

from centers.views.devices import DeviceViewSet
from centers.views.doors import (
    AcceptInvitation,
    AskForReset,
    ResetPassword,
    SignOut,
)
from centers.views.emergencies import EmergencyListingViewSet
from centers.views.people import RoleAssignmentViewSet, StaffViewSet
from centers.views.places import CenterViewSet, ClosureViewSet, ProgramRuleViewSet, ProgramViewSet, RoomViewSet
from centers.views.services import ServiceAccountViewSet, ServiceTokenViewSet

__all__ = [
    "AcceptInvitation",
    "AskForReset",
    "CenterViewSet",
    "ClosureViewSet",
    "DeviceViewSet",
    "EmergencyListingViewSet",
    "ProgramRuleViewSet",
    "ProgramViewSet",
    "ResetPassword",
    "RoleAssignmentViewSet",
    "RoomViewSet",
    "ServiceAccountViewSet",
    "ServiceTokenViewSet",
    "SignOut",
    "StaffViewSet",
]
