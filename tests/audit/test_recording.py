"""Events of the recorder port become entries: one statement, an actor, ids and codes, no contents."""

import datetime as dt

import pytest
from django.conf import settings
from django.core.checks import run_checks
from pytest_django import DjangoAssertNumQueries, Settings

from audit.checks import check_settings
from audit.digests import digest
from audit.kinds import Kind, kind_of
from audit.masking import masked
from audit.models import LogEntry
from backend.api.clock import frozen
from backend.api.ids import new_id
from backend.api.recorder import JSON, Actor, ActorContext, Event, NoActorError, acting_as, record


def test_an_entry_holds_who_what_when_and_about_whom(db: None, acting: ActorContext) -> None:
    center, patients, at = new_id(), sorted([new_id(), new_id()]), dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    with frozen(at):
        about = (*patients, patients[0])
        record(Event("read", "patients.Patient", str(patients[0]), center, about, purpose="treatment"))
    entry = LogEntry.objects.get()
    assert (entry.at, entry.actor_id, entry.actor_name) == (at, acting.actor.id, "Nora Nurse")
    assert (entry.actor_role, entry.request_id, entry.address) == ("counselor", "req-1", "10.0.0.9")
    assert (entry.kind, entry.action, entry.outcome, entry.purpose) == ("read", "read", "ok", "treatment")
    assert (entry.center_id, entry.patients) == (center, patients)
    assert entry.object_repr == f"patients.Patient {patients[0]}"
    assert str(entry) == f"read {entry.object_repr}"


def test_one_event_costs_one_statement(
    db: None, acting: ActorContext, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        record(Event("list", "patients.Patient", patient_ids=tuple(new_id() for _ in range(50))))


def test_nobody_acting_is_refused(db: None) -> None:
    with pytest.raises(NoActorError):
        record(Event("read"))
    assert not LogEntry.objects.exists()


def test_system_acts_under_its_own_name(db: None) -> None:
    with acting_as(Actor("system:planner", "planner")):
        record(Event("import", "centers.Center"))
    assert LogEntry.objects.get().actor_id == "system:planner"


def test_details_keep_numbers_dates_ids_and_codes_only(db: None, acting: ActorContext) -> None:
    plain: dict[str, JSON] = {
        "count": 3,
        "share": 0.5,
        "none": None,
        "empty": "",
        "code": "stale_tag",
        "from": "2026-01-05",
        "at": "2026-01-05T09:00:00+00:00",
        "patient": str(new_id()),
    }
    told: dict[str, JSON] = {
        "term": "jane",
        "phone": "20260105",
        "inner": {"code": "two words", "names": ["Jane Roe", "José"]},
    }
    record(Event("search", details=plain | told))
    assert LogEntry.objects.get().details == plain | {
        "term": digest("jane"),
        "phone": digest("20260105"),
        "inner": {"code": digest("two words"), "names": [digest("Jane Roe"), digest("José")]},
    }


def test_a_written_reason_and_a_written_id_are_digested(db: None, acting: ActorContext) -> None:
    record(Event("refuse", "patients.Patient", "Jane Roe", outcome="404", purpose="mother called, Jane is ill"))
    entry = LogEntry.objects.get()
    assert entry.object_pk == digest("Jane Roe")
    assert entry.purpose == digest("mother called, Jane is ill")
    assert "Jane" not in entry.object_repr


@pytest.mark.parametrize(
    ("action", "kind"), [("create", Kind.CHANGE), ("read", Kind.READ), ("list", Kind.READ), ("juggle", Kind.OTHER)]
)
def test_every_action_has_a_family(action: str, kind: Kind) -> None:
    assert kind_of(action) == kind


def test_digests_depend_on_the_key_and_take_any_text(settings: Settings) -> None:
    first = digest("Jane\ud800\0")
    assert first == digest("Jane\ud800\0")
    assert (len(first), first[:5]) == (37, "hmac:")
    settings.AUDIT_DIGEST_KEY = "another key"
    assert digest("Jane\ud800\0") != first


def test_masking_leaves_lists_of_codes() -> None:
    assert masked(["view_patient", "Jane Roe"], "codenames") == ["view_patient", digest("Jane Roe")]


def test_settings_that_weaken_the_log_are_errors(settings: Settings) -> None:
    settings.AUDITLOG_DISABLE_ON_RAW_SAVE = True
    settings.AUDIT_DIGEST_KEY = ""
    assert [message.id for message in check_settings()] == ["audit.E001", "audit.E002"]


def test_our_settings_pass() -> None:
    assert settings.AUDITLOG_LOGENTRY_MODEL == "audit.LogEntry"
    assert [message for message in run_checks() if str(message.id).startswith("audit.")] == []
