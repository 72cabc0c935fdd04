"""System checks of the gate: a route that forgets it, or misspells a codename, is found before the first request."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

from backend.api.gate import ScopedQuerySet
from backend.api.grant_tables import containers, grant_tables
from backend.api.views import GatedViewSet


def check_containers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Each container holds its own two grant tables."""
    try:
        for container in containers():
            grant_tables(container)
    except (LookupError, ValueError) as error:
        return [Error(f"GATE_CONTAINERS: {error}", id="api.E001")]
    return []


def check_routes(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Each action of each gated route has a codename of the vocabulary, and rows that know their scope."""
    vocabulary = frozenset(import_string(settings.GATE_VOCABULARY))
    return [message for view, actions in gated_routes() for message in _faults(view, actions, vocabulary)]


def gated_routes() -> list[tuple[type[GatedViewSet], frozenset[str]]]:
    """Every gated viewset that has a route, with the actions its routes lead to by a method it answers."""
    found: dict[type[GatedViewSet], set[str]] = {}
    for callback in _callbacks(get_resolver().url_patterns):
        view = getattr(callback, "cls", None)
        if isinstance(view, type) and issubclass(view, GatedViewSet):
            actions = getattr(callback, "actions", {})
            answered = (action for method, action in actions.items() if method in view.http_method_names)
            found.setdefault(view, set()).update(answered)
    return [(view, frozenset(actions)) for view, actions in found.items()]


def _callbacks(patterns: Sequence[URLPattern | URLResolver]) -> Iterator[Any]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _callbacks(pattern.url_patterns)
        else:
            yield pattern.callback


def _faults(view: type[GatedViewSet], actions: frozenset[str], vocabulary: frozenset[str]) -> Iterator[CheckMessage]:
    for action in sorted(actions - view.codenames.keys()):
        yield Error(f"{view.__name__}.{action} declares no codename and would always be refused", id="api.E002")
    for codename in sorted(set(view.codenames.values()) - vocabulary):
        yield Error(f"{view.__name__}: {codename} is not in {settings.GATE_VOCABULARY}", id="api.E003")
    if not isinstance(view.model._default_manager.all(), ScopedQuerySet):
        yield Error(f"{view.__name__}: {view.model.__name__} has no scoped queryset", id="api.E004")
