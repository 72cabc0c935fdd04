"""The floor's own statements behind a bare Django view: what a floor that deserves its name is not slower than."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from psycopg.rows import dict_row

from backend.bench.floor import answer_of


def sessions(request: HttpRequest) -> HttpResponse:
    """The page of sessions, or 401."""
    with transaction.atomic(), connection.connection.cursor(row_factory=dict_row) as cursor:
        body = answer_of(cursor, request.META)
    return HttpResponse(body, content_type="application/json") if body else HttpResponse(status=401)


def healthy(_request: HttpRequest) -> HttpResponse:
    """Whether the server is up."""
    return HttpResponse()


urlpatterns = [path("healthz", healthy), path("api/v1/sessions/", sessions)]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
application = get_wsgi_application()
settings.ROOT_URLCONF = __name__
