"""Where grants are stored: guardian's direct-foreign-key tables, the dated memberships, and the statement over both."""

from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from psycopg.sql import SQL, Composed, Identifier

# The start counts, the end does not; whether a grant lives is decided here, never by a cleanup job.
REACH = SQL(
    "SELECT found.is_inner, found.object_id, found.parent_id, array_agg(DISTINCT found.codename::text),"
    " min(found.label) FROM ({union}) AS found GROUP BY 1, 2, 3"
)
GRANTS = SQL(
    "SELECT {is_inner} AS is_inner, given.{target} AS object_id, {parent} AS parent_id, may.codename,"
    " {label} AS label FROM {grants} given JOIN {permissions} may ON may.id = given.permission_id"
    " WHERE given.{holder} IN {subjects}"
    " AND given.starts_at <= %(now)s AND (given.expires_at IS NULL OR given.expires_at > %(now)s)"
)
# What is read under such a ground bears its label in the log.
LABEL = SQL("CASE WHEN given.ground_type = ANY(%(labeled)s) THEN given.ground_type || ':' || given.ground_id END")
MEMBER_GROUPS = SQL(
    "(SELECT belongs.{group} FROM {memberships} belongs WHERE belongs.{user} = %(user)s"
    " AND belongs.starts_at <= %(now)s AND (belongs.expires_at IS NULL OR belongs.expires_at > %(now)s))"
)


class GrantTables(NamedTuple):
    """The two tables that hold the grants on one kind of container."""

    user: type[models.Model]
    group: type[models.Model]


class Membership(NamedTuple):
    """The dated model behind the user's `groups`, and the names of its two foreign keys."""

    model: type[models.Model]
    user: str
    group: str


@cache
def containers() -> tuple[type[models.Model], type[models.Model]]:
    """The outer and the inner container model of `settings.GATE_CONTAINERS`."""
    outer, inner = (apps.get_model(label) for label in settings.GATE_CONTAINERS)
    return outer, inner


@cache
def grant_tables(container: type[models.Model]) -> GrantTables:
    """The two grant models of one container. Raises LookupError when one is missing."""
    return GrantTables(
        user=_grants_on(container, UserObjectPermissionBase),
        group=_grants_on(container, GroupObjectPermissionBase),
    )


@cache
def membership() -> Membership:
    """The model that dates who belongs to which subject group."""
    groups: Any = get_user_model()._meta.get_field("groups")
    return Membership(groups.remote_field.through, groups.m2m_field_name(), groups.m2m_reverse_field_name())


@cache
def parent_name() -> str:
    """The foreign key by which the inner container and its grants point at the outer: it bears the outer's name."""
    outer, _ = containers()
    return str(outer._meta.model_name)


@cache
def reach_statement() -> str:
    """One row per container with a live grant: is it inner, its id, its outer's id, the codenames granted on it, and
    the ground (`type:id`) of a labeled type that gives some of them, if one does.
    """
    branches = [_branch(container, subject) for container in containers() for subject in GrantTables._fields]
    return REACH.format(union=SQL(" UNION ALL ").join(branches)).as_string()


def _branch(container: type[models.Model], subject: str) -> Composed:
    """The live grants on one kind of container: the user's own, or those of the groups the user belongs to now."""
    model, is_inner = getattr(grant_tables(container), subject), container is containers()[1]
    names = {"grants": Identifier(model._meta.db_table), "permissions": Identifier(Permission._meta.db_table)}
    names |= {"target": _column(model, "content_object"), "holder": _column(model, subject)}
    parent = _column(model, parent_name()) if is_inner else None
    return GRANTS.format(
        **names,
        is_inner=SQL("TRUE" if is_inner else "FALSE"),
        parent=SQL("given.{}").format(parent) if parent else SQL("NULL::uuid"),
        label=LABEL if is_inner else SQL("NULL::text"),
        subjects=_member_groups() if subject == "group" else SQL("(%(user)s)"),
    )


def _member_groups() -> Composed:
    """The subject groups the user belongs to now."""
    dated = membership()
    return MEMBER_GROUPS.format(
        memberships=Identifier(dated.model._meta.db_table),
        group=_column(dated.model, dated.group),
        user=_column(dated.model, dated.user),
    )


def _grants_on(container: type[models.Model], base: type[models.Model]) -> type[models.Model]:
    for model in apps.get_models():
        if issubclass(model, base) and _target(model) is container:
            return model
    message = f"{container._meta.label} has no grant table below {base.__name__}"
    raise LookupError(message)


def _target(model: type[models.Model]) -> object:
    """What a grant model's `content_object` points at; None in guardian's generic tables, where it is no column."""
    keys = (key for key in model._meta.concrete_fields if key.name == "content_object")
    return next((key.related_model for key in keys), None)


def _column(model: type[models.Model], name: str) -> Identifier:
    return next(Identifier(str(item.column)) for item in model._meta.concrete_fields if item.name == name)
