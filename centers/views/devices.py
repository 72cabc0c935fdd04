"""One's own devices over REST: nobody else's are there for anybody."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.errors import Refused
from backend.api.pagination import CursorPages
from backend.api.requests import RecordedViewSet
from backend.api.views import UUID_PATTERN
from centers import actions
from centers.models import SignIn
from centers.serializers import DeviceSerializer
from centers.views.doors import SIGNED_IN

# No codename of the vocabulary: everybody has their own devices, by no grant.
OWN = "own_devices"


class DeviceViewSet(RecordedViewSet):
    """The devices one is signed in on, also before a second factor is set up."""

    model = SignIn
    codenames: ClassVar[dict[str, str]] = dict.fromkeys(("list", "revoke", "revoke_others"), OWN)
    serializer_class = DeviceSerializer
    pagination_class = CursorPages
    filter_backends = ()
    lookup_value_regex = UUID_PATTERN
    opens_without_second_factor = True

    @property
    def person(self) -> Any:
        """Who asks."""
        return self.request.user

    def get_queryset(self) -> Any:
        """One's own: in a list those that are signed in, else those that were as well."""
        return actions.devices_of(self.person, only_standing=self.action == "list")

    def get_object(self) -> SignIn:
        """The device of the route. Raises Http404 when there is none, and when it is somebody else's."""
        found: SignIn | None = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def check_query(self) -> None:
        """Pages are turned; nothing else is asked."""
        allowed = CursorPages.parameters if self.action == "list" else frozenset[str]()
        if self.request.query_params.keys() - allowed:
            raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {"": "unknown_parameter"})

    @extend_schema(auth=SIGNED_IN)
    def list(self, request: Request) -> Response:
        """The devices one is signed in on."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=None, responses={204: None}, auth=SIGNED_IN)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Sign one of one's own devices out; sent again, it is out still."""
        actions.revoke_device(device=self.get_object())
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(request=None, responses={204: None}, auth=SIGNED_IN)
    @action(detail=False, methods=["post"], url_path="revoke-others")
    def revoke_others(self, request: Request) -> Response:
        """Sign every other device of one's own out."""
        actions.revoke_other_devices(current=SignIn(pk=request.auth.pk, staff=self.person))
        return Response(status=HTTPStatus.NO_CONTENT)
