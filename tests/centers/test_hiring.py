"""Taking somebody on tells a center nothing that another center knows of the person."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.recorder import acting_as
from centers.actions import assign_role, deactivate, hire, invite
from centers.models import Center, Position, SignIn, Staff
from centers.roles import RoleName, Title
from centers.tokens import hashed
from tests.factories import PASSWORD, SYSTEM, CenterFactory, staff_with_role

pytestmark = pytest.mark.django_db
API = "/api/v1"
EMAIL = "olga@center.example"
IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIMES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)")


def known(elsewhere: Center) -> Staff:
    """Somebody of that address works at another center, under another name, in a role, on a device."""
    about: dict[str, Any] = {"email": EMAIL, "first_name": "Olympia", "last_name": "Rosewater"}
    staff = hire(center=elsewhere, title=Title.COUNSELOR, by=SYSTEM, **about).staff
    assign_role(staff=staff, center=elsewhere, role=RoleName.COUNSELOR, by=SYSTEM)
    staff.set_password(PASSWORD)
    with acting_as(SYSTEM):
        staff.save()
    SignIn.objects.create(staff=staff, token_hash=hashed("elsewhere"))
    return staff


def invited(elsewhere: Center) -> None:
    """The other center has invited somebody, who has not come yet."""
    about: dict[str, Any] = {"email": EMAIL, "first_name": "Olympia", "last_name": "Rosewater"}
    staff = hire(center=elsewhere, title=Title.COUNSELOR, by=SYSTEM, **about).staff
    invite(staff=staff, center=elsewhere, by=SYSTEM)


def closed(elsewhere: Center) -> None:
    """The account has left the only center it had."""
    deactivate(staff=known(elsewhere), by=SYSTEM)


PASTS: dict[str, Callable[[Center], Any]] = {
    "known": known,
    "invited": invited,
    "closed": closed,
}


def everything_told(center: Center, api: APIClient) -> list[str]:
    """All that an administrator is answered from hiring to leaving, without ids and times."""
    body = {"email": EMAIL.upper(), "first_name": "Olga", "last_name": "Marsh", "title": "counselor"}
    made = api.post(f"{API}/staff/", {"center": str(center.pk), **body})
    who = made.json()["id"]
    one = f"{API}/staff/{who}/"
    role = {"center": str(center.pk), "staff": who, "role": "counselor"}
    answers = [
        made,
        api.get(one),
        api.get(f"{API}/staff/"),
        api.post(f"{API}/staff/", {"center": str(center.pk), **body}),
        api.post(f"{one}invite/"),
        api.post(f"{one}invite/"),
        api.post(f"{API}/role-assignments/", role),
        api.get(one),
        api.post(f"{one}depart/", {"dry_run": True}),
        api.post(f"{one}reset-second-factor/"),
        api.post(f"{one}depart/"),
        api.get(one),
        api.post(f"{API}/staff/", {"center": str(center.pk), **body}),
    ]
    return [*map(told, answers), *told_by_the_log(center)]


def told(answer: Any) -> str:
    headers = {
        name: value for name, value in answer.headers.items() if name.lower() not in ("x-request-id", "location")
    }
    tag = headers.pop("ETag", "")
    text = f"{answer.status_code} {sorted(headers.items())} {bool(tag)} {answer.content.decode()}"
    return TIMES.sub("time", IDS.sub("id", text))


def told_by_the_log(center: Center) -> list[str]:
    entries = LogEntry.objects.filter(center_id=center.pk).exclude(actor_id=SYSTEM.id).exclude(action="sign_in")
    shown = [[one.kind, one.object_type, one.outcome, sorted(one.changes or {}), one.details] for one in entries]
    return sorted(TIMES.sub("time", IDS.sub("id", json.dumps(one, default=str))) for one in shown)


@pytest.mark.parametrize("past", ["known", "invited", "closed"])
def test_a_center_is_told_the_same_of_an_address_known_elsewhere(
    past: str, center: Center, administrator: Staff, client_of: Callable[[Staff], APIClient]
) -> None:
    client = client_of(administrator)
    fresh = everything_told(center, client)
    account = Staff.objects.get(email=EMAIL)
    Staff.objects.filter(pk=account.pk).update(email="somebody.else@center.example")
    second = CenterFactory(name="Another one")
    PASTS[past](CenterFactory())
    again = everything_told(second, client_of(staff_with_role(second, RoleName.ADMINISTRATOR)))
    assert [one for one in pairs(fresh, again) if one[0] != one[1]] == []


def pairs(fresh: list[str], again: list[str]) -> list[tuple[str, str]]:
    """Answers side by side, but for the list, in which the first center's people stand as well."""
    assert len(fresh) == len(again)
    return [pair for index, pair in enumerate(zip(fresh, again, strict=True)) if index != 2]


def test_each_center_calls_somebody_by_the_name_it_was_given(center: Center, api: APIClient) -> None:
    elsewhere = CenterFactory()
    staff = known(elsewhere)
    body = {"email": EMAIL, "first_name": "Olga", "last_name": "Marsh", "title": "counselor"}
    made = api.post(f"{API}/staff/", {"center": str(center.pk), **body}).json()
    assert (made["id"], made["first_name"], made["last_name"]) == (str(staff.pk), "Olga", "Marsh")
    assert "Rosewater" not in api.get(f"{API}/staff/").content.decode()
    assert Position.objects.get(center=elsewhere, staff=staff).full_name == "Olympia Rosewater"


def test_the_age_of_an_account_is_not_in_its_id() -> None:
    assert Staff(email="a@b.example").pk.version == 4


def test_who_has_a_password_comes_in_by_a_link_as_well(center: Center, api: APIClient, client: Any) -> None:
    staff = known(CenterFactory())
    body = {"email": EMAIL, "first_name": "Olga", "last_name": "Marsh", "title": "counselor"}
    made = api.post(f"{API}/staff/", {"center": str(center.pk), **body}).json()
    assert made["needs_invitation"] is True
    api.post(f"{API}/staff/{made['id']}/invite/")
    (token,) = re.findall(r"/welcome/#(\S+)", str(mail.outbox[-1].body))
    answer = APIClient().post(f"{API}/invitations/accept/", {"token": token, "password": "three words and a number 7"})
    assert answer.status_code == 204
    assert api.get(f"{API}/staff/{made['id']}/").json()["needs_invitation"] is False
    assert not SignIn.objects.filter(staff=staff, revoked_at__isnull=True).exists()


def test_a_link_of_one_center_closes_none_of_another(center: Center) -> None:
    invited(elsewhere := CenterFactory())
    staff = Staff.objects.get(email=EMAIL)
    invite(staff=staff, center=center, by=SYSTEM)
    assert staff.invitations.filter(center=elsewhere, used_at__isnull=True).count() == 1
