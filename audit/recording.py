"""The recorder: writes the events of the port in `backend.api.recorder` as log entries."""

from audit.kinds import kind_of
from audit.masking import masked, object_id_of, purpose_of
from audit.models import LogEntry
from backend.api.recorder import Event


def record_event(event: Event) -> None:
    """Write one event by one INSERT, in the transaction that is open.

    Raises NoActorError when nobody acts, and whatever the database raises: the request then fails with it.
    """
    LogEntry.objects.append(
        kind=kind_of(event.action),
        action=event.action,
        object_type=event.kind,
        object_pk=object_id_of(event.object_id),
        patients=event.patient_ids,
        center_id=event.center_id,
        outcome=event.outcome,
        purpose=purpose_of(event.purpose),
        details=masked(event.details),
    )
