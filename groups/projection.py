"""What enrollments and facilitators project: grants and memberships, and participation and staff of the series."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from backend.api.grants import GrantKey, Ground, Key, MembershipKey, project, revoke
from backend.api.sources import Source, register_source, register_subjects
from centers.roles import FACILITATOR
from centers.wall_time import instant
from groups.models import Enrollment, Facilitator, TherapyGroup
from groups.querysets import EnrollmentQuerySet, FacilitatorQuerySet
from scheduling.models import Participation, SeriesStaff
from scheduling.querysets import SeriesStaffQuerySet


def wanted_grants(group_ids: Collection[UUID] | None = None) -> dict[Ground, set[Key]]:
    """Every grant and membership the rosters and facilitators of some groups want; of all when none are named."""
    enrollments = Enrollment.objects.of_groups(group_ids).select_related("group", "center")
    facilitators = Facilitator.objects.of_groups(group_ids).select_related("group", "center")
    wanted = {ground_of(one): keys_of_enrollment(one) for one in enrollments}
    return wanted | {ground_of(one): keys_of_facilitator(one) for one in facilitators}


def ground_of(record: Enrollment | Facilitator) -> Ground:
    """The ground under which a record's rows are stored."""
    return Ground("enrollment" if isinstance(record, Enrollment) else "facilitator", record.pk)


def keys_of_enrollment(enrollment: Enrollment) -> set[Key]:
    """What the group's facilitators may do with the patient while enrolled, by days of the center's zone."""
    span = _instants(enrollment)
    subject = enrollment.group.facilitator_group_id
    return {
        GrantKey("group", subject, codename.value, "patients.Patient", enrollment.patient_id, *span)
        for codename in FACILITATOR
    }


def keys_of_facilitator(facilitator: Facilitator) -> set[Key]:
    """The membership of the group's subject group."""
    return {MembershipKey(facilitator.staff_id, facilitator.group.facilitator_group_id, *_instants(facilitator))}


def project_enrollment(enrollment: Enrollment) -> None:
    """Bring participation and grants in line with an enrollment."""
    Participation.objects.update_or_create(
        pk=enrollment.pk,
        defaults={"starts_on": enrollment.starts_on, "ends_on": enrollment.ends_on},
        create_defaults={
            "series_id": enrollment.group.series_id,
            "patient_id": enrollment.patient_id,
            "center_id": enrollment.center_id,
            "starts_on": enrollment.starts_on,
            "ends_on": enrollment.ends_on,
        },
    )
    project(ground=ground_of(enrollment), wanted=keys_of_enrollment(enrollment), center_id=enrollment.center_id)


def withdraw_enrollment(enrollment: Enrollment) -> None:
    """Take away all an enrollment projected, before it is deleted."""
    revoke(ground=ground_of(enrollment), center_id=enrollment.center_id)
    Participation.objects.get(pk=enrollment.pk).delete()


def project_facilitator(facilitator: Facilitator) -> None:
    """Bring the series' staff and the membership in line with a facilitator."""
    staff = _covering(facilitator).first()
    if staff is None:
        staff = SeriesStaff(series_id=facilitator.group.series_id, center_id=facilitator.center_id)
        staff.staff_id, staff.starts_on = facilitator.staff_id, facilitator.starts_on
    staff.role, staff.ends_on = facilitator.role, facilitator.ends_on
    staff.save()
    project(ground=ground_of(facilitator), wanted=keys_of_facilitator(facilitator), center_id=facilitator.center_id)


def withdraw_facilitator(facilitator: Facilitator) -> None:
    """Take away all a facilitator projected, before the record is deleted."""
    revoke(ground=ground_of(facilitator), center_id=facilitator.center_id)
    _covering(facilitator).delete()


def register() -> None:
    """Let rosters and facilitators be compared with the stored rows, and told in words."""
    register_source(
        Source(
            "enrollment",
            Enrollment,
            wanted=lambda rows: {ground_of(one): keys_of_enrollment(one) for one in rows},
            tell=lambda one: f"the patient is on the roster of the group {one.group.code}",
            related=("group", "center"),
            lock=lambda ids: _lock_groups(Enrollment.objects.filter(pk__in=ids)),
        )
    )
    register_source(
        Source(
            "facilitator",
            Facilitator,
            wanted=lambda rows: {ground_of(one): keys_of_facilitator(one) for one in rows},
            tell=lambda one: f"leads the group {one.group.code}",
            related=("group", "center"),
            lock=lambda ids: _lock_groups(Facilitator.objects.filter(pk__in=ids)),
        )
    )
    register_subjects(
        lambda center_id: TherapyGroup.objects.filter(center=center_id).values_list("facilitator_group_id", flat=True)
    )


def _lock_groups(records: EnrollmentQuerySet | FacilitatorQuerySet) -> None:
    """The groups, which the verbs of rosters and of facilitators lock first."""
    groups = TherapyGroup.objects.filter(pk__in={one.group_id for one in records}).order_by("pk")
    list(groups.select_for_update(no_key=True).values_list("pk"))


def _covering(facilitator: Facilitator) -> SeriesStaffQuerySet:
    """The row of the series' staff that covers the facilitator's first day; the database allows no second one."""
    day = facilitator.starts_on
    rows = SeriesStaff.objects.filter(series_id=facilitator.group.series_id, staff_id=facilitator.staff_id)
    return rows.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gt=day))


def _instants(record: Enrollment | Facilitator) -> tuple[dt.datetime, dt.datetime | None]:
    zone = record.center.timezone
    ends_at = instant(zone, record.ends_on, dt.time()) if record.ends_on else None
    return instant(zone, record.starts_on, dt.time()), ends_at
