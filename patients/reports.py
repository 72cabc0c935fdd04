"""Who looked at a patient: the access report, from the log."""

from audit.models import LogEntry
from audit.querysets import LogEntryQuerySet
from patients.models import Patient


def access_report(patient: Patient) -> LogEntryQuerySet:
    """Who saw or changed what about the patient, when and why; latest first."""
    return LogEntry.objects.access_report(patient.pk)
