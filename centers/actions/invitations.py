"""Invitation links: how somebody who was taken on comes in, and sets a password."""

import datetime as dt
import secrets
from http import HTTPStatus
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.actions.passwords import set_by_link
from centers.models import Center, Invitation, Position, Staff
from centers.tokens import hashed

SUBJECT = "Set your password"
# No name of a person, a center or a purpose: mailboxes are read over shoulders.
BODY = """You have been given an account. Open this link to set your password:

{link}

It works once, until {until:%B %d, %Y %H:%M} UTC. If you did not expect this message, ignore it.
"""


@transaction.atomic
def invite(*, staff: Staff, center: Center, by: Actor, is_mailed: bool = False) -> str:
    """Make a link's token, the only copy there will ever be; the center's earlier links to the person stop working.

    Raises Refused for an inactive account, and unless the link goes to the person's own mailbox, for one that has a
    password: whoever handed the link over could else take the account over.
    """
    staff = Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
    if not staff.is_active:
        raise Refused("staff_inactive")
    if not is_mailed and staff.has_usable_password():
        raise Refused("has_password")
    token = secrets.token_urlsafe(32)
    with acting_as(by):
        Invitation.objects.filter(center=center).close(staff_id=staff.pk)
        Invitation.objects.create(
            center=center,
            staff=staff,
            token_hash=hashed(token),
            expires_at=now() + dt.timedelta(days=settings.INVITATION_DAYS),
            invited_by=by.id,
        )
    return token


@transaction.atomic
def send_invitation(*, staff: Staff, center: Center, by: Actor) -> None:
    """Invite somebody by e-mail; nobody else sees the link, which is good for no more than one by `ask_for_reset`.

    It goes to whoever has a password as well, in the same words: the center is not told which of them it was. Raises
    Refused when no mail server takes the message.
    """
    token = invite(staff=staff, center=center, by=by, is_mailed=True)
    until = now() + dt.timedelta(days=settings.INVITATION_DAYS)
    try:
        send_mail(SUBJECT, BODY.format(link=link_of(token), until=until), None, [staff.email])
    except (SMTPException, OSError) as error:
        raise Refused("mail_not_sent", HTTPStatus.SERVICE_UNAVAILABLE) from error


def link_of(token: str) -> str:
    """The address to open; the token stands in the fragment, which browsers never send to any server or log."""
    return f"{settings.PUBLIC_URL}/welcome/#{token}"


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> Staff:
    """Set a password by a link's token, once, and be in at the center that sent it; every device is signed out.

    Raises Refused with one code for every token that does not work, and ValidationError for a password too weak.
    """
    locked = Invitation.objects.select_for_update(of=("self", "staff")).select_related("staff")
    invitation = locked.filter(token_hash=hashed(token)).first()
    if invitation is None or not invitation.is_open(now()) or not invitation.staff.is_active:
        raise Refused("invitation_not_valid", HTTPStatus.BAD_REQUEST)
    staff = invitation.staff
    with acting_as(staff.as_actor()):
        set_by_link(staff=staff, password=password)
        Invitation.objects.filter(center=invitation.center_id).close(staff_id=staff.pk)
        Position.objects.filter(center=invitation.center_id, staff=staff).note_joined()
    return staff
