"""Somebody lost their second factor: an administrator takes it away, and the person sets up another."""

from django.db import transaction

from backend.api.errors import Refused
from backend.api.recorder import Actor, Event, acting_as, record
from centers import second_factor
from centers.models import AccountMail, Position, SignIn


@transaction.atomic
def reset_second_factor(*, position: Position, by: Actor) -> Position:
    """Take every second factor and recovery code of somebody away and sign their devices out; they are told by e-mail.

    Raises Refused for oneself: who holds a stolen device could else do without; and for whoever has not followed a link
    of this center: hiring by an address must not disarm an account of another.
    """
    if by.id == str(position.staff_id):
        raise Refused("second_factor_of_oneself")
    if position.needs_invitation:
        raise Refused("has_not_joined")
    second_factor.locked(position.staff)
    with acting_as(by):
        second_factor.forget(position.staff)
        SignIn.objects.revoke(staff_id=position.staff_id)
        AccountMail.objects.create(kind=AccountMail.Kind.FACTOR_RESET, staff=position.staff)
        # Not how many: the log is the center's, which need not know of an account it did not open.
        record(Event("second_factor_reset", "centers.staff", str(position.staff_id), position.center_id))
    return position
