"""The verbs of centers: open one, keep its places, people, roles and programs. Each is atomic and named."""

from centers.actions.devices import devices_of, revoke_device, revoke_other_devices
from centers.actions.emergencies import end_listing, list_for_emergencies
from centers.actions.invitations import accept_invitation, invite, send_invitation
from centers.actions.leaving import leave_center, stay_at_center
from centers.actions.passwords import ask_for_reset, reset_password, send_account_mail
from centers.actions.people import deactivate, hire, revise_position
from centers.actions.places import (
    add_closure,
    add_rule_version,
    open_center,
    open_program,
    open_room,
    revise,
    take_back_closure,
)
from centers.actions.roles import assign_role, end_role
from centers.actions.second_factors import reset_second_factor
from centers.actions.services import (
    close_service_account,
    confirm_service_account,
    confirm_service_token,
    issue_service_token,
    open_service_account,
    revise_service_account,
    revoke_service_token,
)

__all__ = [
    "accept_invitation",
    "add_closure",
    "add_rule_version",
    "ask_for_reset",
    "assign_role",
    "close_service_account",
    "confirm_service_account",
    "confirm_service_token",
    "deactivate",
    "devices_of",
    "end_listing",
    "end_role",
    "hire",
    "invite",
    "issue_service_token",
    "leave_center",
    "list_for_emergencies",
    "open_center",
    "open_program",
    "open_room",
    "open_service_account",
    "reset_password",
    "reset_second_factor",
    "revise",
    "revise_position",
    "revise_service_account",
    "revoke_device",
    "revoke_other_devices",
    "revoke_service_token",
    "send_account_mail",
    "send_invitation",
    "stay_at_center",
    "take_back_closure",
]
