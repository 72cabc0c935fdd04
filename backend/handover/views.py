"""Handing over a caseload over REST."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.gate import reach_of
from backend.api.recorder import current
from backend.api.views import GatedViewSet
from backend.handover import serializers
from backend.handover.actions import Caseload, hand_over
from centers.roles import Code
from patients.models import CareTeamMember

# What is moved beside care teams wants its own codename as well.
ALSO = {"groups": Code.MANAGE_ROSTER, "courses": Code.MANAGE_SCHEDULE}


class HandoverViewSet(GatedViewSet):
    """A caseload goes from one colleague to another; nothing of the handover itself is kept but the log."""

    model = CareTeamMember
    serializer_class = serializers.HandoverSerializer
    codenames = {"create": "manage_patient"}
    input_serializers: ClassVar[dict[str, type[BaseSerializer[Any]]]] = {"create": serializers.NewHandover}
    http_method_names = ["post"]

    @extend_schema(request=serializers.NewHandover, responses={200: serializers.HandoverSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Hand over, or tell what would go; all or nothing."""
        asked = dict(self.body().validated_data)
        caseload = Caseload(**{name: asked.pop(name) for name in ("patients", "groups", "courses", "tasks")})
        held = reach_of(self.user).codenames_on(asked["center"].pk)
        # None asks for every group there is.
        if any(getattr(caseload, name) not in ([], False) and code not in held for name, code in ALSO.items()):
            raise exceptions.PermissionDenied
        done = hand_over(by=current().actor, caseload=caseload, **asked)
        self.released.add_patients(asked["center"].pk, done.patients)
        told = {name: asked[name] for name in ("giver", "receiver", "dry_run")}
        told |= {"center": asked["center"].pk, "at": done.terms.at, "moved": done.moved}
        return Response(serializers.HandoverSerializer(told).data)
