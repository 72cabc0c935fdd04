"""The steps of signing in to the admin: the password, then a code or a key, or setting one of them up."""

import base64
import datetime as dt
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.middleware import client_address, request_id_of
from backend.api.parsers import loads
from backend.api.recorder import acting_as
from centers import attempts, second_factor, sign_in_log
from centers.admin_access import may_open
from centers.attempts import Counter
from centers.factor_pages import NEW_APP, CodeInput, KeyInput, NewKeyInput, NewTOTPInput, PersonInput
from centers.models import SignIn, Staff
from centers.second_factor import Kind
from centers.sign_in import is_password_still_right
from centers.sign_in_log import DOOR

HALF_WAY = "admin_half_way"
HALF_WAY_LASTS = dt.timedelta(minutes=10)
TOO_MANY = ValidationError("Too many failed attempts. Wait some minutes.", code="too_many_login_attempts")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class SignInForm(AdminAuthenticationForm):
    """E-mail address and password: attempts are counted and failures recorded as the API's are."""

    def clean(self) -> dict[str, Any]:
        """The person these credentials belong to. Raises ValidationError as the stock form does."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        request: Any = self.request
        if email and password:
            counters = attempts.of_address(request), attempts.of_account(email)
            with at_the_door(request):
                claimed(*counters)
                staff: Any = get_adapter(request).authenticate(request, email=email, password=password)
            if staff is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(staff)
            attempts.forgive(*counters)
            self.user_cache = staff
        return dict(self.cleaned_data)

    def confirm_login_allowed(self, user: Any) -> None:
        """Whoever has something to do in the admin may enter it, flagged or not."""
        if not may_open(user):
            raise self.get_invalid_login_error()


class SignInView(LoginView):
    """The first step: signs in whoever has no second factor, and sends everybody else to the next."""

    site: Any = None
    template_name = "admin/login.html"
    authentication_form = SignInForm
    next_page = "admin:index"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the stock template wants."""
        shown: dict[str, Any] = self.site.page(self.request, "Sign in") | super().get_context_data(**kwargs)
        return shown | {"app_path": self.request.get_full_path(), "username": ""}

    def form_valid(self, form: Any) -> Any:
        """The password was right."""
        staff = form.get_user()
        if second_factor.has_factor(staff):
            self.request.session[HALF_WAY] = [str(staff.pk), now().isoformat(), self.get_success_url()]
            return redirect("admin:second_factor")
        record_authentication(self.request, staff, "password")
        login(self.request, staff, backend=BACKEND)
        return redirect(self.get_success_url())


@method_decorator(never_cache, name="dispatch")
class Step(View):
    """A page between the first step and the admin: a code or a key is asked for."""

    site: Any = None
    template_name = ""
    title = ""
    code_form: type[PersonInput]
    key_form: type[PersonInput]
    staff: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Back to the first step unless somebody is at this one."""
        staff = self.somebody()
        if staff is None:
            return redirect("admin:login")
        self.staff = staff
        with at_the_door(request):
            return super().dispatch(request, *args, **kwargs)

    def somebody(self) -> Staff | None:
        """Whose step this is."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form."""
        return self.shown()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check what was given, counted like every other attempt."""
        counters = attempts.of_address(request), Counter("second_factor", str(self.staff.pk))
        try:
            claimed(*counters)
        except ValidationError as wait:
            return self.shown(wait.messages, status=429)
        with transaction.atomic():
            form = self.form()
            if form is None or not form.is_valid():
                return self.shown(["The code or the key does not fit."])
            answer = self.given(form)
        attempts.forgive(*counters)
        return answer

    def form(self) -> PersonInput | None:
        """What was sent, a key's answer read as the API reads it; None when it is none."""
        sent: dict[str, Any] = self.request.POST.dict()
        if not sent.get("credential"):
            return self.code_form(sent, user=self.staff, request=self.request)
        try:
            sent["credential"] = loads(sent["credential"].encode())
        except Refused:
            return None
        return self.key_form(sent, user=self.staff, request=self.request)

    def given(self, form: Any) -> HttpResponse:
        """What was given is right."""
        raise NotImplementedError

    def details(self) -> dict[str, Any]:
        """What the page shows besides the form."""
        return {}

    def shown(self, errors: Any = (), status: int = 200) -> HttpResponse:
        """The page."""
        context = self.site.page(self.request, self.title) | self.details() | {"errors": list(errors)}
        return render(self.request, self.template_name, context, status=status)


class AskSecondFactor(Step):
    """The second step of signing in."""

    template_name = "centers/second_factor.html"
    title = "Second step"
    code_form, key_form = CodeInput, KeyInput

    def somebody(self) -> Staff | None:
        """Who gave the password a moment ago, in this session."""
        staff_id, since, self.next_url = self.request.session.get(HALF_WAY, ("", "", ""))
        if not staff_id or now() - dt.datetime.fromisoformat(since) >= HALF_WAY_LASTS:
            return None
        staff = Staff.objects.filter(pk=staff_id, is_active=True).first()
        return staff if staff is not None and is_password_still_right(self.request, staff) else None

    def details(self) -> dict[str, Any]:
        """The question for a key, of somebody who has one."""
        has_key = Authenticator.objects.filter(user=self.staff, type=Kind.WEBAUTHN).exists()
        return {"request_options": webauthn.begin_authentication(self.staff) if has_key else None}

    def given(self, form: Any) -> HttpResponse:
        """Sign in."""
        del self.request.session[HALF_WAY]
        record_authentication(self.request, self.staff, "password")
        post_authentication(self.request, form.authenticator)
        details = {"type": str(form.authenticator.type)}
        sign_in_log.note(self.request, self.staff, "second_factor_given", details=details)
        login(self.request, self.staff, backend=BACKEND)
        return redirect(self.next_url)


class EnrollSecondFactor(Step):
    """Setting a second factor up, for who signed in and has none."""

    template_name = "centers/enroll_second_factor.html"
    title = "Set up a second step"
    code_form, key_form = NewTOTPInput, NewKeyInput

    def somebody(self) -> Any:
        """Who is signed in on this device, without a second factor."""
        self.device: SignIn | None = self.site.device(self.request)
        if self.device is None or second_factor.has_factor(self.request.user):
            return None
        return self.request.user

    def details(self) -> dict[str, Any]:
        """A new secret, as a picture and as text, and the question for a new key."""
        adapter = get_factor_adapter()
        secret = generate_totp_secret()
        self.request.session[NEW_APP] = adapter.encrypt(secret)
        picture = adapter.build_totp_svg(adapter.build_totp_url(self.staff, secret)).encode()
        return {
            "secret": secret,
            "picture": base64.b64encode(picture).decode(),
            "creation_options": webauthn.begin_registration(self.staff, passwordless=False),
        }

    def given(self, form: Any) -> HttpResponse:
        """Enroll, and show the recovery codes once."""
        if isinstance(form, NewTOTPInput):
            secret = get_factor_adapter().encrypt(form.secret)
            kind, data = Kind.TOTP, {"secret": secret, second_factor.LAST_COUNTER: form.counter}
        else:
            name = form.cleaned_data["name"] or "Key"
            kind, data = Kind.WEBAUTHN, {"name": name, "credential": form.cleaned_data["credential"]}
        second_factor.enroll(self.staff, kind, data, self.device)
        sign_in_log.note(self.request, self.staff, "second_factor_added", details={"type": str(kind)})
        row = Authenticator.objects.get(user=self.staff, type=Kind.RECOVERY_CODES)
        codes = RecoveryCodes(row)
        codes.mark_as_viewed()
        self.request.session.pop(NEW_APP, None)
        context = self.site.page(self.request, "Recovery codes") | {"codes": codes.get_unused_codes()}
        return render(self.request, "centers/recovery_codes.html", context)


def at_the_door(request: HttpRequest) -> Any:
    """Whoever knocks is nobody yet."""
    return acting_as(DOOR, request_id=request_id_of(request), address=client_address(request))


def claimed(*counters: Counter) -> None:
    """Count a try. Raises ValidationError while one of the counters makes wait."""
    try:
        attempts.claim(*counters)
    except Refused as refused:
        raise TOO_MANY from refused
