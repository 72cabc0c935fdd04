"""The admin's door: the same accounts, factors, limits and records as the API's."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.auth import logout
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.cache import never_cache

from backend.api import wall
from backend.api.errors import Refused
from centers.admin_sign_in import AskSecondFactor, EnrollSecondFactor, SignInForm, SignInView
from centers.models import SignIn
from centers.sign_in import check_in, device_of_session

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

DEVICE = "iop.admin_device"


class GatedAdminSite(AdminSite):
    """For staff who may open it, on devices that gave what their roles want; ends when idle, and after some hours."""

    site_header = site_title = "IOP administration"
    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this is somebody who may open the admin, on a device that may."""
        device = self.device(request)
        return device is not None and not device.lacks_second_factor and super().has_permission(request)

    def device(self, request: HttpRequest) -> SignIn | None:
        """The device a cookie signs in, asked once a request; one that is idle, old or revoked is signed out."""
        if DEVICE not in request.META:
            request.META[DEVICE] = self._device(request)
        found: SignIn | None = request.META[DEVICE]
        return found

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The stock addresses, and the two of second factors."""
        ours: list[URLPattern | URLResolver] = [
            path("second-factor/", AskSecondFactor.as_view(site=self), name="second_factor"),
            path("second-factor/enroll/", EnrollSecondFactor.as_view(site=self), name="enroll_second_factor"),
        ]
        return ours + super().get_urls()

    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The first step; who still has to set up a second factor is led there."""
        device = self.device(request)
        if device is not None and device.lacks_second_factor:
            return redirect("admin:enroll_second_factor")
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        return never_cache(SignInView.as_view(site=self, extra_context=extra_context))(request)

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

    def page(self, request: HttpRequest, title: str) -> dict[str, Any]:
        """What the templates of the door want to know of the site."""
        return self.each_context(request) | {"title": title, "is_nav_sidebar_enabled": False, "has_permission": False}

    def _device(self, request: HttpRequest) -> SignIn | None:
        if not request.user.is_authenticated:
            return None
        device = device_of_session(request)
        try:
            if device is not None:
                check_in(request, device)
                return device
        except Refused:
            pass
        logout(request)
        return None
