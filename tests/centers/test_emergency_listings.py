"""Who may break the glass at a center: listed by an administrator, dated, only of those who treat there."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from backend.api.clock import now
from centers.actions import assign_role, list_for_emergencies
from centers.models import EmergencyListing
from centers.roles import RoleName
from tests.cast import TESTER, Cast

API = "/api/v1/emergency-listings/"
Client = Callable[[str], Any]


def put(client: Any, cast: Cast, name: str, **fields: Any) -> Any:
    return client.post(API, {"center": str(cast.center.pk), "staff": str(cast.staff[name].pk)} | fields, format="json")


@pytest.mark.parametrize(
    ("name", "status"), [("carl", 201), ("sue", 201), ("cora", 400), ("percy", 400), ("dora", 400), ("vera", 400)]
)
def test_only_who_treats_there_is_listed(cast: Cast, as_: Client, name: str, status: int) -> None:
    assert put(as_("ada"), cast, name).status_code == status
    assert EmergencyListing.objects.count() == (status == 201)


def test_nobody_lists_oneself(cast: Cast, as_: Client) -> None:
    assign_role(staff=cast.ada, center=cast.center, role=RoleName.COUNSELOR, by=TESTER)
    assert put(as_("ada"), cast, "ada").json()["code"] == "listing_of_oneself"


def test_a_listing_ends_and_is_taken_back_before_it_begins(cast: Cast, as_: Client) -> None:
    begun = put(as_("ada"), cast, "carl").json()
    assert as_("ada").post(f"{API}{begun['id']}/end/", {}, format="json").json()["ends_at"] is not None
    assert as_("ada").post(f"{API}{begun['id']}/end/", {}, format="json").json()["code"] == "listing_has_ended"
    planned = put(as_("ada"), cast, "carl", starts_at="2999-01-01T00:00:00Z").json()
    assert as_("ada").post(f"{API}{planned['id']}/end/", {}, format="json").status_code == 204


def test_a_listing_that_was_held_stays_on_record(cast: Cast, as_: Client) -> None:
    begun = put(as_("ada"), cast, "carl").json()
    answer = as_("ada").post(f"{API}{begun['id']}/end/", {"at": "2020-01-01T00:00:00Z"}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "window_order")


def test_listings_of_one_person_do_not_overlap(cast: Cast, as_: Client) -> None:
    put(as_("ada"), cast, "carl")
    assert put(as_("ada"), cast, "carl").json()["code"] == "listed_already"


def test_a_listing_ends_after_it_begins(cast: Cast) -> None:
    at = now()
    with pytest.raises(IntegrityError, match="emergencylisting_in_order"), transaction.atomic():
        list_for_emergencies(staff=cast.carl, center=cast.center, by=TESTER, starts_at=at, ends_at=at)


def test_the_list_leaves_out_what_is_over(cast: Cast, as_: Client) -> None:
    at = now()
    start = at - dt.timedelta(days=2)
    list_for_emergencies(
        staff=cast.carl, center=cast.center, by=TESTER, starts_at=start, ends_at=at - dt.timedelta(days=1)
    )
    list_for_emergencies(staff=cast.sue, center=cast.center, by=TESTER)
    rows = as_("carl").get(API, {"ends_after": at.isoformat()}).json()["results"]
    assert [row["staff"] for row in rows] == [str(cast.sue.pk)]
