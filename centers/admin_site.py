"""The admin's door: the same accounts, limits and records as the API's."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import logout
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

from backend.api import wall
from backend.api.clock import now
from backend.api.middleware import client_address, request_id_of
from backend.api.recorder import acting_as
from centers.sign_in_log import DOOR

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

SINCE, SEEN = "admin_since", "admin_seen"


class SignInForm(AdminAuthenticationForm):
    """E-mail address and password, asked through allauth's adapter: attempts are counted and failures recorded."""

    def clean(self) -> dict[str, Any]:
        """The person these credentials belong to. Raises ValidationError as the stock form does."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        request: Any = self.request
        if email and password:
            with acting_as(DOOR, request_id=request_id_of(request), address=client_address(request)):
                staff: Any = get_adapter(request).authenticate(request, email=email, password=password)
            if staff is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(staff)
            self.user_cache = staff
        return self.cleaned_data


class GatedAdminSite(AdminSite):
    """For staff who may open it; ends when idle, and after some hours."""

    site_header = site_title = "IOP administration"
    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this is somebody who may open the admin, seen recently enough."""
        if not super().has_permission(request):
            return False
        at = now()
        since = dt.datetime.fromisoformat(request.session.setdefault(SINCE, at.isoformat()))
        seen = dt.datetime.fromisoformat(request.session.get(SEEN, at.isoformat()))
        idle = dt.timedelta(minutes=settings.SIGN_IN_IDLE_MINUTES)
        if at - seen >= idle or at - since >= dt.timedelta(hours=settings.SIGN_IN_ABSOLUTE_HOURS):
            logout(request)
            return False
        request.session[SEEN] = at.isoformat()
        return True

    def admin_view(self, view: View, *args: Any, **kwargs: Any) -> View:
        """Every page in one transaction within the centers its reader works at, rendered before that ends."""
        page = super().admin_view(view, *args, **kwargs)

        @wraps(page)
        def within(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            with wall.atomic(getattr(request.user, "center_ids", ())):
                answer = page(request, *args, **kwargs)
                return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer

        return cast("View", within)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> NoReturn:
        """Not here: a changed password signs devices out, which the API does."""
        raise Http404
