"""Who may break the glass at a center, from when until when."""

import datetime as dt

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.models import Center, EmergencyListing, Position, Staff


@transaction.atomic
def list_for_emergencies(
    *,
    staff: Staff,
    center: Center,
    by: Actor,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
) -> EmergencyListing:
    """Put somebody who treats patients at a center on its list, from now unless given, while they work there.

    Raises Refused for oneself and for anybody else than who treats there; IntegrityError for dates out of order or
    overlapping another listing of the person.
    """
    if by.id == str(staff.pk):
        raise Refused("listing_of_oneself")
    if EmergencyListing.candidate(center, staff.pk) is None:
        raise Refused("validation_failed", 400, {"staff": "does_not_exist"})
    until = Position.objects.last_moment(staff, center, ends_at)
    with acting_as(by):
        return EmergencyListing.objects.create(
            center=center, staff=staff, starts_at=starts_at or now(), ends_at=until, listed_by=by.id
        )


@transaction.atomic
def end_listing(*, listing: EmergencyListing, by: Actor, at: dt.datetime | None = None) -> EmergencyListing | None:
    """End a listing at a moment, now unless given; it never lasts longer than it did.

    One that has not begun, and would end before it does, is taken back whole: None is returned. Raises Refused when it
    is over already, and when it would never have been though it has begun.
    """
    at = at or now()
    listing = EmergencyListing.objects.select_for_update(no_key=True).get(pk=listing.pk)
    if listing.ends_at is not None and listing.ends_at <= at:
        raise Refused("listing_has_ended")
    if at <= listing.starts_at < now():
        raise Refused("validation_failed", 400, {"at": "window_order"})
    with acting_as(by):
        if at <= listing.starts_at:
            listing.delete()
            return None
        listing.ends_at = at
        listing.bump()
        listing.save(update_fields=["ends_at", "version"])
    return listing
