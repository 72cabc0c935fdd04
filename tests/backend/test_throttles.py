"""Rates: of searches, reports and strangers, each counted apart, and none tells hidden things from absent ones."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from pytest_django.fixtures import Settings
from redis.exceptions import ConnectionError as Away
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from backend.api.ids import new_id
from tests.cast import Cast
from tests.door import Entered

As = Callable[[str], APIClient]
API = "/api/v1"
SEARCH = f"{API}/patients/search/"
RATES = {"staff": "1000/minute", "search": "2/minute", "report": "2/minute", "stranger": "2/minute", "sign_in": None}
DAYS = "from=2026-03-02&to=2026-03-30"


@pytest.fixture(autouse=True)
def slow(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two a minute, counted for each test alone."""
    own = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(new_id())}
    settings.CACHES = {"default": own}
    cache.clear()
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", RATES)


def statuses(client: APIClient, address: str, times: int = 3) -> list[int]:
    return [client.get(f"{API}/{address}").status_code for _ in range(times)]


def searched(client: APIClient, times: int = 3) -> list[int]:
    return [client.post(SEARCH, {"words": "Quill"}).status_code for _ in range(times)]


def test_names_are_not_tried_out(cast: Cast, as_: As) -> None:
    client = as_("cora")
    assert searched(client) == [200, 200, 429]
    refused = client.post(SEARCH, {"words": "Nobody"})
    assert (refused.json()["code"], int(refused.headers["Retry-After"]) > 0) == ("throttled", True)
    assert statuses(client, "patients/") == [200, 200, 200]
    assert searched(as_("sue"), 1) == [200]


def test_record_numbers_are_not_tried_out_either(cast: Cast, as_: As) -> None:
    hidden, body = f"{API}/sessions/{new_id()}/guests/", {"record_number": "1", "reason": "x"}
    answers = [as_("clara").post(hidden, body).status_code for _ in range(3)]
    assert answers == [404, 404, 429]


def test_reports_are_few(cast: Cast, as_: As) -> None:
    address = f"weekly-hours/?center={cast.center.pk}&{DAYS}"
    assert statuses(as_("sue"), address) == [200, 200, 429]
    assert statuses(as_("cora"), address, 1) == [200]


def test_a_full_measure_answers_hidden_and_absent_alike(cast: Cast, as_: As) -> None:
    client = as_("clara")
    searched(client, 2)
    answers = [client.post(SEARCH, {"words": "a", "center": str(pk)}) for pk in (cast.elsewhere.pk, new_id())]
    assert {(answer.status_code, answer.content) for answer in answers} == {(429, answers[0].content)}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer iop_svc_x"}])
def test_strangers_are_counted_by_address_and_stop_nobody_else(cast: Cast, as_: As, headers: dict[str, str]) -> None:
    stranger = APIClient()
    answers = [stranger.get(f"{API}/patients/", headers=headers).status_code for _ in range(3)]
    assert answers == [401, 401, 429]
    assert statuses(as_("cora"), "patients/", 1) == [200]


def test_without_a_cache_nobody_is_counted(
    cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise Away

    monkeypatch.setattr(LocMemCache, "get", away)
    assert searched(as_("cora")) == [200, 200, 200]
    assert "the cache is away" in caplog.text


def test_searches_in_the_admin_are_counted_with_those_of_the_api(cast: Cast, as_: As, enters: Entered) -> None:
    page = enters("cora")
    assert [page.post("/admin/patients/patient/", {"q": "quillf"}).status_code for _ in range(3)] == [200, 200, 429]
    term = {"app_label": "groups", "model_name": "enrollment", "field_name": "patient", "term": "quillf"}
    assert page.post("/admin/autocomplete/", term).status_code == 429
    assert searched(as_("cora"), 1) == [429]
