"""E-mail through Django's backends: SMTP in production, files in the demo's mailbox."""

import email
import smtplib
from email.message import EmailMessage as Parsed
from email.policy import default as current_policy
from email.utils import formataddr, parseaddr
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.filebased import EmailBackend as FileBackend

from reminders.channels import Message, Outcome, Receipt, RejectedError, UnavailableError, UncertainError

PERMANENT = 500


class DjangoMail:
    """Sends plain text. The Message-ID follows from the key, so that a second copy is known as one by mail servers."""

    def send(self, message: Message, key: str) -> Receipt:
        """Connect, then send: before the connection stands nothing can have gone, after it anything may have."""
        connection = get_connection()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise UnavailableError(_code(error)) from error
        try:
            connection.send_messages([_composed(message, key)])
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(error) from error
        except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as error:
            raise UncertainError(_code(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            # The server answered no, or never was asked.
            raise UnavailableError(_code(error)) from error
        finally:
            _close(connection)
        return Receipt(message_id(key))

    def look_up(self, key: str) -> Outcome | None:
        """Files can be read again; a mail server cannot tell what became of a message."""
        if not isinstance(get_connection(), FileBackend):
            return None
        wanted = message_id(key)
        return Outcome.ACCEPTED if any(mail["Message-ID"] == wanted for mail in stored()) else Outcome.ABSENT


def message_id(key: str) -> str:
    """The Message-ID of a message; its domain is the sender's."""
    return f"<{key}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2]}>"


def stored() -> list[Parsed]:
    """The messages in the file mailbox, in the order of their files."""
    found: list[Parsed] = []
    for path in sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log")):
        # The separator Django's file backend writes after each message.
        parts = path.read_bytes().split(b"\n" + b"-" * 79 + b"\n")
        found += [email.message_from_bytes(part, policy=current_policy) for part in parts if part.strip()]
    return found


def _composed(message: Message, key: str) -> EmailMessage:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=formataddr((message.sender, address)) if message.sender else address,
        to=[message.to],
        headers={"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"},
    )


def _refused(error: smtplib.SMTPRecipientsRefused) -> RejectedError | UnavailableError:
    """A permanent refusal is about the address; a temporary one (greylisting) passes."""
    codes = [code for code, _text in error.recipients.values()]
    code = f"smtp_{max(codes, default=0)}"
    return RejectedError(code) if codes and min(codes) >= PERMANENT else UnavailableError(code)


def _code(error: Exception) -> str:
    """A code without the server's words, which quote addresses."""
    answer = getattr(error, "smtp_code", None)
    return f"smtp_{answer}" if answer else type(error).__name__[:50]


def _close(connection: Any) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        # The message's fate is known by now; a server that hangs up early changes nothing.
        return
