"""What left in an answer, and to the log with it: the patients, by center, of every object serialized."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import connection, models

from backend.api import recorder
from backend.api.grant_tables import containers
from backend.api.recorder import JSON
from backend.api.serializers import place_of

PLACE_OF = "SELECT center_id, patient_id FROM iop_place_of(%s::regclass, %s::regclass, %s, %s, %s)"


class Release:
    """Collects whose data an answer holds. One event per center it touches: a center's log is read by that center."""

    def __init__(self) -> None:
        self._patients: defaultdict[UUID | None, set[UUID]] = defaultdict(set)

    def add(self, objects: Iterable[Any]) -> None:
        """Note objects that lie in a patient's record or a center; bare ids count as patients' ids.

        Raises TypeError for what names neither: an answer whose patients are not known must not leave.
        """
        for item in objects:
            center_id, patient_id = (None, item) if isinstance(item, UUID) else place_of(item)
            if not (center_id or patient_id or isinstance(item, models.Model)):
                message = f"a {type(item).__name__} names no center and no patient"
                raise TypeError(message)
            self._patients[center_id].update([patient_id] if patient_id else [])

    def add_patients(self, center_id: UUID | None, patient_ids: Iterable[UUID]) -> None:
        """Note patients of one center by their ids."""
        self._patients[center_id].update(patient_ids)

    def clear(self) -> None:
        """Forget all: the work is rolled back and done again."""
        self._patients.clear()

    @property
    def patients(self) -> list[UUID]:
        """Everybody named so far."""
        return sorted({patient for named in self._patients.values() for patient in named})

    @property
    def center_id(self) -> UUID | None:
        """The center of it all, when there is exactly one."""
        known = [center_id for center_id in self._patients if center_id]
        return known[0] if len(known) == 1 else None

    def events(
        self,
        action: str,
        *,
        kind: str,
        object_id: str,
        details: Mapping[str, JSON],
        purposes: Mapping[UUID, str] = MappingProxyType({}),
    ) -> list[recorder.Event]:
        """One event per center and purpose with patients; a search is an event even where it found nobody."""
        named = {
            (center_id, purpose): patients
            for center_id, everybody in self._patients.items()
            for purpose, patients in by_purpose(everybody, purposes).items()
        }
        if not named and action == "search":
            named = {(self.center_id, ""): set()}
        return [
            recorder.Event(
                action=action,
                kind=kind,
                object_id=object_id,
                center_id=center_id,
                patient_ids=tuple(sorted(patients)),
                purpose=purpose,
                details=details,
            )
            for (center_id, purpose), patients in named.items()
        ]


def by_purpose(patients: Iterable[UUID], purposes: Mapping[UUID, str]) -> dict[str, set[UUID]]:
    """The patients by the purpose for which the reader holds them; without a label that is the empty word."""
    found: dict[str, set[UUID]] = {}
    for patient in patients:
        found.setdefault(purposes.get(patient, ""), set()).add(patient)
    return found


def place_of_absent(model: type[models.Model], pk: str) -> tuple[UUID | None, UUID | None]:
    """Where the object of a refused request lies, if there is one: those who guard it may see who tried.

    One indexed statement, whether there is such an object or not. It may lie in a center the wall hides from who asked;
    the function of the database looks over the wall for these two ids alone, and what was answered is settled by now.
    """
    columns = {field.attname for field in model._meta.concrete_fields}
    outer, inner = containers()
    places = [
        "id" if model is container else name if name in columns else ""
        for container, name in ((outer, f"{outer._meta.model_name}_id"), (inner, f"{inner._meta.model_name}_id"))
    ]
    with connection.cursor() as cursor:
        cursor.execute(PLACE_OF, [outer._meta.db_table, model._meta.db_table, pk, *places])
        center_id, patient_id = cursor.fetchone()
    return center_id, patient_id
