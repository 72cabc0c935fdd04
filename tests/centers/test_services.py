"""Service accounts: asked for by one person, confirmed by another, held to their scopes, addresses and dates."""

import datetime as dt
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen, now
from backend.api.errors import Refused
from backend.api.grants import differences
from backend.api.ids import new_id
from backend.api.models import StoredAnswer
from backend.api.recorder import Actor, acting_as
from backend.api.throttles import StaffThrottle
from centers import actions
from centers.models import (
    Center,
    CenterUserGrant,
    Invitation,
    Position,
    RoleAssignment,
    ServiceAccount,
    ServiceToken,
    SignIn,
    Staff,
)
from centers.models.services import LONGEST_LIFE
from centers.projection import wanted_grants
from centers.roles import CODENAMES, NO_SERVICE, UNCONFIRMED, RoleName
from centers.tokens import SERVICE_PREFIX, hashed
from patients.models import Patient
from tests.cast import TESTER, Cast
from tests.centers.conftest import API, SignedIn
from tests.factories import CenterFactory, staff_with_role

pytestmark = pytest.mark.django_db
OTHER = Actor("system:other-tests", "the other tests")
HERE = ["127.0.0.1/32"]
YEAR = dt.timedelta(days=365)
MINUTE = dt.timedelta(minutes=1)
Bearing = Callable[..., APIClient]
DISPLAY: dict[str, Any] = {"name": "Display", "purpose": "Shows rooms.", "codenames": ["view_center", "view_schedule"]}


def an_account(center: Center, *codenames: str, confirmed: bool = True) -> ServiceAccount:
    account = actions.open_service_account(
        center=center, name=f"Program {ServiceAccount.objects.count()}", purpose="p", codenames=codenames, by=TESTER
    )
    if confirmed and account.is_waiting:
        account = actions.confirm_service_account(account=account, codenames=codenames, by=OTHER)
    return account


def a_token(account: ServiceAccount, *scopes: str, **fields: Any) -> tuple[ServiceToken, str]:
    values: dict[str, Any] = {"networks": HERE, "expires_at": now() + YEAR, "by": TESTER} | fields
    token, text = actions.issue_service_token(account=account, scopes=scopes or account.codenames, **values)
    if token.is_waiting:
        token = actions.confirm_service_token(token=token, by=OTHER)
    return token, text


def bearing(text: str, **headers: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}", **headers)
    return client


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}


@pytest.fixture
def officer(center: Center) -> Staff:
    return staff_with_role(center, RoleName.PRIVACY_OFFICER)


# --- two persons ---


def test_every_codename_is_forbidden_confirmed_or_an_administrators_own() -> None:
    assert {"manage_staff", "review_access", "sign_notes", "cosign_notes"} == set(NO_SERVICE)
    assert {"view_center", "manage_center"} == UNCONFIRMED
    assert set(CODENAMES) >= NO_SERVICE | UNCONFIRMED


def test_what_opens_patients_is_held_once_a_privacy_officer_confirmed_it(
    center: Center, api: APIClient, officer: Staff, client_of: SignedIn
) -> None:
    made = api.post(f"{API}/service-accounts/", DISPLAY | {"center": str(center.pk)})
    assert (made.status_code, made.json()["granted"], made.json()["is_waiting"]) == (201, ["view_center"], True)
    address = f"{API}/service-accounts/{made.json()['id']}/"
    assert api.post(f"{address}confirm/", {"codenames": DISPLAY["codenames"]}).status_code == 403
    confirmed = client_of(officer).post(f"{address}confirm/", {"codenames": DISPLAY["codenames"]})
    assert (confirmed.status_code, confirmed.json()["granted"]) == (200, DISPLAY["codenames"])
    again = client_of(officer).post(f"{address}confirm/", {"codenames": DISPLAY["codenames"]})
    assert again.json()["code"] == "nothing_to_confirm"


def test_nobody_confirms_what_they_asked_for(center: Center) -> None:
    account = an_account(center, "view_schedule", confirmed=False)
    with pytest.raises(Refused, match="confirmation_of_oneself"):
        actions.confirm_service_account(account=account, codenames=["view_schedule"], by=TESTER)
    token, _ = actions.issue_service_token(
        account=account, scopes=["view_schedule"], networks=HERE, expires_at=now() + YEAR, by=TESTER
    )
    with pytest.raises(Refused, match="confirmation_of_oneself"):
        actions.confirm_service_token(token=token, by=TESTER)
    for model in (ServiceAccount, ServiceToken):
        with pytest.raises(IntegrityError, match="confirmed_by_another"), transaction.atomic():
            model._default_manager.update(confirmed_by=TESTER.id, confirmed_at=now())


def test_a_confirmation_is_of_what_was_read(center: Center) -> None:
    account = an_account(center, "view_schedule", "view_hours", confirmed=False)
    with pytest.raises(Refused, match="confirmation_of_something_else"):
        actions.confirm_service_account(account=account, codenames=["view_schedule"], by=OTHER)


@pytest.mark.parametrize("more", [{"codenames": ["view_schedule", "view_hours"]}, {"ends_at": None}])
def test_asking_for_more_takes_the_confirmation_back(center: Center, more: dict[str, Any]) -> None:
    account = an_account(center, "view_schedule")
    actions.revise_service_account(account, ends_at=now() + YEAR, by=TESTER)
    assert account.granted == {"view_schedule"}
    actions.revise_service_account(account, by=TESTER, **more)
    assert (account.is_waiting, account.granted) == (True, frozenset())
    assert not CenterUserGrant.objects.filter(user=account.staff).exists()


def test_asking_for_less_keeps_it(center: Center) -> None:
    account = an_account(center, "view_schedule", "view_hours")
    actions.revise_service_account(account, codenames=["view_hours"], purpose="Less", by=TESTER)
    assert account.granted == {"view_hours"}


@pytest.mark.parametrize("codename", sorted(NO_SERVICE))
def test_some_codenames_are_for_people(center: Center, api: APIClient, codename: str) -> None:
    body = DISPLAY | {"center": str(center.pk), "codenames": [codename]}
    assert api.post(f"{API}/service-accounts/", body).status_code == 400
    with pytest.raises(Refused):
        an_account(center, codename)


def test_a_token_that_opens_patients_waits_for_somebody_else(
    center: Center, api: APIClient, officer: Staff, client_of: SignedIn
) -> None:
    account = an_account(center, "view_center", "view_schedule")
    body = {"account": str(account.pk), "networks": HERE, "expires_at": (now() + YEAR).isoformat()}
    harmless = api.post(f"{API}/service-tokens/", body | {"scopes": ["view_center"]}).json()
    assert bearing(harmless["token"]).get(f"{API}/rooms/").status_code == 200
    made = api.post(f"{API}/service-tokens/", body | {"scopes": ["view_schedule"]}).json()
    assert bearing(made["token"]).get(f"{API}/series/").status_code == 401
    assert client_of(officer).post(f"{API}/service-tokens/{made['id']}/confirm/").status_code == 200
    assert bearing(made["token"]).get(f"{API}/series/").status_code == 200


def test_privacy_officers_and_administrators_see_the_accounts_of_their_center_only(
    center: Center, officer: Staff, administrator: Staff, counselor: Staff, client_of: SignedIn
) -> None:
    account, _ = an_account(center, "view_center"), an_account(CenterFactory(), "view_center")
    token, _ = a_token(account)
    for reader in (officer, administrator):
        assert ids(client_of(reader).get(f"{API}/service-accounts/")) == {str(account.pk)}
        assert ids(client_of(reader).get(f"{API}/service-tokens/")) == {str(token.pk)}
    assert ids(client_of(counselor).get(f"{API}/service-accounts/")) == set()


@pytest.mark.parametrize("page", ["service-accounts", "service-tokens"])
def test_lists_cost_the_same_however_long(
    center: Center, api: APIClient, page: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        a_token(an_account(center, "view_center"))
    with django_assert_num_queries(7):  # sign-in, savepoint, wall, reach, page, leaving the wall, release
        assert len(ids(api.get(f"{API}/{page}/"))) == 3


def test_records_and_grants_agree_whatever_happens(center: Center) -> None:
    account = an_account(center, "view_center", "view_schedule", "view_hours", confirmed=False)
    assert differences(wanted_grants()) == []
    account = actions.confirm_service_account(account=account, codenames=account.codenames, by=OTHER)
    assert differences(wanted_grants()) == []
    actions.revise_service_account(account, codenames=["view_hours"], ends_at=now() + YEAR, by=TESTER)
    assert differences(wanted_grants()) == []
    actions.close_service_account(account=account, by=TESTER)
    assert differences(wanted_grants()) == []


# --- no person ---


def test_a_service_account_has_nothing_of_a_person(center: Center, administrator: Staff) -> None:
    user = an_account(center, "view_center").staff
    role = RoleAssignment.objects.get(staff=administrator).role
    dates = {"expires_at": now() + YEAR}
    attempts: list[tuple[Any, dict[str, Any]]] = [
        (Position, {"center": center, "title": "counselor"}),
        (RoleAssignment, {"center": center, "role": role, "assigned_by": "x"}),
        (Invitation, {"center": center, "token_hash": b"1", "invited_by": "x"} | dates),
        (SignIn, {"token_hash": b"1"}),
    ]
    for model, values in attempts:
        with pytest.raises(IntegrityError, match="is no person"), transaction.atomic(), acting_as(TESTER):
            model.objects.create(staff=user, **values)
    for field in ({"is_staff": True}, {"is_superuser": True}, {"password": "argon2$x"}):
        with pytest.raises(IntegrityError, match="uses_tokens_only"), transaction.atomic():
            Staff.objects.filter(pk=user.pk).update(**field)


def test_nobody_hires_a_service_account(center: Center, api: APIClient) -> None:
    user = an_account(center, "view_center").staff
    body = {"center": str(center.pk), "email": user.email, "first_name": "A", "last_name": "B", "title": "nurse"}
    answer = api.post(f"{API}/staff/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_person")
    assert not Position.objects.filter(staff=user).exists()


def test_it_is_no_colleague(cast: Cast, as_: Callable[[str], APIClient]) -> None:
    user = str(an_account(cast.center, "view_center").staff_id)
    assert user not in as_("ada").get(f"{API}/staff/").content.decode()
    bodies = [
        ("ada", "role-assignments", {"center": str(cast.center.pk), "staff": user, "role": "counselor"}),
        ("sue", "care-team-members", {"patient": str(cast.pat.pk), "staff": user}),
    ]
    for who, page, body in bodies:
        answer = as_(who).post(f"{API}/{page}/", body)
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/staff"], answer.content


def test_it_stands_in_for_nobody(cast: Cast, as_: Callable[[str], APIClient]) -> None:
    user, absent, center = str(an_account(cast.center, "view_center").staff_id), str(new_id()), str(cast.center.pk)
    attempts: list[tuple[str, str, str, dict[str, Any]]] = [
        ("ada", "emergency-listings", "staff", {"center": center}),
        ("cora", "handovers", "receiver", {"center": center, "giver": str(cast.clara.pk), "groups": None}),
        ("cora", "handovers", "giver", {"center": center, "receiver": str(cast.clara.pk), "groups": None}),
    ]
    for who, page, field, body in attempts:
        answers = [as_(who).post(f"{API}/{page}/", body | {field: staff}) for staff in (user, absent)]
        faults = [[fault["pointer"] for fault in answer.json()["errors"]] for answer in answers]
        assert faults == [[f"/{field}"], [f"/{field}"]]
        assert answers[0].json()["errors"] == answers[1].json()["errors"]
    address = f"{API}/staff/{user}/"
    for verb in ("deactivate", "reset-second-factor", "invite"):
        assert as_("ada").post(f"{address}{verb}/").status_code == 404
    assert as_("ada").get(address).status_code == 404


def test_signing_out_and_sign_in_pages_know_no_service(center: Center) -> None:
    client = bearing(a_token(an_account(center, "view_center"))[1])
    assert client.post(f"{API}/sign-out/").status_code == 401
    assert client.get(f"{API}/auth/session").status_code == 401


# --- scopes ---


def test_a_scope_narrows_lists_details_writes_and_filters(cast: Cast) -> None:
    account = an_account(cast.center, "view_center", "find_patient", "view_patient", "manage_patient")
    wide, narrow = bearing(a_token(account)[1]), bearing(a_token(account, "find_patient")[1])
    both = {str(cast.pat.pk), str(cast.quinn.pk)}
    assert ids(wide.get(f"{API}/patients/")) == ids(narrow.get(f"{API}/patients/")) == both
    address = f"{API}/patients/{cast.pat.pk}/"
    shown, found = wide.get(address), narrow.get(address)
    assert "language" in shown.json()
    assert "language" not in found.json()
    change = {"preferred_name": "Paddy"}
    assert narrow.patch(address, change, HTTP_IF_MATCH=found["ETag"]).status_code == 403
    assert wide.patch(address, change, HTTP_IF_MATCH=shown["ETag"]).status_code == 200
    assert ids(wide.get(f"{API}/rooms/")) == {str(cast.room.pk)}
    assert ids(narrow.get(f"{API}/rooms/")) == set()
    assert ids(narrow.get(f"{API}/leaves/?patient={cast.pat.pk}")) == set()
    assert narrow.get(f"{API}/centers/{cast.center.pk}/").status_code == 404


def test_it_sees_its_own_center_only(cast: Cast) -> None:
    client = bearing(a_token(an_account(cast.center, "find_patient"))[1])
    assert str(cast.stranger.pk) not in ids(client.get(f"{API}/patients/"))
    assert client.get(f"{API}/patients/{cast.stranger.pk}/").status_code == 404


def test_a_replay_is_for_the_token_that_asked(cast: Cast) -> None:
    account = an_account(cast.center, "find_patient", "manage_patient", "view_chart")
    body = {"center": str(cast.center.pk), "mrn": "9", "first_name": "A", "last_name": "B", "birth_date": "1991-02-03"}
    wide, narrow = a_token(account)[1], a_token(account, "find_patient", "manage_patient")[1]
    first = bearing(wide).post(f"{API}/patients/", body, headers={"Idempotency-Key": "k"})
    assert first.json()["birth_date"] == "1991-02-03"
    again = bearing(wide).post(f"{API}/patients/", body, headers={"Idempotency-Key": "k"})
    assert again.headers["Idempotent-Replayed"] == "true"
    other = bearing(narrow).post(f"{API}/patients/", body, headers={"Idempotency-Key": "k"})
    assert (other.status_code, "1991" in other.content.decode()) == (409, False)
    assert Patient.objects.filter(mrn="9").count() == 1


def test_the_log_names_the_program_as_who_acts(cast: Cast) -> None:
    account = an_account(cast.center, "find_patient")
    bearing(a_token(account)[1]).get(f"{API}/patients/{cast.pat.pk}/")
    entry = LogEntry.objects.filter(kind="read").latest("id")
    assert (entry.actor_id, entry.actor_name, entry.actor_role) == (str(account.staff_id), account.name, "service")


# --- addresses ---


@pytest.mark.parametrize(
    ("networks", "address", "is_admitted"),
    [
        (["192.0.2.0/24"], "192.0.2.255", True),
        (["192.0.2.0/24"], "192.0.3.0", False),
        (["192.0.2.0/24"], "::ffff:192.0.2.7", True),
        (["192.0.2.7/32"], "::ffff:192.0.2.8", False),
        (["2001:db8:7::/48"], "2001:db8:7:ffff::1", True),
        (["2001:db8:7::/48"], "2001:db8:8::1", False),
        (["2001:db8:7::/48", "192.0.2.7/32"], "192.0.2.7", True),
        (["192.0.2.0/24"], "", False),
    ],
)
def test_a_token_is_admitted_from_its_networks(networks: list[str], address: str, *, is_admitted: bool) -> None:
    assert ServiceToken(networks=networks).admits(address) is is_admitted


def test_the_address_is_the_one_trusted_proxies_vouch_for(center: Center, settings: Settings) -> None:
    text = a_token(an_account(center, "view_center"), networks=["192.0.2.7/32"])[1]
    forged = bearing(text, HTTP_X_FORWARDED_FOR="192.0.2.7")
    assert forged.get(f"{API}/rooms/").status_code == 401
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
    assert forged.get(f"{API}/rooms/").status_code == 200
    for hops in ("192.0.2.7, 192.0.2.8", "", "nonsense", "192.0.2.7, nonsense"):
        assert bearing(text, HTTP_X_FORWARDED_FOR=hops).get(f"{API}/rooms/").status_code == 401


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("2001:DB8:7::/48", "2001:db8:7::/48"),
        ("192.0.2.7/24", "invalid"),
        ("0.0.0.0/0", "network_too_wide"),
        ("10.0.0.0/8", "network_too_wide"),
        ("::/0", "network_too_wide"),
        ("::ffff:0:0/96", "network_too_wide"),
        ("fe80::1%eth0", "invalid"),
        ("center.example", "invalid"),
        ("", "blank"),
    ],
)
def test_networks_are_read_strictly(center: Center, api: APIClient, sent: str, stored: str) -> None:
    account = an_account(center, "view_center")
    body = {"account": str(account.pk), "scopes": ["view_center"], "expires_at": (now() + YEAR).isoformat()}
    answer = api.post(f"{API}/service-tokens/", body | {"networks": [sent]})
    if answer.status_code == 201:
        assert answer.json()["networks"] == [stored]
    else:
        assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [("/networks/0", stored)]
    assert api.post(f"{API}/service-tokens/", body | {"networks": []}).status_code == 400


# --- dates ---


def test_a_token_ends_at_the_second(center: Center) -> None:
    end = now() + YEAR
    client = bearing(a_token(an_account(center, "view_center"), expires_at=end)[1])
    with frozen(end - dt.timedelta(microseconds=1)):
        assert client.get(f"{API}/rooms/").status_code == 200
    with frozen(end):
        assert client.get(f"{API}/rooms/").status_code == 401


@pytest.mark.parametrize("life", [dt.timedelta(0), -MINUTE, LONGEST_LIFE + MINUTE])
def test_a_token_lives_for_a_year_at_most(center: Center, life: dt.timedelta) -> None:
    account = an_account(center, "view_center")
    with pytest.raises(Refused, match="validation_failed"):
        a_token(account, expires_at=now() + life)


def test_an_account_begins_and_ends(center: Center) -> None:
    start = now() + dt.timedelta(days=1)
    account = actions.open_service_account(
        center=center, name="Later", purpose="p", codenames=["view_center"], starts_at=start, ends_at=start + YEAR / 2,
        by=TESTER,
    )  # fmt: skip
    client = bearing(a_token(account)[1])
    assert client.get(f"{API}/rooms/").status_code == 401
    with frozen(start):
        assert client.get(f"{API}/rooms/").status_code == 200
    with frozen(start + YEAR / 2):
        assert client.get(f"{API}/rooms/").status_code == 401


def test_closing_ends_every_token_on_the_very_next_request(center: Center, api: APIClient) -> None:
    account = an_account(center, "view_center")
    clients = [bearing(a_token(account)[1]) for _ in range(2)]
    assert {client.get(f"{API}/rooms/").status_code for client in clients} == {200}
    assert api.post(f"{API}/service-accounts/{account.pk}/deactivate/").status_code == 200
    assert {client.get(f"{API}/rooms/").status_code for client in clients} == {401}
    assert not ServiceToken.objects.filter(revoked_at=None).exists()
    assert not CenterUserGrant.objects.filter(user=account.staff).exists()
    again = api.post(f"{API}/service-accounts/{account.pk}/deactivate/")
    assert again.json()["code"] == "service_account_closed"
    with pytest.raises(Refused, match="service_account_closed"):
        a_token(account)


def test_revoking_ends_one_token_and_not_the_others(center: Center, api: APIClient) -> None:
    account = an_account(center, "view_center")
    (old, old_text), (_, new_text) = a_token(account), a_token(account)
    assert api.post(f"{API}/service-tokens/{old.pk}/revoke/").status_code == 200
    assert bearing(old_text).get(f"{API}/rooms/").status_code == 401
    assert bearing(new_text).get(f"{API}/rooms/").status_code == 200


def test_every_way_to_fail_is_the_same_401(center: Center) -> None:
    account = an_account(center, "view_center")
    revoked, revoked_text = a_token(account)
    actions.revoke_service_token(token=revoked, by=TESTER)
    texts = [SERVICE_PREFIX + "unknown", revoked_text, a_token(account, networks=["192.0.2.7/32"])[1], "of-a-person"]
    answers = [bearing(text).get(f"{API}/rooms/") for text in texts]
    assert len({(answer.status_code, answer.content, tuple(answer.headers.keys())) for answer in answers}) == 1
    assert answers[0].status_code == 401


# --- the token ---


def test_its_use_is_noted_once_a_minute_and_read_in_one_statement(center: Center) -> None:
    token, text = a_token(an_account(center, "view_center"))
    client, start = bearing(text), now()
    counts = []
    for moment in (start, start + MINUTE / 2, start + MINUTE):
        with frozen(moment), CaptureQueriesContext(connection) as queries:
            client.get(f"{API}/rooms/")
        counts.append(sum("centers_servicetoken" in query["sql"] for query in queries.captured_queries))
    assert counts == [2, 1, 2]
    token.refresh_from_db()
    assert token.last_used_at == start + MINUTE


def test_a_token_is_shown_once_and_kept_nowhere(
    center: Center, api: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    account = an_account(center, "view_center")
    body = {"account": str(account.pk), "scopes": ["view_center"], "networks": HERE}
    body["expires_at"] = (now() + YEAR).isoformat()
    first, again = (api.post(f"{API}/service-tokens/", body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    text = first.json()["token"]
    assert text.startswith(SERVICE_PREFIX)
    assert len(text) == len(SERVICE_PREFIX) + 43
    assert again.json() == first.json() | {"token": None}
    assert ServiceToken.objects.count() == 1
    assert "token" not in api.get(f"{API}/service-tokens/{first.json()['id']}/").json()
    bearing(text).get(f"{API}/rooms/?nonsense={text}")
    kept = bytes(StoredAnswer.objects.get().body).decode() + str(list(LogEntry.objects.values())) + caplog.text
    assert text not in kept
    assert hashed(text).hex() not in kept
    assert str(hashed(text)) not in kept


@pytest.mark.django_db(transaction=True)
def test_two_uses_at_once_both_pass() -> None:
    text = a_token(an_account(CenterFactory(), "view_center"))[1]

    def use(_number: int) -> int:
        try:
            return int(bearing(text).get(f"{API}/centers/").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(use, range(6))) == [200] * 6


def test_each_token_has_a_rate_of_its_own(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StaffThrottle, "THROTTLE_RATES", {**StaffThrottle.THROTTLE_RATES, "staff": "2/minute"})
    account = an_account(center, "view_center")
    one, other = (bearing(a_token(account)[1]) for _ in range(2))
    assert [one.get(f"{API}/rooms/").status_code for _ in range(3)] == [200, 200, 429]
    assert other.get(f"{API}/rooms/").status_code == 200
