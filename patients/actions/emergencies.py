"""Breaking the glass: opening, ending and judging an emergency access; grants follow in the same transaction."""

import datetime as dt
from functools import partial
from http import HTTPStatus

from django.conf import settings
from django.db import transaction

from audit.models import LogEntry
from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.models import Center, EmergencyListing, RoleAssignment, Staff
from patients import telling
from patients.actions.tasks import raise_task
from patients.models import EmergencyAccess, Patient, StaffTask
from patients.models.emergencies import reason_of_substance
from patients.projection import project_emergency
from patients.tasks import hand_to_tell

HOUR = dt.timedelta(hours=1)


@transaction.atomic
def open_emergency(
    *,
    staff: Staff,
    center: Center,
    record_number: str,
    nature: str,
    reason: str,
    second_factor_at: dt.datetime | None,
    by: Actor,
) -> EmergencyAccess:
    """Let listed staff read one patient's record for a few hours, and have the privacy officers told.

    The patient is named by exact record number; one that is nobody's here is refused, whoever's it is elsewhere, and
    after a few such mistakes the next has to wait. Raises Refused for who is not listed or treats nobody here, for a
    second factor that is not fresh, a reason without substance, and while an earlier access of the same person to the
    same patient is open or not judged.
    """
    at = now()
    latest_end = _latest_end(staff, center, at)
    _require_fresh_factor(second_factor_at, at)
    folded = reason_of_substance(reason)
    if folded is None:
        raise _fault("reason", "reason_too_thin")
    _require_few_mistakes(by, at)
    patient = Patient.objects.select_for_update(no_key=True).filter(center=center, mrn=record_number).first()
    if patient is None:
        raise _fault("record_number", "does_not_exist")
    if EmergencyAccess.objects.standing(at).filter(staff=staff, patient=patient).exists():
        raise Refused("emergency_stands")
    with acting_as(by):
        access = EmergencyAccess.objects.create(
            center=center, patient=patient, staff=staff, nature=nature, reason=folded, starts_at=at, ends_at=latest_end
        )
        project_emergency(access)
        telling.summon(access)
        if not telling.has_reviewer(access):
            _want_reviewer(center)
    transaction.on_commit(partial(hand_to_tell, center.pk))
    return access


@transaction.atomic
def end_emergency(*, access: EmergencyAccess, by: Actor, at: dt.datetime | None = None) -> EmergencyAccess:
    """End an access before its hours are over, now unless given. Raises Refused when it has ended by then."""
    at = at or now()
    access = EmergencyAccess.objects.locked(access.pk)
    if access.ends_at <= at:
        raise Refused("emergency_over")
    with acting_as(by):
        access.end(at, by.id)
        project_emergency(access)
    return access


@transaction.atomic
def review_emergency(
    *, access: EmergencyAccess, verdict: str, note: str, reviewer: Staff, by: Actor
) -> EmergencyAccess:
    """Judge an access, once and for good; one found not justified ends with that, if it still lives.

    Raises Refused for its own holder, and when it has been judged.
    """
    access = EmergencyAccess.objects.locked(access.pk)
    if access.staff_id == reviewer.pk:
        raise Refused("review_of_oneself", HTTPStatus.FORBIDDEN)
    if access.reviewed_at is not None:
        raise Refused("reviewed_already")
    access.reviewed_at, access.reviewed_by = now(), reviewer
    access.verdict, access.note = verdict, note
    access.bump()
    with acting_as(by):
        access.save(update_fields=["reviewed_at", "reviewed_by", "verdict", "note", "version"])
        if verdict == EmergencyAccess.Verdict.NOT_JUSTIFIED and access.is_open:
            return end_emergency(access=access, by=by)
    return access


@transaction.atomic
def follow_roles_in_emergencies(*, staff: Staff, center: Center, by: Actor) -> None:
    """Let what somebody opened at a center end with the last role in which the person treats patients there."""
    held = RoleAssignment.objects.filter(staff=staff, center=center).treating()
    ends_at = held.last_end(now())
    if ends_at is None:
        return
    for access in EmergencyAccess.objects.filter(staff=staff, center=center, ends_at__gt=ends_at).order_by("id"):
        end_emergency(access=access, by=by, at=ends_at)


def _latest_end(staff: Staff, center: Center, at: dt.datetime) -> dt.datetime:
    """Until when an access opened now may last: some hours, no longer than the listing and the role in treatment.

    The listing is locked, so that one person opens one access at a time. Raises Refused for who may not.
    """
    listing = EmergencyListing.objects.in_force(at).filter(staff=staff, center=center)
    listed = listing.select_for_update(no_key=True).first()
    treats = RoleAssignment.objects.in_force(at).treating().filter(staff=staff, center=center)
    if listed is None or not treats.exists():
        raise Refused("not_listed", HTTPStatus.FORBIDDEN)
    ends = [at + HOUR * settings.EMERGENCY_HOURS, listed.ends_at, treats.last_end(at)]
    return min(end for end in ends if end is not None)


def _want_reviewer(center: Center) -> None:
    """Put before the staff that nobody can judge what was opened; no patient is named."""
    raise_task(
        center=center,
        kind=StaffTask.Kind.OTHER,
        subject=f"centers.Center:{center.pk}",
        note="An access waits for review, and nobody here can review it: appoint a privacy officer.",
        by=telling.SYSTEM,
    )


def _require_fresh_factor(second_factor_at: dt.datetime | None, at: dt.datetime) -> None:
    freshest = dt.timedelta(minutes=settings.EMERGENCY_FACTOR_MINUTES)
    if second_factor_at is None or at - second_factor_at > freshest:
        raise Refused("second_factor_stale", HTTPStatus.FORBIDDEN)


def _require_few_mistakes(by: Actor, at: dt.datetime) -> None:
    """Refuse who was refused too often lately: record numbers are not to be felt for.

    The log is what is counted, so that no outage of a cache opens the way.
    """
    refused = LogEntry.objects.within(at - HOUR, at + HOUR).filter(
        actor_id=by.id, kind="refuse", object_type=EmergencyAccess._meta.label_lower, outcome="validation_failed"
    )
    if refused.count() >= settings.EMERGENCY_MISTAKES_PER_HOUR:
        raise Refused(
            "throttled", HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(int(HOUR.total_seconds()))}
        )


def _fault(name: str, code: str) -> Refused:
    return Refused("validation_failed", HTTPStatus.BAD_REQUEST, {name: code})
