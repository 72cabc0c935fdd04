"""The verbs of centers: open one, keep its places, its people and who holds which role. Each is atomic and named."""

from centers.actions.invitations import accept_invitation, invite, send_invitation
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

__all__ = [
    "accept_invitation",
    "add_closure",
    "add_rule_version",
    "assign_role",
    "deactivate",
    "end_role",
    "hire",
    "invite",
    "leave_center",
    "open_center",
    "open_program",
    "open_room",
    "revise",
    "revise_position",
    "send_invitation",
    "take_back_closure",
]
