"""The guard before everything: request ids, readable bytes only, the client's address, and headers of every answer."""

import ipaddress
import re
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from backend.api.errors import failure_page, problem_page
from backend.api.ids import new_id

GetResponse = Callable[[HttpRequest], HttpResponseBase]
# Where people read pages; everywhere else a fault is a document, also where Django would show its debugging page.
PAGES = "/admin/"
REQUEST_ID = "iop.request_id"
BROKEN_BYTES = re.compile("%[89A-Fa-f][0-9A-Fa-f]")
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Content-Type-Options": "nosniff",
}
JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"
# The pages (documentation, admin) load nothing from elsewhere; the documentation's start-up script is inline.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; frame-ancestors 'none'"
)


class RequestGuard:
    """Refuses what cannot be read, names every request, and answers faults of the API as documents, never as pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Number the request, judge its bytes, answer it, and dress the answer.

        A client's own X-Request-ID is never taken over: it could carry anything into the log.
        """
        request.META[REQUEST_ID] = str(new_id())
        if not str(request.META.get("CONTENT_LENGTH") or "0").isdecimal():
            # Django reads it as a number wherever a body is read; gunicorn refuses it, other servers may not.
            response: HttpResponseBase = problem_page(HTTPStatus.BAD_REQUEST)
        elif is_readable(request):
            response = self.get_response(request)
        else:
            response = problem_page(HTTPStatus.BAD_REQUEST, "forbidden_character")
        return _dressed(request, response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """An exception out of a view: a problem document outside the admin."""
        return failure_page(exception, request) if _is_for_programs(request) else None


def request_id_of(request: HttpRequest) -> str:
    """The id under which this request is logged and answered."""
    return str(request.META.get(REQUEST_ID, ""))


def is_readable(request: HttpRequest) -> bool:
    """Whether path, query and headers are UTF-8 without NUL. WSGI hands over bytes as Latin-1 text.

    Bytes of the path that are no UTF-8 have been turned back into escapes when Django hands it over.
    """
    if BROKEN_BYTES.search(request.path_info):
        return False
    values = [value for name, value in request.META.items() if name.startswith("HTTP_") or name == "CONTENT_TYPE"]
    try:
        sent = [str(value).encode("latin-1") for value in values]
        sent.append(request.path_info.encode())
        sent.append(unquote_to_bytes(str(request.META.get("QUERY_STRING", "")).encode("latin-1")))
        return not any("\x00" in item.decode("utf-8") for item in sent)
    except UnicodeError:
        return False


def client_address(request: HttpRequest) -> str:
    """Where the request came from: the nearest address that is no trusted proxy's; empty when there is none.

    X-Forwarded-For counts only as far as proxies named in `settings.TRUSTED_PROXIES` vouch for it, read from the right.
    """
    hops = [str(request.META.get("REMOTE_ADDR", ""))]
    hops += reversed(str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(","))
    nearest = ""
    for hop in hops:
        try:
            address = ipaddress.ip_address(hop.strip())
        except ValueError:
            return nearest
        nearest = str(address)
        if not any(address in network for network in _trusted(tuple(settings.TRUSTED_PROXIES))):
            return nearest
    return nearest


@cache
def _trusted(proxies: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(proxy) for proxy in proxies)


def _is_for_programs(request: HttpRequest) -> bool:
    return not request.path_info.startswith(PAGES)


def _dressed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if is_page and response.status_code >= HTTPStatus.BAD_REQUEST and _is_for_programs(request):
        response, is_page = problem_page(response.status_code), False
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else JSON_POLICY)
    response.headers["X-Request-ID"] = request_id_of(request)
    return response
