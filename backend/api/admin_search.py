"""Autocompletion in the admin: asked by POST, for declared relations only, logged as a search of whom it found."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse

from backend.api.admin_lists import LONGEST_SEARCH
from backend.api.admin_visits import uuid_of, visit_of
from backend.api.errors import Refused
from backend.api.gate import reach_of
from backend.api.throttles import require_few_searches

FIELDS = frozenset({"term", "page", "app_label", "model_name", "field_name", "csrfmiddlewaretoken"})


class PostedAutocomplete(AutocompleteJsonView):
    """Offers rows of a relation that some admin declares in `sources`, to who holds the codename declared with it.

    What was typed comes in the body: a name in an address would stand in every log on the way.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The rows found; who finds nobody is recorded as well.

        Raises PermissionDenied for a relation that nobody declares, as for one there is not.
        """
        require_few_searches(request)
        if set(request.POST) - FIELDS or request.GET:
            raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {"": "unknown_field"})
        if len(request.POST.get("term", "")) > LONGEST_SEARCH or "\x00" in request.POST.get("term", ""):
            raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {"term": "invalid"})
        name = ".".join(request.POST.get(part, "") for part in ("app_label", "model_name", "field_name"))
        self.codename = _sources(self.admin_site).get(name.lower(), "")
        if not self.codename:
            raise PermissionDenied
        vars(request)["GET"] = request.POST
        visit_of(request).action = "search"
        answer: HttpResponse = self.get(request, *args, **kwargs)
        return answer

    def process_request(self, request: HttpRequest) -> Any:
        """What is asked for, which is declared by now."""
        found = super().process_request(request)
        visit_of(request).about(found[1].model)
        return found

    def has_perm(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the reader holds both what shows the rows and what the relation asks for, on anything."""
        return super().has_perm(request, obj) and reach_of(request.user).holds(self.codename)

    def get_queryset(self) -> models.QuerySet[Any]:
        """The rows found that the relation may name; without a word, none."""
        if not self.term.strip():
            nobody: models.QuerySet[Any] = self.model_admin.model._default_manager.none()
            return nobody
        base: Any = super()
        rows: Any = base.get_queryset()
        found: models.QuerySet[Any] = rows.visible_to(self.request.user, self.codename)
        return found

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """An id and a label; whoever it names is noted."""
        visit_of(self.request).released.add([obj])
        admin: Any = self.model_admin
        return {"id": str(obj.pk), "text": admin.headline(obj)}


class PostedSelect(AutocompleteSelect):
    """The field people type into; its script sends what is typed in the body, with the form's token."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> Any:
        """As Django's, but by POST, and kept in no cache."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        return attrs | {"data-ajax--type": "POST", "data-ajax--cache": "false"}

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """The row chosen; what is no id chooses none."""
        return super().optgroups(name, [one for one in value if uuid_of(one)], attr)

    @property
    def media(self) -> forms.Media:
        """Django's scripts with ours in place of the one that asks by GET."""
        extra = "" if settings.DEBUG else ".min"
        return forms.Media(
            js=(
                f"admin/js/vendor/jquery/jquery{extra}.js",
                f"admin/js/vendor/select2/select2.full{extra}.js",
                "admin/js/jquery.init.js",
                "gate/autocomplete.js",
            ),
            css={"screen": (f"admin/css/vendor/select2/select2{extra}.css", "admin/css/autocomplete.css")},
        )


if TYPE_CHECKING:
    # Generic to the type checker only.
    _Choice = forms.ModelChoiceField[Any]
else:
    _Choice = forms.ModelChoiceField


class FoundField(_Choice):
    """A row found by typing; one out of reach is refused like one that does not exist."""

    def __init__(self, source: Any, site: Any, label: str) -> None:
        super().__init__(source.related_model._default_manager.none(), widget=PostedSelect(source, site), label=label)
        self.site, self.related = site, source.related_model
        self.error_messages["invalid_choice"] = "There is nothing of this kind that you may choose."

    def label_from_instance(self, obj: Any) -> str:
        """As the list calls it."""
        return str(self.site.get_model_admin(self.related).headline(obj))

    def shown(self, value: Any) -> list[Any]:
        """The row a form shows as chosen, if it may be chosen."""
        pk = uuid_of(getattr(value, "pk", value))
        return list(self.queryset.filter(pk=pk)) if pk and self.queryset is not None else []


def _sources(site: Any) -> Mapping[str, str]:
    """The relations that may be asked for, with the codename each asks for."""
    declared = [getattr(admin, "sources", {}) for admin in site._registry.values()]
    return {name.lower(): code for sources in declared for name, code in sources.items()}
