"""A week in which people come, stand in, hand over and go, over HTTP alone, and no job runs."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.cache import cache
from rest_framework.test import APIClient

from backend.api.clock import frozen
from backend.api.ids import new_id
from backend.api.recorder import acting_as
from centers.models import Staff
from tests.cast import PASSWORD, TESTER, Cast, assembled
from tests.scheduling.conftest import at
from tests.stories.steps import API, DAY, MONDAY, NEW_PASSWORD, Story

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + days * DAY for days in (1, 2, 3, 4))
SATURDAY, SECOND = FRIDAY + DAY, dt.timedelta(seconds=1)


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast at new year, each with a password."""
    with acting_as(TESTER), frozen(at(dt.date(2026, 1, 2), 12)):
        found = assembled()
    Staff.objects.update(password=make_password(PASSWORD))
    return found


@pytest.fixture
def story(cast: Cast, settings: Any, tmp_path: Path) -> Story:
    """The story, on the Friday before."""
    own = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(new_id())}
    settings.CACHES = {"default": own}
    cache.clear()
    names = ("center", "program", "room", "pat", "clara", "carl", "sue")
    found = Story({name: str(getattr(cast, name).pk) for name in names})
    found.go_to(MONDAY - 3 * DAY, 12)
    return found


def hire(story: Story) -> None:
    """On Friday Olga is taken on, and given a role that begins on Monday at nine; she sets her password at once."""
    person = {"email": "olga@example.org", "first_name": "Olga", "last_name": "Marsh", "title": "counselor"}
    story.make("olga", "ada", "staff/", {"center": story.ids["center"], **person})
    role = {"center": story.ids["center"], "staff": story.ids["olga"], "role": "counselor", "signs": True}
    story.make("role", "ada", "role-assignments/", role | {"starts_at": at(MONDAY, 9).isoformat()})
    story.call("ada", "post", "staff/{olga}/invite/", status=202)
    (token,) = re.findall(r"/welcome/#(\S+)", str(mail.outbox[-1].body))
    with frozen(story.moment):
        accepted = APIClient().post(f"{API}invitations/accept/", {"token": token, "password": NEW_PASSWORD})
    assert accepted.status_code == 204


def begin(story: Story) -> None:
    """Until Monday at nine she sees not even the center; from then on she works, with a patient and a group."""
    assert story.call("olga", "get", "centers/").json()["results"] == []
    story.moment = at(MONDAY, 9)
    assert len(story.call("olga", "get", "centers/").json()["results"]) == 1
    person = {"mrn": "004711", "first_name": "Zebulon", "last_name": "Vanterpool", "birth_date": "1988-07-09"}
    story.make("patient", "cora", "patients/", {"center": story.ids["center"], **person})
    of = {"patient": story.ids["patient"]}
    story.make("episode", "cora", "episodes/", of | {"program": story.ids["program"], "admitted_on": str(MONDAY)})
    story.make("member", "cora", "care-team-members/", of | {"staff": story.ids["olga"]})
    group = {"center": story.ids["center"], "program": story.ids["program"], "code": "EVE", "name": "Evening"}
    story.make("group", "cora", "groups/", group | {"capacity": 8, "min_size": 1})
    story.ids["series"] = story.call("cora", "get", "groups/{group}/").json()["series"]
    leads = {"group": story.ids["group"], "staff": story.ids["olga"], "starts_on": str(MONDAY)}
    story.make("facilitator", "cora", "facilitators/", leads)
    story.make("enrollment", "cora", "groups/{group}/enroll/", of | {"starts_on": str(MONDAY)})
    hours = {"weekday": 1, "start_time": "18:00:00", "minutes": 60, "kind": "psychotherapy_group"}
    pattern = {"series": story.ids["series"], "room": story.ids["room"], "valid_from": str(TUESDAY), **hours}
    story.make("pattern", "cora", "patterns/", pattern)


def stand_in(story: Story) -> None:
    """On Tuesday Carl stands in until eleven at night: he sees the roster until then, and not a second longer."""
    story.go_to(TUESDAY, 12)
    window = {"from": f"{TUESDAY}T00:00:00-05:00", "to": f"{WEDNESDAY}T00:00:00-05:00", "staff": "me"}
    (session,) = story.call("olga", "get", "sessions/", window).json()["results"]
    story.ids["session"] = session["id"]
    story.call("carl", "get", "sessions/{session}/attendance/", status=404)
    swap = {"substitute": story.ids["carl"], "replaces": story.ids["olga"], "until": at(TUESDAY, 23).isoformat()}
    story.call("cora", "post", "sessions/{session}/substitute/", swap)
    story.go_to(TUESDAY, 19)
    (row,) = story.call("carl", "get", "sessions/{session}/attendance/").json()["rows"]
    assert row["patient"] == story.ids["patient"]
    story.call("carl", "get", "patients/{patient}/", status=404)
    story.moment = at(TUESDAY, 23)
    story.call("carl", "get", "sessions/{session}/attendance/", status=404)


def hand_over(story: Story) -> None:
    """On Wednesday Olga's caseload goes to Carl, the group as well."""
    story.go_to(WEDNESDAY, 10)
    story.call("olga", "get", "patients/{patient}/")
    load = {"giver": story.ids["olga"], "receiver": story.ids["carl"], "groups": None}
    moved = story.call("cora", "post", "handovers/", {"center": story.ids["center"], **load}).json()["moved"]
    assert {one["kind"] for one in moved} >= {"care_team", "group"}
    story.call("carl", "get", "patients/{patient}/")
    story.call("olga", "get", "patients/{patient}/", status=404)


def discharge(story: Story) -> None:
    """On Thursday the patient is discharged; the team's access is to end fourteen days after that."""
    story.go_to(THURSDAY, 12)
    story.call("carl", "post", "episodes/{episode}/discharge/", {"on": str(THURSDAY), "reason": "1"})


def depart(story: Story) -> APIClient:
    """On Friday one call lets Olga go at midnight; she signs in once more, ten minutes before."""
    story.go_to(FRIDAY, 12)
    told = story.call("ada", "post", "staff/{olga}/depart/", {"at": at(SATURDAY, 0).isoformat()}).json()
    assert {"position", "role"} <= {one["kind"] for one in told["taken"]}
    with frozen(at(SATURDAY, 0) - dt.timedelta(minutes=10)):
        return story.sign_in("olga")


def whole_story(story: Story) -> APIClient:
    """The week; the device on which Olga is signed in to the end."""
    hire(story)
    begin(story)
    stand_in(story)
    hand_over(story)
    discharge(story)
    return depart(story)


def test_on_the_very_next_request_nothing_opens(story: Story) -> None:
    device = whole_story(story)
    addresses = ("centers/", "patients/", "staff/", "devices/", f"patients/{story.ids['patient']}/")
    with frozen(at(SATURDAY, 0) - SECOND):
        assert device.get(f"{API}centers/").status_code == 200
    with frozen(at(SATURDAY, 0)):
        assert {device.get(API + address).status_code for address in addresses} == {401}


def test_after_the_programs_days_the_old_team_sees_nothing(story: Story) -> None:
    whole_story(story)
    story.moment = at(THURSDAY + 14 * DAY, 0) - SECOND
    story.call("carl", "get", "patients/{patient}/")
    story.moment = at(THURSDAY + 14 * DAY, 0)
    story.call("carl", "get", "patients/{patient}/", status=404)
    story.call("cora", "get", "patients/{patient}/")


def test_the_coordinator_finds_nothing_without_anybody(story: Story) -> None:
    whole_story(story)
    story.go_to(SATURDAY, 9)
    told = story.call("cora", "get", "unattended/", {"center": story.ids["center"]}).json()
    assert (told["groups"], told["sessions"], told["patients"]) == ([], [], [])
