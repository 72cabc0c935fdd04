"""The tables of reminders: what the database refuses, and that rows are named by ids alone."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from reminders.models import Attempt, Channel, Reminder, ReminderRule, Suppression
from reminders.outbox import Claim
from reminders.suppressions import digest_of, stopped
from tests.reminders.world import DUE, EVENING, HOUR, MOBILE, NOW, World, a_session


@pytest.fixture
def reminder(world: World) -> Reminder:
    a_session(world)
    world.plan()
    return Reminder.objects.get()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "lost"}, "reminder_state_known"),
        ({"state": "claimed"}, "reminder_claim_has_a_lease"),
        ({"due_at": EVENING}, "reminder_due_before_the_session"),
    ],
)
def test_the_database_refuses(reminder: Reminder, changes: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        Reminder.objects.filter(pk=reminder.pk).update(**changes)


def test_there_is_one_reminder_of_a_day(reminder: Reminder) -> None:
    values = {name: getattr(reminder, name) for name in ("center", "patient", "session", "session_starts_at", "due_at")}
    with pytest.raises(IntegrityError, match="reminder_once"):
        Reminder.objects.create(**values, local_day=reminder.local_day, offset_hours=reminder.offset_hours)


@pytest.mark.parametrize("hours", [0, 337])
def test_a_rule_reminds_within_two_weeks(world: World, hours: int) -> None:
    with pytest.raises(IntegrityError, match="reminderrule_in_range"):
        ReminderRule.objects.create(center=world.center, offset_hours=hours)


def test_an_address_is_stopped_once_at_a_time(world: World) -> None:
    stop = {
        "channel": Channel.SMS,
        "address_digest": digest_of(Channel.SMS, "+17065550100"),
        "reason": "stop",
    }
    Suppression.objects.create(**stop, lifted_at=NOW)
    Suppression.objects.create(**stop)
    with pytest.raises(IntegrityError, match="suppression_once"):
        Suppression.objects.create(**stop)


def test_an_address_in_clear_is_no_stop(world: World) -> None:
    with pytest.raises(IntegrityError, match="suppression_tells_no_address"):
        Suppression.objects.create(channel=Channel.SMS, address_digest="+17065550100", reason="stop")


def test_rows_are_named_by_ids_and_numbers(world: World, reminder: Reminder) -> None:
    claim = Claim(*world.claim(DUE + HOUR)[0])
    point = world.pat.contact_points.get()
    attempt = Attempt(pk=claim.attempt, reminder=reminder, center=world.center, contact_point=point)
    rule, stop = world.center.reminder_rules.get(), Suppression()
    assert str(rule) == "24 hours before"
    for row in (reminder, attempt, stop):
        assert str(row) == f"{row._meta.model_name} {row.pk}"


def test_a_stop_kept_in_clear_becomes_a_digest_that_holds(world: World) -> None:
    """The data migration, on a row of before it."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reminders_suppression DROP CONSTRAINT suppression_tells_no_address")
    row = Suppression.objects.create(channel=Channel.SMS, address_digest=MOBILE, reason="stop")
    import_module("reminders.migrations.0004_stops_tell_no_address").keep_digests(apps, None)
    row.refresh_from_db()
    assert row.address_digest.startswith("hmac:")
    assert stopped([(Channel.SMS, MOBILE), (Channel.EMAIL, MOBILE)]) == {(Channel.SMS, MOBILE)}
