"""The words of messages: neutral, English, at most 160 characters of the GSM alphabet, and nobody's name in them."""

import datetime as dt
import unicodedata

from centers.models import Center
from centers.wall_time import local
from reminders.channels import Message

LONGEST = 160
SUBJECT = "Your appointment"
# GSM 03.38 without its extension table, whose characters count twice.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STOP = "Reply STOP to opt out."
# Nobody reads what is answered to an e-mail, so it must not promise that.
STOP_BY_MAIL = "To get no more reminders, call us."


def reminder(center: Center, zone: str, starts_at: dt.datetime, to: str, *, stop: str = STOP) -> Message:
    """What a patient is told: whose office, day and time by the patient's clock, a number to call, how to opt out.

    Nothing else: no patient, program, group, clinician or address. Every language gets these words so far.
    """
    text = f"your appointment is {shown(zone, starts_at)}.{_call(center)} {stop}"
    return _message(center, text, to)


def stopped(center: Center | None, to: str) -> Message:
    """The one answer to STOP."""
    return _message(center, "you will get no more messages. Reply START to get them again.", to)


def started(center: Center | None, to: str) -> Message:
    """The answer to START."""
    return _message(center, f"you will get appointment reminders again. {STOP}", to)


def helped(center: Center | None, to: str) -> Message:
    """The answer to HELP."""
    return _message(center, f"appointment reminders.{_call(center)} Msg & data rates may apply. {STOP}", to)


def not_read(center: Center | None, to: str) -> Message:
    """The answer to what nobody here reads; it says where help is."""
    text = f"replies are not read.{_call(center)} In an emergency call your local emergency number. {STOP}"
    return _message(center, text, to)


def shown(zone: str, moment: dt.datetime) -> str:
    """Day and time by the clock of a zone, as `Tue Mar 3, 6:00 PM`; the same whatever the process's locale."""
    day, at = local(zone, moment)
    half = ("AM", "PM")[at.hour // 12]
    return f"{WEEKDAYS[day.weekday()]} {MONTHS[day.month - 1]} {day.day}, {(at.hour + 11) % 12 + 1}:{at:%M} {half}"


def plain(text: str) -> str:
    """The text in the GSM alphabet on one line: accents it lacks are dropped, and so is what stays foreign."""
    letters = (letter if letter in GSM else unicodedata.normalize("NFKD", letter) for letter in " ".join(text.split()))
    return "".join(letter for letter in "".join(letters) if letter in GSM).strip()


def _call(center: Center | None) -> str:
    phone = plain(center.phone or center.phone_e164)[:30] if center else ""
    return f" Call {phone}." if phone else ""


def _message(center: Center | None, text: str, to: str) -> Message:
    """Put the center's discreet name first, cut so that the whole stays one text."""
    name = plain(center.discreet_name)[: LONGEST - len(text) - len(": ")].strip() if center else ""
    body = f"{name}: {text}" if name else text[0].upper() + text[1:]
    return Message(to=to, body=body, subject=SUBJECT, sender=name)
