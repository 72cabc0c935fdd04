"""Privacy officers are told of an emergency access: soon, once, in words that name nobody, with or without a broker."""

import datetime as dt
import smtplib
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError as BrokerError

from backend.api.clock import frozen, now
from centers.actions import assign_role, end_role, list_for_emergencies
from centers.models import RoleAssignment
from centers.roles import RoleName
from patients import tasks, telling
from patients.actions import open_emergency, review_emergency
from patients.models import EmergencyAccess, EmergencyNotice, StaffTask
from tests.cast import TESTER, Cast

REASON = "Called in distress and hung up; her counselor cannot be reached"
Callbacks = Callable[..., Any]


def opened(cast: Cast, name: str = "carl") -> EmergencyAccess:
    staff = cast.staff[name]
    list_for_emergencies(staff=staff, center=cast.center, by=TESTER)
    return open_emergency(
        staff=staff,
        center=cast.center,
        record_number="000731",
        nature="risk_to_self",
        reason=REASON,
        second_factor_at=now(),
        by=staff.as_actor(),
    )


def told() -> list[str]:
    return sorted(address for message in mail.outbox for address in message.to)


class Refusing(EmailBackend):
    """A mail server that is not there."""

    def open(self) -> bool:
        raise ConnectionRefusedError


class HangingUp(EmailBackend):
    """A mail server that takes a message and does not say so."""

    def send_messages(self, messages: Any) -> int:
        super().send_messages(messages)
        raise smtplib.SMTPServerDisconnected


def test_the_round_is_twice_a_minute() -> None:
    entry: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE["tell of emergency accesses"]
    assert entry["task"] == tasks.tell_of_emergencies.name
    assert entry["schedule"] <= 30


def test_a_worker_is_woken_at_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callbacks
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(tasks.tell_of_emergencies_at, "apply_async", lambda args, **_: woken.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        opened(cast)
    assert woken == [(str(cast.center.pk),)]
    assert tasks.tell_of_emergencies_at(*woken[0]) == 1
    assert told() == ["percy@example.org"]


def test_without_a_broker_the_next_round_tells(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callbacks
) -> None:
    def away(*_args: Any, **_options: Any) -> None:
        raise BrokerError

    monkeypatch.setattr(tasks.tell_of_emergencies_at, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        opened(cast)
    assert told() == []
    assert tasks.tell_of_emergencies() == 1
    assert told() == ["percy@example.org"]


def test_nobody_is_told_twice(cast: Cast) -> None:
    opened(cast)
    assert [telling.tell(cast.center) for _ in range(3)] == [1, 0, 0]
    with frozen(now() + dt.timedelta(days=1)):
        assert telling.tell(cast.center) == 0


def test_a_claimed_notice_is_left_alone_until_its_lease_is_over(cast: Cast) -> None:
    opened(cast)
    notice = EmergencyNotice.objects.get()
    at = now()
    assert EmergencyNotice.objects.claim(notice.pk, at, telling.LEASE)
    assert not EmergencyNotice.objects.claim(notice.pk, at, telling.LEASE)
    assert telling.tell(cast.center) == 0
    with frozen(at + telling.LEASE):
        assert telling.tell(cast.center) == 1


def test_the_message_names_nobody(cast: Cast) -> None:
    opened(cast)
    telling.tell(cast.center)
    (message,) = mail.outbox
    text = f"{message.subject} {message.body} {message.message().as_string()}"
    names = ("Pat", "Quillfeather", "000731", "Carl", "Caster", "Cast Center", str(cast.pat.pk), "distress", "risk")
    assert [name for name in names if name in text] == []
    assert "/api/v1/emergency-accesses/?state=awaiting_review" in message.body
    assert message.message()["Message-ID"].startswith(f"<{EmergencyNotice.objects.get().pk}@")


def test_a_mail_server_that_is_away_is_asked_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(cast)
    with monkeypatch.context() as away:
        away.setattr(telling, "get_connection", Refusing)
        assert telling.tell(cast.center) == 0
    assert telling.tell(cast.center) == 1


def test_an_unclear_answer_is_followed_by_the_same_message(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(cast)
    with monkeypatch.context() as unclear:
        unclear.setattr(telling, "get_connection", HangingUp)
        assert telling.tell(cast.center) == 0
    assert telling.tell(cast.center) == 0
    with frozen(now() + telling.LEASE):
        assert telling.tell(cast.center) == 1
    assert len({message.message()["Message-ID"] for message in mail.outbox}) == 1


def test_every_officer_is_told_but_the_holder(cast: Cast) -> None:
    for name in ("carl", "sue"):
        assign_role(staff=cast.staff[name], center=cast.center, role=RoleName.PRIVACY_OFFICER, by=TESTER)
    opened(cast)
    telling.tell(cast.center)
    assert told() == ["percy@example.org", "sue@example.org"]


@pytest.mark.parametrize(
    ("without", "expected"),
    [(["percy"], ["dora@example.org"]), (["percy", "dora"], ["ada@example.org"]), (["percy", "dora", "ada"], [])],
)
def test_without_privacy_officers_those_hear_who_can_appoint_one(
    cast: Cast, without: list[str], expected: list[str]
) -> None:
    for name in without:
        end_role(assignment=RoleAssignment.objects.get(staff=cast.staff[name]), by=TESTER)
    opened(cast)
    telling.tell(cast.center)
    assert told() == expected
    task = StaffTask.objects.get()
    assert (task.patient, task.subject) == (None, f"centers.Center:{cast.center.pk}")


def test_an_officer_who_comes_later_is_told_of_what_waits(cast: Cast) -> None:
    end_role(assignment=RoleAssignment.objects.get(staff=cast.percy), by=TESTER)
    opened(cast)
    telling.tell(cast.center)
    assign_role(staff=cast.percy, center=cast.center, role=RoleName.PRIVACY_OFFICER, by=TESTER)
    telling.tell(cast.center)
    assert told() == ["dora@example.org", "percy@example.org"]


def test_with_a_privacy_officer_no_task_is_raised(cast: Cast) -> None:
    opened(cast)
    assert not StaffTask.objects.exists()


def test_what_has_been_judged_needs_no_alarm(cast: Cast) -> None:
    access = opened(cast)
    review_emergency(access=access, verdict="justified", note="", reviewer=cast.percy, by=TESTER)
    assert telling.tell(cast.center) == 0


def test_a_round_runs_under_the_applications_role_and_sees_its_center_alone(cast: Cast) -> None:
    opened(cast)
    assert telling.tell(cast.elsewhere) == 0
    with CaptureQueriesContext(connection) as asked:
        assert telling.tell(cast.center) == 1
    statements = [query["sql"] for query in asked]
    behind = [number for number, sql in enumerate(statements) if "patients_emergency" in sql]
    entered = [number for number, sql in enumerate(statements) if "set_config('role', 'iop_app', true)" in sql]
    assert entered
    assert min(entered) < min(behind)
    assert EmergencyNotice.objects.get().sent_at is not None
