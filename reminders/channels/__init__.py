"""Ways to reach a patient, behind one port: what a channel takes, what it answers, and which adapter serves it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Outcome(StrEnum):
    """What a provider knows of a message; `absent` is certain: it never took it."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Message:
    """A text on its way. `to` is a number (E.164) or an e-mail address; texts have no subject."""

    to: str
    body: str
    subject: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A provider has taken a message, or more; `provider_id` is the name it goes by there."""

    provider_id: str
    outcome: Outcome = Outcome.ACCEPTED


class ChannelError(Exception):
    """A message did not go, or may not have gone. `code` is the provider's or ours, and never holds an address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RejectedError(ChannelError):
    """The address takes no messages, now or later."""


class UnavailableError(ChannelError):
    """The provider surely did not take the message; it may be tried again, not before `retry_after` seconds."""

    def __init__(self, code: str, retry_after: float = 0) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class UncertainError(ChannelError):
    """The message was on its way when the line went dead."""


class Port(Protocol):
    """What every channel does. `key` names a message for good: sent again under it, it reaches nobody twice."""

    def send(self, message: Message, key: str) -> Receipt:
        """Hand a message over. Raises RejectedError, UnavailableError or UncertainError."""
        ...

    def look_up(self, key: str) -> Outcome | None:
        """What became of a message; None where the provider cannot tell. Raises UnavailableError."""
        ...


def adapter_of(channel: str) -> Port:
    """The adapter that serves a channel here; settings name it."""
    path = {"sms": settings.SMS_ADAPTER, "email": settings.EMAIL_ADAPTER}[channel]
    adapter: Port = import_string(path)()
    return adapter
