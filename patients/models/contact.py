"""Where a patient is reached, and whether messages may be sent there."""

from django.db import models
from django.db.models import F, Q

from backend.api.clock import now
from backend.api.models import Identified, Versioned
from centers.models import Center
from patients.models.people import Patient
from patients.querysets import ContactPointQuerySet, MessagingConsentQuerySet


class ContactPoint(Identified, Versioned):
    """A number or address of a patient, as it was given and as it is dialed. People may share one."""

    class Kind(models.TextChoices):
        MOBILE = "mobile", "mobile phone, the only kind that gets texts"
        OTHER_PHONE = "other_phone"
        EMAIL = "email"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_points")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    value = models.CharField(max_length=254, help_text="As it was given.")
    normalized = models.CharField(max_length=254, help_text="E.164 for a phone, lower case for an e-mail address.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="No longer used since.")
    suppressed_at = models.DateTimeField(null=True, blank=True, help_text="Nothing is sent here since.")
    suppressed_reason = models.CharField(max_length=30, blank=True)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["id", "center"], name="contactpoint_id_center"),
            models.UniqueConstraint(
                fields=["patient", "kind"], condition=Q(ended_at__isnull=True), name="contactpoint_one_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["mobile", "other_phone", "email"]), name="contactpoint_kind_known"
            ),
            models.CheckConstraint(condition=~Q(normalized=""), name="contactpoint_is_normalized"),
        ]
        indexes = [
            models.Index(fields=["patient", "kind", "id"], name="contactpoint_of_patient"),
            models.Index(fields=["center", "kind", "id"], name="contactpoint_list"),
            models.Index(fields=["normalized"], name="contactpoint_by_value"),
        ]

    def __str__(self) -> str:
        return f"contact point {self.id}"


class MessagingConsent(Identified):
    """A patient's answer to whether texts may be sent. Answers are added, never changed; the latest counts."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="messaging_consents")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    given = models.BooleanField()
    answered_on = models.DateField(null=True, blank=True, help_text="In the center's zone; never null for a yes.")
    recorded_at = models.DateTimeField(default=now)
    recorded_by = models.CharField(max_length=64)

    objects = MessagingConsentQuerySet.as_manager()

    class Meta:
        ordering = [F("answered_on").desc(nulls_last=True), "-recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(given=False) | Q(answered_on__isnull=False), name="messagingconsent_yes_has_a_day"
            ),
        ]
        indexes = [models.Index(fields=["patient", "-recorded_at"], name="messagingconsent_of_patient")]

    def __str__(self) -> str:
        return f"consent {self.id}"
