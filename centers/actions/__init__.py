"""The verbs of centers: open one, keep its places, its people and who holds which role. Each is atomic and named."""

from centers.actions.devices import devices_of, revoke_device, revoke_other_devices
from centers.actions.invitations import accept_invitation, invite, send_invitation
from centers.actions.passwords import ask_for_reset, reset_password, send_account_mail
from centers.actions.people import deactivate, hire, leave_center, revise_position
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

__all__ = [
    "accept_invitation",
    "add_closure",
    "add_rule_version",
    "ask_for_reset",
    "assign_role",
    "deactivate",
    "devices_of",
    "end_role",
    "hire",
    "invite",
    "leave_center",
    "open_center",
    "open_program",
    "open_room",
    "reset_password",
    "reset_second_factor",
    "revise",
    "revise_position",
    "revoke_device",
    "revoke_other_devices",
    "send_account_mail",
    "send_invitation",
    "take_back_closure",
]
