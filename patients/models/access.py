"""Who belongs to a patient's care team, and the grants on a patient."""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from backend.api.clock import now
from backend.api.grants import DatedGrant
from backend.api.models import Identified, Versioned
from backend.api.ranges import DateTimeRange
from centers.models import Center, RoleAssignment, Staff
from centers.models.access import IN_ORDER
from patients.models.people import Patient
from patients.querysets import CareTeamMemberQuerySet


class PatientUserGrant(DatedGrant, UserObjectPermissionBase):
    """A codename granted to one person on one patient."""

    content_object = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission", "content_object", "ground_type", "ground_id"],
                name="patientusergrant_one_per_ground",
            ),
            models.CheckConstraint(condition=IN_ORDER, name="patientusergrant_in_order"),
        ]
        indexes = [models.Index(fields=["ground_type", "ground_id"], name="patientusergrant_ground")]


class PatientGroupGrant(DatedGrant, GroupObjectPermissionBase):
    """A codename granted to a subject group (a group's facilitators) on one patient."""

    content_object = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "permission", "content_object", "ground_type", "ground_id"],
                name="patientgroupgrant_one_per_ground",
            ),
            models.CheckConstraint(condition=IN_ORDER, name="patientgroupgrant_in_order"),
        ]
        indexes = [models.Index(fields=["ground_type", "ground_id"], name="patientgroupgrant_ground")]


class CareTeamMember(Identified, Versioned):
    """Somebody on a patient's care team, from when until when. The record; grants are its projection."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="care_team")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="care_teams")
    starts_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField(null=True, blank=True)
    ends_with_care = models.BooleanField(default=False, help_text="A discharge ended it; undoing that takes it back.")
    would_end_at = models.DateTimeField(null=True, blank=True, help_text="When it was to end, had care gone on.")

    objects = CareTeamMemberQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="careteammember_in_order"
            ),
            ExclusionConstraint(
                name="careteammember_no_overlap",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("staff", RangeOperators.EQUAL),
                    (DateTimeRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["center", "starts_at", "id"], name="careteammember_list"),
            models.Index(fields=["patient", "starts_at", "id"], name="careteammember_of_patient"),
        ]

    def __str__(self) -> str:
        return f"care team member {self.id}"

    @classmethod
    def candidate(cls, patient: Patient, staff_id: UUID, at: dt.datetime | None = None) -> Staff | None:
        """The person of that id, if one who treats patients at the patient's center at a moment, now unless given.

        None for anybody else.
        """
        held = RoleAssignment.objects.in_force(at or now()).treating().filter(staff=staff_id, center=patient.center_id)
        found = held.select_related("staff").first()
        return found.staff if found else None

    def end(self, at: dt.datetime | None, *, with_care: bool = False) -> None:
        """Let the membership last until a moment, or on without an end; grants are the caller's to project.

        One that ends with care remembers when it was to end.
        """
        self.would_end_at, self.ends_with_care = (self.ends_at, True) if with_care else (None, False)
        self.ends_at = at
        self.bump()
        self.save(update_fields=["ends_at", "ends_with_care", "would_end_at", "version"])
