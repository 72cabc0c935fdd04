"""How programs sign in: `Authorization: Bearer iop_svc_...`, read in one statement, from known addresses only."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from backend.api.clock import now
from backend.api.middleware import client_address
from centers.models import ServiceToken, Staff
from centers.sign_in import SCHEME, token_of
from centers.tokens import SERVICE_PREFIX, hashed


class ServiceAuthentication(BaseAuthentication):
    """Reads a service's token with its account. Tokens of people are left to the class after this one.

    Refused alike: tokens that are unknown, over, revoked, not confirmed, of an account that is closed, and those sent
    from an address that is not on their list.
    """

    def authenticate(self, request: Request) -> tuple[Staff, ServiceToken] | None:
        """The account as a user that reaches no more than the token's scopes, and the token."""
        token = token_of(request._request)
        if not token.startswith(SERVICE_PREFIX):
            return None
        at = now()
        live = ServiceToken.objects.live(at).select_related("account__staff")
        found = live.filter(token_hash=hashed(token)).first()
        if found is None or not found.admits(client_address(request._request)):
            raise AuthenticationFailed
        found.note_used(at)
        return found.bearer(), found

    def authenticate_header(self, request: Request) -> str:
        """What WWW-Authenticate says; without it the framework would answer 403."""
        return SCHEME
