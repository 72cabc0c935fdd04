"""Who leads a series, ended and handed on from a day; the sessions to come follow."""

import datetime as dt

from django.db import transaction

from backend.api.recorder import Actor, acting_as
from centers.models import Staff
from scheduling.actions.staffing import restaff
from scheduling.models import Series, SeriesStaff


@transaction.atomic(savepoint=False)
def end_lead(*, lead: SeriesStaff, on: dt.date, by: Actor) -> None:
    """Let somebody lead a series no longer from a day on; who had not begun by then never does."""
    series = _locked(lead)
    with acting_as(by):
        _end(lead, on)
        restaff(series=series, by=by)


@transaction.atomic(savepoint=False)
def hand_on_lead(*, lead: SeriesStaff, to: Staff, on: dt.date, by: Actor) -> SeriesStaff | None:
    """Let `to` lead a series in somebody's place from a day on, for as long as they would have.

    None where `to` leads it then already. Raises IntegrityError where they are in another session at the time of one.
    """
    series = _locked(lead)
    starts_on = max(on, lead.starts_on or on)
    present = SeriesStaff.objects.filter(series=series, staff=to)
    with acting_as(by):
        ends_on, role = lead.ends_on, lead.role
        _end(lead, on)
        if any(one.leads_on(starts_on) for one in present):
            restaff(series=series, by=by)
            return None
        new = SeriesStaff.objects.create(
            series=series, center_id=lead.center_id, staff=to, role=role, starts_on=starts_on, ends_on=ends_on
        )
        restaff(series=series, by=by)
    return new


def _locked(lead: SeriesStaff) -> Series:
    return Series.objects.select_for_update(no_key=True, of=("self",)).select_related("center").get(pk=lead.series_id)


def _end(lead: SeriesStaff, on: dt.date) -> None:
    if lead.starts_on is not None and on <= lead.starts_on:
        lead.delete()
        return
    lead.ends_on = on
    lead.save(update_fields=["ends_on"])
