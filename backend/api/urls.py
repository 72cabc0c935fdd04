"""Addresses that belong to no room: the OpenAPI document, its browsable page, and the sign of life."""

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from backend.api.pages import healthz

# OPTIONS would render its answer with the pages' own renderers, which know nothing of it.
READ_ONLY = ["get", "head"]
api_urlpatterns: list[URLPattern | URLResolver] = [
    path("api/schema/", SpectacularAPIView.as_view(http_method_names=READ_ONLY), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema", http_method_names=READ_ONLY), name="docs"),
    path("healthz", healthz, name="healthz"),
]
urlpatterns = api_urlpatterns
