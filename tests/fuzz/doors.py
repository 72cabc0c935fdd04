"""One person walks through every door of sign-in with what people hold: an app, recovery codes, a security key."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from schemathesis import Response

from tests.access.asking import API
from tests.cast import PASSWORD
from tests.centers.authenticators import SecurityKey, totp
from tests.fuzz.campaign import Campaign

WAY = "doors"
APP, CODES, KEYS = (f"account/authenticators/{name}" for name in ("totp", "recovery-codes", "webauthn"))
KEY, KEY_AGAIN = "auth/webauthn/authenticate", "auth/webauthn/reauthenticate"


class ShutError(Exception):
    """A door did not open."""


@dataclass
class Device:
    """Where somebody signs in."""

    campaign: Campaign
    person: str
    bearer: str = ""

    def ask(self, method: str, tail: str, body: dict[str, Any] | None = None, *, answer: int = 200) -> Response:
        """One request, judged. Raises ShutError when it is not answered as who asks rightly is answered."""
        hint = self.campaign.operations[f"{method} {API}{tail}"]
        parts: dict[str, Any] = {} if body is None else {"body": body, "media_type": "application/json"}
        headers = {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        case = hint.operation.Case(headers={}, **parts)
        response = self.campaign.send(WAY, hint, self.person, case, headers=headers)
        if response.status_code != answer:
            told = f"{case!r}\n-> {response.content[:200]!r}"
            label, status = hint.operation.label, response.status_code
            self.campaign.ledger.accuse(label, "DoorShut", status, person=self.person, told=told)
            raise ShutError
        return response

    def sign_in(self, *, answer: int = 401) -> "Device":
        """Another device, on which the password was given; after a 401 the second factor is to follow."""
        body = {"email": f"{self.person}@example.org", "password": PASSWORD}
        told = Device(self.campaign, self.person).ask("POST", "auth/login", body, answer=answer)
        return Device(self.campaign, self.person, told.json()["meta"]["session_token"])


def passed(campaign: Campaign, person: str) -> None:
    """All of them, one after the other; what was set up is taken off in the end."""
    with suppress(ShutError), campaign.target.attempt():
        device = Device(campaign, person).sign_in(answer=200)
        secret = device.ask("GET", APP).json()["meta"]["secret"]
        device.ask("POST", APP, {"code": totp(secret)})
        key = SecurityKey()
        device.ask("GET", CODES)
        recovery, *_ = device.ask("POST", CODES).json()["data"]["unused_codes"]
        options = device.ask("GET", KEYS).json()["data"]["creation_options"]
        made = device.ask("POST", KEYS, {"name": "Blue", "credential": key.attest(options)}).json()["data"]["id"]
        device.ask("PUT", KEYS, {"id": made, "name": "Green"})
        device.sign_in().ask("POST", "auth/2fa/authenticate", {"code": recovery})
        _sign(device.sign_in(), KEY, key)
        _sign(device, KEY_AGAIN, key)
        # A code is good once: the next one is, which is taken early.
        device.ask("POST", "auth/2fa/reauthenticate", {"code": totp(secret, steps=1)})
        device.ask("DELETE", KEYS, {"authenticators": [made]})
        device.ask("DELETE", APP)
        _sign_out(device)


def _sign(device: Device, tail: str, key: SecurityKey) -> None:
    options = device.ask("GET", tail).json()["data"]["request_options"]
    device.ask("POST", tail, {"credential": key.sign(options)})


def _sign_out(device: Device) -> None:
    """Its answer is a 401, since nobody is signed in any more; so it is accepted when the device was and is not."""
    for method, answer in (("GET", 200), ("DELETE", 401), ("GET", 401)):
        device.ask(method, "auth/session", answer=answer)
    device.campaign.accept(WAY, f"DELETE {API}auth/session")
