"""Tasks for staff: raised once, given to somebody, done, and reopened when that was a mistake."""

import datetime as dt

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.models import Center, Staff
from patients.models import Patient, StaffTask


@transaction.atomic
def raise_task(
    *,
    center: Center,
    kind: str,
    subject: str,
    by: Actor,
    patient: Patient | None = None,
    note: str = "",
    due_at: dt.datetime | None = None,
) -> StaffTask:
    """Put something before the staff of a center; while it is open, raising the same returns it."""
    values = {"patient": patient, "note": note, "raised_by": by.id, "due_at": due_at, "raised_at": now()}
    with acting_as(by):
        task, _ = StaffTask.objects.get_or_create(
            center=center, kind=kind, subject=subject, done_at=None, defaults=values
        )
    return task


@transaction.atomic
def do_task(*, task: StaffTask, by: Actor) -> StaffTask:
    """Mark a task as done. Raises Refused when it is."""
    task = StaffTask.objects.select_for_update(no_key=True).get(pk=task.pk)
    if task.done_at is not None:
        raise Refused("task_done_already")
    return _set_done(task, now(), by.id, by)


@transaction.atomic
def reopen_task(*, task: StaffTask, by: Actor) -> StaffTask:
    """Take back that a task is done. Raises Refused when it is open, IntegrityError when it was raised anew since."""
    task = StaffTask.objects.select_for_update(no_key=True).get(pk=task.pk)
    if task.done_at is None:
        raise Refused("task_open_already")
    return _set_done(task, None, "", by)


@transaction.atomic
def assign_task(*, task: StaffTask, to: Staff | None, by: Actor) -> StaffTask:
    """Give an open task to somebody, or back to everybody at the center. Raises Refused when it is done."""
    task = StaffTask.objects.select_for_update(no_key=True).get(pk=task.pk)
    if task.done_at is not None:
        raise Refused("task_done_already")
    task.assigned_to = to
    task.bump()
    with acting_as(by):
        task.save(update_fields=["assigned_to", "version"])
    return task


def _set_done(task: StaffTask, at: dt.datetime | None, done_by: str, by: Actor) -> StaffTask:
    task.done_at, task.done_by = at, done_by
    task.bump()
    with acting_as(by):
        task.save(update_fields=["done_at", "done_by", "version"])
    return task
