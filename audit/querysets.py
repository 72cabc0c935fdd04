"""Which log entries: in a reviewer's scope, naming a patient, as their leaves were made; and how they are written."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models.functions import Cast

from audit import registry
from audit.kinds import Kind
from audit.leaves import COLUMNS
from backend.api import recorder
from backend.api.gate import ScopedQuerySet

if TYPE_CHECKING:
    from audit.models import LogEntry

_TEXT = models.TextField()


class LogEntryQuerySet(ScopedQuerySet["LogEntry"]):
    """Log entries; a reviewer's scope is the center, never the patient, whose entries can be many and old."""

    scope: ClassVar[Mapping[str, str]] = {"centers.Center": "center_id"}

    def naming(self, patient_id: UUID) -> Self:
        """Entries that name the patient. Written as `@>` with one bound id: `= ANY` does not use the index."""
        return self.filter(patients__contains=[patient_id])

    def about(self, obj: models.Model) -> Self:
        """Entries whose object is this one."""
        return self.filter(object_pk=str(obj.pk), object_type=obj._meta.label_lower)

    def access_report(self, patient_id: UUID) -> Self:
        """Who saw or changed what about the patient, when and why, latest first."""
        return self.naming(patient_id).order_by("-at", "id")

    def within(self, start: dt.datetime, end: dt.datetime) -> Self:
        """Entries of the half-open window; the database then opens the window's months only."""
        return self.filter(at__gte=start, at__lt=end)

    def leaves(self) -> "models.QuerySet[LogEntry, dict[str, Any]]":
        """What `audit.leaves.leaf_of` reads, with the stored `leaf`: the JSON columns as text, not as values."""
        as_text = {name: Cast(name.removesuffix("_json"), _TEXT) for name in COLUMNS if name.endswith("_json")}
        plain = (name for name in COLUMNS if name not in as_text)
        rows: models.QuerySet[LogEntry, dict[str, Any]] = self.values(*plain, "leaf_version", "leaf", **as_text)
        return rows


_Manager = models.Manager.from_queryset(LogEntryQuerySet)


class LogEntryManager(_Manager["LogEntry"]):
    """Writes entries; every one gets its actor, request and address from the recorder port, or is refused."""

    def append(
        self,
        *,
        kind: str,
        action: str,
        object_type: str,
        object_pk: str,
        patients: Iterable[UUID] = (),
        **columns: Any,
    ) -> "LogEntry":
        """One entry by one INSERT. Raises NoActorError when nobody acts."""
        context = recorder.current()
        return self.create(
            kind=kind,
            action=action,
            object_type=object_type,
            object_pk=object_pk,
            object_repr=f"{object_type} {object_pk}".strip(),
            patients=sorted(set(patients)),
            actor_id=context.actor.id,
            actor_name=context.actor.name,
            actor_role=context.actor.role,
            request_id=context.request_id,
            address=context.address,
            **columns,
        )

    def log_create(
        self,
        instance: models.Model,
        *,
        action: str,
        changes: Mapping[str, tuple[object, object]] | None = None,
        force_log: bool = False,
    ) -> "LogEntry | None":
        """The entry of one change, as auditlog's receivers ask for it: values masked unless declared plain."""
        if changes is None and not force_log:
            return None
        policy = registry.policy_of(type(instance))
        return self.append(
            kind=Kind.CHANGE,
            action=action,
            object_type=instance._meta.label_lower,
            object_pk=str(instance.pk),
            patients=policy.patients(instance),
            center_id=policy.center(instance),
            changes=policy.masked(changes or {}),
        )
