"""Signing in and out, tokens and their limits, invitations."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen, now
from centers import actions
from centers.models import Center, Invitation, SignIn, Staff
from centers.roles import RoleName
from centers.sessions import SessionStore, stored_key
from centers.sign_in import SignInTokenStrategy
from tests.centers.conftest import API, SignedIn
from tests.factories import PASSWORD, SYSTEM, CenterFactory, RoleAssignmentFactory, StaffFactory, staff_with_role

pytestmark = pytest.mark.django_db
LOGIN, SESSION, CHANGE = f"{API}/auth/login", f"{API}/auth/session", f"{API}/account/password/change"
MINUTE = dt.timedelta(minutes=1)
TOKEN_BYTES = 32
NEW_PASSWORD = "another long passphrase 9"


@pytest.fixture
def anna(center: Center) -> Staff:
    return staff_with_role(center, RoleName.COORDINATOR, email="anna@center.example", password=PASSWORD)


@pytest.fixture
def browser() -> APIClient:
    return APIClient(raise_request_exception=False)


def sign_in(client: APIClient, email: str = "anna@center.example", password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"email": email, "password": password})


def bearing(token: str, **headers: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}", **headers)
    return client


def token_from(answer: Any) -> str:
    token = answer.json()["meta"]["session_token"]
    assert isinstance(token, str)
    return token


def status_with(client: APIClient) -> int:
    return int(client.get(f"{API}/centers/").status_code)


def test_signing_in_answers_a_token_that_opens_the_api(anna: Staff, browser: APIClient) -> None:
    answer = sign_in(browser)
    assert answer.status_code == 200
    client = bearing(token_from(answer))
    assert [one["name"] for one in client.get(f"{API}/centers/").json()["results"]] == [
        anna.positions.get().center.name
    ]


def test_the_token_works_in_both_headers_and_with_a_slash_at_the_end(anna: Staff, browser: APIClient) -> None:
    token = token_from(browser.post(f"{LOGIN}/", {"email": anna.email, "password": PASSWORD}))
    browser.credentials(HTTP_X_SESSION_TOKEN=token)
    assert status_with(browser) == 200
    assert browser.get(SESSION).json()["data"]["user"]["id"] == str(anna.pk)


def test_neither_table_holds_the_token(anna: Staff, browser: APIClient) -> None:
    token = token_from(sign_in(browser))
    assert len(token) > TOKEN_BYTES
    stored = Session.objects.get()
    assert token not in stored.session_key
    assert token not in str(stored.get_decoded())
    assert token.encode() not in bytes(SignIn.objects.get().token_hash)


def test_what_the_sessions_table_holds_signs_nobody_in(anna: Staff, browser: APIClient) -> None:
    sign_in(browser)
    assert status_with(bearing(Session.objects.get().session_key)) == 401
    assert bearing(Session.objects.get().session_key).get(SESSION).status_code == 401


def test_authentication_is_one_statement(
    anna: Staff, client_of: SignedIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(anna)
    with django_assert_num_queries(1) as queries:
        client.get(f"{API}/no-such-thing/")
        client.options(f"{API}/sign-out/")
    assert "centers_signin" in queries.captured_queries[0]["sql"]


@pytest.mark.parametrize("credentials", ["", "Bearer nonsense", "Basic eDp5"])
def test_no_credentials_is_a_401_that_names_the_scheme(credentials: str, browser: APIClient) -> None:
    browser.credentials(HTTP_AUTHORIZATION=credentials)
    answer = browser.get(f"{API}/centers/")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer["Content-Type"] == "application/problem+json"


def test_an_idle_sign_in_ends(anna: Staff, client_of: SignedIn, settings: Settings) -> None:
    client = client_of(anna)
    with frozen(now() + (settings.SIGN_IN_IDLE_MINUTES - 1) * MINUTE) as later:
        assert status_with(client) == 200
    with frozen(later + (settings.SIGN_IN_IDLE_MINUTES - 1) * MINUTE) as again:
        assert status_with(client) == 200
    with frozen(again + settings.SIGN_IN_IDLE_MINUTES * MINUTE):
        assert status_with(client) == 401


def test_background_requests_keep_nobody_signed_in(anna: Staff, client_of: SignedIn, settings: Settings) -> None:
    client = client_of(anna)
    with frozen(now() + 10 * MINUTE) as later:
        assert client.get(f"{API}/centers/", HTTP_X_BACKGROUND="1").status_code == 200
    with frozen(later + 10 * MINUTE):
        assert status_with(client) == 401


def test_a_sign_in_ends_after_its_hours_however_busy(anna: Staff, client_of: SignedIn, settings: Settings) -> None:
    client = client_of(anna)
    SignIn.objects.update(created_at=now() - dt.timedelta(hours=settings.SIGN_IN_ABSOLUTE_HOURS))
    assert status_with(client) == 401


def test_last_seen_is_written_once_a_minute(anna: Staff, client_of: SignedIn) -> None:
    client = client_of(anna)
    first = SignIn.objects.get().last_seen_at
    status_with(client)
    assert SignIn.objects.get().last_seen_at == first
    with frozen(first + MINUTE) as later:
        status_with(client)
    assert SignIn.objects.get().last_seen_at == later


def test_a_closed_account_is_out_at_once_and_its_token_stays_dead(anna: Staff, client_of: SignedIn) -> None:
    client = client_of(anna)
    actions.deactivate(staff=anna, by=SYSTEM)
    assert status_with(client) == 401
    Staff.objects.filter(pk=anna.pk).update(is_active=True)
    assert status_with(client) == 401


def test_a_new_role_signs_devices_out(anna: Staff, center: Center, client_of: SignedIn) -> None:
    client = client_of(anna)
    RoleAssignmentFactory(staff=anna, center=center, role=RoleName.DIRECTOR)
    assert status_with(client) == 401


@pytest.mark.parametrize("case", ["wrong password", "unknown address", "closed account", "no password yet"])
def test_failures_read_alike_and_echo_nothing(case: str, anna: Staff, browser: APIClient) -> None:
    email, password = anna.email, PASSWORD
    if case == "wrong password":
        password = "Quillfeather is wrong"
    elif case == "unknown address":
        email = "quillfeather@center.example"
    elif case == "closed account":
        actions.deactivate(staff=anna, by=SYSTEM)
    else:
        email = StaffFactory().email
    answer = sign_in(browser, email, password)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["code"] == "email_password_mismatch"
    assert "uillfeather" not in answer.content.decode()


def test_sign_ins_failures_and_sign_outs_are_recorded(anna: Staff, browser: APIClient) -> None:
    sign_in(browser, password="wrong")
    token = token_from(sign_in(browser))
    assert bearing(token).post(f"{API}/sign-out/").status_code == 204
    rows = LogEntry.objects.filter(kind__in=["sign_in", "sign_out"]).order_by("at", "id")
    center_id = anna.positions.get().center_id
    assert [(row.action, row.actor_id, row.center_id) for row in rows] == [
        ("sign_in_failed", "system:sign-in", center_id),
        ("sign_in", str(anna.pk), center_id),
        ("sign_out", str(anna.pk), center_id),
    ]
    assert rows[0].details["email"].startswith("hmac:")
    assert rows[0].address


def test_signing_out_ends_this_device_only(anna: Staff, browser: APIClient) -> None:
    first, second = token_from(sign_in(browser)), token_from(sign_in(APIClient()))
    bearing(first).post(f"{API}/sign-out/")
    assert (status_with(bearing(first)), status_with(bearing(second))) == (401, 200)
    assert bearing(first).post(f"{API}/sign-out/").status_code == 401
    assert bearing(first).get(SESSION).status_code == 401


def test_allauths_own_sign_out_ends_the_token_too(anna: Staff, browser: APIClient) -> None:
    token = token_from(sign_in(browser))
    bearing(token).delete(SESSION)
    assert status_with(bearing(token)) == 401
    assert LogEntry.objects.filter(action="sign_out").count() == 1


def test_nobody_signs_up_or_finds_other_pages_of_the_library(browser: APIClient) -> None:
    body = {"email": "new@center.example", "password": PASSWORD}
    for page in ("auth/signup", "auth/code/request", "account/email"):
        assert browser.post(f"{API}/{page}", body).status_code == 404
    assert not Staff.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 100_000, 400),
        (b'{"email": "a@b.example", "password": "\\u0000"}', 400),
        (b'{"email": "\\ud800@b.example", "password": "x"}', 400),
        (b'{"email": ["a"], "password": {}}', 400),
        (b'{"email": "a@b.example", "password": "x", "admin": true}', 400),
        (b'"text"', 400),
        (b"\xff", 400),
        (b"", 400),
        (b"x" * (1024 * 1024 + 1), 413),
    ],
)
def test_odd_bodies_get_problem_documents(body: bytes, status: int, browser: APIClient) -> None:
    answer = browser.post(LOGIN, body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_forms_and_other_methods_are_refused(browser: APIClient) -> None:
    assert browser.post(LOGIN, b"email=a", content_type="application/x-www-form-urlencoded").status_code == 415
    answer = browser.get(LOGIN)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_who_is_signed_in_does_not_sign_in_again(anna: Staff, browser: APIClient) -> None:
    answer = sign_in(bearing(token_from(sign_in(browser))))
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_too_many_failures_wait(anna: Staff, browser: APIClient) -> None:
    answers = [sign_in(browser, password="wrong") for _ in range(6)]
    assert (answers[-1].status_code, answers[-1]["Retry-After"]) == (429, "60")


def test_signing_in_works_while_the_cache_is_away(
    anna: Staff, browser: APIClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.api.cache.FailOpenRedisCache._resting_until", 0.0)
    settings.CACHES = {
        "default": {"BACKEND": "backend.api.cache.FailOpenRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    assert status_with(bearing(token_from(sign_in(browser)))) == 200


def test_a_changed_password_signs_every_other_device_out(anna: Staff, browser: APIClient) -> None:
    mine, other = token_from(sign_in(browser)), token_from(sign_in(APIClient()))
    answer = bearing(mine).post(CHANGE, {"current_password": PASSWORD, "new_password": NEW_PASSWORD})
    assert answer.status_code == 200
    kept = token_from(answer)
    assert [status_with(bearing(token)) for token in (mine, other, kept)] == [401, 401, 200]
    assert sign_in(APIClient(), password=NEW_PASSWORD).status_code == 200
    assert LogEntry.objects.filter(object_type="centers.staff", action="update", actor_id=str(anna.pk)).exists()


def test_a_password_changes_only_for_who_knows_the_old_one(anna: Staff, browser: APIClient) -> None:
    client = bearing(token_from(sign_in(browser)))
    answer = client.post(CHANGE, {"current_password": "wrong", "new_password": NEW_PASSWORD})
    assert answer.json()["errors"][0]["code"] == "enter_current_password"
    assert browser.post(CHANGE, {"current_password": PASSWORD, "new_password": NEW_PASSWORD}).status_code == 401


def test_a_revoked_sign_in_has_no_session_either(anna: Staff, browser: APIClient) -> None:
    token = token_from(sign_in(browser))
    assert bearing(token).get(SESSION).status_code == 200
    SignIn.objects.revoke(staff_id=anna.pk)
    assert bearing(token).get(SESSION).status_code == 401


def test_a_sign_out_by_nobody_is_no_news(browser: APIClient) -> None:
    assert browser.delete(SESSION).status_code == 401
    assert not LogEntry.objects.filter(action="sign_out").exists()


def test_the_token_of_a_half_done_sign_in_opens_nothing_but_the_next_step() -> None:
    request = RequestFactory().post(LOGIN)
    request.session, request.user = SessionStore(), AnonymousUser()
    request.session["pending"] = "second factor"
    token = SignInTokenStrategy().create_session_token(request)
    assert not SignIn.objects.exists()
    assert status_with(bearing(token)) == 401
    session = SignInTokenStrategy().lookup_session(token)
    assert session is not None
    assert session["pending"] == "second factor"


def test_sessions_are_found_and_deleted_by_their_key_only() -> None:
    store = SessionStore()
    store.delete()
    store.create()
    key = str(store.session_key)
    assert SessionStore().exists(key)
    assert not SessionStore().exists(stored_key(key))
    SessionStore().delete(key)
    assert not SessionStore().exists(key)


# --- invitations ---


def accept(client: APIClient, token: str, password: str = PASSWORD) -> Any:
    return client.post(f"{API}/invitations/accept/", {"token": token, "password": password})


def test_an_invited_person_sets_a_password_and_signs_in(center: Center, browser: APIClient) -> None:
    staff = staff_with_role(center, email="new@center.example")
    token = actions.invite(staff=staff, center=center, by=SYSTEM)
    assert accept(browser, token).status_code == 204
    assert sign_in(browser, staff.email).status_code == 200


@pytest.mark.parametrize("case", ["unknown", "used", "expired", "replaced", "closed account"])
def test_links_that_do_not_work_are_refused_alike(
    case: str, center: Center, browser: APIClient, settings: Settings
) -> None:
    staff = StaffFactory()
    token, at = actions.invite(staff=staff, center=center, by=SYSTEM), now()
    if case == "unknown":
        token = "x" * len(token)
    elif case == "used":
        accept(browser, token)
    elif case == "expired":
        at += dt.timedelta(days=settings.INVITATION_DAYS)
    elif case == "replaced":
        actions.invite(staff=staff, center=center, by=SYSTEM)
    else:
        actions.deactivate(staff=staff, by=SYSTEM)
    with frozen(at):
        answer = accept(browser, token, NEW_PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (400, "invitation_not_valid")


def test_a_weak_password_is_named_and_leaves_the_link_open(center: Center, browser: APIClient) -> None:
    token = actions.invite(staff=StaffFactory(last_name="Featherstone"), center=center, by=SYSTEM)
    answer = accept(browser, token, "featherstone")
    assert answer.json()["errors"][0]["code"] == "password_too_similar"
    assert accept(browser, token).status_code == 204


def test_links_are_for_accounts_that_are_open_and_have_no_password(center: Center) -> None:
    with pytest.raises(Exception, match="has_password"):
        actions.invite(staff=StaffFactory(password=PASSWORD), center=center, by=SYSTEM)
    closed = StaffFactory()
    actions.deactivate(staff=closed, by=SYSTEM)
    with pytest.raises(Exception, match="staff_inactive"):
        actions.invite(staff=closed, center=center, by=SYSTEM)


def test_an_invitation_goes_to_its_mailbox_only(center: Center, counselor: Staff, api: APIClient) -> None:
    answer = api.post(f"{API}/staff/{counselor.pk}/invite/")
    assert answer.status_code == 202
    [message] = mail.outbox
    assert message.to == [counselor.email]
    token = str(message.body).split("/welcome/#")[1].split()[0]
    assert token not in answer.content.decode()
    assert center.name not in str(message.body)
    assert accept(APIClient(), token).status_code == 204


def test_a_mail_server_that_is_away_is_said_and_leaves_no_link(
    counselor: Staff, api: APIClient, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = api.post(f"{API}/staff/{counselor.pk}/invite/")
    assert (answer.status_code, answer.json()["code"]) == (503, "mail_not_sent")
    assert not Invitation.objects.exists()


def test_accepting_takes_no_other_fields_and_is_throttled(browser: APIClient) -> None:
    body = {"token": "x", "password": PASSWORD, "is_superuser": True}
    assert browser.post(f"{API}/invitations/accept/", body).status_code == 400
    assert [accept(browser, "x").status_code for _ in range(10)][-1] == 429


def test_a_center_one_left_is_closed_to_its_token(center: Center, anna: Staff, browser: APIClient) -> None:
    RoleAssignmentFactory(center=CenterFactory(), staff=anna)
    token = token_from(sign_in(browser))
    actions.leave_center(position=anna.positions.get(), by=SYSTEM)
    assert status_with(bearing(token)) == 401
