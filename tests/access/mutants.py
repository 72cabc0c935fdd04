"""The gate, wrong in one place at a time: what to change, and which cells must notice."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.http import Http404
from django.urls import get_resolver
from rest_framework.exceptions import PermissionDenied
from rest_framework.serializers import PrimaryKeyRelatedField

from backend.api import admin_pages, gate, pagination, preconditions, requests, serializers, views
from backend.api.admin import GatedAdmin
from backend.api.grant_tables import reach_statement
from centers import roles
from centers.models import EmergencyListing, RoleAssignment, ServiceToken, SignIn
from centers.querysets import SignInQuerySet
from centers.service_querysets import ServiceTokenQuerySet
from centers.views.devices import DeviceViewSet
from centers.views.services import KeptAndConfirmed
from groups import projection as of_groups
from patients import projection as of_care
from reminders.planned_views import PlannedQuery
from scheduling.querysets import SeriesStaffQuerySet, SessionStaffQuerySet
from scheduling.views.reports import SummaryQuery
from tests.access.answers import ADDRESSES, Address
from tests.access.asking import API
from tests.access.test_table import methods, readable, routes
from tests.access.words import CODENAMES

# One of each role, a care team, a facilitator, somebody of the other center; who broke the glass, and a program whose
# token does not open the center it works at.
TREATING = ("clara", "tess", "gail", "stan", "erik", "carl", "emil")
WITNESSES = (*TREATING, "cora", "sue", "bill", "percy", "dora", "ada", "vera", "hive")
HOLDERS = {
    "counselor": "carl",
    "supervisor": "sue",
    "coordinator": "cora",
    "billing": "bill",
    "privacy_officer": "percy",
    "director": "dora",
    "administrator": "ada",
}


@dataclass(frozen=True)
class Mutant:
    """One thing taken away or given: `target.name` becomes `value`."""

    name: str
    target: Any
    attribute: str
    value: Any
    addresses: tuple[Address, ...]
    people: tuple[str, ...] = WITNESSES
    by_item: bool = False
    reprojects: bool = False
    of_admin: str = ""


def every() -> list[Mutant]:
    """All of them."""
    return [
        *of_roles(),
        *of_relations(),
        *of_views(),
        *of_querysets(),
        *of_fields(),
        *of_machinery(),
        *of_credentials(),
        *of_admin(),
    ]


def asking_for(word: str) -> tuple[Address, ...]:
    """A few addresses whose answer turns on a word: of each method, one."""
    found: dict[str, Address] = {}
    for one in ADDRESSES:
        if word == one.does and (one.method == "GET" or word != one.reads):
            found.setdefault(one.method + str(one.is_detail), one)
    return tuple(found.values())


def of_roles() -> Iterator[Mutant]:
    """Each role without each codename it has, and with each it lacks."""
    for role in roles.ROLES.values():
        for code in roles.Code:
            word = CODENAMES[code.value]
            changed = replace(role, codenames=role.codenames ^ {code})
            sign = "-" if code in role.codenames else "+"
            yield Mutant(
                f"{role.name.value} {sign}{code.value}",
                roles.ROLES,
                role.name,
                changed,
                asking_for(word),
                (HOLDERS[role.name.value],),
                by_item=True,
                reprojects=True,
            )


def of_relations() -> Iterator[Mutant]:
    """What a care team, a facilitator and a signer have, without and with each codename."""
    lists = {
        "care team": (of_care, "CARE_TEAM", ("tina",)),
        "facilitator": (of_groups, "FACILITATOR", ("gail",)),
        "emergency": (of_care, "EMERGENCY", ("emil",)),
        "signer": (of_care, "SIGNING", ("tess",)),
    }
    for name, (module, attribute, people) in lists.items():
        held = getattr(module, attribute)
        for code in roles.Code:
            # What signing would give besides, a care team has already, or the mutant of the care team gives it.
            if name == "signer" and code not in held:
                continue
            sign = "-" if code in held else "+"
            word = CODENAMES[code.value]
            yield Mutant(
                f"{name} {sign}{code.value}",
                module,
                attribute,
                held ^ {code},
                asking_for(word),
                people,
                reprojects=True,
            )


def actions() -> Iterator[tuple[type[Any], str, Address]]:
    """Every action of a gated view, and its address."""
    by_key = {(one.method, one.route): one for one in ADDRESSES}
    for path, callback in routes(get_resolver().url_patterns):
        if path.startswith(API.lstrip("/")):
            for method in methods(callback):
                address = by_key.get((method, readable(path)))
                if address is not None and issubclass(callback.cls, views.GatedViewSet):
                    yield callback.cls, callback.actions[method.lower()], address


def of_views() -> Iterator[Mutant]:
    """Each action without its codename, and with one that more people have, or others."""
    for query in (SummaryQuery, PlannedQuery):
        of_report = tuple(one for one in ADDRESSES if one.about in {"sums", "planned"})
        yield Mutant(f"{query.__name__} for view_center", query, "codename", "view_center", of_report)
    for view, action, address in actions():
        others = {name: code for name, code in view.codenames.items() if name != action}
        weaker = "find_patient" if view.codenames[action] == "view_center" else "view_center"
        name = f"{view.__name__}.{action}"
        yield Mutant(f"{name} undeclared", view, "codenames", others, (address,))
        yield Mutant(f"{name} for {weaker}", view, "codenames", others | {action: weaker}, (address,))


def of_querysets() -> Iterator[Mutant]:
    """Each model that has addresses, with everything in scope, and with nothing."""
    models: dict[Any, list[Address]] = {}
    for view, _, address in actions():
        if address.method == "GET":
            models.setdefault(view.model, []).append(address)
    for model, addresses in models.items():
        rows = type(model._default_manager.all())
        for name, scope in (("all", everything), ("nothing", nothing)):
            yield Mutant(f"{rows.__name__} sees {name}", rows, "visible_to", scope, tuple(addresses))


def everything(self: Any, *args: Any, **kwargs: Any) -> Any:
    """A scope that lets everything through."""
    return self.all()


def nothing(self: Any, *args: Any, **kwargs: Any) -> Any:
    """A scope that lets nothing through."""
    return self.none()


def of_fields() -> Iterator[Mutant]:
    """Each list of fields for a codename, emptied: its fields are for nobody, or for everybody."""
    for view, action, address in actions():
        meta = getattr(view.serializer_class, "Meta", None)
        given = getattr(meta, "fields_for", None)
        if action != "retrieve" or not given:
            continue
        name = view.serializer_class.__name__
        yield Mutant(f"{name} shows all", meta, "fields_for", {}, (address,))
        for codename in given:
            kept = {**given, codename: []}
            lost = kept | {"nobody": list(given[codename])}
            yield Mutant(f"{name} hides {codename}'s", meta, "fields_for", lost, (address,))


def of_credentials() -> Iterator[Mutant]:
    """What a token opens at most, what staffing opens when, what an emergency opens for how long."""
    patients, schedule = (
        addressed("GET patients/{id}/"),
        addressed("GET sessions/{id}/attendance/", "GET weekly-hours/"),
    )
    yield Mutant("scopes limit nothing", gate.Reach, "within", lambda reach, _limit: reach, schedule, ("hall",))
    yield Mutant("a token works unconfirmed", ServiceTokenQuerySet, "live", unconfirmed, patients, ("hush",))
    yield Mutant("a token works from anywhere", ServiceToken, "admits", lambda *_: True, patients, ("haze",))
    yield Mutant("a token never ends", ServiceTokenQuerySet, "live", endless, patients, ("husk",))
    sessions = addressed("GET sessions/{id}/attendance/", "PUT sessions/{id}/attendance/", "GET sessions/{id}/")
    yield Mutant("a substitute stays", SessionStaffQuerySet, "open_to", staffing_for_good, sessions, ("hank",))
    yield Mutant("whoever staffs looks", SessionStaffQuerySet, "open_to", staffing_by_anybody, sessions, ("desi",))
    yield Mutant("staffing opens nothing", SessionStaffQuerySet, "open_to", nothing, sessions, ("stan", "hugo"))
    opening = addressed("POST emergency-accesses/")
    yield Mutant("anybody breaks the glass", EmergencyListing, "names", lambda _user: True, opening, ("tess",))
    yield Mutant("nobody breaks the glass", EmergencyListing, "names", lambda _user: False, opening, ("emil",))
    devices = addressed("GET devices/", "POST devices/{id}/revoke/")
    yield Mutant("devices are everybody's", DeviceViewSet, "get_queryset", lambda _: SignIn.objects.all(), devices)
    kept = addressed("GET service-accounts/", "GET service-accounts/{id}/", "GET service-tokens/{id}/")
    yield Mutant("programs are shown to reviewers only", KeptAndConfirmed, "get_queryset", _SCOPED, kept, ("ada",))


def of_admin() -> Iterator[Mutant]:
    """Each codename of each model of the admin weaker or gone, each verb for everybody, each relation for nobody."""
    for model, one in admin.site._registry.items():
        label, kind = model._meta.label_lower, type(one)
        for attribute in ("view_codename", "change_codename", "add_codename"):
            held = getattr(one, attribute, "")
            if held:
                weaker = "view_center" if held != "view_center" else "view_aggregates"
                yield Mutant(f"{label} {attribute} {weaker}", kind, attribute, weaker, (), of_admin=label)
                yield Mutant(f"{label} {attribute} gone", kind, attribute, "", (), of_admin=label)
    for label in ("scheduling.session", "groups.therapygroup", "groups.enrollment", "groups.facilitator"):
        yield Mutant(f"verbs of {label} are everybody's", admin_pages, "allows", lambda *_: True, (), of_admin=label)
    for label in ("centers.room", "patients.patient"):
        yield Mutant(f"{label} unscoped in the admin", GatedAdmin, "get_queryset", _UNSCOPED, (), of_admin=label)


def unconfirmed(self: Any, at: dt.datetime) -> Any:
    """Tokens nobody confirmed work as well."""
    return self.filter(revoked_at__isnull=True, expires_at__gt=at)


def endless(self: Any, _at: dt.datetime) -> Any:
    """Tokens that are over work still."""
    return self.filter(revoked_at__isnull=True, confirmed_at__isnull=False)


def staffing_for_good(self: Any, staff_id: Any) -> Any:
    """Substitutes keep what they were given."""
    treating = RoleAssignment.objects.treating().filter(staff=staff_id)
    return self.filter(staff_id=staff_id, is_active=True, center_id__in=treating.values("center_id"))


def staffing_by_anybody(self: Any, staff_id: Any) -> Any:
    """Who staffs need not treat."""
    return self.filter(staff_id=staff_id, is_active=True)


def addressed(*keys: str) -> tuple[Address, ...]:
    """The addresses of some keys, a method and a route each."""
    return tuple(one for one in ADDRESSES if f"{one.method} {one.route}" in keys)


def of_machinery() -> Iterator[Mutant]:
    """The parts every address stands on, one missing at a time."""
    base, record = views.GatedViewSet, requests.RecordedViewSet
    detail = addressed("GET patients/{id}/", "PATCH patients/{id}/", "POST patients/{id}/consents/")
    yield Mutant("a query is not checked", base, "check_query", lambda *_: None, detail)
    yield Mutant("what is not seen is forbidden", base, "_unseen", lambda *_: PermissionDenied(), detail)
    yield Mutant("what may be read is not found", base, "_unseen", lambda *_: Http404(), detail)
    yield Mutant("a refusal is not recorded", record, "_record_refusal", lambda *_: None, detail)
    yield Mutant("anybody may send a new thing", base, "may_create", lambda *_: True, addressed("POST rooms/"))
    yield Mutant("tags are not compared", preconditions, "matches", lambda *_: True, detail)
    yield Mutant(
        "references are not scoped",
        serializers.VisibleRelatedField,
        "get_queryset",
        PrimaryKeyRelatedField.get_queryset,
        addressed("POST leaves/", "POST rooms/", "POST patterns/", "POST facilitators/"),
    )
    yield Mutant(
        "cursors are not scoped", pagination, "_keys", unscoped_keys, addressed("GET patients/", "GET leaves/")
    )
    patients, sessions = addressed("GET patients/{id}/"), addressed("GET sessions/{id}/attendance/", "GET attendances/")
    yield Mutant("a revoked sign-in lives", SignInQuerySet, "standing", everything, patients, ("otto",))
    staffed = ("erik", "lars")
    yield Mutant("staff may always look", SessionStaffQuerySet, "taking_attendance", everything, sessions, staffed)
    yield Mutant(
        "who led still sees", SeriesStaffQuerySet, "not_over", everything, addressed("GET series/{id}/"), ("lou",)
    )
    for name, condition in DATES.items():
        statement = reach_statement().replace(condition, "TRUE")
        dated = ("wes", "nat", "dan", "ron", "lou", "lia", "xsue", "ysue")
        yield Mutant(f"grants {name}", gate, "reach_statement", lambda statement=statement: statement, patients, dated)


# The conditions of a live grant and of a live membership in the one statement that reads them.
DATES = {
    "never begin": "given.starts_at <= %(now)s",
    "never end": "(given.expires_at IS NULL OR given.expires_at > %(now)s)",
    "to who belongs later": "belongs.starts_at <= %(now)s",
    "to who belonged": "(belongs.expires_at IS NULL OR belongs.expires_at > %(now)s)",
}


def unscoped_keys(scoped: Any, anchor: Any, ordering: Any) -> Any:
    """The place of a row in a list, seen or not."""
    return _KEYS(scoped.model._default_manager.all(), anchor, ordering)


_KEYS = pagination._keys
_SCOPED, _UNSCOPED = views.GatedViewSet.get_queryset, ModelAdmin.get_queryset
