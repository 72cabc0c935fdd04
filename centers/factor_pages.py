"""allauth's pages of second factors over our own checks: codes good once, attempts recorded, secrets encrypted."""

import datetime as dt
import struct
from typing import Any, NoReturn

from allauth.account import app_settings
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStageController
from allauth.core.exceptions import ReauthenticationRequired
from allauth.headless.account.views import ChangePasswordView, ReauthenticateView
from allauth.headless.base.response import AuthenticationResponse
from allauth.headless.base.views import AuthenticatedAPIView, AuthenticationStageAPIView
from allauth.headless.internal.restkit import inputs
from allauth.headless.internal.restkit.response import APIResponse
from allauth.headless.mfa import response
from allauth.headless.mfa.inputs import DeleteWebAuthnInput, UpdateWebAuthnInput
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from backend.api.clock import now
from centers import second_factor, sign_in_log
from centers.models import SignIn
from centers.second_factor import Kind
from centers.sign_in import is_password_still_right, token_of

NEW_APP = "new_authenticator_app"
NAME_LENGTH = 100
# What the libraries raise for a credential that is no credential.
UNREADABLE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError),
    *(RecursionError, OverflowError, NotImplementedError, struct.error),
)
# What is kept of a new key; the rest is whatever a client cared to send.
KEPT = ("clientDataJSON", "attestationObject")


class PersonInput(inputs.Input):
    """What somebody known sends; `user` is who."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        self.request = kwargs.pop("request")
        self.authenticator: Any = None
        super().__init__(*args, **kwargs)

    def refuse(self) -> NoReturn:
        """Record a second factor that was wrong. Raises ValidationError, the same whatever was wrong with it."""
        sign_in_log.note(self.request, self.user, "second_factor_failed", by=sign_in_log.DOOR, outcome="refused")
        raise get_adapter().validation_error("incorrect_code")


class CodeInput(PersonInput):
    """A time-based code or a recovery code."""

    code = inputs.CharField(max_length=20)

    def clean_code(self) -> str:
        """The code, spent. Raises ValidationError for one that is wrong or was used."""
        code: str = self.cleaned_data["code"]
        self.authenticator = second_factor.matching(self.user, code)
        if self.authenticator is None:
            self.refuse()
        return code


class KeyInput(PersonInput):
    """The assertion of a security key or a passkey."""

    credential = forms.JSONField()

    def clean_credential(self) -> Any:
        """The assertion, checked. Raises ValidationError for one that is not by a key of this person."""
        credential = self.cleaned_data["credential"]
        try:
            self.authenticator = webauthn.complete_authentication(self.user, credential)
            count = webauthn.parse_authentication_response(credential).response.authenticator_data.counter
        except (ValidationError, *UNREADABLE):
            self.refuse()
        if not second_factor.counts_on(self.authenticator, count):
            self.refuse()
        return credential


class NewKeyInput(PersonInput):
    """The attestation of a new key, and what its owner calls it."""

    name = inputs.CharField(required=False, max_length=NAME_LENGTH)
    credential = forms.JSONField()

    def clean_credential(self) -> Any:
        """The attestation, checked. Raises ValidationError for one that answers no question of this session."""
        credential = self.cleaned_data["credential"]
        try:
            webauthn.complete_registration(credential)
            answer = {name: credential["response"][name] for name in KEPT}
            kept = {"type": "public-key", "rawId": credential["rawId"], "response": answer}
        except (ValidationError, *UNREADABLE):
            self.refuse()
        return kept | {"clientExtensionResults": {}}


class NewTOTPInput(PersonInput):
    """The first code of a new authenticator app."""

    code = inputs.CharField(max_length=20)
    secret = ""
    counter: int | None = None

    def clean_code(self) -> str:
        """The code. Raises ValidationError unless it is of the secret this session was shown."""
        code: str = self.cleaned_data["code"]
        pending = self.request.session.get(NEW_APP)
        if pending:
            self.secret = get_adapter().decrypt(pending)
            self.counter = second_factor.counter_of(self.secret, code)
        if self.counter is None:
            self.refuse()
        return code


class Given:
    """A page at which a second factor is given: at sign-in, or again."""

    request: Any
    input: Any
    again = False

    def given(self) -> None:
        """Note it in the session, on the device and in the log."""
        row = self.input.authenticator
        post_authentication(self.request, row, reauthenticated=self.again)
        details = {"type": str(row.type)}
        sign_in_log.note(self.request, self.input.user, "second_factor_given", details=details)
        if self.again:
            resume(self.request, self.input.user, second_factor_at=now())


class Authenticate(Given, AuthenticationStageAPIView):
    """The second step of signing in, by a code."""

    stage_class = AuthenticateStage
    input_class: Any = CodeInput
    input: Any

    def handle(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Nothing, once the password of the first step is another."""
        stage = LoginStageController.enter(request, self.stage_class.key)
        if stage is not None and not is_password_still_right(request, stage.login.user):
            clear_login(request)
        return super().handle(request, *args, **kwargs)

    def get_input_kwargs(self) -> dict[str, Any]:
        """Whose second factor is asked for."""
        return {"user": self.stage.login.user, "request": self.request}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Go on signing in."""
        self.given()
        return self.respond_next_stage()


class AuthenticateByKey(Authenticate):
    """The second step of signing in, by a security key."""

    input_class = {"POST": KeyInput}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The question the key must answer."""
        return response.WebAuthnRequestOptionsResponse(request, webauthn.begin_authentication(self.stage.login.user))


class PersonView(AuthenticatedAPIView):
    """A page of somebody signed in."""

    input: Any

    @property
    def person(self) -> Any:
        """Who that is; the library's dispatch lets nobody else in."""
        return self.request.user

    def get_input_kwargs(self) -> dict[str, Any]:
        """Who that is."""
        return {"user": self.person, "request": self.request}

    def note(self, action: str, kind: Any) -> None:
        """Record a change of somebody's own second factors."""
        sign_in_log.note(self.request, self.person, action, details={"type": str(kind)})

    def check_fresh(self) -> SignIn | None:
        """The device. Raises ReauthenticationRequired when no factor was given of late, or not the second one.

        Whoever has a second factor gives that one: by the password alone, a thief would enroll a key of their own.
        """
        raise_if_reauthentication_required(self.request, app="allauth.mfa")
        return device_with_factor(self.request, self.person)

    def enroll(self, kind: Any, data: dict[str, Any]) -> tuple[Authenticator, bool]:
        """Add a second factor."""
        device = self.check_fresh()
        row, has_new_codes = second_factor.enroll(self.person, kind, data, device)
        self.note("second_factor_added", kind)
        return row, has_new_codes

    def remove(self, rows: list[Any]) -> None:
        """Take second factors off."""
        device = self.check_fresh()
        second_factor.remove(self.person, rows, device.role_names if device else ())
        for row in rows:
            self.note("second_factor_removed", row.type)


class ChangePassword(ChangePasswordView):
    """A new password, by the old one and, where there is one, the second factor."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change it: by the password alone, a thief would lock its owner out."""
        device_with_factor(request, request.user)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


class Reauthenticate(ReauthenticateView):
    """The password given again; an idle device is awake."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Resume."""
        answer: HttpResponse = super().post(request, *args, **kwargs)
        resume(request, request.user)
        return answer


class ReauthenticateByCode(Given, PersonView):
    """A code given again."""

    input_class: Any = CodeInput
    input: Any
    again = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Resume, with a second factor that is fresh."""
        self.given()
        return AuthenticationResponse(request)


class ReauthenticateByKey(ReauthenticateByCode):
    """A security key used again."""

    input_class = {"POST": KeyInput}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The question the key must answer."""
        return response.WebAuthnRequestOptionsResponse(request, webauthn.begin_authentication(self.person))


class ManageTOTP(PersonView):
    """One's authenticator app."""

    input_class = {"POST": NewTOTPInput}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The app there is, or a new secret for one, kept encrypted in the session until a code proves it."""
        row = self._row()
        if row is not None:
            return response.TOTPResponse(request, row)
        self.check_fresh()
        secret = generate_totp_secret()
        request.session[NEW_APP] = get_adapter().encrypt(secret)
        meta = {"secret": secret, "totp_url": get_adapter().build_totp_url(self.person, secret)}
        return APIResponse(request, meta=meta)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Enroll the app."""
        data = {"secret": get_adapter().encrypt(self.input.secret), second_factor.LAST_COUNTER: self.input.counter}
        row, _ = self.enroll(Kind.TOTP, data)
        del request.session[NEW_APP]
        return response.TOTPResponse(request, row)

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the app off."""
        row = self._row()
        self.remove([row] if row is not None else [])
        return response.AuthenticatorDeletedResponse(request)

    def _row(self) -> Any:
        return Authenticator.objects.filter(type=Kind.TOTP, user=self.person).first()


class ManageRecoveryCodes(PersonView):
    """One's recovery codes, shown once."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """How many are left; the codes themselves the first time only."""
        self.check_fresh()
        second_factor.locked(self.person)
        row = Authenticator.objects.filter(type=Kind.RECOVERY_CODES, user=self.person).first()
        if row is None:
            return response.RecoveryCodesNotFoundResponse(request)
        codes = RecoveryCodes(row)
        is_first = not codes.did_view
        codes.mark_as_viewed()
        return response.RecoveryCodesResponse(request, row, can_view=is_first)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """New codes; the old ones open nothing any more. There are none without a second factor."""
        self.check_fresh()
        second_factor.locked(self.person)
        if not second_factor.has_factor(self.person):
            return response.RecoveryCodesNotFoundResponse(request)
        Authenticator.objects.filter(type=Kind.RECOVERY_CODES, user=self.person).delete()
        codes = RecoveryCodes.activate(self.person)
        codes.mark_as_viewed()
        self.note("recovery_codes_made", Kind.RECOVERY_CODES)
        return response.RecoveryCodesResponse(request, codes.instance, can_view=True)


class ManageKeys(PersonView):
    """One's security keys."""

    input_class = {"POST": NewKeyInput, "PUT": UpdateWebAuthnInput, "DELETE": DeleteWebAuthnInput}

    def get_input_kwargs(self) -> dict[str, Any]:
        """The library's own inputs know no request."""
        return super().get_input_kwargs() if self.request.method == "POST" else {"user": self.person}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What a new key must answer."""
        self.check_fresh()
        return response.AddWebAuthnResponse(request, webauthn.begin_registration(self.person, passwordless=False))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Enroll the key."""
        sent = self.input.cleaned_data
        name = sent["name"] or get_adapter().generate_authenticator_name(self.person, Kind.WEBAUTHN)
        row, has_new_codes = self.enroll(Kind.WEBAUTHN, {"name": name, "credential": sent["credential"]})
        return response.AuthenticatorResponse(request, row, meta={"recovery_codes_generated": has_new_codes})

    def put(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Call a key something else."""
        self.check_fresh()
        row = self.input.cleaned_data["id"]
        row.wrap().name = self.input.cleaned_data["name"]
        row.save(update_fields=["data"])
        return response.AuthenticatorResponse(request, row)

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take keys off."""
        self.remove(list(self.input.cleaned_data["authenticators"]))
        return response.AuthenticatorsDeletedResponse(request)


def device_with_factor(request: HttpRequest, person: Any) -> SignIn:
    """The device of a request. Raises ReauthenticationRequired while its person owes it a fresh second factor."""
    device = SignIn.objects.of_token(token_of(request), now())
    if device is None or (not _is_fresh(device) and second_factor.has_factor(person)):
        raise ReauthenticationRequired
    return device


def _is_fresh(device: SignIn) -> bool:
    """Whether a second factor was given on a device of late."""
    lasts = dt.timedelta(seconds=app_settings.REAUTHENTICATION_TIMEOUT)
    return device.second_factor_at is not None and now() - device.second_factor_at < lasts


def resume(request: HttpRequest, staff: Any, **changed: Any) -> None:
    """Let the device of a request be in use from now on; recorded if it had gone idle."""
    device = SignIn.objects.of_token(token_of(request), now())
    if device is None:
        return
    if device.is_idle(now()):
        sign_in_log.note(request, staff, "sign_in_resumed")
    SignIn.objects.filter(pk=device.pk).update(last_seen_at=now(), **changed)
