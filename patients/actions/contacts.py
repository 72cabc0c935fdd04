"""Where a patient is reached, and the answers to whether texts may be sent."""

import datetime as dt

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.wall_time import local_date
from patients.contacts import dialed
from patients.models import ContactPoint, MessagingConsent, Patient


@transaction.atomic
def keep_contact_point(*, patient: Patient, kind: str, value: str, by: Actor) -> ContactPoint:
    """Note a number or address of a patient; one of the same kind is replaced by it and ends now.

    The one in use is returned when it is the same. Raises Refused for a number that cannot be dialed.
    """
    patient = Patient.objects.locked(patient.pk)
    normalized = _dialed(patient, kind, value)
    held = patient.contact_points.in_use().filter(kind=kind).first()
    if held is not None and (held.value, held.normalized) == (value, normalized):
        return held
    with acting_as(by):
        if held is not None:
            _end(held)
        return ContactPoint.objects.create(
            patient=patient, center_id=patient.center_id, kind=kind, value=value, normalized=normalized
        )


@transaction.atomic
def revise_contact_point(point: ContactPoint, *, value: str, by: Actor) -> ContactPoint:
    """Correct a number or address; another one takes messages again. The caller holds the row lock.

    Raises Refused when it is no longer used, or cannot be dialed.
    """
    if point.ended_at is not None:
        raise Refused("contact_point_ended")
    normalized = _dialed(point.patient, point.kind, value)
    if normalized != point.normalized:
        point.suppressed_at, point.suppressed_reason = None, ""
    point.value, point.normalized = value, normalized
    point.bump()
    with acting_as(by):
        point.save()
    return point


@transaction.atomic
def end_contact_point(*, point: ContactPoint, by: Actor) -> ContactPoint:
    """Use a number or address no longer, from now on. Raises Refused when that is so already."""
    point = ContactPoint.objects.select_for_update(no_key=True).get(pk=point.pk)
    if point.ended_at is not None:
        raise Refused("contact_point_ended")
    with acting_as(by):
        _end(point)
    return point


@transaction.atomic
def answer_consent(*, patient: Patient, given: bool, by: Actor, answered_on: dt.date | None = None) -> MessagingConsent:
    """Add a patient's answer, given today in the center's zone unless told. Raises Refused for a day to come."""
    today = local_date(patient.center.timezone, now())
    answered_on = answered_on or today
    if answered_on > today:
        raise Refused("validation_failed", 400, {"answered_on": "day_to_come"})
    with acting_as(by):
        return MessagingConsent.objects.create(
            patient=patient, center_id=patient.center_id, given=given, answered_on=answered_on, recorded_by=by.id
        )


def _dialed(patient: Patient, kind: str, value: str) -> str:
    found = dialed(kind, value, patient.center.country)
    if not found:
        raise Refused("validation_failed", 400, {"value": "phone_unreadable"})
    return found


def _end(point: ContactPoint) -> None:
    point.ended_at = now()
    point.bump()
    point.save(update_fields=["ended_at", "version"])
