"""Grants as projections of records: one verb writes exactly the rows that the records of a ground want."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import models, transaction
from django.db.models import Q

from backend.api import gate, recorder
from backend.api.clock import now
from backend.api.grant_tables import GrantTables, containers, grant_tables, membership, parent_name


class DatedGrant(models.Model):
    """The columns of ours on guardian's grant models: when a grant lives, and the record it projects.

    Half-open: the start counts, the end does not; both UTC.
    """

    starts_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True, blank=True)
    ground_type = models.CharField(max_length=50)
    ground_id = models.UUIDField()

    class Meta:
        abstract = True


@dataclass(frozen=True, slots=True, order=True)
class Ground:
    """The record a grant projects: a role assignment, a care-team membership, an enrollment, an emergency."""

    type: str
    id: UUID


@dataclass(frozen=True, slots=True)
class GrantKey:
    """One grant: who (a user's or a group's id) holds which codename on which container, from when, until when."""

    subject: Literal["user", "group"]
    subject_id: Any
    codename: str
    container: str
    object_id: UUID
    starts_at: dt.datetime
    expires_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class MembershipKey:
    """One dated membership of a user in a subject group."""

    user_id: Any
    group_id: Any
    starts_at: dt.datetime
    expires_at: dt.datetime | None = None


Key = GrantKey | MembershipKey
Wanted = Mapping[Ground, Collection[Key]]
Rows = dict[tuple[Ground, Key], Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One row by which the stored grants and the records disagree."""

    ground: Ground
    key: Key
    kind: Literal["missing", "unexpected"]


@transaction.atomic
def project_all(wanted: Wanted, *, center_id: UUID | None) -> int:
    """Make the grants and memberships of each ground exactly those wanted; returns how many rows changed.

    The caller holds the lock on the records of these grounds. One audit event names the subjects and the patients.
    Grants on patients lie in `center_id`, which must be theirs.
    """
    if not wanted:
        # No ground is no condition, which every row there is would meet.
        return 0
    stored = _stored(Q(ground_type=kind, ground_id__in=ids) for kind, ids in _by_type(wanted).items())
    asked = {(ground, key) for ground, keys in wanted.items() for key in keys}
    gone = [pair for pair in stored if pair not in asked]
    new = sorted(asked - stored.keys(), key=repr)
    if not gone and not new:
        return 0
    _delete(stored, gone)
    _insert(new, center_id)
    gate.forget_every_reach()
    _record(gone, new, center_id)
    return len(gone) + len(new)


def project(*, ground: Ground, wanted: Collection[Key], center_id: UUID | None) -> int:
    """Make the grants and memberships of one ground exactly those wanted."""
    return project_all({ground: wanted}, center_id=center_id)


def revoke(*, ground: Ground, center_id: UUID | None) -> int:
    """Take away all that one ground gave, and nothing that another gave for the same object."""
    return project_all({ground: ()}, center_id=center_id)


@transaction.atomic
def grant(*, ground: Ground, key: Key, center_id: UUID | None) -> int:
    """Add one row to what a ground gives already."""
    held = {stored for _, stored in _stored([Q(ground_type=ground.type, ground_id=ground.id)])}
    return project(ground=ground, wanted=held | {key}, center_id=center_id)


@transaction.atomic
def take_from(*, user_id: Any, center_id: UUID) -> list[Ground]:
    """Delete the live grants that are a user's own on a center and on what lies in it, whatever their ground.

    The last door to close when somebody leaves, after every record has ended; returns the grounds they stood on.
    """
    live = Q(user_id=user_id) & (Q(expires_at__isnull=True) | Q(expires_at__gt=now()))
    outer, inner = containers()
    within = {outer: "content_object_id", inner: f"content_object__{parent_name()}_id"}
    stored: Rows = {}
    for container, column in within.items():
        model = grant_tables(container).user
        stored |= _stored_grants(model, "user", container._meta.label, live & Q((column, center_id)))
    if stored:
        _delete(stored, stored)
        gate.forget_every_reach()
        _record(list(stored), [], center_id)
    return sorted({ground for ground, _ in stored})


def differences(expected: Wanted) -> list[Difference]:
    """Where the stored rows and the expected ones disagree, over every ground there is."""
    return _compared(_stored([Q()]), expected)


def differences_at(center_id: UUID, expected: Wanted, *, subjects: Collection[int]) -> list[Difference]:
    """Where the rows stored on one center, on what lies in it and for its subject groups disagree with the expected."""
    within = (Q(content_object_id=center_id), Q(**{f"{parent_name()}_id": center_id}))
    rows: Rows = {}
    for container, condition in zip(containers(), within, strict=True):
        for subject, model in grant_tables(container)._asdict().items():
            rows |= _stored_grants(model, subject, container._meta.label, condition)
    rows |= _stored_memberships(Q(**{f"{membership().group}__in": subjects}))
    return _compared(rows, expected)


def strays(subjects: Collection[int]) -> list[Difference]:
    """The memberships of groups that are none of the given subject groups: no record of any center wants them."""
    return _compared(_stored_memberships(~Q(**{f"{membership().group}__in": subjects})), {})


def _compared(stored: Rows, expected: Wanted) -> list[Difference]:
    asked = {(ground, key) for ground, keys in expected.items() for key in keys}
    missing = [Difference(*pair, kind="missing") for pair in asked - stored.keys()]
    unexpected = [Difference(*pair, kind="unexpected") for pair in stored.keys() - asked]
    return sorted(missing + unexpected, key=repr)


def _by_type(wanted: Iterable[Ground]) -> dict[str, list[UUID]]:
    by_type: dict[str, list[UUID]] = {}
    for ground in wanted:
        by_type.setdefault(ground.type, []).append(ground.id)
    return by_type


def _stored(conditions: Iterable[Q]) -> Rows:
    """The stored rows that meet any of the conditions, each with its table and primary key."""
    condition = Q()
    for one in conditions:
        condition |= one
    rows: Rows = {}
    for container in containers():
        for subject, model in grant_tables(container)._asdict().items():
            rows |= _stored_grants(model, subject, container._meta.label, condition)
    return rows | _stored_memberships(condition)


def _stored_grants(model: type[models.Model], subject: Any, container: str, condition: Q) -> Rows:
    columns = (f"{subject}_id", "permission__codename", "content_object_id", "starts_at", "expires_at")
    found = model._default_manager.filter(condition).values_list("pk", "ground_type", "ground_id", *columns)
    return {
        (Ground(kind, ground_id), GrantKey(subject, who, codename, container, target, starts_at, expires_at)): (
            model,
            pk,
        )
        for pk, kind, ground_id, who, codename, target, starts_at, expires_at in found
    }


def _stored_memberships(condition: Q) -> Rows:
    dated = membership()
    columns = (f"{dated.user}_id", f"{dated.group}_id", "starts_at", "expires_at")
    found = dated.model._default_manager.filter(condition).values_list("pk", "ground_type", "ground_id", *columns)
    return {(Ground(kind, ground_id), MembershipKey(*key)): (dated.model, pk) for pk, kind, ground_id, *key in found}


def _delete(stored: Rows, gone: Iterable[tuple[Ground, Key]]) -> None:
    by_table: dict[type[models.Model], list[Any]] = {}
    for pair in gone:
        model, pk = stored[pair]
        by_table.setdefault(model, []).append(pk)
    for model, pks in by_table.items():
        model._default_manager.filter(pk__in=pks).delete()


def _insert(new: Iterable[tuple[Ground, Key]], center_id: UUID | None) -> None:
    by_table: dict[type[models.Model], list[models.Model]] = {}
    inner = containers()[1]._meta.label
    permissions = _permissions({key for _, key in new if isinstance(key, GrantKey)})
    for ground, key in new:
        model, values = _row(key, permissions)
        if isinstance(key, GrantKey) and key.container == inner:
            values[f"{parent_name()}_id"] = center_id
        row = model(**values, ground_type=ground.type, ground_id=ground.id)
        by_table.setdefault(model, []).append(row)
    for model, rows in by_table.items():
        model._default_manager.bulk_create(rows)


def _row(key: Key, permissions: Mapping[tuple[str, str], int]) -> tuple[type[models.Model], dict[str, Any]]:
    """The table one key belongs to, and the values of its row."""
    dates = {"starts_at": key.starts_at, "expires_at": key.expires_at}
    if isinstance(key, MembershipKey):
        dated = membership()
        return dated.model, dates | {f"{dated.user}_id": key.user_id, f"{dated.group}_id": key.group_id}
    container = next(model for model in containers() if model._meta.label == key.container)
    tables: GrantTables = grant_tables(container)
    return getattr(tables, key.subject), dates | {
        f"{key.subject}_id": key.subject_id,
        "permission_id": permissions[key.container, key.codename],
        "content_object_id": key.object_id,
    }


def _permissions(keys: Iterable[GrantKey]) -> dict[tuple[str, str], int]:
    """The permission of each codename on its own container: guardian wants the content types to match."""
    codenames = {key.codename for key in keys}
    found: dict[tuple[str, str], int] = {}
    for container in containers():
        rows = Permission._default_manager.filter(
            content_type__app_label=container._meta.app_label,
            content_type__model=container._meta.model_name,
            codename__in=codenames,
        )
        found |= {(container._meta.label, codename): pk for codename, pk in rows.values_list("codename", "pk")}
    return found


def _record(gone: Collection[tuple[Ground, Key]], new: Collection[tuple[Ground, Key]], center_id: UUID | None) -> None:
    touched = [key for _, key in (*gone, *new)]
    grounds = sorted({ground for ground, _ in (*gone, *new)})
    inner = containers()[1]._meta.label
    patients = {key.object_id for key in touched if isinstance(key, GrantKey) and key.container == inner}
    recorder.record(
        recorder.Event(
            action="grant",
            kind=grounds[0].type,
            object_id=str(grounds[0].id) if len(grounds) == 1 else "",
            center_id=center_id,
            patient_ids=tuple(sorted(patients)),
            details={
                "grounds": [f"{ground.type}:{ground.id}" for ground in grounds],
                "subjects": sorted({_subject(key) for key in touched}),
                "codenames": sorted({key.codename for key in touched if isinstance(key, GrantKey)}),
                "added": len(new),
                "removed": len(gone),
            },
        )
    )


def _subject(key: Key) -> str:
    if isinstance(key, MembershipKey):
        return f"user:{key.user_id}"
    return f"{key.subject}:{key.subject_id}"
