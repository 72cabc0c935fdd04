"""Reminders over REST: which go when, what became of each, by which rules, and whether a center sends at all."""

from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.recorder import current
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin
from centers.models import Center
from reminders import actions, filters, serializers
from reminders.models import Reminder, ReminderRule

READ = {"list": "view_reminders", "retrieve": "view_reminders"}
Reader = BaseSerializer[Any]


class ReminderViewSet(ListMixin, RetrieveMixin, GatedViewSet):
    """Reminders, by the time they are due; one of them with every attempt at it."""

    model = Reminder
    serializer_class = serializers.ReminderSerializer
    filterset_class = filters.ReminderFilters
    codenames = READ
    http_method_names = ["get"]

    def get_serializer_class(self) -> type[Reader]:
        """Attempts are shown with one reminder only."""
        return serializers.ReminderDetail if self.action == "retrieve" else serializers.ReminderSerializer

    def get_queryset(self) -> models.QuerySet[Any]:
        """With the attempts where they are shown."""
        rows = super().get_queryset()
        return rows.prefetch_related("attempts") if self.action == "retrieve" else rows

    def object_version(self, obj: Reminder) -> str:
        """A late worker completes its attempt without touching a reminder that others have gone on with."""
        return f"{obj.version}.{sum(attempt.ended_at is not None for attempt in obj.attempts.all())}"


class ReminderRuleViewSet(ListMixin, RetrieveMixin, CreateMixin, GatedViewSet):
    """How long before a day's first session a center reminds. A rule is added or taken back, never changed."""

    model = ReminderRule
    serializer_class = serializers.ReminderRuleSerializer
    filterset_class = filters.ReminderRuleFilters
    codenames = READ | {"create": "manage_reminders", "destroy": "manage_reminders"}
    input_serializers: ClassVar[dict[str, type[Reader]]] = {"create": serializers.NewReminderRule}
    http_method_names = ["get", "post", "delete"]

    def object_version(self, obj: ReminderRule) -> UUID:
        """A rule never changes."""
        return obj.pk

    def perform_create(self, serializer: Any) -> ReminderRule:
        """Add the rule."""
        return actions.add_rule(by=current().actor, **serializer.validated_data)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take the rule back; its unsent reminders are canceled when the center is planned next."""
        rule = self.get_object()
        self.require_match(rule)
        actions.end_rule(rule=rule, by=current().actor)
        return Response(status=HTTPStatus.NO_CONTENT)


class SwitchViewSet(ListMixin, RetrieveMixin, CreateMixin, GatedViewSet):
    """The sending switch of each center. Switched on, it drops what is due already; every order is logged."""

    model = Center
    serializer_class = serializers.SwitchSerializer
    codenames = READ | {"create": "manage_reminders"}
    input_serializers: ClassVar[dict[str, type[Reader]]] = {"create": serializers.NewSwitch}
    http_method_names = ["get", "post"]

    def perform_create(self, serializer: Any) -> Center:
        """Switch."""
        return actions.switch_sending(by=current().actor, **serializer.validated_data)
