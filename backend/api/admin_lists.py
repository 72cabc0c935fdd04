"""Lists of the admin: bounded, filtered by what is in reach, searched without the words standing in any address."""

import datetime as dt
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest

from backend.api.admin_visits import uuid_of, visit_of
from backend.api.errors import Refused
from backend.api.gate import ScopedQuerySet
from backend.api.throttles import require_few_searches

# A list ends here; whoever looks for more searches or filters.
MOST_ROWS = 1000
LONGEST_SEARCH = 200

if TYPE_CHECKING:
    # Generic to the type checker only.
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator


class BoundedPaginator(_Paginator):
    """Counts no further than the list goes: the cost follows the page, never the table."""

    @property
    def count(self) -> int:
        """How many rows there are, at most MOST_ROWS."""
        rows: Any = self.object_list
        if "_count" not in vars(self):
            vars(self)["_count"] = rows.order_by()[:MOST_ROWS].count()
        return int(vars(self)["_count"])


class GatedChangeList(ChangeList):
    """Keeps what was searched for out of every link, and reads what rows show for the whole page at once."""

    query: str

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """A link's query: filters and pages, never the words of a search."""
        return super().get_query_string(new_params, [*(remove or []), SEARCH_VAR])

    def get_results(self, request: HttpRequest) -> None:
        """The rows of the page, noted as released."""
        super().get_results(request)
        admin: Any = self.model_admin
        rows = list(self.result_list)
        admin.complete(request, rows)
        visit_of(request).released.add(rows)
        # The tags of the list iterate over rows and measure their number, which a list does as well.
        vars(self)["result_list"] = rows

    @property
    def is_cut(self) -> bool:
        """Whether there may be more rows than the list goes on to."""
        return bool(self.result_count == MOST_ROWS)

    @property
    def next_page(self) -> int | None:
        """The page after this one, if there is one."""
        return self.page_num + 1 if self.page_num < self.paginator.num_pages else None

    @property
    def previous_page(self) -> int | None:
        """The page before this one, if there is one."""
        return self.page_num - 1 if self.page_num > 1 else None

    @property
    def next_address(self) -> str:
        """Where the page after this one is."""
        return self.get_query_string({PAGE_VAR: self.next_page})

    @property
    def previous_address(self) -> str:
        """Where the page before this one is."""
        return self.get_query_string({PAGE_VAR: self.previous_page})


def searched(request: HttpRequest) -> None:
    """Let the list read what was sent in the body of a search as if it stood in the address, where it never stands."""
    require_few_searches(request)
    words = request.POST.get(SEARCH_VAR, "")
    if len(words) > LONGEST_SEARCH:
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {SEARCH_VAR: "max_length"})
    if "\x00" in words:
        raise Refused("forbidden_character", HTTPStatus.BAD_REQUEST)
    sent = request.GET.copy()
    sent[SEARCH_VAR] = words
    if PAGE_VAR in request.POST:
        sent[PAGE_VAR] = request.POST[PAGE_VAR]
    vars(request)["GET"] = sent
    visit_of(request).action = "search"


class RelationFilter(SimpleListFilter):
    """Rows of one related row, offered where the reader holds `codename` on it."""

    related: type[models.Model]
    codename = "view_center"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The related rows in reach."""
        return [(str(row.pk), self.label(row)) for row in self.offered(request)]

    def offered(self, request: HttpRequest) -> Iterable[Any]:
        """Hook: which related rows are offered."""
        rows = self.related._default_manager.all()
        return rows.visible_to(request.user, self.codename) if isinstance(rows, ScopedQuerySet) else rows.none()

    def label(self, row: Any) -> str:
        """How a related row is called."""
        return str(row)

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Rows of the related row asked for; an id of nothing finds nothing."""
        if self.value() is None:
            return queryset
        pk: UUID | None = uuid_of(self.value())
        return queryset.filter(**{f"{self.parameter_name}_id": pk}) if pk else queryset.none()


def day_of(text: str | None) -> dt.date | None:
    """The day an ISO date names. Raises Refused (400) for anything else."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {"": "invalid"}) from error
