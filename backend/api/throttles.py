"""Throttles that let requests pass, and say so in the log, when the cache is away."""

import logging
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

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


class SignInThrottle(FailOpenThrottle):
    """So many sign-in attempts per address."""

    scope = "sign_in"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        """By address: before sign-in nobody has an id."""
        return self.cache_format % {"scope": self.scope, "ident": client_address(request._request)}
