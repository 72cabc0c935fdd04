"""Leaves of absence: days on which a patient in care is not expected."""

import datetime as dt
from typing import Any

from django.db import transaction

from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from patients.models import LeaveOfAbsence, Patient
from patients.signals import care_changed


@transaction.atomic
def take_leave(
    *, patient: Patient, starts_on: dt.date, ends_on: dt.date, by: Actor, reason: str = ""
) -> LeaveOfAbsence:
    """Let a patient be away from a day until before another.

    Raises Refused when the end is not after the start and when it begins out of care, IntegrityError for a leave that
    overlaps another.
    """
    _check_order(starts_on, ends_on)
    patient = Patient.objects.locked(patient.pk)
    _check_care(patient, starts_on)
    with acting_as(by):
        leave = LeaveOfAbsence.objects.create(
            patient=patient, center_id=patient.center_id, starts_on=starts_on, ends_on=ends_on, reason=reason
        )
        care_changed.send(Patient, patient=patient, by=by)
    return leave


@transaction.atomic
def revise_leave(leave: LeaveOfAbsence, *, by: Actor, **fields: Any) -> LeaveOfAbsence:
    """Change the days or the reason of a leave. Raises as `take_leave`."""
    patient = Patient.objects.locked(leave.patient_id)
    if fields.get("starts_on", leave.starts_on) != leave.starts_on:
        _check_care(patient, fields["starts_on"])
    for name, value in fields.items():
        setattr(leave, name, value)
    _check_order(leave.starts_on, leave.ends_on)
    leave.bump()
    with acting_as(by):
        leave.save()
        care_changed.send(Patient, patient=patient, by=by)
    return leave


@transaction.atomic
def end_leave(*, leave: LeaveOfAbsence, on: dt.date, by: Actor) -> LeaveOfAbsence | None:
    """Let a leave end early: the patient is expected again from `on`. One that never began is deleted: None.

    Raises Refused when it ends no later anyway.
    """
    patient = Patient.objects.locked(leave.patient_id)
    leave = LeaveOfAbsence.objects.select_for_update(no_key=True).get(pk=leave.pk)
    if on >= leave.ends_on:
        raise Refused("leave_is_over")
    with acting_as(by):
        if on <= leave.starts_on:
            leave.delete()
        else:
            leave.ends_on = on
            leave.bump()
            leave.save(update_fields=["ends_on", "version"])
        care_changed.send(Patient, patient=patient, by=by)
    return leave if on > leave.starts_on else None


def _check_order(starts_on: dt.date, ends_on: dt.date) -> None:
    if ends_on <= starts_on:
        raise Refused("validation_failed", 400, {"ends_on": "window_order"})


def _check_care(patient: Patient, day: dt.date) -> None:
    if not patient.episodes.in_care_on(day).exists():
        raise Refused("validation_failed", 400, {"starts_on": "outside_episode"})
