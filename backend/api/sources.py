"""The records whose projection the grants are, as the rooms register them: what each type of ground wants, and what
it is in words. With them the stored rows of a center are compared with its records, and put right.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models, transaction

from backend.api.grants import Difference, Ground, Key, project_all

Wanted = dict[Ground, set[Key]]
Lock = Callable[[Collection[UUID]], None]


@dataclass(frozen=True, slots=True)
class Source:
    """One type of ground: its records, which bear a center, the rows some of them want, and one of them in words.

    `lock` takes the locks the verbs of these records take first, by the records' ids; the records themselves are locked
    in any case. `related` is read along with them.
    """

    kind: str
    model: type[models.Model]
    wanted: Callable[[Sequence[Any]], Wanted]
    tell: Callable[[Any], str]
    related: tuple[str, ...] = ()
    lock: Lock | None = None

    def records(self, **which: Any) -> list[Any]:
        """Some of the records, with what is read along with them."""
        rows = self.model._default_manager.filter(**which)
        return list(rows.select_related(*self.related) if self.related else rows)


_sources: dict[str, Source] = {}
_subjects: list[Callable[[UUID], Iterable[int]]] = []


def register_source(source: Source) -> None:
    """Let the records of one type of ground be compared and told; called when apps are ready."""
    if _sources.get(source.kind, source) != source:
        message = f"two sources of {source.kind}"
        raise ValueError(message)
    _sources[source.kind] = source


def register_subjects(groups_of: Callable[[UUID], Iterable[int]]) -> None:
    """Add a reader of the subject groups a room keeps at a center."""
    if groups_of not in _subjects:
        _subjects.append(groups_of)


def sources() -> Mapping[str, Source]:
    """Every source by its type of ground."""
    return _sources


def subjects_at(center_id: UUID) -> set[int]:
    """The subject groups of one center, whether anybody belongs to them or not."""
    return {group for groups_of in _subjects for group in groups_of(center_id)}


def wanted_at(center_id: UUID) -> Wanted:
    """Every row the records of one center want, by ground."""
    wanted: Wanted = {}
    for source in _sources.values():
        wanted |= source.wanted(source.records(center_id=center_id))
    return wanted


def records_of(grounds: Iterable[Ground]) -> dict[Ground, Any]:
    """The records of some grounds; of a ground that is no record's, or of no registered type, none."""
    found: dict[Ground, Any] = {}
    for kind, ids in _ids(grounds).items():
        source = _sources.get(kind)
        found |= {Ground(kind, one.pk): one for one in source.records(pk__in=ids)} if source else {}
    return found


@transaction.atomic
def repair(found: Iterable[Difference], *, center_id: UUID | None) -> int:
    """Make the rows of the grounds of some differences what their records want; returns how many rows changed.

    The records are locked and read again, so that what somebody else changed meanwhile stands.
    """
    grounds = sorted({one.ground for one in found})
    for kind, ids in _ids(grounds).items():
        if kind in _sources:
            _lock(_sources[kind], ids)
    held: dict[str, list[Any]] = {}
    for ground, record in records_of(grounds).items():
        held.setdefault(ground.type, []).append(record)
    wanted: Wanted = {ground: set() for ground in grounds}
    for kind, records in held.items():
        wanted |= _sources[kind].wanted(records)
    return project_all(wanted, center_id=center_id)


def _lock(source: Source, ids: list[UUID]) -> None:
    if source.lock is not None:
        source.lock(ids)
    rows = source.model._default_manager.filter(pk__in=ids).order_by("pk")
    list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk"))


def _ids(grounds: Iterable[Ground]) -> dict[str, list[UUID]]:
    by_type: dict[str, list[UUID]] = {}
    for ground in grounds:
        by_type.setdefault(ground.type, []).append(ground.id)
    return by_type
