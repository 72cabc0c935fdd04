"""The patient, and when in the week the patient can come."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q

from backend.api.models import Identified, Versioned
from centers.models import Center
from centers.models.places import Weekday
from centers.roles import PERMISSIONS
from patients.names import folded
from patients.querysets import AvailabilityWindowQuerySet, PatientQuerySet

if TYPE_CHECKING:
    from patients.models.contact import ContactPoint


class ContactPreference(models.TextChoices):
    """How a patient wants to be reminded; an unstated preference counts as sms."""

    SMS = "sms"
    EMAIL = "email"
    NONE = "none"


class Patient(Identified, Versioned):
    """A person in care at one center. The same person at two centers is two records, never matched."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="patients")
    mrn = models.CharField(max_length=50, help_text="Medical record number; text, leading zeros count.")
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    preferred_name = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField()
    language = models.CharField(max_length=35, default="en", help_text="BCP 47 tag.")
    timezone = models.CharField(
        max_length=64, blank=True, help_text="Where the patient lives; blank: the center's zone."
    )
    contact_preference = models.CharField(max_length=10, choices=ContactPreference, default=ContactPreference.SMS)
    sort_key = models.CharField(max_length=201, editable=False)
    given_key = models.CharField(max_length=200, editable=False)
    preferred_key = models.CharField(max_length=200, editable=False, blank=True)

    # The contact points in use, of a row read `shown`.
    points_in_use: Sequence["ContactPoint"]

    objects = PatientQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = PERMISSIONS
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["center", "mrn"], name="patient_mrn_once_per_center"),
            models.UniqueConstraint(fields=["id", "center"], name="patient_id_center"),
            models.CheckConstraint(
                condition=Q(contact_preference__in=ContactPreference.values), name="patient_preference_known"
            ),
            models.CheckConstraint(condition=~Q(mrn=""), name="patient_has_mrn"),
        ]
        indexes = [
            models.Index(fields=["center", "sort_key", "id"], name="patient_list"),
            models.Index(F("center"), OpClass("sort_key", "text_pattern_ops"), name="patient_by_name"),
            models.Index(F("center"), OpClass("given_key", "text_pattern_ops"), name="patient_by_given"),
            models.Index(F("center"), OpClass("preferred_key", "text_pattern_ops"), name="patient_by_preferred"),
        ]

    def __str__(self) -> str:
        return f"patient {self.id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row and the keys it is found by."""
        self.set_keys()
        super().save(*args, **kwargs)

    def set_keys(self) -> None:
        """Fold the names into the keys that sort and search; bulk writers call this themselves."""
        self.sort_key = folded(f"{self.last_name} {self.first_name}")
        self.given_key = folded(f"{self.first_name} {self.last_name}")
        self.preferred_key = folded(self.preferred_name)

    @property
    def full_name(self) -> str:
        """First and last name, as a roster lists them."""
        return f"{self.first_name} {self.last_name}"

    @property
    def called(self) -> str:
        """The name the patient goes by."""
        return self.preferred_name or self.first_name

    @property
    def shown_version(self) -> str:
        """What changes whenever the representation does; of a row read `shown`."""
        points = ",".join(f"{point.pk}.{point.version}" for point in self.points_in_use)
        return f"{self.version}.{hashlib.sha256(points.encode()).hexdigest()[:16]}"

    def reread(self) -> "Patient":
        """The row as it stands, with all that its representation tells."""
        return type(self).objects.shown().get(pk=self.pk)


class AvailabilityWindow(Identified):
    """A stretch of the week in which the patient can come, in the patient's local wall time."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="availability")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    from_time = models.TimeField()
    to_time = models.TimeField()

    objects = AvailabilityWindowQuerySet.as_manager()

    class Meta:
        ordering = ["weekday", "from_time", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(to_time__gt=F("from_time")), name="availabilitywindow_in_order"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="availabilitywindow_on_a_weekday"),
        ]

    def __str__(self) -> str:
        return f"availability {self.id}"
