"""Signing devices out, and setting a password by the token of a link."""

from http import HTTPStatus
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api.middleware import client_address, request_id_of
from backend.api.recorder import acting_as
from backend.api.throttles import SignInThrottle
from centers import actions, attempts, sign_in_log
from centers.serializers import InvitationAnswer, NewPassword, ResetRequest
from centers.sign_in import SignInAuthentication, sign_out
from centers.sign_in_log import DOOR

# The generator takes security requirements here, though its annotation says names.
SIGNED_IN: Any = [{"signIn": []}]


class SignOut(APIView):
    """`POST /api/v1/sign-out/`: the token works no more."""

    # A service's token is revoked, not signed out.
    authentication_classes = (SignInAuthentication,)
    metadata_class = None
    opens_without_second_factor = True
    # On a machine others use, an idle token that could still be resumed is better gone.
    opens_while_idle = True

    @extend_schema(request=None, responses={204: None}, operation_id="sign_out", auth=SIGNED_IN)
    def post(self, request: Request) -> Response:
        """Sign this device out. Sent again it is a 401: nobody is signed in."""
        with transaction.atomic():
            sign_out(request)
            sign_in_log.record_sign_out(request._request, request.user)
        return Response(status=HTTPStatus.NO_CONTENT)


class AcceptInvitation(APIView):
    """`POST /api/v1/invitations/accept/`: a token and a password, from somebody not yet known."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (SignInThrottle,)
    metadata_class = None

    @extend_schema(request=InvitationAnswer, responses={204: None}, operation_id="invitations_accept")
    def post(self, request: Request) -> Response:
        """Set the first password; then sign in with it. All tokens that do not work are refused alike."""
        answer = InvitationAnswer(data=request.data)
        answer.is_valid(raise_exception=True)
        sent = request._request
        with acting_as(DOOR, request_id=request_id_of(sent), address=client_address(sent)):
            actions.accept_invitation(**answer.validated_data)
        return Response(status=HTTPStatus.NO_CONTENT)


class AskForReset(APIView):
    """`POST /api/v1/auth/password/request`: a link for a new password, to whoever has an account."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    metadata_class = None

    @extend_schema(request=ResetRequest, responses={202: None}, operation_id="password_reset_request")
    def post(self, request: Request) -> Response:
        """Ask for a link. The answer is the same for an address nobody has; the e-mail leaves within a minute."""
        asked = ResetRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        sent, email = request._request, asked.validated_data["email"]
        with acting_as(DOOR, request_id=request_id_of(sent), address=client_address(sent)):
            attempts.claim(attempts.of_address(sent, "reset_address"), attempts.of_account(email, "reset"))
            actions.ask_for_reset(email=email)
        return Response(status=HTTPStatus.ACCEPTED)


class ResetPassword(APIView):
    """`POST /api/v1/auth/password/reset`: a link's token and a new password."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    metadata_class = None

    @extend_schema(request=NewPassword, responses={204: None}, operation_id="password_reset")
    def post(self, request: Request) -> Response:
        """Set the password; every device is signed out. All tokens that do not work are refused alike."""
        answer = NewPassword(data=request.data)
        answer.is_valid(raise_exception=True)
        sent = request._request
        by_address = attempts.of_address(sent)
        with acting_as(DOOR, request_id=request_id_of(sent), address=client_address(sent)):
            attempts.claim(by_address)
            with transaction.atomic():
                staff = actions.reset_password(
                    token=answer.validated_data["key"], password=answer.validated_data["password"]
                )
                sign_in_log.note(sent, staff, "password_reset")
            attempts.forgive(by_address, attempts.of_account(staff.email))
        return Response(status=HTTPStatus.NO_CONTENT)
