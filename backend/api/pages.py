"""Answers outside the REST framework: unknown addresses, Django's own refusals, and whether the service is alive."""

from http import HTTPStatus

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from backend.api.errors import problem_page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return problem_page(HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return problem_page(HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: the same 403, without Django's debugging page."""
    return problem_page(HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return problem_page(HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500."""
    return problem_page(HTTPStatus.INTERNAL_SERVER_ERROR)


def healthz(request: HttpRequest) -> HttpResponse:
    """200 when this process reaches its database, 503 when it does not; says nothing else, needs no sign-in."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return problem_page(HTTPStatus.SERVICE_UNAVAILABLE)
    return JsonResponse({"status": "ok"})
