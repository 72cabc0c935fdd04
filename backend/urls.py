"""Every address of the service: the API of each room under /api/v1/, sign-in, the admin, the docs page and health."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from centers.pages import reset, welcome

ROOMS = ("centers", "patients", "scheduling", "groups", "reminders", "audit")

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("welcome/", welcome, name="welcome"),
    path("reset/", reset, name="reset"),
    *(path("api/v1/", include(f"{room}.urls")) for room in ROOMS if find_spec(f"{room}.urls")),
    path("api/v1/", include("backend.explaining.urls")),
    path("api/v1/", include("backend.handover.urls")),
    path("api/v1/", include("backend.unattended.urls")),
]
if find_spec("backend.api.urls"):
    urlpatterns.append(path("", include("backend.api.urls")))

# Errors outside the REST framework read like those within it.
handler400 = "backend.api.pages.bad_request"
handler403 = "backend.api.pages.permission_denied"
handler404 = "backend.api.pages.not_found"
handler500 = "backend.api.pages.server_error"
