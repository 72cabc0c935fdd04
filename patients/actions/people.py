"""Registering patients and keeping what is known of them."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers import wall_time
from centers.models import Center
from patients.models import AvailabilityWindow, Patient

# Nobody has lived longer; an older date is a slip of the pen.
OLDEST = dt.timedelta(days=130 * 366)


@transaction.atomic
def register_patient(*, center: Center, by: Actor, **fields: Any) -> Patient:
    """A new patient of a center, not yet admitted.

    Raises Refused for a zone that does not exist and a birth date to come, IntegrityError for a record number the
    center uses already.
    """
    _check_zone(fields)
    _check_birth_date(center, fields)
    windows = fields.pop("availability", ())
    with acting_as(by):
        patient = Patient.objects.create(center=center, **fields)
        _set_availability(patient, windows)
    return patient


@transaction.atomic
def revise_patient(patient: Patient, *, by: Actor, **fields: Any) -> Patient:
    """Change what is known of a patient; `availability` replaces the whole week. The caller holds the row lock.

    Raises Refused for a zone that does not exist and a birth date to come.
    """
    _check_zone(fields)
    _check_birth_date(patient.center, fields)
    windows = fields.pop("availability", None)
    for name, value in fields.items():
        setattr(patient, name, value)
    patient.bump()
    with acting_as(by):
        patient.save()
        if windows is not None:
            _set_availability(patient, windows)
    return patient


def _set_availability(patient: Patient, windows: Collection[Mapping[str, Any]]) -> None:
    """Windows are few: they are stored one by one, so that the log has each."""
    for held in patient.availability.all():
        held.delete()
    for window in windows:
        AvailabilityWindow.objects.create(patient=patient, center_id=patient.center_id, **window)


def _check_zone(fields: Mapping[str, Any]) -> None:
    if fields.get("timezone") and not wall_time.is_zone(fields["timezone"]):
        raise Refused("validation_failed", 400, {"timezone": "timezone_unknown"})


def _check_birth_date(center: Center, fields: Mapping[str, Any]) -> None:
    born, today = fields.get("birth_date"), wall_time.local_date(center.timezone, now())
    if born is not None and not today - OLDEST <= born <= today:
        raise Refused("validation_failed", 400, {"birth_date": "day_to_come" if born > today else "long_ago"})
