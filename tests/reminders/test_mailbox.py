"""The mailbox as something to read."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from reminders.channels import Message
from reminders.channels.mail import DjangoMail
from reminders.channels.sandbox import SandboxSms


def printed(**options: Any) -> str:
    out = StringIO()
    call_command("mailbox", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def full(settings: Any, sandbox: SandboxSms) -> None:
    """One text, its answer, and one e-mail."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    sandbox.send(Message(to="+17065550100", body="First"), "1")
    sandbox.received("+17065550100", "Second")
    DjangoMail().send(Message(to="pat@example.org", body="Third, naïve", subject="Your appointment"), "2")


def test_an_empty_mailbox_says_so() -> None:
    assert printed() == "The mailbox is empty.\n"


def test_texts_and_mails_are_printed_with_where_they_went(full: None) -> None:
    text = printed()
    for part in ("text to +17065550100 delivered", "text from +17065550100", "e-mail to pat@example.org, from "):
        assert part in text
    for words in ("First", "Second", "Your appointment\n    Third, naïve"):
        assert words in text


def test_only_the_newest_are_printed_when_asked_for(full: None) -> None:
    assert "First" not in printed(last=1)


def test_following_prints_what_arrives_until_interrupted(
    full: None, sandbox: SandboxSms, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) > 1:
            raise KeyboardInterrupt
        sandbox.send(Message(to="+17065550101", body="Fourth"), "4")

    monkeypatch.setattr("time.sleep", nap)
    assert printed(follow=True).count("Fourth") == 1
