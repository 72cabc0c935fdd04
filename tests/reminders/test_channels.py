"""The channels: what each takes, what it says of it later, and how it fails."""

import json
import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from reminders.channels import Message, Outcome, Port, RejectedError, UnavailableError, UncertainError, adapter_of
from reminders.channels.mail import DjangoMail
from reminders.channels.sandbox import SandboxSms

TEXT = Message(to="+17065550100", body='The Office: naïve, "quoted" and\ntwo lines')
MAIL = Message(to="pat@example.org", body="Your appointment", subject="Your appointment", sender="The Office")
KEY = "0192f3f0-0000-7000-8000-000000000001"


def lines(sandbox: SandboxSms) -> list[dict[str, str]]:
    return [json.loads(line) for line in sandbox.path.read_text(encoding="utf-8").splitlines()]


def test_settings_name_the_adapters(settings: Any) -> None:
    assert isinstance(adapter_of("sms"), SandboxSms)
    assert isinstance(adapter_of("email"), DjangoMail)


def test_the_sandbox_takes_a_text_and_delivers_it(sandbox: SandboxSms) -> None:
    assert sandbox.look_up(KEY) is Outcome.ABSENT
    assert sandbox.send(TEXT, KEY).outcome is Outcome.DELIVERED
    assert sandbox.look_up(KEY) is Outcome.DELIVERED
    assert [line["state"] for line in lines(sandbox)] == ["accepted", "delivered"]


def test_the_sandbox_takes_a_key_once(sandbox: SandboxSms) -> None:
    first = sandbox.send(TEXT, KEY)
    assert sandbox.send(TEXT, KEY) == first
    assert len(sandbox.messages()) == 1


def test_a_number_that_takes_no_texts_is_rejected_now_and_later(sandbox: SandboxSms) -> None:
    nobody = Message(to="+17065550999", body="x")
    for _each in range(2):
        with pytest.raises(RejectedError):
            sandbox.send(nobody, KEY)
    assert sandbox.look_up(KEY) is Outcome.REJECTED


def test_a_number_that_never_confirms_stays_accepted(sandbox: SandboxSms) -> None:
    assert sandbox.send(Message(to="+17065550998", body="x"), KEY).outcome is Outcome.ACCEPTED


def test_a_line_torn_by_a_power_cut_harms_neither_reader_nor_writer(sandbox: SandboxSms) -> None:
    sandbox.send(TEXT, "another")
    with sandbox.path.open("a", encoding="utf-8") as file:
        file.write('{"key": "torn')
    sandbox.send(TEXT, KEY)
    assert [message["key"] for message in sandbox.messages()] == ["another", KEY]


def test_the_mailbox_is_its_owners_alone(sandbox: SandboxSms) -> None:
    sandbox.send(TEXT, KEY)
    assert sandbox.path.stat().st_mode & 0o077 == 0


class Postman:
    """Takes mail, or answers as it is told; drops the line after DATA if `answer` is empty."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.recipient_answer = ""
        self.data_answer = "250 taken"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer:
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.received.append(content)
        if not self.data_answer:
            assert server.transport
            server.transport.close()
        return self.data_answer or "250 too late"


@pytest.fixture
def postman(settings: Any) -> Iterator[Postman]:
    """A real SMTP server."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    handler = Postman()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.DEFAULT_FROM_EMAIL = "appointments@office.example"
    yield handler
    server.stop()


def test_mail_goes_over_smtp_under_a_name_of_its_own(postman: Postman) -> None:
    receipt = DjangoMail().send(MAIL, KEY)
    assert receipt.provider_id == f"<{KEY}@office.example>"
    text = postman.received[0].decode()
    for header in ("From: The Office <appointments@office.example>", f"Message-ID: <{KEY}@office.example>"):
        assert header in text
    assert "html" not in text.lower()


def test_a_mail_server_cannot_tell_what_became_of_a_message(postman: Postman) -> None:
    assert DjangoMail().look_up(KEY) is None


@pytest.mark.parametrize(
    ("recipient", "data", "error"),
    [
        ("550 no such user", "250 taken", RejectedError),
        ("451 come back later", "250 taken", UnavailableError),
        ("", "451 come back later", UnavailableError),
        ("", "554 not here", UnavailableError),
        ("", "", UncertainError),
    ],
)
def test_what_the_server_says_decides_what_follows(
    postman: Postman, recipient: str, data: str, error: type[Exception]
) -> None:
    postman.recipient_answer, postman.data_answer = recipient, data
    with pytest.raises(error) as caught:
        DjangoMail().send(MAIL, KEY)
    assert "pat@example.org" not in str(caught.value)


def test_a_server_that_is_not_there_has_surely_taken_nothing(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(UnavailableError):
        DjangoMail().send(MAIL, KEY)


def test_a_server_that_hangs_up_early_changes_nothing(postman: Postman, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang_up(self: smtplib.SMTP) -> None:
        self.close()
        raise OSError

    monkeypatch.setattr(smtplib.SMTP, "quit", hang_up)
    assert DjangoMail().send(MAIL, KEY).outcome is Outcome.ACCEPTED


def test_a_mailbox_of_files_can_be_looked_up(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    adapter: Port = DjangoMail()
    assert adapter.look_up(KEY) is Outcome.ABSENT
    adapter.send(MAIL, KEY)
    assert adapter.look_up(KEY) is Outcome.ACCEPTED


def test_a_mail_without_a_sender_comes_from_the_bare_address(settings: Any, mailoutbox: list[Any]) -> None:
    DjangoMail().send(Message(to="pat@example.org", body="x", subject="y"), KEY)
    assert mailoutbox[0].from_email == settings.DEFAULT_FROM_EMAIL


def test_line_breaks_in_a_name_make_no_header(postman: Postman, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Header"):
        DjangoMail().send(Message(to="pat@example.org", body="x", subject="y\nBcc: evil@example.org"), KEY)
    assert postman.received == []
