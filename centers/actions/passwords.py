"""A forgotten password: asking for a link, the sweep that sends it, and the new password it sets."""

import datetime as dt
import secrets
from http import HTTPStatus
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, Event, acting_as, record
from centers.models import AccountMail, SignIn, Staff
from centers.querysets import has_left
from centers.tokens import hashed

SYSTEM = Actor("system:account-mail", "account mail")
Kind = AccountMail.Kind
# No name of a person, a center or a purpose: mailboxes are read over shoulders.
RESET = """Somebody asked for a new password for this address. Open this link to set it:

{link}

It works once, until {until:%B %d, %Y %H:%M} UTC. If it was not you, ignore this message.
"""
FACTOR_GONE = """The second step of your sign-in was taken away, and your devices were signed out. At your next sign-in
you will set it up again. If you did not ask for this, tell your administrator at once.
"""
WORDS = {
    Kind.PASSWORD_RESET: ("Set a new password", RESET),
    Kind.FACTOR_RESET: ("Your sign-in was changed", FACTOR_GONE),
}


@transaction.atomic
def ask_for_reset(*, email: str) -> None:
    """Note that somebody wants a link. An address nobody has leaves as many rows, and takes as many statements."""
    found = Staff.objects.filter(~has_left("pk", now()), email=email.strip().lower(), is_active=True).first()
    staff = found if found is not None and found.has_usable_password() else None
    mail = AccountMail.objects.create(kind=Kind.PASSWORD_RESET, staff=staff)
    record(Event("password_reset_asked", kind="centers.accountmail", object_id=str(mail.pk), details={"email": email}))


@transaction.atomic
def reset_password(*, token: str, password: str) -> Staff:
    """Set a new password by a link's token, once; every device is signed out. A second factor is asked as before.

    Raises Refused with one code for every token that does not work, and for a password too weak.
    """
    locked = AccountMail.objects.select_for_update(of=("self", "staff")).select_related("staff")
    mail = locked.filter(token_hash=hashed(token), staff__isnull=False).first()
    staff = mail.staff if mail is not None and mail.is_open(now()) else None
    if staff is None or not staff.is_active:
        raise Refused("reset_not_valid", HTTPStatus.BAD_REQUEST)
    with acting_as(staff.as_actor()):
        set_by_link(staff=staff, password=password)
    return staff


def set_by_link(*, staff: Staff, password: str) -> None:
    """Set the password of somebody whose link was good; no link of a reset works on, and every device is signed out.

    The caller holds the row lock and acts as its owner. Raises Refused for a password too weak.
    """
    try:
        validate_password(password, staff)
    except ValidationError as error:
        codes = [fault.code or "invalid" for fault in error.error_list]
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {"password": codes}) from error
    staff.set_password(password)
    staff.bump()
    staff.save(update_fields=["password", "version"])
    AccountMail.objects.close_resets(staff_id=staff.pk)
    SignIn.objects.revoke(staff_id=staff.pk)


def send_account_mail() -> int:
    """Send what waits, the oldest first; one that no server takes waits for the next round. Returns how many went."""
    sent = 0
    for mail_id in list(AccountMail.objects.unsent().order_by("created_at").values_list("pk", flat=True)[:100]):
        with acting_as(SYSTEM):
            sent += _send(mail_id)
    return sent


def link_of(token: str) -> str:
    """The address to open; the token stands in the fragment, which browsers never send to any server or log."""
    return f"{settings.PUBLIC_URL}/reset/#{token}"


def _send(mail_id: UUID) -> bool:
    """Claim one, commit, and send: a crash in between loses the mail, and never sends a link twice."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        waiting = AccountMail.objects.unsent().select_for_update(of=("self",), skip_locked=True)
        mail = waiting.select_related("staff").filter(pk=mail_id).first()
        if mail is None:
            return False
        mail.sent_at = now()
        if mail.staff is not None and mail.kind == Kind.PASSWORD_RESET:
            mail.token_hash = hashed(token)
            mail.expires_at = now() + dt.timedelta(minutes=settings.PASSWORD_RESET_MINUTES)
        mail.save()
    if mail.staff is None:
        return False
    subject, body = WORDS[Kind(mail.kind)]
    try:
        send_mail(subject, body.format(link=link_of(token), until=mail.expires_at), None, [mail.staff.email])
    except (SMTPException, OSError):
        AccountMail.objects.filter(pk=mail.pk, used_at__isnull=True).update(
            sent_at=None, token_hash=None, expires_at=None
        )
        return False
    return True
