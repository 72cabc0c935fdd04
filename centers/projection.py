"""The grants and memberships that roles and their assignments want; the stored ones are their projection."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from backend.api.grants import GrantKey, Ground, Key, MembershipKey
from backend.api.sources import Source, register_source, register_subjects
from centers.models import Role, RoleAssignment, ServiceAccount
from centers.roles import ROLES, RoleName

# What a role may do does not begin or end; who holds it does.
ALWAYS = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


GROUNDS = {Role: "role", RoleAssignment: "role_assignment", ServiceAccount: "service_account"}


def ground_of(record: Role | RoleAssignment | ServiceAccount) -> Ground:
    """The ground under which a record's rows are stored."""
    return Ground(GROUNDS[type(record)], record.pk)


def keys_of_role(role: Role) -> set[Key]:
    """The codenames the subject group of a role holds on its center."""
    return {
        GrantKey("group", role.group_id, codename.value, "centers.Center", role.center_id, ALWAYS)
        for codename in ROLES[RoleName(role.name)].codenames
    }


def keys_of_assignment(assignment: RoleAssignment, group_id: int) -> set[Key]:
    """The membership of the role's subject group that an assignment gives its holder."""
    return {MembershipKey(assignment.staff_id, group_id, assignment.starts_at, assignment.ends_at)}


def keys_of_service(account: ServiceAccount) -> set[Key]:
    """The codenames a service account holds on its center, for as long as it is in force."""
    center, dates = account.center_id, (account.starts_at, account.ends_at)
    return {
        GrantKey("user", account.staff_id, codename, "centers.Center", center, *dates) for codename in account.granted
    }


def wanted_grants(center_ids: Collection[UUID] | None = None) -> dict[Ground, set[Key]]:
    """Every row the records of some centers want, by ground; of all centers when none are named."""
    roles = Role.objects.of_centers(center_ids)
    assignments = RoleAssignment.objects.of_centers(center_ids).select_related("role")
    wanted = {ground_of(role): keys_of_role(role) for role in roles}
    wanted |= {ground_of(one): keys_of_assignment(one, one.role.group_id) for one in assignments}
    wanted |= {ground_of(one): keys_of_service(one) for one in ServiceAccount.objects.of_centers(center_ids)}
    return wanted


def register() -> None:
    """Let roles and their assignments be compared with the stored rows, and told in words."""
    register_source(
        Source(
            "role",
            Role,
            wanted=lambda roles: {ground_of(role): keys_of_role(role) for role in roles},
            tell=lambda role: f"what the role {_words(role)} opens at this center",
        )
    )
    register_source(
        Source(
            "role_assignment",
            RoleAssignment,
            wanted=lambda held: {ground_of(one): keys_of_assignment(one, one.role.group_id) for one in held},
            tell=lambda one: f"holds the role {_words(one.role)} at this center",
            related=("role",),
        )
    )
    register_source(
        Source(
            "service_account",
            ServiceAccount,
            wanted=lambda accounts: {ground_of(one): keys_of_service(one) for one in accounts},
            tell=lambda one: f"is the service account {one.name} of this center",
        )
    )
    register_subjects(lambda center_id: Role.objects.of_centers([center_id]).values_list("group_id", flat=True))


def _words(role: Role) -> str:
    return role.name.replace("_", " ")
