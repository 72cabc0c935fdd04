"""How doors answer those who guess: alike whoever exists, slower every time, never for good."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from audit.models import LogEntry
from backend.api.clock import frozen, now
from centers import actions, attempts
from centers.models import Attempts, Center, Staff
from centers.roles import RoleName
from centers.tasks import forget_attempts
from tests.centers.doors import PASSWORD_AGAIN, enroll_app, half_way, sign_in, signed_in, stranger
from tests.factories import PASSWORD, SYSTEM, CenterFactory, StaffFactory, staff_with_role

pytestmark = pytest.mark.django_db
REQUEST = "/api/v1/auth/password/request"
MINUTE = dt.timedelta(minutes=1)
CASES = ("wrong password", "unknown address", "closed account", "no password yet")


@pytest.fixture
def anna(center: Center) -> Staff:
    return staff_with_role(center, RoleName.COORDINATOR, email="anna@center.example", password=PASSWORD)


def somebody(case: str, center: Center) -> tuple[str, str]:
    """Credentials that do not work, for one reason each."""
    if case == "unknown address":
        return "quillfeather@center.example", PASSWORD
    if case == "no password yet":
        return staff_with_role(center, email="nopassword@center.example").email, PASSWORD
    staff = staff_with_role(center, email=f"{case.replace(' ', '.')}@center.example", password=PASSWORD)
    if case == "closed account":
        actions.deactivate(staff=staff, by=SYSTEM)
        return staff.email, PASSWORD
    return staff.email, "not the password at all"


def seen_from_outside(post: Any) -> Any:
    """Everything an observer could tell answers apart by; and how many rows the log got."""
    logged = LogEntry.objects.count()
    with CaptureQueriesContext(connection) as queries:
        answer = post()
    statements = [one["sql"].split()[0] for one in queries.captured_queries]
    return answer.status_code, answer.content, sorted(answer.headers), statements, LogEntry.objects.count() - logged


def test_failed_sign_ins_are_equal_in_every_way(center: Center) -> None:
    credentials = [somebody(case, center) for case in CASES]
    found = [seen_from_outside(lambda one=one: sign_in(*one)) for one in credentials]
    assert found[0][0] == 400
    assert all(one == found[0] for one in found)


def counted(genuine: Callable[..., Any], runs: Counter[str]) -> Callable[..., Any]:
    """The genuine function, counting its runs."""

    def run(*args: Any) -> Any:
        runs[genuine.__name__] += 1
        return genuine(*args)

    return run


@pytest.mark.parametrize("case", CASES)
def test_every_failure_costs_one_run_of_the_hasher(case: str, center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials, runs = somebody(case, center), Counter[str]()
    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, name, counted(getattr(Argon2PasswordHasher, name), runs))
    sign_in(*credentials)
    assert runs.total() == 1


def test_asking_for_a_new_password_is_equal_in_every_way(anna: Staff, center: Center) -> None:
    emails = [anna.email] + [somebody(case, center)[0] for case in CASES]
    found = [seen_from_outside(lambda email=email: stranger().post(REQUEST, {"email": email})) for email in emails]
    assert found[0][0] == 202
    assert all(one == found[0] for one in found)


def test_waiting_is_equal_for_an_account_that_does_not_exist(anna: Staff) -> None:
    with frozen(now()):
        found = []
        for email in (anna.email, "quillfeather@center.example"):
            answers = [sign_in(email, "wrong") for _ in range(6)]
            assert answers[-1]["Retry-After"] == "60"
            found.append([(one.status_code, one.content, sorted(one.headers)) for one in answers])
    assert found[0] == found[1]


def test_the_right_password_is_refused_while_one_must_wait_and_taken_after(anna: Staff) -> None:
    start = now()
    with frozen(start):
        for _ in range(5):
            sign_in(anna.email, "wrong")
        assert sign_in(anna.email).content == sign_in(anna.email, "wrong").content
        assert sign_in(anna.email).status_code == 429
    with frozen(start + MINUTE):
        assert sign_in(anna.email).status_code == 200


def test_waits_double_up_to_a_quarter_of_an_hour_and_never_more(anna: Staff) -> None:
    at, waits = now(), []
    for _ in range(5):
        with frozen(at):
            sign_in(anna.email, "wrong")
    for _ in range(7):
        with frozen(at):
            waits.append(int(sign_in(anna.email, "wrong")["Retry-After"]))
        at += dt.timedelta(seconds=waits[-1])
        with frozen(at):
            assert sign_in(anna.email, "wrong").status_code == 400
    assert waits == [60, 120, 240, 480, 900, 900, 900]


def test_a_success_begins_the_count_anew(anna: Staff) -> None:
    for _ in range(4):
        sign_in(anna.email, "wrong")
    assert sign_in(anna.email).status_code == 200
    for _ in range(5):
        assert sign_in(anna.email, "wrong").status_code == 400


def test_good_tries_do_not_hide_bad_ones_of_an_address(anna: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(attempts.FREE, "address", 3)
    answers = []
    for number in range(4):
        answers.append(sign_in(f"nobody{number}@center.example").status_code)
        answers.append(sign_in(anna.email).status_code)
    assert answers == [400, 200, 400, 200, 400, 429, 429, 429]


def test_a_wrong_second_factor_is_counted_apart_from_the_password(anna: Staff) -> None:
    phone = enroll_app(signed_in(anna))
    for _ in range(5):
        half_way(anna).post("/api/v1/auth/2fa/authenticate", {"code": "000000"})
    answer = half_way(anna).post("/api/v1/auth/2fa/authenticate", {"code": phone.code()})
    assert answer.status_code == 429


def test_a_step_that_is_over_takes_no_failure_back(anna: Staff, settings: Settings) -> None:
    enroll_app(signed_in(anna))
    codes = "/api/v1/auth/2fa/authenticate"
    answers = [half_way(anna).post(codes, {"code": "000000"}).status_code for _ in range(4)]
    old = half_way(anna)
    settings.ACCOUNT_LOGIN_TIMEOUT = -1
    answers.append(old.post(codes, {"code": "000000"}).status_code)
    settings.ACCOUNT_LOGIN_TIMEOUT = 900
    answers += [half_way(anna).post(codes, {"code": "000000"}).status_code for _ in range(2)]
    assert answers == [400] * 4 + [401, 400, 429]


def test_who_is_signed_in_guesses_no_better(anna: Staff, center: Center) -> None:
    victim = staff_with_role(center, email="bo@center.example", password=PASSWORD)
    client = signed_in(anna)
    answers = [sign_in(victim.email, f"guess {number}", client).status_code for number in range(6)]
    assert answers == [400] * 5 + [429]
    assert sign_in(anna.email).status_code == 200


def test_a_request_that_tries_nothing_neither_counts_nor_forgives(anna: Staff) -> None:
    for _ in range(4):
        sign_in(anna.email, "wrong")
    for _ in range(3):
        assert stranger().post("/api/v1/auth/login", {"email": anna.email}).status_code == 400
    assert [sign_in(anna.email, "wrong").status_code for _ in range(2)] == [400, 429]


def test_a_weak_new_password_is_no_failed_attempt(anna: Staff) -> None:
    client = signed_in(anna)
    body = {"current_password": PASSWORD, "new_password": "short"}
    answers = [client.post("/api/v1/account/password/change", body) for _ in range(6)]
    assert [one.json()["errors"][0]["code"] for one in answers] == ["password_too_short"] * 6


def test_giving_the_password_again_is_counted_too(anna: Staff) -> None:
    client = signed_in(anna)
    answers = [client.post(PASSWORD_AGAIN, {"password": "wrong"}).status_code for _ in range(6)]
    assert answers == [400] * 5 + [429]


def test_counting_does_without_the_cache(anna: Staff, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.api.cache.FailOpenRedisCache._resting_until", 0.0)
    settings.CACHES = {
        "default": {"BACKEND": "backend.api.cache.FailOpenRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    assert [sign_in(anna.email, "wrong").status_code for _ in range(6)] == [400] * 5 + [429]


def test_the_beginning_of_a_wait_is_logged_and_addresses_are_digests(anna: Staff) -> None:
    for _ in range(5):
        sign_in(anna.email, "wrong")
    entry = LogEntry.objects.get(action="sign_in_slowed")
    assert (entry.kind, entry.details) == ("sign_in", {"account": 5})
    assert anna.email not in str(list(Attempts.objects.values())) + str(list(LogEntry.objects.values()))


def test_old_counters_are_forgotten(anna: Staff) -> None:
    sign_in(anna.email, "wrong")
    with frozen(now() + dt.timedelta(days=2)):
        assert forget_attempts() == 2
    assert not Attempts.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_attempts_at_once_are_not_twenty_tries() -> None:
    staff = StaffFactory(email="anna@center.example", password=PASSWORD)
    CenterFactory()

    def guess(number: int) -> int:
        try:
            return int(sign_in(staff.email, f"guess number {number}").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(guess, range(20)))
    assert sorted(answers) == [400] * 5 + [429] * 15


def test_tries_that_must_wait_do_not_use_up_the_address_of_colleagues(anna: Staff) -> None:
    for _ in range(60):
        sign_in("bob@center.example", "not the password at all")
    assert sign_in(anna.email, PASSWORD).status_code == 200
