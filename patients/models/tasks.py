"""The one inbox of work for staff, into which every room above raises."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backend.api.clock import now
from backend.api.models import Identified, Versioned
from centers.models import Center
from patients.models.people import Patient
from patients.querysets import StaffTaskQuerySet


class StaffTask(Identified, Versioned):
    """Something a person has to look at. `subject` makes it single: the same open task is not raised twice."""

    class Kind(models.TextChoices):
        REMINDER_FAILED = "reminder_failed", "a reminder could not be sent"
        REMINDER_UNKNOWN = "reminder_unknown", "nobody knows whether a reminder arrived"
        ADDRESS_SUPPRESSED = "address_suppressed", "a number or address no longer takes messages"
        PATIENT_CANCELED = "patient_canceled", "a patient canceled by message"
        CALENDAR_CONFLICT = "calendar_conflict", "a session could not be put on the calendar"
        OTHER = "other"

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="staff_tasks")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="staff_tasks")
    kind = models.CharField(max_length=30, choices=Kind)
    subject = models.CharField(max_length=200, help_text="Type and id of what the task is about.")
    note = models.CharField(max_length=1000, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="staff_tasks"
    )
    raised_by = models.CharField(max_length=64)
    raised_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=64, blank=True)

    objects = StaffTaskQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["center", "kind", "subject"], condition=Q(done_at__isnull=True), name="stafftask_open_once"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(done_at__gte=F("raised_at")), name="stafftask_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["center", "-raised_at", "id"], name="stafftask_list"),
            models.Index(fields=["patient", "-raised_at", "id"], name="stafftask_of_patient"),
        ]

    def __str__(self) -> str:
        return f"task {self.id}"
