"""Which models are logged on every change, and which of their values the log may keep in clear."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from auditlog.registry import auditlog
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.models import DateTimeField, EmailField, JSONField, Model, TextField

from audit.canonical import canonical
from audit.digests import digest

Patients = UUID | str | Iterable[UUID] | None
PatientOf = Callable[[Any], Patients]
CenterOf = Callable[[Any], UUID | None]

# Columns a model need not have: its rows are then about no patient, or belong to no center.
_DEFAULTS = frozenset({"patient_id", "center_id"})


@dataclass(frozen=True, slots=True)
class Policy:
    """What the log keeps of one model: its plain fields, and how to tell the center and the patients of a row."""

    model: type[Model]
    plain: frozenset[str]
    patient_of: PatientOf
    center_of: CenterOf

    def patients(self, instance: Model) -> tuple[UUID, ...]:
        """The patients a row is about."""
        found = self.patient_of(instance)
        if found is None:
            return ()
        # A key set from outside is text until the row is read again.
        return (UUID(str(found)),) if isinstance(found, UUID | str) else tuple(found)

    def center(self, instance: Model) -> UUID | None:
        """The center a row belongs to."""
        return self.center_of(instance)

    def masked(self, changes: Mapping[str, tuple[object, object]]) -> dict[str, list[object]]:
        """Old and new value of every changed field; a value of a field not declared plain becomes its digest."""
        return {name: [self._kept(name, value) for value in pair] for name, pair in changes.items()}

    def _kept(self, name: str, value: object) -> object:
        if value is None:
            return None
        if name not in self.plain:
            return digest(value if isinstance(value, str) else canonical(value))
        if isinstance(self.model._meta.get_field(name), DateTimeField):
            # auditlog renders moments as naive UTC ("2026-11-24 14:00:00").
            return f"{value}".replace(" ", "T") + "Z"
        return value


_policies: dict[type[Model], Policy] = {}


def register(
    model: type[Model],
    *,
    plain: Iterable[str] = (),
    exclude: Iterable[str] = (),
    patient: str | PatientOf = "patient_id",
    center: str | CenterOf = "center_id",
) -> None:
    """Log every creation, change and deletion of `model`'s rows from now on.

    `plain` lists the fields whose values may be kept: dates, codes, numbers, ids. All others appear as a keyed digest,
    so that a field forgotten here tells too little, never too much. `exclude` lists fields whose change is no news,
    such as versions. `patient` and `center` name a column (none such: nobody) or compute from the row.
    Raises ImproperlyConfigured for an unknown field, and for free text or an address declared plain.
    """
    plain, exclude = frozenset(plain), frozenset(exclude)
    for name in plain | exclude:
        _refuse_unfit(model, name, is_plain=name in plain)
    _policies[model] = Policy(model, plain, _reader(model, patient), _reader(model, center))
    # Named one by one: left alone, auditlog also reads reverse relations, at a query each.
    fields = [field.name for field in model._meta.concrete_fields if field.name not in exclude]
    auditlog.register(model, include_fields=fields)


def unregister(model: type[Model]) -> None:
    """Log a model no more; tests use it to clean up after themselves."""
    _policies.pop(model, None)
    auditlog.unregister(model)


def registered() -> frozenset[type[Model]]:
    """The models logged on every change."""
    return frozenset(_policies)


def policy_of(model: type[Model]) -> Policy:
    """The policy of a registered model; KeyError for any other, such as one registered past this module."""
    return _policies[model]


def _refuse_unfit(model: type[Model], name: str, *, is_plain: bool) -> None:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist as error:
        message = f"{model._meta.label} has no field {name}"
        raise ImproperlyConfigured(message) from error
    if is_plain and isinstance(field, TextField | EmailField | JSONField) and not field.choices:
        message = f"{model._meta.label}.{name} holds free text; the log keeps its digest only"
        raise ImproperlyConfigured(message)


def _reader(model: type[Model], source: str | Callable[[Any], Any]) -> Callable[[Any], Any]:
    if callable(source):
        return source
    if hasattr(model, source):
        return attrgetter(source)
    if source in _DEFAULTS:
        return lambda _instance: None
    message = f"{model._meta.label} has no column {source}"
    raise ImproperlyConfigured(message)
