"""What would go, asked over REST."""

from collections.abc import Callable

from rest_framework.test import APIClient

from tests.cast import Cast
from tests.reminders.test_api import sent

As = Callable[[str], APIClient]
PATH = "/api/v1/planned-reminders/"
__all__ = ["sent"]


def query(cast: Cast, last: str = "2026-07-01") -> dict[str, str]:
    return {"center": str(cast.center.pk), "from": "2026-06-01", "to": last}


def test_a_coordinator_sees_what_would_go(cast: Cast, sent: object, as_: As) -> None:
    rows = as_("cora").get(PATH, query(cast)).json()["results"]
    assert {row["patient"] for row in rows} == {str(cast.pat.pk), str(cast.quinn.pk)}
    assert {row["channel"] for row in rows} == {"sms"}


def test_a_counselor_is_not_told_of_a_whole_center(cast: Cast, sent: object, as_: As) -> None:
    assert as_("clara").get(PATH, query(cast)).json() == as_("vera").get(PATH, query(cast)).json()


def test_a_window_is_at_most_a_month(cast: Cast, as_: As) -> None:
    response = as_("cora").get(PATH, query(cast, "2026-08-01"))
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, "/to")
