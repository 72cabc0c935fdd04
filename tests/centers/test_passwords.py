"""Passwords: weak ones, breached ones, forgotten ones."""

import datetime as dt
import hashlib
import re
from pathlib import Path
from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from audit.models import LogEntry
from backend.api.clock import frozen, now
from centers import actions
from centers.actions import send_account_mail
from centers.breached import holds
from centers.models import AccountMail, Center, Staff
from centers.roles import RoleName
from centers.tasks import send_account_mail as sweep
from tests.centers.doors import API, CODE, bearing, enroll_app, half_way, sign_in, signed_in, status_with, stranger
from tests.factories import PASSWORD, SYSTEM, StaffFactory, staff_with_role

pytestmark = pytest.mark.django_db
REQUEST, RESET = f"{API}/auth/password/request", f"{API}/auth/password/reset"
CHANGE = f"{API}/account/password/change"
NEW_PASSWORD = "another long passphrase 9"
BREACHED = "hunter2 hunter2 hunter2"


@pytest.fixture
def anna(center: Center) -> Staff:
    return staff_with_role(center, RoleName.COORDINATOR, email="anna@center.example", password=PASSWORD)


@pytest.fixture
def breached(tmp_path: Path, settings: Settings) -> Path:
    """A list in the public format, with one password of ours among others."""
    words = [BREACHED, *(f"word {number}" for number in range(500))]
    digests = sorted(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in words)
    path = tmp_path / "pwned.txt"
    path.write_bytes(b"".join(f"{digest}:{number + 1}\r\n".encode() for number, digest in enumerate(digests)))
    settings.BREACHED_PASSWORDS_FILE = str(path)
    return path


def link_for(staff: Staff) -> str:
    """The token of the link that somebody who asks for one gets by e-mail."""
    assert stranger().post(REQUEST, {"email": staff.email}).status_code == 202
    assert sweep() == 1
    found = re.search(r"/reset/#(\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def set_password(token: str, password: str = NEW_PASSWORD) -> Any:
    return stranger().post(RESET, {"key": token, "password": password})


def test_every_line_of_a_list_is_found_and_no_other(breached: Path) -> None:
    digests = [line.split(b":")[0] for line in breached.read_bytes().split()]
    with breached.open("rb") as hashes:
        assert all(holds(hashes, digest) for digest in digests)
        absent = [
            hashlib.sha1(f"absent {number}".encode(), usedforsecurity=False).hexdigest().upper().encode()
            for number in range(500)
        ]
        assert not any(holds(hashes, digest) for digest in [*absent, b"0" * 40, b"F" * 40])


def test_an_empty_list_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with (tmp_path / "empty").open("rb") as hashes:
        assert not holds(hashes, b"A" * 40)


def test_a_breached_password_is_refused_wherever_one_is_set(anna: Staff, center: Center, breached: Path) -> None:
    client = signed_in(anna)
    invited = StaffFactory(email="new@center.example")
    token = actions.invite(staff=invited, center=center, by=SYSTEM)
    answers = [
        client.post(CHANGE, {"current_password": PASSWORD, "new_password": BREACHED}),
        stranger().post(f"{API}/invitations/accept/", {"token": token, "password": BREACHED}),
        set_password(link_for(anna), BREACHED),
    ]
    assert [(one.status_code, one.json()["errors"][0]["code"]) for one in answers] == [(400, "password_breached")] * 3


def test_without_a_list_common_passwords_are_refused_still(anna: Staff) -> None:
    answer = set_password(link_for(anna), "1qaz2wsx3edc")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "password_too_common")


def test_a_link_sets_a_password_once_and_signs_every_device_out(anna: Staff) -> None:
    client, token = signed_in(anna), link_for(anna)
    assert set_password(token).status_code == 204
    assert status_with(client) == 401
    assert sign_in(anna.email).status_code == 400
    assert sign_in(anna.email, NEW_PASSWORD).status_code == 200
    assert LogEntry.objects.filter(action="password_reset", actor_id=str(anna.pk)).count() == 1


def test_a_new_password_does_not_skip_the_second_factor(anna: Staff) -> None:
    phone = enroll_app(signed_in(anna))
    set_password(link_for(anna))
    answer = sign_in(anna.email, NEW_PASSWORD)
    assert answer.status_code == 401
    waiting = bearing(answer.json()["meta"]["session_token"])
    assert status_with(waiting) == 401
    assert waiting.post(CODE, {"code": phone.code()}).status_code == 200


def test_a_new_password_ends_what_is_half_done_with_the_old_one(anna: Staff) -> None:
    phone = enroll_app(signed_in(anna))
    waiting = half_way(anna)
    set_password(link_for(anna))
    assert waiting.post(CODE, {"code": phone.code()}).status_code == 401


@pytest.mark.parametrize("case", ["unknown", "used", "expired", "another was used", "closed account"])
def test_links_that_do_not_work_are_refused_alike(case: str, anna: Staff, settings: Settings) -> None:
    token, at = link_for(anna), now()
    if case == "unknown":
        token = "x" * len(token)
    elif case == "used":
        set_password(token)
    elif case == "expired":
        at += dt.timedelta(minutes=settings.PASSWORD_RESET_MINUTES)
    elif case == "another was used":
        set_password(link_for(anna))
    else:
        actions.deactivate(staff=anna, by=SYSTEM)
    with frozen(at):
        answer = set_password(token, "a third long passphrase 3")
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"]) == (400, "reset_not_valid", [])


@pytest.mark.parametrize("who", ["nobody", "closed", "uninvited", "program"])
def test_no_mail_goes_to_whom_no_password_can_be_reset(who: str, anna: Staff, center: Center) -> None:
    email = "quillfeather@center.example"
    if who == "closed":
        email = anna.email
        actions.deactivate(staff=anna, by=SYSTEM)
    elif who == "uninvited":
        email = staff_with_role(center, email="new@center.example").email
    elif who == "program":
        account = actions.open_service_account(
            center=center, name="Display", purpose="p", codenames=["view_center"], by=SYSTEM
        )
        email = account.staff.email
    assert stranger().post(REQUEST, {"email": email}).status_code == 202
    assert sweep() == 0
    assert not mail.outbox
    assert not AccountMail.objects.unsent().exists()


def test_mails_name_nobody_and_nothing(anna: Staff, center: Center) -> None:
    token = link_for(anna)
    actions.reset_second_factor(position=anna.positions.get(), by=SYSTEM)
    send_account_mail()
    for message in mail.outbox:
        words = f"{message.subject} {message.body}".lower()
        for told in (anna.first_name, anna.last_name, center.name, "treatment", "recovery", "patient", "center"):
            assert told.lower() not in words
    assert len(mail.outbox) == 2
    assert token.encode() not in bytes(AccountMail.objects.get(kind="password_reset").token_hash or b"")


def test_a_mail_no_server_takes_goes_in_a_later_round(anna: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise SMTPException

    stranger().post(REQUEST, {"email": anna.email})
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        assert sweep() == 0
    assert sweep() == 1
    assert len(mail.outbox) == 1


def test_a_mailbox_is_not_flooded(anna: Staff) -> None:
    answers = [stranger().post(REQUEST, {"email": anna.email}).status_code for _ in range(4)]
    assert answers == [202, 202, 202, 429]


def test_the_token_of_a_changed_password_lives_no_longer(anna: Staff) -> None:
    client = signed_in(anna)
    phone = enroll_app(client)
    del phone
    before = anna.sign_ins.get()
    answer = client.post(CHANGE, {"current_password": PASSWORD, "new_password": NEW_PASSWORD})
    after = anna.sign_ins.get(revoked_at__isnull=True)
    assert answer.status_code == 200
    assert (after.created_at, after.second_factor_at) == (before.created_at, before.second_factor_at)
    assert after.pk != before.pk


def test_a_link_to_nobody_or_for_ever_is_no_row(anna: Staff) -> None:
    with pytest.raises(IntegrityError, match="accountmail_token_expires"), transaction.atomic():
        AccountMail.objects.create(kind="password_reset", staff=anna, token_hash=b"x")
    with pytest.raises(IntegrityError, match="accountmail_in_order"), transaction.atomic():
        AccountMail.objects.create(kind="password_reset", staff=anna, expires_at=now() - dt.timedelta(days=1))


def test_the_page_for_a_new_password_opens() -> None:
    page = stranger().get("/reset/")
    assert page.status_code == 200
    assert "Set a new password" in page.content.decode()


def test_half_way_in_no_password_is_changed(anna: Staff) -> None:
    enroll_app(signed_in(anna))
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert half_way(anna).post(CHANGE, body).status_code == 401
