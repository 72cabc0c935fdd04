"""Throttles that let requests pass, and say so in the log, when the cache is away."""

import logging
import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from backend.api.errors import Refused
from backend.api.middleware import client_address

if TYPE_CHECKING:  # at run time the views load the throttles that settings name, not the other way round
    from rest_framework.views import APIView

logger = logging.getLogger("backend.api")


class FailOpenThrottle(SimpleRateThrottle):
    """A rate limit that never turns an outage of the cache into an outage of the service."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether the request may pass; always when nobody can count."""
        try:
            return super().allow_request(request, view)
        except (RedisError, OSError) as error:
            logger.warning("throttle passes: the cache is away (%s)", type(error).__name__)
            return True


class StaffThrottle(FailOpenThrottle):
    """So many requests per signed-in person or token of a service; by address before sign-in."""

    scope = "staff"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        """Ids and addresses only."""
        user = request.user
        known = getattr(user, "credential_id", "") or str(user.pk)
        ident = known if user.is_authenticated else client_address(request._request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


class EverySearchThrottle(StaffThrottle):
    """So many searches of people by name or number, which is how somebody would try out names."""

    scope = "search"


class SearchThrottle(EverySearchThrottle):
    """The same measure for views of which some requests are searches."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether the request may pass; always when it searches for nobody."""
        named: frozenset[str] = getattr(view, "search_parameters", frozenset())
        is_search = getattr(view, "action", None) in getattr(view, "search_actions", ())
        return not (is_search or named & request.query_params.keys()) or super().allow_request(request, view)


def require_few_searches(request: HttpRequest) -> None:
    """Count one search of the admin's with those of the API. Raises Refused (429) when there were too many."""
    asked = Request(request)
    asked.user = request.user
    throttle = EverySearchThrottle()
    # A page of the admin is no view of the framework, and the measure asks for none.
    nothing: Any = None
    if not throttle.allow_request(asked, nothing):
        seconds = str(max(1, math.ceil(throttle.wait() or 1)))
        raise Refused("throttled", HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": seconds})


class ReportThrottle(StaffThrottle):
    """So many reports, which read more at once than any page."""

    scope = "report"

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether the request may pass; always when it is for no report."""
        return not getattr(view, "is_report", False) or super().allow_request(request, view)


class StrangerThrottle(FailOpenThrottle):
    """So many requests without valid credentials per address; who is signed in is not counted, nor stopped by it."""

    scope = "stranger"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        """By address: nobody is known."""
        return self.cache_format % {"scope": self.scope, "ident": client_address(request._request)}


class SignInThrottle(FailOpenThrottle):
    """So many sign-in attempts per address."""

    scope = "sign_in"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        """By address: before sign-in nobody has an id."""
        return self.cache_format % {"scope": self.scope, "ident": client_address(request._request)}
