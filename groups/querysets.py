"""Which groups, enrollments and facilitators one may see; the roster of a day."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from backend.api.gate import ScopedQuerySet

if TYPE_CHECKING:
    from groups.models import Enrollment, Facilitator, TherapyGroup


class TherapyGroupQuerySet(ScopedQuerySet["TherapyGroup"]):
    """Therapy groups."""

    scope = {"centers.Center": "center_id"}


class EnrollmentQuerySet(ScopedQuerySet["Enrollment"]):
    """Enrollments."""

    scope = {"centers.Center": "center_id", "patients.Patient": "patient_id"}

    def on(self, day: dt.date) -> Self:
        """Enrollments that cover `day`; the day one ends is out."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


class FacilitatorQuerySet(ScopedQuerySet["Facilitator"]):
    """Facilitators."""

    scope = {"centers.Center": "center_id"}
