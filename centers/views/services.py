"""Service accounts and their tokens over REST: administrators keep them, privacy officers see and confirm them."""

import json
from http import HTTPStatus
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.recorder import current
from backend.api.views import GatedViewSet, ListMixin, RetrieveMixin, UpdateMixin
from centers import actions, filters
from centers import service_serializers as serializers
from centers.models import ServiceAccount, ServiceToken

Reader = BaseSerializer[Any]
KEEPS, CONFIRMS = "manage_staff", "review_access"


class KeptAndConfirmed(GatedViewSet):
    """Read by those who keep the rows and by those who confirm them."""

    def get_queryset(self) -> QuerySet[Any]:
        """For reading, what either codename opens."""
        rows = super().get_queryset()
        return rows | self.visible(KEEPS) if self.action in {"list", "retrieve"} else rows

    def _unseen(self) -> Exception:
        """403 to whoever may read it by the other codename."""
        readable = self.visible(KEEPS) | self.visible(CONFIRMS)
        return PermissionDenied() if readable.filter(pk=self.kwargs["pk"]).exists() else Http404()


class ServiceAccountViewSet(ListMixin, RetrieveMixin, UpdateMixin, KeptAndConfirmed):
    """Programs that use the API at a center. What opens patient data waits for a privacy officer's confirmation."""

    http_method_names = ["get", "post", "patch", "head", "options"]
    model = ServiceAccount
    serializer_class = serializers.ServiceAccountSerializer
    filterset_class = filters.ServiceAccountFilters
    codenames = {
        "list": CONFIRMS,
        "retrieve": CONFIRMS,
        "create": KEEPS,
        "partial_update": KEEPS,
        "deactivate": KEEPS,
        "confirm": CONFIRMS,
    }
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewServiceAccount,
        "partial_update": serializers.ServiceAccountInput,
        "confirm": serializers.ServiceConfirmation,
    }

    def create(self, request: Request) -> Response:
        """Open an account."""
        account = actions.open_service_account(by=current().actor, **self.body().validated_data)
        self.recheck(account)
        return self.respond(account, HTTPStatus.CREATED, headers={"Location": f"{request.path}{account.pk}/"})

    def perform_update(self, serializer: Any) -> ServiceAccount:
        """Change purpose, codenames or end."""
        values = serializer.validated_data
        return actions.revise_service_account(serializer.instance, by=current().actor, **values)

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Let the account hold what was asked for. Somebody else must have asked."""
        account = self.get_object()
        return self.respond(
            actions.confirm_service_account(account=account, by=current().actor, **self.body().validated_data)
        )

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """End the account and all its tokens, from the next request on."""
        return self.respond(actions.close_service_account(account=self.get_object(), by=current().actor))


class ServiceTokenViewSet(ListMixin, RetrieveMixin, KeptAndConfirmed):
    """The tokens of service accounts. Each is shown once, in the answer that makes it."""

    model = ServiceToken
    serializer_class = serializers.ServiceTokenSerializer
    filterset_class = filters.ServiceTokenFilters
    codenames = {"list": CONFIRMS, "retrieve": CONFIRMS, "create": KEEPS, "revoke": KEEPS, "confirm": CONFIRMS}
    input_serializers: ClassVar[dict[str, type[Reader]]] = {"create": serializers.NewServiceToken}

    def object_version(self, obj: ServiceToken) -> str:
        """All that may change in it."""
        return f"{obj.confirmed_at} {obj.last_used_at} {obj.revoked_at}"

    @extend_schema(responses={201: serializers.ShownServiceToken})
    def create(self, request: Request) -> Response:
        """Make a token. A repeated answer has null in its place: revoke it then, and make another."""
        token, text = actions.issue_service_token(by=current().actor, **self.body().validated_data)
        self.recheck(token)
        response = self.respond(token, HTTPStatus.CREATED, headers={"Location": f"{request.path}{token.pk}/"})
        response.data["token"] = text
        return response

    def kept_body(self, response: HttpResponse) -> bytes:
        """Without the token, of which the database has a hash and nothing else."""
        if self.action != "create":
            return super().kept_body(response)
        return json.dumps(json.loads(response.content) | {"token": None}, ensure_ascii=False).encode()

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Let the token work from its addresses. Somebody else must have made it."""
        return self.respond(actions.confirm_service_token(token=self.get_object(), by=current().actor))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Let the token never work again, from the next request on."""
        return self.respond(actions.revoke_service_token(token=self.get_object(), by=current().actor))
