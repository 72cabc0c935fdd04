"""The gate: what a user reaches, as one statement over the grant tables, one queryset method and one object check.

Two kinds of object hold grants, named in `settings.GATE_CONTAINERS`, outermost first. Whoever is not granted a codename
there does not have it: no global permission, no superuser flag and no group without a live membership opens anything.
"""

import datetime as dt
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import ClassVar, NamedTuple, Self, TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models

from backend.api.clock import now
from backend.api.grant_tables import reach_statement

User = AbstractBaseUser | AnonymousUser
M_co = TypeVar("M_co", bound=models.Model, covariant=True)

# A reach kept longer than any request lives is read again, so that no grant outlasts its end in a long-lived process.
REACH_LIFETIME = dt.timedelta(seconds=10)
# Raised by every change of grants, so that a reach read before the change is not used after it.
_generation: ContextVar[int] = ContextVar("generation", default=0)


@dataclass(frozen=True, slots=True)
class Reach:
    """What one user may do where, at one moment; an inner container comes with the id of its outer one.

    `purposes` tells for which purpose an inner container is held, where a ground of `settings.GATE_LABELED_GROUNDS` is
    among those that give it: whatever is read of it bears that label in the log, whoever else would have opened it.
    """

    outer: Mapping[UUID, frozenset[str]] = field(default_factory=dict)
    inner: Mapping[UUID, tuple[UUID, frozenset[str]]] = field(default_factory=dict)
    purposes: Mapping[UUID, str] = field(default_factory=dict)

    def ids(self, container_label: str, codename: str) -> frozenset[UUID]:
        """The containers on which `codename` is granted; inner ones only where the outer does not cover them."""
        outer_label, inner_label = settings.GATE_CONTAINERS
        covering = frozenset(pk for pk, codenames in self.outer.items() if codename in codenames)
        if container_label == outer_label:
            return covering
        if container_label == inner_label:
            return frozenset(
                pk for pk, (parent, codenames) in self.inner.items() if codename in codenames and parent not in covering
            )
        return frozenset()

    def holds(self, codename: str) -> bool:
        """Whether `codename` is granted on anything at all."""
        found = (*self.outer.values(), *(codenames for _, codenames in self.inner.values()))
        return any(codename in codenames for codenames in found)

    def codenames_on(self, center_id: UUID | None, patient_id: UUID | None = None) -> frozenset[str]:
        """Every codename granted on the outer container, and on the inner one if it is given and lies within."""
        granted = self.outer.get(center_id, frozenset()) if center_id else frozenset()
        parent, codenames = self.inner.get(patient_id, (None, frozenset())) if patient_id else (None, frozenset())
        return granted | codenames if parent == center_id else granted

    def within(self, limit: frozenset[str] | None) -> "Reach":
        """The same containers with no codename beyond `limit`, if there is one."""
        if limit is None:
            return self
        return replace(
            self,
            outer={pk: codenames & limit for pk, codenames in self.outer.items()},
            inner={pk: (parent, codenames & limit) for pk, (parent, codenames) in self.inner.items()},
        )


NOTHING = Reach()


class _Memo(NamedTuple):
    reach: Reach
    at: dt.datetime
    generation: int


def reach_of(user: User) -> Reach:
    """What `user` reaches now, read by one statement and remembered on the user object.

    Anonymous and inactive users reach nothing, at no statement.
    """
    if not user.is_authenticated or not user.is_active:
        return NOTHING
    at, generation = now(), _generation.get()
    memo: _Memo | None = vars(user).get("_reach")
    if memo is None or memo.generation != generation or not memo.at <= at < memo.at + REACH_LIFETIME:
        memo = _Memo(_read(user.pk, at).within(getattr(user, "reach_limit", None)), at, generation)
        vars(user)["_reach"] = memo
    return memo.reach


def forget_reach(user: User) -> None:
    """Drop what is remembered of one user's reach; every request begins with this."""
    vars(user).pop("_reach", None)


def forget_every_reach() -> None:
    """Let no reach remembered in this context be used again; whatever changes grants or memberships calls this."""
    _generation.set(_generation.get() + 1)


class ReachMemo:
    """The user model's share in the gate: it carries the remembered reach, and by what the request was signed in."""

    # The codenames that the credentials of this request open at most; None where they open all that is granted.
    reach_limit: frozenset[str] | None = None
    # What these credentials are told apart by, where one user has several that open different things.
    credential_id = ""

    def forget_reach(self) -> None:
        """Read the reach again when it is next asked for."""
        vars(self).pop("_reach", None)


class ScopedQuerySet(models.QuerySet[M_co]):
    """The base of every listed model's queryset.

    `scope` names, for each kind of container, the column that holds its id. Without a scope nobody sees a row.
    """

    scope: ClassVar[Mapping[str, str]] = {}

    def visible_to(self, user: User, codename: str) -> Self:
        """The rows on which `user` holds `codename`, by literal id lists.

        A grant subquery inside an OR would read the whole table; lists of ids keep the cost with the caseload.
        """
        reach = reach_of(user)
        condition = models.Q()
        for label, column in self.scope.items():
            ids = reach.ids(label, codename)
            if ids:
                condition |= models.Q((f"{column}__in", sorted(ids)))
        return self.filter(condition) if condition else self.none()


def allows(user: User, codename: str, obj: models.Model) -> bool:
    """Whether `user` holds `codename` on `obj`: the rule of `visible_to`, asked of one stored row."""
    rows = type(obj)._default_manager.all()
    if not isinstance(rows, ScopedQuerySet) or obj.pk is None:
        return False
    return rows.visible_to(user, codename).filter(pk=obj.pk).exists()


def _read(user_id: UUID, at: dt.datetime) -> Reach:
    outer: dict[UUID, frozenset[str]] = {}
    inner: dict[UUID, tuple[UUID, frozenset[str]]] = {}
    purposes: dict[UUID, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(reach_statement(), {"user": user_id, "now": at, "labeled": list(settings.GATE_LABELED_GROUNDS)})
        for is_inner, object_id, parent_id, codenames, label in cursor.fetchall():
            if is_inner:
                inner[object_id] = (parent_id, frozenset(codenames))
            else:
                outer[object_id] = frozenset(codenames)
            if label:
                purposes[object_id] = _purpose(label)
    return Reach(outer, inner, purposes)


def _purpose(label: str) -> str:
    """The word the log uses for a type of ground, and the ground's id."""
    kind, _, ground_id = label.partition(":")
    return f"{settings.GATE_LABELED_GROUNDS[kind]}:{ground_id}"
