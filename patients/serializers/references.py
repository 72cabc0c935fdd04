"""References to a patient, by who may do what with the patient."""

from backend.api.serializers import VisibleRelatedField
from patients.models import Patient


def a_patient(codename: str) -> VisibleRelatedField:
    """A patient on whom the writer holds `codename`; any other is answered like one that does not exist."""
    return VisibleRelatedField(codename=codename, queryset=Patient._default_manager.all())
