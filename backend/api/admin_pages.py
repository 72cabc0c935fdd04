"""Pages of the admin that show an object and offer verbs: nothing is typed into the object itself."""

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from backend.api.admin import REVIEW, GatedAdmin, require
from backend.api.admin_verbs import NotDone, Table, Verb, VerbForm
from backend.api.admin_visits import release, uuid_of, visit_of
from backend.api.gate import allows, reach_of

Facts = list[tuple[str, Any]]
SAFE = frozenset({"GET", "HEAD"})


class PageAdmin(GatedAdmin):
    """A model whose objects have a page of facts and tables; every write is a verb with a page and an action."""

    verbs: ClassVar[tuple[Verb, ...]] = ()
    # Makes a new object; None where others do.
    opening: ClassVar[Verb | None] = None
    # Parameters of the address that an object's page reads.
    list_select_related: ClassVar[list[str]] = []
    page_parameters: ClassVar[frozenset[str]] = frozenset()

    def facts(self, request: HttpRequest, obj: Any) -> Facts:
        """Hook: what the page says of the object."""
        return []

    def tables(self, request: HttpRequest, obj: Any) -> Iterable[Table]:
        """Hook: what stands below it."""
        return ()

    def day(self, request: HttpRequest, obj: Any) -> dt.date | None:
        """Hook: the day the tables are of, where one may be asked for."""
        return None

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, and one for each verb."""
        own = [
            path(
                f"<path:object_id>/{verb.name}/",
                self.admin_site.admin_view(partial(self.verb_view, verb=verb)),
                name=self._name(verb.name),
            )
            for verb in self.verbs
        ]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whether the reader may make one somewhere."""
        return self.opening is not None and reach_of(request.user).holds(self.opening.codename)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never by Django's own form."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The object's page."""
        if request.method not in SAFE:
            raise PermissionDenied
        obj = self._found(request, object_id, self.page_parameters)
        tables = list(self.tables(request, obj))
        release(request, [obj])
        for table in tables:
            release(request, table.released)
        offered = [
            (verb, reverse(f"admin:{self._name(verb.name)}", args=[obj.pk]))
            for verb in self.verbs
            if verb.is_offered(obj) and allows(request.user, verb.codename, obj)
        ]
        context = {
            "day": self.day(request, obj),
            "facts": self.facts(request, obj),
            "tables": tables,
            "offered": offered,
            "history": self._history(request, obj),
        }
        return self._page(request, "gate/page.html", obj, context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The page that makes a new one."""
        visit_of(request).about(self.model)
        if self.opening is None or not self.has_add_permission(request):
            raise PermissionDenied
        return self._asked(request, self.opening, None)

    def verb_view(self, request: HttpRequest, object_id: str, verb: Verb) -> HttpResponse:
        """The page of one verb: its form, or what came of it."""
        obj = self._found(request, object_id, verb.form.prefilled)
        if not allows(request.user, verb.codename, obj):
            raise PermissionDenied
        return self._asked(request, verb, obj)

    def done(self, obj: Any, made: Any) -> str:
        """Hook: where a verb leads; back to the object, unless it is gone."""
        kept = made if obj is None else obj
        if not type(kept)._default_manager.filter(pk=kept.pk).exists():
            return reverse(f"admin:{self._name('changelist')}")
        return reverse(f"admin:{self._name('change')}", args=[kept.pk])

    def _asked(self, request: HttpRequest, verb: Verb, obj: Any) -> HttpResponse:
        sent = request.POST if request.method == "POST" else None
        form = verb.form(sent, initial=request.GET.dict(), obj=obj, user=request.user)
        if sent is not None and form.is_valid():
            try:
                return self._attempted(request, verb, form)
            except NotDone:
                pass
        elif sent is not None:
            visit_of(request).refuse("validation_failed", 400)
        release(request, [*([obj] if obj is not None else []), *form.released()])
        return self._page(
            request, "gate/verb.html", obj, {"verb": verb, "form": form, "media": self.media + form.media}
        )

    def _attempted(self, request: HttpRequest, verb: Verb, form: VerbForm) -> HttpResponse:
        made = verb.attempt(request, form)
        if form.obj is None and not allows(request.user, verb.codename, made):
            raise PermissionDenied
        messages.success(request, verb.done)
        return HttpResponseRedirect(self.done(form.obj, made))

    def _found(self, request: HttpRequest, object_id: str, parameters: frozenset[str]) -> Any:
        visit_of(request).about(self.model, unquote(object_id))
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related(*self.list_select_related)
        obj = rows.filter(pk=uuid_of(unquote(object_id))).first()
        if obj is None:
            raise Http404
        require(request, parameters)
        return obj

    def _history(self, request: HttpRequest, obj: Any) -> str:
        may = allows(request.user, REVIEW, obj)
        return reverse(f"admin:{self._name('history')}", args=[obj.pk]) if may else ""

    def _page(self, request: HttpRequest, template: str, obj: Any, context: dict[str, Any]) -> HttpResponse:
        headline = self.headline(obj) if obj is not None else ""
        list_address = reverse(f"admin:{self._name('changelist')}")
        about = {
            "title": headline or f"New {self.opts.verbose_name}",
            "opts": self.opts,
            "original": obj,
            "list_address": list_address,
            "back": reverse(f"admin:{self._name('change')}", args=[obj.pk]) if obj is not None else list_address,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, self.admin_site.each_context(request) | about | context)

    def _name(self, what: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{what}"
