"""The watch over canaries sees each sink and each form; what it would have missed, it would miss everywhere."""

import base64
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from kombu import Connection
from pytest_django import Settings
from redis import Redis

from audit.models import LogEntry
from backend.api.recorder import Actor, acting_as
from reminders.channels import Message
from reminders.channels.sandbox import SandboxSms
from tests.canaries import found_in
from tests.canary_outputs import LOGS, OUTPUTS
from tests.canary_sinks import look_at_answer
from tests.canary_tally import USED_BY_A_FULL_RUN, WATCH
from tests.canary_watch import check, never_looked_at

NAME = "Thistlecrumb"
pytestmark = pytest.mark.sends_canaries("captured output", reason="what is planted here is printed as well")
TESTER = Actor("system:tests", "the tests")


def seen_by(act: Callable[[], object]) -> list[str]:
    """The sinks that were told while acting; the watch forgets it, since it was meant."""
    check()
    act()
    return [line.partition(":")[0] for line in WATCH.taken()]


@pytest.mark.parametrize(
    "text",
    [
        "Jo Thistlecrumb, 12",
        "THISTLECRUMB",
        "q=Jo+Thistlecrumb%20Smith",
        "Emondrille",
        "%C3%89mondrille",
        "\\u00c9mondrille",
        "&quot;Quillfeather&quot;",
        "Quillfeather"[::-1],
        NAME.encode().hex(),
        "+17065550100",
        "tel:706-555-0142",
        "%28706%29%20555-0187",
        "born 1990-02-03",
        "born 05/01/1990",
        "February 3, 1990",
        "datetime.date(1990, 5, 1)",
        *(base64.b64encode(b"x" * shift + b"Quillfeather" + b"yz").decode() for shift in range(7)),
        base64.urlsafe_b64encode(b"(706) 555-0100!").decode(),
    ],
)
def test_every_form_is_found(text: str) -> None:
    assert found_in(text)


@pytest.mark.parametrize("text", ["", "Magnolia", "2026-03-01", "+12025550100", "01980f6e-2a00-7ccc-8d1e-4b5c6d7e8f01"])
def test_other_texts_are_left_alone(text: str) -> None:
    assert found_in(text) is None


def test_a_log_line_is_seen_and_what_its_exception_says() -> None:
    def fail() -> None:
        try:
            raise RuntimeError(NAME)
        except RuntimeError:
            logging.getLogger("anything").exception("it broke")

    assert seen_by(lambda: logging.getLogger("anything").warning("%s came", NAME)) == ["log"]
    assert seen_by(fail) == ["log"]


def test_an_audit_row_is_seen_however_it_is_written(db: None) -> None:
    columns: dict[str, Any] = {"kind": "read", "action": "read", "object_type": "x", "object_pk": NAME}
    with acting_as(TESTER):
        assert set(seen_by(lambda: LogEntry.objects.append(**columns))) == {"table audit_logentry"}


def test_a_row_of_the_sessions_is_seen(db: None) -> None:
    def write() -> None:
        with connection.cursor() as cursor:
            insert = "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, now())"
            cursor.execute(insert, ["k", base64.b64encode(NAME.encode()).decode()])

    assert seen_by(write) == ["table django_session"]


def test_a_message_of_the_broker_is_seen() -> None:
    def publish() -> None:
        with Connection("memory://") as broker, broker.Producer() as producer:
            producer.publish({"args": [NAME]}, routing_key="canaries", serializer="json")

    assert "broker" in seen_by(publish)


def test_a_key_of_the_cache_is_seen(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert "cache key" in seen_by(lambda: cache.set(f"rate:{NAME}", 1))
    assert seen_by(lambda: cache.set("rate", [NAME])) == ["cache value"]
    assert seen_by(lambda: cache.add("rates", NAME)) == ["cache value"]


@pytest.mark.parametrize("value", [NAME, b"x" + NAME.encode()])
def test_what_goes_to_valkey_is_seen_however_it_is_sent(settings: Settings, value: str | bytes) -> None:
    with Redis.from_url(settings.REDIS_URL) as valkey:
        assert seen_by(lambda: valkey.set("canaries:test", value, ex=1)) == ["Valkey"]
        with valkey.pipeline() as pipeline:
            assert seen_by(lambda: pipeline.set("canaries:test", value, ex=1).execute()) == ["Valkey"]


def test_what_another_process_says_is_seen_and_how_it_is_started(tmp_path: Path) -> None:
    word = [sys.executable, "-c", "print('Thistle' + 'crumb')"]

    def write() -> None:
        with (tmp_path / "said").open("w") as said:
            subprocess.run(word, stdout=said, check=True)
        OUTPUTS.read()

    assert seen_by(lambda: subprocess.run(word, capture_output=True, check=True)) == ["process output"]
    assert seen_by(write) == ["process output"]
    assert seen_by(lambda: subprocess.run(["true", NAME], check=True)) == ["command line"]


def test_the_logs_of_servers_in_a_data_folder_are_seen(tmp_path: Path) -> None:
    folder = tmp_path / LOGS
    folder.mkdir()

    def serve() -> None:
        subprocess.run(["true"], env={"IOP_DATA": str(tmp_path)}, check=True)
        (folder / "worker.log").write_text(NAME)
        OUTPUTS.read()

    assert seen_by(serve) == ["server log"]


def test_a_mail_and_a_text_are_seen_but_not_to_whom_they_go(settings: Settings, tmp_path: Path) -> None:
    settings.MAILBOX_DIR = tmp_path
    to = ["someone@example.org"]
    assert seen_by(EmailMessage("Your appointment", "Tomorrow", to=to).message) == []
    assert seen_by(EmailMessage("Your appointment", f"Dear {NAME}", to=to).message) == ["mail"]
    assert seen_by(lambda: SandboxSms().send(Message("+17065550100", f"Dear {NAME}"), "key")) == ["text"]


def answered(path: str = "/", body: str = "", status: int = 200, **headers: str) -> tuple[HttpRequest, HttpResponse]:
    return RequestFactory().get(path), HttpResponse(body, status=status, headers=headers)


@pytest.mark.parametrize(
    ("answer", "sinks"),
    [
        (answered(body=NAME), []),
        (answered(body=NAME, status=404), ["error page"]),
        (answered(f"/?q={NAME}"), ["address"]),
        (answered(f"/?q={NAME}", status=400), ["address"]),
        (answered(Location=f"/{NAME}/"), ["outgoing header"]),
        (answered(body=f'{{"next": "http://x/?search={NAME}"}}'), ["link"]),
        (answered(body=f'<a class="x" href="/admin/?q={NAME}">'), ["link"]),
        (answered(body=f'<form method="get" action="/{NAME}/">'), ["link"]),
    ],
)
def test_an_answer_is_seen_where_it_must_not_tell(answer: tuple[HttpRequest, HttpResponse], sinks: list[str]) -> None:
    assert seen_by(lambda: look_at_answer(*answer)) == sinks


def test_what_was_seen_fails_the_test() -> None:
    WATCH.look("log", NAME)
    with pytest.raises(AssertionError, match="Thistlecrumb"):
        check()


def test_what_was_sent_on_purpose_does_not() -> None:
    WATCH.look("address", NAME)
    check(frozenset({"address"}))


def test_a_place_that_nothing_reached_is_told() -> None:
    assert never_looked_at(dict.fromkeys(USED_BY_A_FULL_RUN - {"mail"}, 1)) == ["mail"]
