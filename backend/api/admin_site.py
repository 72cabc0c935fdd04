"""The admin's site: every page is one recorded transaction, whatever view makes it."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver

from backend.api.admin_search import PostedAutocomplete
from backend.api.admin_visits import recorded

# Its one use is to say whether an object of any type exists.
CLOSED = frozenset({"view_on_site"})


class RecordedAdminSite(AdminSite):
    """Wraps what it serves; closes the ways of Django's own that tell of objects."""

    def admin_view(self, view: Any, *args: Any, **kwargs: Any) -> Any:
        """The view, for who may open the admin, recorded."""
        return super().admin_view(recorded(view), *args, **kwargs)

    def get_urls(self) -> list[Any]:
        """Django's addresses without the closed ones."""
        found: list[URLPattern | URLResolver] = super().get_urls()
        return [one for one in found if getattr(one, "name", "") not in CLOSED]

    def autocomplete_view(self, request: HttpRequest) -> Any:
        """Rows of a declared relation by what was typed."""
        view = PostedAutocomplete.as_view(admin_site=self)
        answer: Any = view(request)
        return answer
