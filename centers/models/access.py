"""Roles at a center and who holds them, dated; and the grants and memberships they project into."""

from typing import Any
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
from centers.models.places import Center
from centers.querysets import (
    EmergencyListingQuerySet,
    RoleAssignmentQuerySet,
    RoleQuerySet,
    SubjectMembershipQuerySet,
)
from centers.roles import RoleName

IN_ORDER = Q(expires_at__isnull=True) | Q(expires_at__gt=F("starts_at"))


class SubjectMembership(Identified):
    """Somebody's membership of a subject group, from when until when; the projection of its ground."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey("auth.Group", on_delete=models.CASCADE, related_name="memberships")
    starts_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True, blank=True)
    ground_type = models.CharField(max_length=50)
    ground_id = models.UUIDField()

    objects = SubjectMembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "group", "ground_type", "ground_id"], name="subjectmembership_one_per_ground"
            ),
            models.CheckConstraint(condition=IN_ORDER, name="subjectmembership_in_order"),
        ]
        indexes = [models.Index(fields=["ground_type", "ground_id"], name="subjectmembership_ground")]

    def __str__(self) -> str:
        return f"membership {self.id}"


class CenterUserGrant(DatedGrant, UserObjectPermissionBase):
    """A codename granted to one person on a center, and so on every patient of it."""

    content_object = models.ForeignKey(Center, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission", "content_object", "ground_type", "ground_id"],
                name="centerusergrant_one_per_ground",
            ),
            models.CheckConstraint(condition=IN_ORDER, name="centerusergrant_in_order"),
        ]
        indexes = [models.Index(fields=["ground_type", "ground_id"], name="centerusergrant_ground")]


class CenterGroupGrant(DatedGrant, GroupObjectPermissionBase):
    """A codename granted to a subject group (the holders of a role) on a center."""

    content_object = models.ForeignKey(Center, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "permission", "content_object", "ground_type", "ground_id"],
                name="centergroupgrant_one_per_ground",
            ),
            models.CheckConstraint(condition=IN_ORDER, name="centergroupgrant_in_order"),
        ]
        indexes = [models.Index(fields=["ground_type", "ground_id"], name="centergroupgrant_ground")]


class Role(Identified):
    """One of the seven roles at one center, and the subject group that stands for its holders."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="roles")
    name = models.CharField(max_length=30, choices=[(role.value, role.value.replace("_", " ")) for role in RoleName])
    group = models.OneToOneField("auth.Group", on_delete=models.PROTECT, related_name="role")

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["center", "name"], name="role_once_per_center"),
            models.UniqueConstraint(fields=["id", "center"], name="role_id_center"),
        ]

    def __str__(self) -> str:
        return self.name


class RoleAssignment(Identified, Versioned):
    """Somebody holds a role at a center, from when until when. The record; grants are its projection."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="role_assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="role_assignments")
    signs = models.BooleanField(default=False, help_text="Signs clinical notes (trainees and peers do not).")
    starts_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField(null=True, blank=True)
    assigned_by = models.CharField(max_length=64)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="roleassignment_in_order"
            ),
            ExclusionConstraint(
                name="roleassignment_no_overlap",
                expressions=[
                    ("role", RangeOperators.EQUAL),
                    ("staff", RangeOperators.EQUAL),
                    (DateTimeRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["center", "starts_at", "id"], name="roleassignment_list")]

    def __str__(self) -> str:
        return f"role assignment {self.id}"


class EmergencyListing(Identified, Versioned):
    """Somebody may break the glass at a center, from when until when; it opens nothing by itself."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="emergency_listings")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="emergency_listings")
    starts_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField(null=True, blank=True)
    listed_by = models.CharField(max_length=64)

    objects = EmergencyListingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="emergencylisting_in_order"
            ),
            ExclusionConstraint(
                name="emergencylisting_no_overlap",
                expressions=[
                    ("center", RangeOperators.EQUAL),
                    ("staff", RangeOperators.EQUAL),
                    (DateTimeRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["center", "starts_at", "id"], name="emergencylisting_list")]

    def __str__(self) -> str:
        return f"emergency listing {self.id}"

    @classmethod
    def names(cls, staff: Any) -> bool:
        """Whether somebody is on the list of any center now."""
        return cls.objects.in_force(now()).filter(staff=staff.pk).exists()

    @classmethod
    def candidate(cls, center: Center, staff_id: UUID) -> Any:
        """The person of that id, if one who treats patients at the center now; None for anybody else."""
        held = RoleAssignment.objects.in_force(now()).treating().filter(staff=staff_id, center=center)
        found = held.select_related("staff").first()
        return found.staff if found else None
