"""Django's admin behind the gate: rows in reach only, every page recorded, nothing deleted."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse

from backend.api import recorder
from backend.api.gate import ScopedQuerySet, allows, reach_of
from backend.api.middleware import client_address, request_id_of
from backend.api.models import Versioned
from backend.api.requests import actor_of
from backend.api.serializers import place_of

if TYPE_CHECKING:
    # Generic to the type checker only.
    _Base = admin.ModelAdmin[Any]
else:
    _Base = admin.ModelAdmin


class GatedAdmin(_Base):
    """Shows the rows on which the reader holds `view_codename`; changes and adds ask for codenames of their own.

    An empty codename means that nobody may. Foreign keys offer the rows that `choices` names a codename for.
    """

    view_codename: ClassVar[str]
    change_codename: ClassVar[str] = ""
    add_codename: ClassVar[str] = ""
    choices: ClassVar[dict[str, str]] = {}
    actions = None
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """The rows in reach; of a model that knows no scope, none."""
        return _visible(super().get_queryset(request), request, self.view_codename)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the index names the model."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whether the row may be seen; without a row: whether any may."""
        return _holds(request, self.view_codename, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whether the row may be changed."""
        return _holds(request, self.change_codename, obj)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whether rows may be added somewhere; where exactly is asked after the write."""
        return _holds(request, self.add_codename, None)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never: records end, they do not go away."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """No address reaches through relations."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offers visible rows only; a relation that is not declared offers none."""
        rows = db_field.related_model._default_manager.all()
        codename = self.choices.get(db_field.name, "")
        return super().formfield_for_foreignkey(
            db_field, request, **kwargs | {"queryset": _visible(rows, request, codename)}
        )

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list, recorded."""
        with _acting(request):
            answer = super().changelist_view(request, *args, **kwargs)
            self._record(request, "", None)
        return answer

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """The form, recorded; and the change it asks for, in the name of who sent it: both or neither."""
        with _acting(request), transaction.atomic():
            answer = super().changeform_view(request, object_id, *args, **kwargs)
            obj = self.get_object(request, object_id) if object_id else None
            self._record(request, object_id or "", place_of(obj)[0] if obj else None)
        return answer

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Not here: the log tells, to those who may read it."""
        raise Http404

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Store, and ask again whether the result is in the writer's reach; the transaction is rolled back if not."""
        if change and isinstance(obj, Versioned):
            obj.bump()
        super().save_model(request, obj, form, change)
        if not allows(request.user, self.change_codename if change else self.add_codename, obj):
            raise PermissionDenied

    def log_addition(self, *args: Any, **kwargs: Any) -> Any:
        """Django's own log stays empty: there is one stream, and it holds the change already."""

    def log_change(self, *args: Any, **kwargs: Any) -> Any:
        """As above."""

    def _record(self, request: HttpRequest, object_id: str, center_id: UUID | None) -> None:
        centers = reach_of(request.user).outer
        only = next(iter(centers)) if len(centers) == 1 else None
        details = {"view": "admin", "method": str(request.method)}
        kind = self.model._meta.label_lower
        recorder.record(
            recorder.Event("read", kind=kind, object_id=object_id, center_id=center_id or only, details=details)
        )


def _acting(request: HttpRequest) -> AbstractContextManager[recorder.ActorContext]:
    return recorder.acting_as(
        actor_of(request.user), request_id=request_id_of(request), address=client_address(request)
    )


def _holds(request: HttpRequest, codename: str, obj: models.Model | None) -> bool:
    if not codename:
        return False
    return reach_of(request.user).holds(codename) if obj is None else allows(request.user, codename, obj)


def _visible(rows: models.QuerySet[Any], request: HttpRequest, codename: str) -> models.QuerySet[Any]:
    return rows.visible_to(request.user, codename) if isinstance(rows, ScopedQuerySet) and codename else rows.none()
