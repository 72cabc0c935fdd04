"""Django's admin behind the gate: rows in reach only, every page recorded, nothing deleted."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from backend.api.admin_lists import BoundedPaginator, GatedChangeList, searched
from backend.api.admin_verbs import version_of
from backend.api.admin_visits import release, uuid_of, visit_of
from backend.api.errors import Refused
from backend.api.gate import ScopedQuerySet, allows, reach_of
from backend.api.models import Versioned
from backend.api.problems import TEXTS

if TYPE_CHECKING:
    # Generic to the type checker only.
    _Base = admin.ModelAdmin[Any]
    _Form = forms.ModelForm[Any]
else:
    _Base = admin.ModelAdmin
    _Form = forms.ModelForm
PAGE_SIZE = 50
REVIEW = "review_access"


class VersionedForm(_Form):
    """A form that carries the version it was shown, and is refused when the row has another one by now."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shown"].initial = version_of(self.instance)

    def clean(self) -> dict[str, Any]:
        """Refuse what was filled in from a page that is out of date; the row is locked by now."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.instance._state.adding and values.get("shown") != version_of(self.instance):
            raise forms.ValidationError(" ".join(TEXTS["stale_form"]), code="stale_form")
        return values


class GatedAdmin(_Base):
    """Shows the rows on which the reader holds `view_codename`; changes and adds ask for codenames of their own.

    An empty codename means that nobody may. Foreign keys offer the rows that `choices` names a codename for.
    `sources` are the relations ("app.Model.field") whose rows may be found by typing, each with a codename.
    """

    view_codename: ClassVar[str]
    change_codename: ClassVar[str] = ""
    add_codename: ClassVar[str] = ""
    choices: ClassVar[dict[str, str]] = {}
    sources: ClassVar[dict[str, str]] = {}
    actions = None
    show_full_result_count = False
    sortable_by = ()
    paginator = BoundedPaginator
    list_per_page = PAGE_SIZE
    list_max_show_all = 0
    view_on_site = False
    show_facets = admin.ShowFacets.NEVER
    preserve_filters = False
    change_list_template = "gate/change_list.html"
    change_form_template = add_form_template = "gate/change_form.html"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """The rows in reach; of a model that knows no scope, none. The row about to be changed is locked."""
        rows = _visible(super().get_queryset(request), request, self.view_codename)
        return rows.select_for_update(no_key=True, of=("self",)) if _is_changing(request) else rows

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
        """No address reaches through relations; the declared filters are all there is."""
        return lookup in self._filter_names()

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Rows are named by their id only."""
        return to_field == self.opts.pk.attname

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offers visible rows only; a relation that is not declared offers none."""
        rows = db_field.related_model._default_manager.all()
        codename = self.choices.get(db_field.name, "")
        return super().formfield_for_foreignkey(
            db_field, request, **kwargs | {"queryset": _visible(rows, request, codename)}
        )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the buttons beside a relation, which open windows whose addresses the site refuses."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        for button in ("can_add_related", "can_change_related", "can_view_related", "can_delete_related"):
            if hasattr(getattr(field, "widget", None), button):
                setattr(field.widget, button, False)
        return field

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form, with the version it shows where rows have one."""
        if issubclass(self.model, Versioned):
            kwargs.setdefault("form", VersionedForm)
        return super().get_form(request, *args, **kwargs)

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns; the center only for who reaches more than one."""
        columns = super().get_list_display(request)
        return columns if len(reach_of(request.user).outer) > 1 else [name for name in columns if name != "center"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[GatedChangeList]:
        """The list that keeps searches out of addresses."""
        return GatedChangeList

    def headline(self, obj: Any) -> str:
        """How pages and choices call an object."""
        return str(obj)

    def complete(self, request: HttpRequest, rows: list[Any]) -> None:
        """Hook: read what the rows of a page show beside their own columns, for all at once."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list. A search comes by POST."""
        visit_of(request).about(self.model)
        require(request, self._filter_names() | {PAGE_VAR, ERROR_FLAG})
        if request.method == "POST":
            searched(request)
        title = {"title": capfirst(str(self.opts.verbose_name_plural))}
        return super().changelist_view(request, title | (extra_context or {}))

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """The form, and the change it asks for, in the name of who sent it: both or neither."""
        visit_of(request).about(self.model, unquote(object_id or ""))
        require(request, frozenset())
        answer = super().changeform_view(request, object_id, *args, **kwargs)
        original = (getattr(answer, "context_data", None) or {}).get("original")
        if original is not None:
            release(request, [original])
        return answer

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Refused, whether there is such a row or not."""
        visit_of(request).about(self.model, unquote(object_id))
        raise PermissionDenied

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What the log says of the object, latest first, to who may read the log of its center."""
        visit_of(request).about(self.model, unquote(object_id))
        require(request, {PAGE_VAR})
        rows = _visible(self.model._default_manager.all(), request, REVIEW)
        obj = rows.filter(pk=uuid_of(unquote(object_id))).first()
        if obj is None:
            raise Http404
        site: Any = self.admin_site
        pages = BoundedPaginator(site.log_of(request.user, obj), PAGE_SIZE)
        page = pages.get_page(request.GET.get(PAGE_VAR))
        release(request, [obj])
        for entry in page.object_list:
            visit_of(request).released.add_patients(entry.center_id, entry.patients)
        context = site.each_context(request) | {"title": f"Log of {obj}", "page": page, "opts": self.opts}
        return TemplateResponse(request, "gate/history.html", context)

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

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Django tells the id back; here what is not seen and what is not there are one answer."""
        raise Http404

    def _filter_names(self) -> frozenset[str]:
        return frozenset(str(getattr(one, "parameter_name", "")) for one in self.list_filter)


def require(request: HttpRequest, known: frozenset[str] | set[str]) -> None:
    """Refuse parameters that a page does not read: popups, target fields, lookups, searches in the address."""
    if request.GET.keys() - known:
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {"": "unknown_parameter"})


def _is_changing(request: HttpRequest) -> bool:
    matched = request.resolver_match
    return request.method == "POST" and bool(matched) and str(getattr(matched, "url_name", "")).endswith("_change")


def _holds(request: HttpRequest, codename: str, obj: models.Model | None) -> bool:
    if not codename:
        return False
    return reach_of(request.user).holds(codename) if obj is None else allows(request.user, codename, obj)


def _visible(rows: models.QuerySet[Any], request: HttpRequest, codename: str) -> models.QuerySet[Any]:
    return rows.visible_to(request.user, codename) if isinstance(rows, ScopedQuerySet) and codename else rows.none()
