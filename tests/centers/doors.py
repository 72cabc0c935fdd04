"""Signing in through HTTP, step by step, as clients do."""

from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient

from centers.models import Staff
from tests.centers.authenticators import SecurityKey, totp
from tests.factories import PASSWORD

API = "/api/v1"
LOGIN, SESSION = f"{API}/auth/login", f"{API}/auth/session"
CODE, CODE_AGAIN, PASSWORD_AGAIN = (
    f"{API}/auth/2fa/authenticate",
    f"{API}/auth/2fa/reauthenticate",
    f"{API}/auth/reauthenticate",
)
KEY, KEY_AGAIN = f"{API}/auth/webauthn/authenticate", f"{API}/auth/webauthn/reauthenticate"
FACTORS = f"{API}/account/authenticators"
APP, CODES, KEYS = f"{FACTORS}/totp", f"{FACTORS}/recovery-codes", f"{FACTORS}/webauthn"


def stranger() -> APIClient:
    return APIClient(raise_request_exception=False)


def sign_in(email: str, password: str = PASSWORD, client: APIClient | None = None) -> Any:
    return (client or stranger()).post(LOGIN, {"email": email, "password": password})


def bearing(token: str, **headers: str) -> APIClient:
    client = stranger()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}", **headers)
    return client


def token_from(answer: Any) -> str:
    token = answer.json()["meta"]["session_token"]
    assert isinstance(token, str)
    return token


def signed_in(staff: Staff) -> APIClient:
    """A device on which somebody gave the password."""
    return bearing(token_from(sign_in(staff.email)))


def status_with(client: APIClient) -> int:
    return int(client.get(f"{API}/centers/").status_code)


@dataclass
class Phone:
    """Somebody's authenticator app. A code is good once: each is of the next step the service still takes."""

    secret: str
    steps: int = 0

    def code(self) -> str:
        self.steps += 1
        return totp(self.secret, steps=self.steps - 1)


def enroll_app(client: APIClient) -> Phone:
    """Set an authenticator app up on a signed-in device, with the code of the step before this one."""
    secret = client.get(APP).json()["meta"]["secret"]
    answer = client.post(APP, {"code": totp(secret, steps=-1)})
    assert answer.status_code == 200, answer.content
    return Phone(secret)


def enroll_key(client: APIClient) -> SecurityKey:
    """Set a security key up on a signed-in device."""
    key = SecurityKey()
    options = client.get(KEYS).json()["data"]["creation_options"]
    answer = client.post(KEYS, {"name": "Blue", "credential": key.attest(options)})
    assert answer.status_code == 200, answer.content
    return key


def half_way(staff: Staff) -> APIClient:
    """After the password, before the second factor."""
    answer = sign_in(staff.email)
    assert answer.status_code == 401, answer.content
    return bearing(token_from(answer))
