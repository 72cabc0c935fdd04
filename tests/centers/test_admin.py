"""Django's admin behind the gate."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from audit.models import LogEntry
from backend.api.clock import frozen, now
from backend.api.recorder import acting_as
from centers import actions
from centers.models import Center, Room, SignIn, Staff
from centers.roles import RoleName
from tests.centers.authenticators import SecurityKey, totp
from tests.centers.doors import enroll_app, enroll_key, signed_in
from tests.factories import PASSWORD, SYSTEM, CenterFactory, PositionFactory, RoomFactory, staff_with_role

pytestmark = pytest.mark.django_db
PAGES = ["center", "program", "programrule", "room", "closure", "position", "roleassignment"]


@pytest.fixture
def admin(center: Center) -> Client:
    """Somebody signed in to the admin as the center's administrator."""
    staff_with_role(center, RoleName.ADMINISTRATOR, email="ada@center.example", password=PASSWORD, is_staff=True)
    return entered("ada@center.example")


def entered(email: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/admin/login/", {"username": email, "password": password})
    return client


def page(client: Client, address: str) -> Any:
    return client.get(f"/admin/centers/{address}/")


@pytest.mark.parametrize("model", PAGES)
def test_every_page_opens_and_is_recorded(model: str, admin: Client, center: Center) -> None:
    RoomFactory(center=center)
    answer = page(admin, model)
    assert answer.status_code == 200
    entry = LogEntry.objects.filter(action="read").latest()
    assert (entry.object_type, entry.center_id) == (f"centers.{model}", center.pk)


def test_rows_of_other_centers_are_absent(admin: Client, center: Center) -> None:
    mine, other = RoomFactory(center=center, name="Magnolia"), RoomFactory(name="Hidden Elm")
    listed = page(admin, "room").content.decode()
    assert "Magnolia" in listed
    assert "Hidden Elm" not in listed
    assert page(admin, f"room/{mine.pk}/change").status_code == 200
    assert page(admin, f"room/{other.pk}/change").status_code == 404


def test_a_change_is_made_in_the_name_of_who_made_it(admin: Client, center: Center) -> None:
    room = RoomFactory(center=center)
    body = {"center": str(center.pk), "code": "R9", "name": "Oak", "capacity": "4", "shown": "1"}
    assert admin.post(f"/admin/centers/room/{room.pk}/change/", body).status_code == 302
    room.refresh_from_db()
    assert (room.code, room.version) == ("R9", 2)
    entry = LogEntry.objects.filter(action="update", object_type="centers.room").latest()
    assert entry.actor_id == str(Staff.objects.get(email="ada@center.example").pk)


def test_a_row_cannot_be_added_or_moved_elsewhere(admin: Client, center: Center) -> None:
    other, room = CenterFactory(), RoomFactory(center=center)
    body = {"center": str(other.pk), "code": "R9", "name": "Oak", "capacity": "4"}
    for address in ("add", f"{room.pk}/change"):
        assert admin.post(f"/admin/centers/room/{address}/", body).status_code == 200
    assert not Room.objects.filter(center=other).exists()


def test_a_room_is_added(admin: Client, center: Center) -> None:
    body = {"center": str(center.pk), "code": "R9", "name": "Oak", "capacity": "4"}
    admin.post("/admin/centers/room/add/", body)
    assert Room.objects.get().center == center


def test_a_write_out_of_reach_is_rolled_back(admin: Client, center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.api.admin.allows", lambda *_: False)
    body = {"center": str(center.pk), "code": "R9", "name": "Oak", "capacity": "4"}
    assert admin.post("/admin/centers/room/add/", body).status_code == 403
    assert not Room.objects.exists()


def test_nothing_is_deleted_and_no_history_is_kept_here(admin: Client, center: Center) -> None:
    room = RoomFactory(center=center)
    assert page(admin, f"room/{room.pk}/delete").status_code == 403
    assert page(admin, f"room/{room.pk}/history").status_code == 404
    assert admin.get("/admin/password_change/").status_code == 404


def test_addresses_reach_through_no_relation(admin: Client) -> None:
    assert admin.get("/admin/centers/position/?staff__password__startswith=a").status_code == 400


def test_colleagues_without_the_codename_look_and_do_not_touch(center: Center) -> None:
    staff_with_role(center, email="cora@center.example", password=PASSWORD, is_staff=True)
    client, room = entered("cora@center.example"), RoomFactory(center=center)
    body = {"center": str(center.pk), "code": "R9", "name": "Oak", "capacity": "4"}
    assert page(client, f"room/{room.pk}/change").status_code == 200
    assert client.post(f"/admin/centers/room/{room.pk}/change/", body).status_code == 403
    assert page(client, "room/add").status_code == 403


def test_a_superuser_without_grants_sees_no_model(center: Center) -> None:
    Staff.objects.create_superuser("root@center.example", PASSWORD, first_name="R", last_name="Oot")
    client = entered("root@center.example")
    assert client.get("/admin/").status_code == 200
    for address in (*(f"centers/{model}" for model in PAGES), "auth/group", "account/emailaddress"):
        assert client.get(f"/admin/{address}/").status_code == 403


def test_only_those_who_may_open_the_admin_enter(center: Center) -> None:
    staff_with_role(center, RoleName.COUNSELOR, email="bo@center.example", password=PASSWORD)
    assert entered("bo@center.example").get("/admin/").status_code == 302


def test_failures_at_this_door_are_recorded_and_counted(admin: Client) -> None:
    answer = Client().post("/admin/login/", {"username": "ada@center.example", "password": "wrong"})
    assert answer.status_code == 200
    assert LogEntry.objects.filter(action="sign_in_failed").exists()
    Client().post("/admin/login/", {"username": "ada@center.example"})
    for _ in range(6):
        answer = Client().post("/admin/login/", {"username": "ada@center.example", "password": "wrong"})
    assert "Too many failed" in answer.content.decode()


def test_the_admin_ends_when_idle(admin: Client, settings: Settings) -> None:
    minute = dt.timedelta(minutes=1)
    admin.get("/admin/")
    with frozen(now() + (settings.SIGN_IN_IDLE_MINUTES - 1) * minute) as later:
        assert admin.get("/admin/").status_code == 200
    with frozen(later + settings.SIGN_IN_IDLE_MINUTES * minute):
        assert admin.get("/admin/").status_code == 302


def test_a_closed_account_is_out_of_the_admin_at_once(admin: Client) -> None:
    actions.deactivate(staff=Staff.objects.get(email="ada@center.example"), by=SYSTEM)
    assert admin.get("/admin/").status_code == 302


def test_a_position_changes_here_but_not_whose_it_is(admin: Client, center: Center) -> None:
    position = PositionFactory(center=center)
    body = {"title": "nurse", "credentials": "RN", "supervisor": "", "shown": "1"}
    admin.post(f"/admin/centers/position/{position.pk}/change/", body | {"staff": "x"})
    position.refresh_from_db()
    assert (position.title, position.credentials, position.version) == ("nurse", "RN", 2)


# --- the second factor at this door ---

SECOND, ENROLL = "/admin/second-factor/", "/admin/second-factor/enroll/"


def secret_on(page: Any) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.content.decode())
    assert found
    return found[1]


def options_on(page: Any) -> Any:
    found = re.search(r'<script id="key-options" type="application/json">(.*?)</script>', page.content.decode())
    assert found
    return json.loads(found[1])


@pytest.fixture
def ada(center: Center) -> Staff:
    return staff_with_role(center, RoleName.ADMINISTRATOR, email="ada@center.example", password=PASSWORD, is_staff=True)


def test_who_must_enroll_is_led_there_and_nowhere_else(ada: Staff, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client = entered(ada.email)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/")["Location"] == ENROLL
    shown = client.get(ENROLL)
    assert "data:image/svg+xml;base64," in shown.content.decode()
    assert client.post(ENROLL, {"code": "000000"}).status_code == 200
    secret = secret_on(client.get(ENROLL))
    codes = client.post(ENROLL, {"code": totp(secret)})
    assert len(re.findall(r"<code>\d{8}</code>", codes.content.decode())) == 10
    assert client.get("/admin/").status_code == 200
    assert client.get(ENROLL).status_code == 302


def test_the_admin_asks_the_code_after_the_password(ada: Staff) -> None:
    phone = enroll_app(signed_in(ada))
    client = Client()
    answer = client.post("/admin/login/?next=/admin/centers/room/", {"username": ada.email, "password": PASSWORD})
    assert answer["Location"] == SECOND
    assert client.get("/admin/").status_code == 302
    assert "does not fit" in client.post(SECOND, {"code": "000000"}).content.decode()
    assert client.post(SECOND, {"code": phone.code()})["Location"] == "/admin/centers/room/"
    assert client.get("/admin/").status_code == 200
    assert SignIn.objects.latest("created_at").second_factor_at


def test_the_admin_takes_a_security_key(ada: Staff) -> None:
    key = enroll_key(signed_in(ada))
    client = entered(ada.email)
    credential = key.sign(options_on(client.get(SECOND)))
    assert client.post(SECOND, {"credential": json.dumps(credential), "code": ""}).status_code == 302
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("credential", ["[" * 100_000, "{", '{"id": 1}', "null", '"x"'])
def test_what_is_no_answer_of_a_key_is_refused(credential: str, ada: Staff) -> None:
    enroll_key(signed_in(ada))
    client = entered(ada.email)
    client.get(SECOND)
    answer = client.post(SECOND, {"credential": credential, "code": ""})
    assert (answer.status_code, "does not fit" in answer.content.decode()) == (200, True)


def test_a_security_key_is_enrolled_in_the_admin(ada: Staff, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client, key = entered(ada.email), SecurityKey()
    credential = key.attest(options_on(client.get(ENROLL)))
    client.post(ENROLL, {"credential": json.dumps(credential), "code": ""})
    assert client.get("/admin/").status_code == 200


def test_the_frameworks_own_test_client_signs_in_as_well(ada: Staff) -> None:
    client = Client()
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/admin/").status_code == 200


def test_codes_are_not_guessed_at_this_door(ada: Staff) -> None:
    enroll_app(signed_in(ada))
    client = entered(ada.email)
    answers = [client.post(SECOND, {"code": f"{number:06d}"}) for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]


def test_a_second_step_without_a_first_leads_back(ada: Staff) -> None:
    assert Client().get(SECOND)["Location"] == "/admin/login/"
    assert Client().get(ENROLL)["Location"] == "/admin/login/"
    phone = enroll_app(signed_in(ada))
    client = entered(ada.email)
    with frozen(now() + dt.timedelta(minutes=10)):
        assert client.post(SECOND, {"code": phone.code()})["Location"] == "/admin/login/"


@pytest.mark.parametrize("what", ["role", "password", "second factor", "device"])
def test_what_changes_an_account_ends_the_admin_too(what: str, admin: Client, center: Center) -> None:
    ada, other = Staff.objects.get(email="ada@center.example"), staff_with_role(center)
    assert admin.get("/admin/").status_code == 200
    if what == "role":
        actions.assign_role(staff=ada, center=center, role=RoleName.DIRECTOR, by=SYSTEM)
    elif what == "password":
        bearer = signed_in(ada)
        body = {"current_password": PASSWORD, "new_password": "another long passphrase 9"}
        assert bearer.post("/api/v1/account/password/change", body).status_code == 200
    elif what == "second factor":
        actions.reset_second_factor(position=ada.positions.get(), by=other.as_actor())
    else:
        with acting_as(ada.as_actor()):
            actions.revoke_device(device=SignIn.objects.get())
    assert admin.get("/admin/").status_code == 302


def test_the_admin_ends_after_its_hours_however_busy(admin: Client, settings: Settings) -> None:
    SignIn.objects.update(created_at=now() - dt.timedelta(hours=settings.SIGN_IN_ABSOLUTE_HOURS))
    assert admin.get("/admin/").status_code == 302
