"""Changes of registered models become entries by themselves, with every value masked that was not declared plain."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from audit import registry
from audit.digests import digest
from audit.models import LogEntry
from backend.api.clock import now
from backend.api.ids import new_id
from backend.api.recorder import ActorContext, NoActorError

ROOT = Path(__file__).resolve().parents[2]
# Every way django-auditlog or Django has to write a row past the log.
SWITCHES = re.compile(r"disable_auditlog|auditlog_disabled|raw\s*=\s*True|save_base\(|pre_log\b|\bset_actor\b|loaddata")
pytestmark = pytest.mark.django_db


def test_creation_change_and_deletion_are_logged(acting: ActorContext, logged_groups: type[Group]) -> None:
    group = logged_groups.objects.create(name="Jane Roe")
    pk = group.pk
    group.name = "José"
    group.save()
    group.delete()
    entries = LogEntry.objects.order_by("id")
    assert [(entry.kind, entry.action, entry.object_pk) for entry in entries] == [
        ("change", "create", str(pk)),
        ("change", "update", str(pk)),
        ("change", "delete", str(pk)),
    ]
    assert entries[1].changes == {"name": [digest("Jane Roe"), digest("José")]}
    assert {entry.object_repr for entry in entries} == {f"auth.group {pk}"}


def test_plain_values_stay_and_others_do_not(acting: ActorContext, logged_groups: type[Group]) -> None:
    group = logged_groups.objects.create(name="Jane Roe")
    changes = LogEntry.objects.get().changes
    assert changes == {"id": [None, group.pk], "name": [None, digest("Jane Roe")]}


def test_a_save_that_changes_nothing_logs_nothing(acting: ActorContext, logged_groups: type[Group]) -> None:
    logged_groups.objects.create(name="a").save()
    assert LogEntry.objects.count() == 1


def test_actor_and_request_stand_in_the_entry(acting: ActorContext, logged_groups: type[Group]) -> None:
    logged_groups.objects.create(name="a")
    entry = LogEntry.objects.get()
    assert (entry.actor_id, entry.request_id, entry.address) == (acting.actor.id, "req-1", "10.0.0.9")


def test_nothing_changes_when_nobody_acts(logged_groups: type[Group]) -> None:
    with pytest.raises(NoActorError), transaction.atomic():
        logged_groups.objects.create(name="a")
    assert not logged_groups.objects.filter(name="a").exists()


def test_costs_one_insert_on_creation_and_one_read_on_change(
    acting: ActorContext, logged_groups: type[Group], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        group = logged_groups.objects.create(name="a")
    group.name = "b"
    with django_assert_num_queries(3):
        group.save()


def test_patients_and_center_are_named(acting: ActorContext) -> None:
    patients, center = [new_id(), new_id()], new_id()
    registry.register(Group, patient=lambda _group: patients, center=lambda _group: center)
    Group.objects.create(name="a")
    registry.register(Group, patient=lambda _group: str(patients[0]))
    Group.objects.create(name="b")
    registry.unregister(Group)
    first, second = LogEntry.objects.order_by("id")
    assert (first.patients, first.center_id) == (sorted(patients), center)
    assert (second.patients, second.center_id) == (patients[:1], None)


def test_a_column_may_name_the_patient(acting: ActorContext) -> None:
    registry.register(Permission, plain=["codename"], patient="content_type_id")
    assert registry.policy_of(Permission).patient_of(Permission(content_type_id=7)) == 7
    assert Permission in registry.registered()
    registry.unregister(Permission)
    assert Permission not in registry.registered()


def test_moments_are_kept_in_utc(acting: ActorContext) -> None:
    registry.register(Session, plain=["expire_date"], exclude=["session_data"])
    at = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.timezone(-dt.timedelta(hours=5)))
    Session.objects.create(session_key="k", session_data="secret", expire_date=at)
    registry.unregister(Session)
    assert LogEntry.objects.get().changes == {
        "expire_date": [None, "2026-11-24T14:30:00Z"],
        "session_key": [None, digest("k")],
    }


def test_values_that_are_no_text_are_digested_as_json() -> None:
    registry.register(Group)
    masked = registry.policy_of(Group).masked({"name": (True, {"b": 1, "a": 2})})
    registry.unregister(Group)
    assert masked == {"name": [digest("true"), digest('{"a":2,"b":1}')]}


def test_lists_of_dates_and_ids_are_stored_as_text(acting: ActorContext, logged_groups: type[Group]) -> None:
    day, pk = dt.date(2026, 3, 2), new_id()
    LogEntry.objects.log_create(Group(pk=1), action="update", changes={"id": ([day], [pk])})
    assert LogEntry.objects.get().changes == {"id": [["2026-03-02"], [str(pk)]]}


def test_free_text_cannot_be_plain() -> None:
    with pytest.raises(ImproperlyConfigured, match="free text"):
        registry.register(Session, plain=["session_data"])


@pytest.mark.parametrize(
    "option", [{"plain": ["nmae"]}, {"exclude": ["nmae"]}, {"patient": "nmae"}, {"center": "nmae"}]
)
def test_a_mistyped_name_is_refused(option: dict[str, Any]) -> None:
    with pytest.raises(ImproperlyConfigured, match="nmae"):
        registry.register(Group, **option)


def test_an_unforced_call_without_changes_writes_nothing(acting: ActorContext, logged_groups: type[Group]) -> None:
    group = Group(pk=1)
    assert LogEntry.objects.log_create(group, action="access") is None
    forced = LogEntry.objects.log_create(group, action="access", force_log=True)
    assert forced is not None
    assert (forced.changes, forced.at <= now()) == ({}, True)


def test_product_code_never_switches_the_log_off() -> None:
    apps = ["audit", "backend", "centers", "groups", "patients", "reminders", "scheduling"]
    product = [path for app in apps for path in (ROOT / app).rglob("*.py")]
    assert len(product) > len(apps)
    assert [str(path) for path in product if SWITCHES.search(path.read_text(encoding="utf-8"))] == []
