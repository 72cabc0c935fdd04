"""The small parts of the ground: clock, recorder, client addresses, throttles, stored answers, housekeeping."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import OperationalError, connection
from django.test import RequestFactory
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from backend.api import pages, recorder
from backend.api.clock import frozen, now
from backend.api.errors import problem_of
from backend.api.ids import new_id
from backend.api.middleware import client_address
from backend.api.models import ANSWER_LIFETIME, StoredAnswer
from backend.api.problems import document, register_problem
from backend.api.recorder import Actor, Event, NoActorError, NoRecorderError, acting_as, current, record
from backend.api.tasks import forget_answers
from backend.api.throttles import SignInThrottle, StaffThrottle

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def test_ids_are_ordered_by_time() -> None:
    ids = [new_id() for _ in range(100)]
    assert sorted(ids) == ids
    assert {pk.version for pk in ids} == {7}


def test_the_clock_stops_and_goes_on() -> None:
    with frozen(NOON):
        with frozen(NOON + dt.timedelta(hours=1)):
            assert now() > NOON
        assert now() == NOON
    assert now() != NOON


def test_the_clock_stops_at_no_naive_moment() -> None:
    with pytest.raises(ValueError, match="aware"), frozen(NOON.replace(tzinfo=None)):
        pass


def test_an_inner_actor_keeps_the_request_of_the_outer_one() -> None:
    outer, inner = Actor("1", "Outer"), Actor("system:import", "Import")
    with acting_as(outer, request_id="r1", address="10.0.0.1"):
        with acting_as(inner) as context:
            assert (context.request_id, context.address, current().actor) == ("r1", "10.0.0.1", inner)
        assert current().actor == outer
    with pytest.raises(NoActorError):
        current()


def test_nothing_is_recorded_into_an_empty_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "_port", [])
    with pytest.raises(NoRecorderError):
        record(Event("read"))


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.1", "<script>", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
        ("", "203.0.113.7", ""),
    ],
)
def test_forwarded_addresses_count_as_far_as_trusted_proxies_vouch(
    settings: Settings, remote: str, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=remote)
    assert client_address(request) == address


@pytest.mark.parametrize(
    ("exc", "status", "code"),
    [
        (PermissionDenied(), 403, "permission_denied"),
        (RequestDataTooBig(), 413, "too_large"),
        (SuspiciousOperation(), 400, "malformed"),
        (ModelValidationError({"name": ["x"]}), 400, "validation_failed"),
        (Throttled(wait=3), 429, "throttled"),
        (OverflowError(), 400, "value_out_of_range"),
        (KeyError("x"), 500, "internal_error"),
    ],
)
def test_each_exception_has_its_problem(exc: Exception, status: int, code: str) -> None:
    problem = problem_of(exc)
    assert (problem.status, problem.code) == (status, code)


def test_a_code_has_one_text() -> None:
    register_problem("ground_test", "Title", "Detail.")
    register_problem("ground_test", "Title", "Detail.")
    with pytest.raises(ValueError, match="another text"):
        register_problem("ground_test", "Other", "Detail.")


def test_a_code_without_a_text_still_reads() -> None:
    assert document("seat_lost", 409)["detail"] == "Seat lost."


@pytest.mark.parametrize(
    ("page", "status"),
    [(pages.bad_request, 400), (pages.permission_denied, 403), (pages.csrf_failure, 403), (pages.not_found, 404)],
)
def test_djangos_own_refusals_are_problem_documents(page: Any, status: int) -> None:
    response = page(RequestFactory().get("/"), "")
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")


def test_a_server_error_page_is_a_problem_document() -> None:
    assert pages.server_error(RequestFactory().get("/")).status_code == 500


@pytest.mark.urls("tests.backend.routes")
def test_without_its_database_the_service_is_not_well(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> Any:
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", away)
        assert APIClient().get("/healthz").status_code == 503


@pytest.mark.parametrize("throttle", [StaffThrottle, SignInThrottle])
def test_a_throttle_lets_pass_when_nobody_can_count(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, throttle: type[SimpleRateThrottle]
) -> None:
    def away(*args: Any) -> Any:
        raise RedisConnectionError

    monkeypatch.setattr(throttle, "cache", type("Away", (), {"get": away, "set": away})())
    request: Any = Request(RequestFactory().get("/"))
    assert throttle().allow_request(request, APIView())
    assert "cache is away" in caplog.text


def an_answer(created_at: dt.datetime, body_hash: bytes = b"x") -> StoredAnswer:
    return StoredAnswer(
        user_id="u", route="r", key="k", body_hash=body_hash, codename="view_patient", created_at=created_at
    )


def test_a_key_is_free_again_after_a_day(db: None) -> None:
    first = StoredAnswer.claimed(an_answer(NOON), NOON)
    assert StoredAnswer.claimed(an_answer(NOON), NOON) == first
    late = NOON + ANSWER_LIFETIME
    second = an_answer(late, b"y")
    assert StoredAnswer.claimed(second, late) == second
    assert list(StoredAnswer.objects.all()) == [second]


def test_answers_nobody_can_ask_for_are_forgotten(db: None) -> None:
    an_answer(NOON).save()
    with frozen(NOON + ANSWER_LIFETIME - dt.timedelta(seconds=1)):
        assert forget_answers() == 0
    with frozen(NOON + ANSWER_LIFETIME):
        assert forget_answers() == 1
    assert "StoredAnswer" in str(an_answer(NOON))
