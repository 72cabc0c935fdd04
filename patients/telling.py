"""Telling privacy officers of emergency accesses: rows are the orders, the broker only wakes whoever sends."""

import datetime as dt
import logging
from email.utils import parseaddr
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from backend.api import wall
from backend.api.clock import now
from backend.api.recorder import Actor
from centers.models import Center, RoleAssignment, Staff
from centers.roles import ALARMED, RoleName
from patients.models import EmergencyAccess, EmergencyNotice

logger = logging.getLogger("patients")

SYSTEM = Actor("system:emergencies", "emergency access")
# How long one sender has a notice to itself. After a crash or an unclear answer somebody sends it once more.
LEASE = dt.timedelta(minutes=2)
SUBJECT = "An emergency access waits for review"
# No name of a person, a patient or a center: mailboxes are read over shoulders.
BODY = """An emergency access was opened and waits for review.

{link}
"""


@transaction.atomic
def summon(access: EmergencyAccess) -> None:
    """Order the notices of one access that are not ordered yet."""
    for officer in recipients(access):
        EmergencyNotice.objects.get_or_create(
            access=access, officer=officer, defaults={"center_id": access.center_id, "patient_id": access.patient_id}
        )


def has_reviewer(access: EmergencyAccess) -> bool:
    """Whether anybody at the center can judge it."""
    return bool(_holders(access, RoleName.PRIVACY_OFFICER))


def recipients(access: EmergencyAccess) -> list[Staff]:
    """The center's privacy officers; where there is none, its directors, else its administrators.

    Its holder is never among them: an alarm that reaches only who caused it is none.
    """
    for role in ALARMED:
        found = _holders(access, role)
        if found:
            return found
    return []


def tell(center: Center) -> int:
    """Send what is due at one center; returns how many messages went.

    Also to officers who came after an access was opened, while it is not judged.
    """
    with wall.atomic([center.pk]):
        for access in EmergencyAccess.objects.filter(center=center, reviewed_at__isnull=True).select_related("center"):
            summon(access)
        due = list(EmergencyNotice.objects.due(center, now()).values_list("pk", flat=True))
    return sum(_tell(center, pk) for pk in due)


def _holders(access: EmergencyAccess, role: RoleName) -> list[Staff]:
    held = RoleAssignment.objects.in_force(now()).filter(center=access.center_id, role__name=role)
    return list(
        Staff.objects.filter(pk__in=held.values("staff_id"), is_active=True).exclude(pk=access.staff_id).order_by("pk")
    )


def _tell(center: Center, pk: UUID) -> bool:
    """Claim one notice, send it, and write that down; whoever does not get the claim leaves it alone."""
    with wall.atomic([center.pk]):
        if not EmergencyNotice.objects.claim(pk, now(), LEASE):
            return False
        notice = EmergencyNotice.objects.select_related("officer").get(pk=pk)
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        # Nothing can have gone: the next round tries again.
        logger.warning("a notice could not be sent: %s", type(error).__name__)
        with wall.atomic([center.pk]):
            EmergencyNotice.objects.filter(pk=pk).update(due_at=now())
        return False
    try:
        connection.send_messages([_composed(notice)])
    except (OSError, SMTPException) as error:
        logger.warning("a notice may not have been sent: %s", type(error).__name__)
        return False
    finally:
        connection.close()
    with wall.atomic([center.pk]):
        notice.note_sent()
    return True


def _composed(notice: EmergencyNotice) -> EmailMessage:
    """The message; its Message-ID is the notice's, so that mail servers know a second copy as one."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    link = f"{settings.PUBLIC_URL}/api/v1/emergency-accesses/?state=awaiting_review"
    headers = {"Message-ID": f"<{notice.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(SUBJECT, BODY.format(link=link), None, [notice.officer.email], headers=headers)
