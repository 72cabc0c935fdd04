"""The log over REST: reviewers read it, nobody writes it, and reading it is logged."""

from collections import defaultdict
from typing import Any, ClassVar
from uuid import UUID

from audit.filters import LogEntryFilters
from audit.models import LogEntry
from audit.serializers import LogEntrySerializer
from backend.api import recorder
from backend.api.gate import reach_of
from backend.api.releases import by_purpose
from backend.api.views import ListMixin, RetrieveMixin


class LogEntryViewSet(ListMixin, RetrieveMixin):
    """Who did what, latest first; a center's reviewers see the entries of their center."""

    model = LogEntry
    serializer_class = LogEntrySerializer
    filterset_class = LogEntryFilters
    codenames: ClassVar[dict[str, str]] = {"list": "review_access", "retrieve": "review_access"}

    def object_version(self, obj: LogEntry) -> str:
        """An entry never changes."""
        return bytes(obj.leaf).hex()

    def release(self, objects: Any) -> None:
        """Log the reading at once, also of entries that name no patient, and of none at all: one entry per center."""
        entries: list[LogEntry] = objects if isinstance(objects, list) else [objects]
        named: defaultdict[UUID | None, set[UUID]] = defaultdict(set)
        for entry in entries:
            named[entry.center_id].update(entry.patients)
        details: dict[str, recorder.JSON] = {"count": len(entries), "parameters": sorted(self.request.query_params)}
        purposes = reach_of(self.request.user).purposes
        places = {
            (center_id, purpose): patients
            for center_id, everybody in named.items()
            for purpose, patients in (by_purpose(everybody, purposes) or {"": set()}).items()
        }
        for (center_id, purpose), patients in (places or {(None, ""): set()}).items():
            recorder.record(
                recorder.Event(
                    action="read",
                    kind=self.kind,
                    object_id=str(self.kwargs.get("pk", "")),
                    center_id=center_id,
                    patient_ids=tuple(patients),
                    purpose=purpose,
                    details=details,
                )
            )
