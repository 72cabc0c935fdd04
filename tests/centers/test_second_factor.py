"""Second factors: enrolled, asked for, spent, lost, and required of whoever sees patients."""

import datetime as dt
import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import now
from centers.models import AccountMail, Center, SignIn, Staff
from centers.roles import RoleName
from centers.second_factor import SecondFactorAdapter
from tests.centers.authenticators import SecurityKey, text, totp
from tests.centers.conftest import SignedIn
from tests.centers.doors import (
    API,
    APP,
    CODE,
    CODE_AGAIN,
    CODES,
    FACTORS,
    KEY,
    KEY_AGAIN,
    KEYS,
    PASSWORD_AGAIN,
    SESSION,
    bearing,
    enroll_app,
    enroll_key,
    half_way,
    sign_in,
    signed_in,
    status_with,
    token_from,
)
from tests.factories import PASSWORD, staff_with_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(center: Center) -> Staff:
    return staff_with_role(center, RoleName.COORDINATOR, email="anna@center.example", password=PASSWORD)


@pytest.fixture
def required(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


def actions_logged() -> list[str]:
    entries = LogEntry.objects.filter(kind="sign_in").order_by("at", "id")
    return list(entries.values_list("action", flat=True))


def test_the_password_alone_opens_nothing_once_an_app_is_enrolled(anna: Staff) -> None:
    phone = enroll_app(signed_in(anna))
    client = half_way(anna)
    assert (status_with(client), client.get(f"{API}/devices/").status_code, client.get(FACTORS).status_code) == (
        401,
        401,
        401,
    )
    answer = client.post(CODE, {"code": phone.code()})
    assert answer.status_code == 200
    assert status_with(bearing(token_from(answer))) == 200


def test_a_sign_in_with_a_second_factor_remembers_when(anna: Staff) -> None:
    first = signed_in(anna)
    assert SignIn.objects.get().second_factor_at is None
    phone = enroll_app(first)
    assert SignIn.objects.get().second_factor_at is not None
    token = token_from(half_way(anna).post(CODE, {"code": phone.code()}))
    assert bearing(token).get(SESSION).status_code == 200
    assert SignIn.objects.filter(second_factor_at__isnull=False).count() == 2


def test_enrolling_signs_out_devices_that_gave_the_password_only(anna: Staff) -> None:
    mine, other = signed_in(anna), signed_in(anna)
    enroll_app(mine)
    assert (status_with(mine), status_with(other)) == (200, 401)


def test_a_code_is_good_once_even_while_the_cache_is_away(anna: Staff, settings: Settings) -> None:
    phone = enroll_app(signed_in(anna))
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    code = phone.code()
    assert half_way(anna).post(CODE, {"code": code}).status_code == 200
    answer = half_way(anna).post(CODE, {"code": code})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "incorrect_code")


def test_an_enrolled_secret_is_nowhere_in_clear(anna: Staff) -> None:
    client = signed_in(anna)
    secret = client.get(APP).json()["meta"]["secret"]
    assert secret not in str([session.get_decoded() for session in Session.objects.all()])
    client.post(APP, {"code": totp(secret)})
    rows = {row.type: row.data for row in Authenticator.objects.all()}
    assert secret not in json.dumps(rows)
    assert SecondFactorAdapter().decrypt(rows["totp"]["secret"]) == secret
    assert rows["recovery_codes"]["seed"].startswith("gAAAA")


def test_keys_are_rotated_without_losing_a_factor(anna: Staff, settings: Settings) -> None:
    phone = enroll_app(signed_in(anna))
    old = settings.SECOND_FACTOR_KEYS
    settings.SECOND_FACTOR_KEYS = ["the newest key", *old]
    assert half_way(anna).post(CODE, {"code": phone.code()}).status_code == 200
    call_command("reencrypt_second_factors")
    settings.SECOND_FACTOR_KEYS = ["the newest key"]
    assert half_way(anna).post(CODE, {"code": phone.code()}).status_code == 200


def test_a_recovery_code_opens_once(anna: Staff) -> None:
    client = signed_in(anna)
    enroll_app(client)
    codes = client.get(CODES).json()["data"]["unused_codes"]
    assert len(codes) == 10
    assert "unused_codes" not in client.get(CODES).json()["data"]
    assert half_way(anna).post(CODE, {"code": codes[0]}).status_code == 200
    assert half_way(anna).post(CODE, {"code": codes[0]}).status_code == 400
    fresh = client.post(CODES).json()["data"]["unused_codes"]
    assert half_way(anna).post(CODE, {"code": codes[1]}).status_code == 400
    assert half_way(anna).post(CODE, {"code": fresh[1]}).status_code == 200


def test_there_are_no_recovery_codes_without_a_second_factor(anna: Staff) -> None:
    client = signed_in(anna)
    assert (client.get(CODES).status_code, client.post(CODES).status_code) == (404, 404)


def test_a_security_key_is_enrolled_and_signs_in(anna: Staff) -> None:
    client = signed_in(anna)
    key = enroll_key(client)
    assert [one["type"] for one in client.get(FACTORS).json()["data"]] == ["webauthn", "recovery_codes"]
    waiting = half_way(anna)
    options = waiting.get(KEY).json()["data"]["request_options"]
    answer = waiting.post(KEY, {"credential": key.sign(options)})
    assert answer.status_code == 200, answer.content
    assert status_with(bearing(token_from(answer))) == 200


def test_a_copy_of_a_key_is_refused(anna: Staff) -> None:
    key = enroll_key(signed_in(anna))
    statuses = []
    for count in (5, 5, 4, 6):
        waiting = half_way(anna)
        options = waiting.get(KEY).json()["data"]["request_options"]
        key.count = count
        statuses.append(waiting.post(KEY, {"credential": key.sign(options)}).status_code)
    assert statuses == [200, 400, 400, 200]


@pytest.mark.parametrize("case", ["another key", "another site", "an old question", "not a credential", "empty"])
def test_a_key_that_does_not_fit_is_refused(case: str, anna: Staff) -> None:
    key = enroll_key(signed_in(anna))
    waiting = half_way(anna)
    options = waiting.get(KEY).json()["data"]["request_options"]
    credential: Any = key.sign(options)
    if case == "another key":
        thief = SecurityKey()
        thief.credential_id = key.credential_id
        credential = thief.sign(options)
    elif case == "another site":
        key.origin = "https://iop.example.evil"
        credential = key.sign(options)
    elif case == "an old question":
        waiting.get(KEY)
    elif case == "not a credential":
        credential = {"id": 7, "rawId": [], "response": {"clientDataJSON": "e30"}, "type": "x"}
    else:
        credential = {}
    answer = waiting.post(KEY, {"credential": credential})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert status_with(waiting) == 401


@pytest.mark.parametrize("attestation", [b"\x81" * 50_000, b"\xa3\x63fmt", b"", b"\xff" * 100])
def test_what_is_no_new_key_is_refused(attestation: bytes, anna: Staff) -> None:
    client, key = signed_in(anna), SecurityKey()
    credential = key.attest(client.get(KEYS).json()["data"]["creation_options"])
    credential["response"]["attestationObject"] = text(attestation)
    answer = client.post(KEYS, {"credential": credential})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "incorrect_code")
    assert not Authenticator.objects.exists()


def test_of_a_new_key_only_what_is_needed_is_kept(anna: Staff) -> None:
    client, key = signed_in(anna), SecurityKey()
    credential = key.attest(client.get(KEYS).json()["data"]["creation_options"])
    credential["clientExtensionResults"] = {"credProps": "odd"}
    assert client.post(KEYS, {"credential": credential}).status_code == 200
    assert client.get(FACTORS).status_code == 200


def test_a_key_is_renamed_and_removed(anna: Staff) -> None:
    client = signed_in(anna)
    enroll_key(client)
    row = Authenticator.objects.get(type="webauthn")
    assert client.put(KEYS, {"id": row.pk, "name": "Green"}).json()["data"]["name"] == "Green"
    assert client.delete(KEYS, {"authenticators": [row.pk]}).status_code == 200
    assert not Authenticator.objects.exists()


def test_second_factors_are_changed_only_shortly_after_a_factor_was_given(
    anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(anna)
    phone = enroll_app(client)
    with monkeypatch.context() as later:
        later.setattr("centers.sign_in.app_settings.REAUTHENTICATION_TIMEOUT", 0, raising=False)
        answer = client.delete(APP)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert client.post(CODE_AGAIN, {"code": phone.code()}).status_code == 200
    assert client.delete(APP).status_code == 200


def test_every_step_is_logged_and_nothing_secret_with_it(anna: Staff) -> None:
    client = signed_in(anna)
    phone = enroll_app(client)
    waiting = half_way(anna)
    waiting.post(CODE, {"code": "000000"})
    waiting.post(CODE, {"code": phone.code()})
    client.delete(APP)
    assert actions_logged() == [
        "sign_in",
        "second_factor_added",
        "second_factor_failed",
        "second_factor_given",
        "sign_in",
        "second_factor_removed",
    ]
    logged = str(list(LogEntry.objects.values()))
    assert phone.secret not in logged
    assert anna.email not in logged


def test_codes_are_not_guessed(anna: Staff) -> None:
    phone = enroll_app(signed_in(anna))
    answers = [half_way(anna).post(CODE, {"code": f"{number:06d}"}) for number in range(6)]
    assert [answer.status_code for answer in answers] == [400] * 5 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert half_way(anna).post(CODE, {"code": phone.code()}).status_code == 429


# --- required of whoever sees patients ---


@pytest.mark.parametrize("role", list(RoleName))
def test_every_role_but_the_director_wants_a_second_factor(
    role: RoleName, center: Center, required: None, client_of: SignedIn
) -> None:
    client = client_of(staff_with_role(center, role))
    answer = client.get(f"{API}/centers/")
    expected = (200, None) if role == RoleName.DIRECTOR else (403, "second_factor_required")
    assert (answer.status_code, answer.json().get("code")) == expected


def test_who_must_enroll_reaches_that_and_nothing_else(anna: Staff, center: Center, required: None) -> None:
    client = signed_in(anna)
    there, absent = client.get(f"{API}/centers/{center.pk}/"), client.get(f"{API}/centers/{anna.pk}/")
    assert (there.status_code, there.json()["code"]) == (403, "second_factor_required")
    assert (there.content, there.headers.keys()) == (absent.content, absent.headers.keys())
    change = client.post(f"{API}/account/password/change", {"current_password": PASSWORD, "new_password": "x"})
    assert (change.status_code, change.json()["code"]) == (403, "second_factor_required")
    for address in (SESSION, f"{API}/devices/", FACTORS):
        assert client.get(address).status_code == 200
    enroll_app(client)
    assert status_with(client) == 200
    assert LogEntry.objects.filter(kind="refuse", outcome="second_factor_required", actor_id=str(anna.pk)).count() == 3


def test_who_must_enroll_may_sign_out(anna: Staff, required: None) -> None:
    client = signed_in(anna)
    assert client.post(f"{API}/sign-out/").status_code == 204
    assert client.get(f"{API}/devices/").status_code == 401


def test_asking_whether_a_second_factor_was_given_is_part_of_the_one_statement(
    anna: Staff, required: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(anna)
    enroll_app(client)
    with django_assert_num_queries(1):
        client.options(f"{API}/sign-out/")


def test_the_last_second_factor_stays_while_it_is_required(anna: Staff, required: None) -> None:
    client = signed_in(anna)
    enroll_app(client)
    answer = client.delete(APP)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_second_factor")
    enroll_key(client)
    assert client.delete(APP).status_code == 200


# --- lost ---


def test_an_administrator_resets_a_lost_second_factor(anna: Staff, api: APIClient, center: Center) -> None:
    client = signed_in(anna)
    enroll_app(client)
    answer = api.post(f"{API}/staff/{anna.pk}/reset-second-factor/")
    assert answer.status_code == 200, answer.content
    assert not Authenticator.objects.exists()
    assert status_with(client) == 401
    assert sign_in(anna.email).status_code == 200
    assert AccountMail.objects.get().staff == anna
    entry = LogEntry.objects.get(action="second_factor_reset")
    assert (entry.object_pk, entry.center_id) == (str(anna.pk), center.pk)


def test_hiring_by_an_address_disarms_no_account(anna: Staff, api: APIClient, center: Center) -> None:
    enroll_app(signed_in(anna))
    anna.positions.update(joined_at=None)
    answer = api.post(f"{API}/staff/{anna.pk}/reset-second-factor/")
    assert (answer.status_code, answer.json()["code"]) == (409, "has_not_joined")
    assert Authenticator.objects.exists()


def test_nobody_resets_their_own_second_factor(administrator: Staff, api: APIClient) -> None:
    answer = api.post(f"{API}/staff/{administrator.pk}/reset-second-factor/")
    assert (answer.status_code, answer.json()["code"]) == (409, "second_factor_of_oneself")


def test_the_console_resets_the_second_factor_of_an_only_administrator(anna: Staff, center: Center) -> None:
    enroll_app(signed_in(anna))
    call_command("reset_second_factor", anna.email, "--center", center.name)
    assert sign_in(anna.email).status_code == 200
    assert LogEntry.objects.get(action="second_factor_reset").actor_id == "system:reset-second-factor"
    with pytest.raises(CommandError, match="nobody"):
        call_command("reset_second_factor", "nobody@center.example", "--center", center.name)


def test_a_key_is_used_again_to_be_fresh(anna: Staff) -> None:
    client = signed_in(anna)
    key = enroll_key(client)
    SignIn.objects.update(second_factor_at=None)
    options = client.get(KEY_AGAIN).json()["data"]["request_options"]
    assert client.post(KEY_AGAIN, {"credential": key.sign(options)}).status_code == 200
    assert SignIn.objects.get().second_factor_at is not None


def test_the_password_again_is_no_second_factor(anna: Staff) -> None:
    client = signed_in(anna)
    assert client.post(PASSWORD_AGAIN, {"password": PASSWORD}).status_code == 200
    assert SignIn.objects.get().second_factor_at is None


def test_the_password_again_changes_no_second_factor(anna: Staff) -> None:
    client = signed_in(anna)
    phone = enroll_app(client)
    SignIn.objects.update(second_factor_at=now() - dt.timedelta(minutes=6))
    assert client.post(PASSWORD_AGAIN, {"password": PASSWORD}).status_code == 200
    refused = [client.get(KEYS), client.get(CODES), client.post(CODES), client.delete(APP)]
    assert [answer.status_code for answer in refused] == [401] * 4
    assert client.post(CODE_AGAIN, {"code": phone.code()}).status_code == 200
    assert client.get(KEYS).status_code == 200


def test_a_key_that_has_counted_does_not_stop(anna: Staff) -> None:
    key = enroll_key(signed_in(anna))
    client = half_way(anna)
    options = client.get(KEY).json()["data"]["request_options"]
    assert client.post(KEY, {"credential": key.sign(options)}).status_code == 200
    client, key.count = half_way(anna), -1
    options = client.get(KEY).json()["data"]["request_options"]
    assert client.post(KEY, {"credential": key.sign(options)}).status_code == 400


def test_the_password_alone_changes_no_password_beside_a_second_factor(anna: Staff) -> None:
    client = signed_in(anna)
    phone = enroll_app(client)
    SignIn.objects.update(second_factor_at=now() - dt.timedelta(minutes=6))
    body = {"current_password": PASSWORD, "new_password": "another battery staple 7"}
    assert client.post(f"{API}/account/password/change", body).status_code == 401
    assert client.post(CODE_AGAIN, {"code": phone.code()}).status_code == 200
    assert client.post(f"{API}/account/password/change", body).status_code == 200
