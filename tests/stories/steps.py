"""One center's people acting over HTTP alone: each signs in with a password and sends a token."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django.core import mail
from rest_framework.test import APIClient

from backend.api.clock import frozen
from tests.cast import PASSWORD
from tests.scheduling.conftest import at

API = "/api/v1/"
MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
TUESDAY = MONDAY + DAY
FIRST, LAST, PHONE = "Zebulon", "Vanterpool", "(706) 555-0187"
NEW_PASSWORD = "three words and a number 7"


@dataclass
class Story:
    """The ids of what has been made so far, by name, and the moment it is."""

    ids: dict[str, str]
    moment: dt.datetime = field(default_factory=lambda: at(MONDAY, 9))
    etag: str = ""

    def go_to(self, day: dt.date, hour: int) -> None:
        """Time passes."""
        self.moment = at(day, hour)

    def sign_in(self, name: str) -> APIClient:
        """A client that bears the token of somebody who has just signed in."""
        password = NEW_PASSWORD if name == "olga" else PASSWORD
        client = APIClient()
        answer = client.post(f"{API}auth/login", {"email": f"{name}@example.org", "password": password})
        assert answer.status_code == 200, answer.content
        fresh = APIClient()
        fresh.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['meta']['session_token']}")
        return fresh

    def call(self, who: str, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Somebody signs in and asks; the answer has the status expected, 200 unless another is given."""
        expected = options.pop("status", 200)
        with frozen(self.moment):
            answer = getattr(self.sign_in(who), method)(API + path.format(**self.ids), body, **options)
        assert answer.status_code == expected, answer.content
        self.etag = answer.headers.get("ETag", "")
        return answer

    def make(self, name: str, who: str, path: str, body: Any, status: int = 201) -> None:
        """Somebody makes something; its id is kept under a name."""
        self.ids[name] = self.call(who, "post", path, body, status=status).json()["id"]


def hire(story: Story) -> None:
    """The administrator takes Olga on as a counselor; she accepts the invitation she finds in her mail."""
    person = {"email": "olga@example.org", "first_name": "Olga", "last_name": "Marsh", "title": "counselor"}
    story.make("olga", "ada", "staff/", {"center": story.ids["center"], **person})
    role = {"center": story.ids["center"], "staff": story.ids["olga"], "role": "counselor", "signs": True}
    story.make("role", "ada", "role-assignments/", role)
    story.call("ada", "post", "staff/{olga}/invite/", status=202)
    (token,) = re.findall(r"/welcome/#(\S+)", str(mail.outbox[-1].body))
    with frozen(story.moment):
        accepted = APIClient().post(f"{API}invitations/accept/", {"token": token, "password": NEW_PASSWORD})
    assert accepted.status_code == 204


def admit(story: Story) -> None:
    """The coordinator registers a patient, admits, notes a number and a yes to texts, and names the care team."""
    person = {"mrn": "004711", "first_name": FIRST, "last_name": LAST, "birth_date": "1988-07-09"}
    story.make("patient", "cora", "patients/", {"center": story.ids["center"], **person})
    of = {"patient": story.ids["patient"]}
    story.make("episode", "cora", "episodes/", of | {"program": story.ids["program"], "admitted_on": str(MONDAY)})
    story.make("point", "cora", "contact-points/", of | {"kind": "mobile", "value": PHONE})
    story.call("cora", "post", "patients/{patient}/consents/", {"given": True}, status=201)
    story.make("member", "cora", "care-team-members/", of | {"staff": story.ids["olga"]})


def enroll(story: Story) -> None:
    """The coordinator opens a group on Tuesdays, led by Olga, and puts the patient on its roster."""
    ids = story.ids
    group = {"center": ids["center"], "program": ids["program"], "code": "EVE", "name": "Evening"}
    story.make("group", "cora", "groups/", group | {"capacity": 8, "min_size": 1})
    ids["series"] = story.call("cora", "get", "groups/{group}/").json()["series"]
    leads = {"group": ids["group"], "staff": ids["olga"], "starts_on": str(MONDAY)}
    story.make("facilitator", "cora", "facilitators/", leads)
    entry = {"patient": ids["patient"], "starts_on": str(MONDAY)}
    story.make("enrollment", "cora", "groups/{group}/enroll/", entry)
    hours = {"weekday": 1, "start_time": "18:00:00", "minutes": 60, "kind": "psychotherapy_group"}
    pattern = {"series": ids["series"], "room": ids["room"], "valid_from": str(TUESDAY), **hours}
    story.make("pattern", "cora", "patterns/", pattern)
