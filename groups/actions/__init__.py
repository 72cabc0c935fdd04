"""What is done to therapy groups: opened and revised, enrolled in and withdrawn from, and who leads them."""

from groups.actions.facilitation import appoint_facilitator, end_facilitation, follow_roles
from groups.actions.groups import open_group, revise_group
from groups.actions.leaving import groups_without_lead, leave_every_group, stay_in_groups
from groups.actions.rosters import enroll, follow_care, reinstate, withdraw
from groups.actions.rosters import locked as locked_enrollment

__all__ = [
    "appoint_facilitator",
    "end_facilitation",
    "enroll",
    "follow_care",
    "follow_roles",
    "groups_without_lead",
    "leave_every_group",
    "locked_enrollment",
    "open_group",
    "reinstate",
    "revise_group",
    "stay_in_groups",
    "withdraw",
]
