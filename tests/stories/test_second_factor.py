"""A new counselor where a second factor is required, over HTTP alone: from the invitation to the lost phone."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from backend.api.clock import frozen
from tests.centers.doors import CODE, CODES, LOGIN, PASSWORD_AGAIN, Phone, bearing, enroll_app, token_from
from tests.scheduling.conftest import at
from tests.stories.steps import API, DAY, NEW_PASSWORD, TUESDAY, Story, admit, enroll, hire

EVENING = at(TUESDAY, 20)
MINUTES = dt.timedelta(minutes=1)


@dataclass
class Guarded(Story):
    """A story whose people set an authenticator app up when they first sign in, and keep the device."""

    devices: dict[str, APIClient] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)

    def sign_in(self, name: str) -> APIClient:
        """The device somebody is signed in on; the first time, they are led to enroll and nowhere else."""
        if name not in self.devices:
            client = super().sign_in(name)
            refused = client.get(f"{API}patients/")
            assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")
            self.phones[name] = enroll_app(client)
            self.devices[name] = client
        return self.devices[name]

    def half_way(self) -> APIClient:
        """Olga after her password."""
        answer = APIClient().post(LOGIN, {"email": "olga@example.org", "password": NEW_PASSWORD})
        assert answer.status_code == 401, answer.content
        return bearing(token_from(answer))

    def enter(self, code: str) -> APIClient:
        """A device on which Olga gave her password and a code."""
        answer = self.half_way().post(CODE, {"code": code})
        assert answer.status_code == 200, answer.content
        return bearing(token_from(answer))


@pytest.fixture
def guarded(story: Story, settings: Settings) -> Guarded:
    settings.SECOND_FACTOR_REQUIRED = True
    return Guarded(story.ids)


def status(client: APIClient, path: str = "patients/") -> int:
    return int(client.get(f"{API}{path}").status_code)


def record(story: Guarded) -> None:
    """Olga records tonight's session on the device she holds."""
    story.moment = EVENING
    window = {"from": f"{TUESDAY}T00:00:00-05:00", "to": f"{TUESDAY + DAY}T00:00:00-05:00", "staff": "me"}
    (session,) = story.call("olga", "get", "sessions/", window).json()["results"]
    story.ids["session"] = session["id"]
    story.call("olga", "get", "sessions/{session}/attendance/")
    rows = {"rows": [{"patient": story.ids["patient"], "status": "present"}]}
    story.call("olga", "put", "sessions/{session}/attendance/", rows, headers={"If-Match": story.etag})


def test_from_the_invitation_to_the_lost_phone(guarded: Guarded) -> None:
    story = guarded
    for step in (hire, admit, enroll):
        step(story)
    with frozen(story.moment):
        codes = story.sign_in("olga").get(CODES).json()["data"]["unused_codes"]
    with frozen(EVENING):
        lost = story.devices["olga"] = story.enter(story.phones["olga"].code())
    record(story)
    with frozen(EVENING + 20 * MINUTES):
        idle = lost.get(f"{API}patients/")
        assert (idle.status_code, idle.json()["code"]) == (401, "sign_in_idle")
        assert lost.post(PASSWORD_AGAIN, {"password": NEW_PASSWORD}).status_code == 200
        assert status(lost, f"patients/{story.ids['patient']}/") == 200
    with frozen(EVENING + 25 * MINUTES):
        assert story.half_way().post(CODE, {"code": "000000"}).status_code == 400
        fresh = story.enter(codes[0])
        assert story.half_way().post(CODE, {"code": codes[0]}).status_code == 400
        devices: list[dict[str, Any]] = fresh.get(f"{API}devices/").json()["results"]
        assert [one["has_second_factor"] for one in devices if one["is_current"]] == [True]
        for other in (one for one in devices if not one["is_current"]):
            assert fresh.post(f"{API}devices/{other['id']}/revoke/").status_code == 204
        assert (status(lost), status(fresh)) == (401, 200)
        assert len(fresh.get(f"{API}devices/").json()["results"]) == 1
        assert lost.post(PASSWORD_AGAIN, {"password": NEW_PASSWORD}).status_code == 401
