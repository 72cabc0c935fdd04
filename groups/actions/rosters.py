"""Enrolling patients in groups and withdrawing them; calendar and grants follow in the same transaction.

Every verb locks the patient first and then the group, groups in the order of their ids, so that none waits for another
in a circle; seats are counted under the group's lock.
"""

import datetime as dt

from django.db import transaction
from django.db.models import F

from backend.api.errors import Refused
from backend.api.recorder import Actor, Event, acting_as, record
from groups.models import Enrollment, TherapyGroup
from groups.projection import project_enrollment, withdraw_enrollment
from patients.actions import raise_task
from patients.models import Episode, Patient, StaffTask
from scheduling.actions import retake_rosters

DISCHARGED = "discharged"
NOT_RESUMED = "A discharge was undone, but the group is full: the patient is off its roster."


@transaction.atomic
def enroll(
    *,
    group: TherapyGroup,
    patient: Patient,
    starts_on: dt.date,
    by: Actor,
    ends_on: dt.date | None = None,
    cohort: bool = False,
) -> Enrollment:
    """Put a patient on a group's roster from a day until before another, or for good.

    Raises Refused: `outside_admission` unless one episode covers all of it, `already_enrolled`, `group_full`, and
    `group_closed` where a closed group has begun, unless the patient is said to join with a `cohort`.
    """
    if ends_on is not None and ends_on <= starts_on:
        raise Refused("validation_failed", 400, {"ends_on": "window_order"})
    patient = Patient.objects.locked(patient.pk)
    group = TherapyGroup.objects.locked(group.pk)
    if patient.center_id != group.center_id:
        raise Refused("validation_failed", 400, {"patient": "does_not_exist"})
    with acting_as(by):
        enrollment = Enrollment(
            group=group,
            patient=patient,
            center=group.center,
            episode=_episode(patient, starts_on, ends_on),
            starts_on=starts_on,
            ends_on=ends_on,
            enrolled_by=by.id,
        )
        _check_seat(enrollment)
        _check_membership(enrollment, cohort=cohort)
        enrollment.save(force_insert=True)
        _project(enrollment, by)
    return enrollment


@transaction.atomic
def withdraw(*, enrollment: Enrollment, on: dt.date, by: Actor, reason: str = "") -> Enrollment | None:
    """End an enrollment; `on` is the first day off the roster. Rosters before that day stay as they are.

    One that has not begun by then is taken back whole: None is returned. Raises Refused when it ends no later anyway,
    and when somebody who has been on a past roster would never have been on it.
    """
    enrollment = locked(enrollment)
    if enrollment.ends_on is not None and enrollment.ends_on <= on:
        raise Refused("enrollment_over")
    if on <= enrollment.starts_on < enrollment.group.today():
        raise Refused("enrollment_has_begun")
    with acting_as(by):
        return _end(enrollment, on, reason, by)


@transaction.atomic
def reinstate(*, enrollment: Enrollment, by: Actor) -> Enrollment:
    """Take back a withdrawal: the enrollment goes on without an end, if the seat is still free.

    Raises Refused when it has no end, and as `enroll` does for the days that are added.
    """
    enrollment = locked(enrollment)
    if enrollment.ends_on is None:
        raise Refused("not_withdrawn")
    with acting_as(by):
        _episode(enrollment.patient, enrollment.starts_on, None)
        _resume(enrollment, None, by)
    return enrollment


@transaction.atomic
def follow_care(*, patient: Patient, by: Actor) -> None:
    """End the enrollments that outlast their episode on the day of discharge, and resume those an undone one ended.

    The caller holds the patient's lock. Where the seat is gone meanwhile, a task says so.
    """
    undone = Enrollment.objects.filter(patient=patient, ends_with_care=True, episode__discharged_on__isnull=True)
    for enrollment in undone.order_by("group_id", "id"):
        _take_back(locked(enrollment), by)
    held = Enrollment.objects.filter(patient=patient).outlasting_care().order_by("group_id", "id")
    for enrollment in held.annotate(day=F("episode__discharged_on")):
        with acting_as(by):
            _end(locked(enrollment), vars(enrollment)["day"], DISCHARGED, by, with_care=True)


def _take_back(enrollment: Enrollment, by: Actor) -> None:
    """Resume an enrollment its discharge had ended, or leave it ended and put it before the staff."""
    try:
        with transaction.atomic(), acting_as(by):
            _resume(enrollment, enrollment.would_end_on, by)
    except Refused:
        with acting_as(by):
            enrollment.refresh_from_db(fields=["ends_on", "reason", "version"])
            enrollment.end(enrollment.ends_on, enrollment.reason)
        raise_task(
            center=enrollment.center,
            kind=StaffTask.Kind.OTHER,
            subject=f"{enrollment._meta.label_lower}:{enrollment.pk}",
            patient=enrollment.patient,
            note=NOT_RESUMED,
            by=by,
        )


def _resume(enrollment: Enrollment, ends_on: dt.date | None, by: Actor) -> None:
    """Let an enrollment that ended go on, if the seat is still free. Raises Refused."""
    added_from, enrollment.ends_on = enrollment.ends_on, ends_on
    _check_seat(enrollment, added_from)
    enrollment.end(ends_on)
    _project(enrollment, by)


def locked(enrollment: Enrollment) -> Enrollment:
    """The enrollment as it stands, under the locks of its patient and its group."""
    patient = Patient.objects.locked(enrollment.patient_id)
    group = TherapyGroup.objects.locked(enrollment.group_id)
    enrollment = Enrollment.objects.select_for_update(no_key=True).get(pk=enrollment.pk)
    enrollment.patient, enrollment.group, enrollment.center = patient, group, group.center
    return enrollment


def _end(enrollment: Enrollment, on: dt.date, reason: str, by: Actor, *, with_care: bool = False) -> Enrollment | None:
    if on <= enrollment.starts_on:
        withdraw_enrollment(enrollment)
        enrollment.delete()
        retake_rosters(patient=enrollment.patient, series=enrollment.group.series, by=by)
        return None
    enrollment.end(on, reason, with_care=with_care)
    _project(enrollment, by)
    return enrollment


def _project(enrollment: Enrollment, by: Actor) -> None:
    project_enrollment(enrollment)
    retake_rosters(patient=enrollment.patient, series=enrollment.group.series, by=by)


def _episode(patient: Patient, starts_on: dt.date, ends_on: dt.date | None) -> Episode:
    """The episode that covers all of the half-open range."""
    episode = patient.episodes.in_care_on(starts_on).order_by("-admitted_on").first()
    last = episode.discharged_on if episode else None
    if episode is None or (last is not None and (ends_on is None or ends_on > last)):
        raise Refused("outside_admission")
    return episode


def _check_seat(enrollment: Enrollment, starts_on: dt.date | None = None) -> None:
    """Refuse a second enrollment of the patient and one beyond the capacity, on any day from `starts_on` on."""
    first, last = starts_on or enrollment.starts_on, enrollment.ends_on
    others = Enrollment.objects.filter(group=enrollment.group).exclude(pk=enrollment.pk)
    if others.overlapping(first, last).filter(patient=enrollment.patient).exists():
        raise Refused("already_enrolled")
    if others.fullest(first, last) >= enrollment.group.capacity:
        raise Refused("group_full")


def _check_membership(enrollment: Enrollment, *, cohort: bool) -> None:
    """A closed group takes new members together: on a day before which it has none, or as a cohort said to be one."""
    group = enrollment.group
    if group.membership != TherapyGroup.Membership.CLOSED:
        return
    earlier = Enrollment.objects.filter(group=group, starts_on__lt=enrollment.starts_on).on(enrollment.starts_on)
    if not earlier.exists():
        return
    if not cohort:
        raise Refused("group_closed")
    record(
        Event(
            "override",
            kind=group._meta.label_lower,
            object_id=str(group.pk),
            center_id=group.center_id,
            patient_ids=(enrollment.patient_id,),
            details={"rule": "group_closed"},
        )
    )
