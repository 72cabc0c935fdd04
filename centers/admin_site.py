"""The admin's door: the same accounts, factors, limits and records as the API's."""

from typing import Any, NoReturn

from django.contrib.auth import logout
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.cache import never_cache

from audit.models import LogEntry
from backend.api.admin_site import RecordedAdminSite
from backend.api.errors import Refused
from centers.admin_access import may_open
from centers.admin_sign_in import AskSecondFactor, EnrollSecondFactor, SignInForm, SignInView
from centers.models import SignIn
from centers.roles import Code
from centers.sign_in import check_in, device_of_session

DEVICE = "iop.admin_device"


class GatedAdminSite(RecordedAdminSite):
    """For staff who may open it, on devices that gave what their roles want; ends when idle, and after some hours."""

    site_header = site_title = "IOP administration"
    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this is somebody who may open the admin, on a device that may."""
        device = self.device(request)
        return device is not None and not device.lacks_second_factor and may_open(request.user)

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

    def log_of(self, user: Any, obj: Any) -> QuerySet[LogEntry]:
        """The log's entries about one object that `user` may read, latest first."""
        return LogEntry.objects.visible_to(user, Code.REVIEW_ACCESS).about(obj).order_by("-at", "id")

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
                # Its person was read with roles and centers, which the log and the wall want.
                request.user = device.staff
                return device
        except Refused:
            pass
        logout(request)
        return None
