"""What is done to an object on a page of its own: a form, what it asks for, and the action it calls."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import DatabaseError, models, transaction
from django.http import HttpRequest

from backend.api import recorder
from backend.api.admin_visits import visit_of
from backend.api.errors import Problem, Refused, problem_of
from backend.api.gate import User
from backend.api.problems import document

SERVER_ERROR = 500
ISO = "%Y-%m-%d"
Data = dict[str, Any]


class DayField(forms.DateField):
    """A day, typed or picked, as ISO 8601 writes it."""

    def __init__(self, **options: Any) -> None:
        picker = forms.DateInput(format=ISO, attrs={"type": "date"})
        super().__init__(input_formats=[ISO], widget=picker, **options)


class VerbForm(forms.Form):
    """The base of every verb's form; it carries the version of the object that the page showed."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    # Parameters of the address that fill fields in advance.
    prefilled: frozenset[str] = frozenset()

    def __init__(self, *args: Any, obj: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.obj, self.user = obj, user
        self.fields["shown"].initial = version_of(obj)
        self.arrange()

    def arrange(self) -> None:
        """Hook: fill the choices, from what is in reach."""

    def offer(self, name: str, rows: models.QuerySet[Any]) -> None:
        """Let a field's choices be these rows."""
        field: Any = self.fields[name]
        field.queryset = rows

    def released(self) -> Iterable[Any]:
        """Hook: the objects whose data the form shows."""
        return ()

    def values(self) -> Data:
        """What the action takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "shown"}

    def explain(self, problem: Problem) -> None:
        """Say in the page why nothing was done, in the words the API has for it."""
        told = document(problem.code, problem.status, problem.faults)
        for fault in told["errors"]:
            name = str(fault["pointer"]).strip("/")
            self.add_error(name if name in self.fields else NON_FIELD_ERRORS, fault["detail"])
        if not told["errors"]:
            self.add_error(NON_FIELD_ERRORS, f"{told['title']}. {told['detail']}")


def lock_row(obj: models.Model) -> Any:
    """The row as it stands, locked against other writers."""
    return type(obj)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=obj.pk)


def lock_nothing(obj: models.Model) -> Any:
    """The object as it was read: the action takes its locks itself, in an order of its own."""
    return obj


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of an admin page. `run` gets the object (None where it makes one), who acts, and what the form says."""

    name: str
    label: str
    codename: str
    run: Callable[..., Any]
    form: type[VerbForm] = VerbForm
    done: str = "Done."
    # Takes the locks the action takes, in its order, before the versions are compared.
    lock: Callable[[Any], Any] = lock_row
    # Whether the verb is offered for an object in its present state; asked for the page's buttons only.
    is_offered: Callable[[Any], bool] = lambda _obj: True

    def attempt(self, request: HttpRequest, form: VerbForm) -> Any:
        """Do it, all or nothing. Raises NotDone, with the reason in the form and in the visit, when it is refused."""
        try:
            with transaction.atomic():
                return self._do(form)
        except (Refused, DatabaseError, OverflowError) as error:
            problem = problem_of(error)
            if problem.status >= SERVER_ERROR:
                raise
            form.explain(problem)
            visit_of(request).refuse(problem.code, problem.status)
            raise NotDone from error

    def _do(self, form: VerbForm) -> Any:
        by = recorder.current().actor
        if form.obj is None:
            return self.run(by=by, **form.values())
        fresh = self.lock(form.obj)
        if version_of(fresh) != form.cleaned_data["shown"]:
            raise Refused("stale_form")
        return self.run(fresh, by=by, **form.values())


class NotDone(Exception):
    """A verb was refused; its form says why."""


def version_of(obj: Any) -> str:
    """The version a page shows, as its form carries it."""
    return str(getattr(obj, "version", "")) if obj is not None else ""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a page below its facts; `released` are the objects whose data stands in them."""

    title: str
    head: tuple[str, ...]
    rows: list[list[Any]]
    released: Iterable[Any] = ()
    empty: str = "Nobody."


def filled(address: str, values: Mapping[str, Any]) -> str:
    """An address with ids or dates as its query."""
    return f"{address}?{'&'.join(f'{name}={quote(str(value))}' for name, value in values.items())}"
