"""One center's people acting over HTTP alone: each signs in with a password and sends a token."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from rest_framework.test import APIClient

from backend.api.clock import frozen
from tests.cast import PASSWORD
from tests.scheduling.conftest import at

API = "/api/v1/"
MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
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
