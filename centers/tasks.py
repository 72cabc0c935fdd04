"""The rounds of the doors. Nothing goes over the broker: what is to be done stands in the database."""

import datetime as dt

from celery import shared_task

from backend.api.clock import now
from centers import actions, attempts
from centers.models import AccountMail, Attempts

MAIL_KEPT = dt.timedelta(days=7)


@shared_task(name="centers.tasks.send_account_mail")
def send_account_mail() -> int:
    """Send the e-mails about accounts that wait; returns how many went."""
    return actions.send_account_mail()


@shared_task(name="centers.tasks.forget_attempts")
def forget_attempts() -> int:
    """Delete the counters of attempts nobody made for long, and e-mails long gone; returns how many rows."""
    counters, _ = Attempts.objects.forgotten(now() - attempts.FORGOTTEN_AFTER).delete()
    mails, _ = AccountMail.objects.forgotten(now() - MAIL_KEPT).delete()
    return counters + mails
