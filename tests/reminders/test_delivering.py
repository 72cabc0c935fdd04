"""One claimed reminder: what is asked again before it goes, and what follows from what became of it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from backend.api.clock import frozen
from backend.api.errors import Refused
from backend.api.ids import new_id
from centers.models import Center
from patients.models import ContactPoint, Patient, StaffTask
from reminders import outbox
from reminders.actions import suppress
from reminders.channels import RejectedError, UnavailableError, UncertainError
from reminders.channels.sandbox import SandboxSms
from reminders.delivering import LEASE, MOST_ATTEMPTS, begin, deliver, finish, resolve, send
from reminders.models import Attempt, Channel, Reminder
from reminders.outbox import Claim
from scheduling.models import Attendance, Session
from tests.reminders.adapters import ScriptedSms
from tests.reminders.world import (
    DUE,
    EVENING,
    HOUR,
    MINUTE,
    MOBILE,
    TESTER,
    World,
    a_session,
    a_world,
    an_address,
    shift,
    the_reminder,
)


@pytest.fixture(autouse=True)
def script(settings: Any, _mailbox: None) -> Iterator[type[ScriptedSms]]:
    settings.SMS_ADAPTER = "tests.reminders.adapters.ScriptedSms"
    yield ScriptedSms
    ScriptedSms.reset()


@pytest.fixture
def claim(world: World) -> Claim:
    """A reminder of one evening session, due and claimed."""
    a_session(world)
    world.plan()
    return world.claim()[0]


def at(moment: dt.datetime, claim: Claim, verb: Any = deliver) -> tuple[str, str]:
    with frozen(moment):
        verb(*claim)
    reminder = the_reminder(claim.reminder)
    return reminder.state, reminder.reason


def texts() -> list[str]:
    return [message["body"] for message in SandboxSms().messages()]


def test_a_due_reminder_is_sent_and_its_attempt_kept(claim: Claim) -> None:
    assert at(DUE, claim) == ("delivered", "")
    attempt = Attempt.objects.get()
    assert (attempt.pk, attempt.channel, attempt.outcome) == (claim.attempt, "sms", "delivered")
    assert texts() == [
        "The Office: your appointment is Wed Jun 10, 6:00 PM. Call (706) 555-0199. Reply STOP to opt out."
    ]


def test_a_text_the_carrier_never_confirms_stays_sent(world: World) -> None:
    ContactPoint.objects.update(normalized="+17065550998")
    a_session(world)
    world.plan()
    assert at(DUE, world.claim()[0]) == ("sent", "")


def test_an_order_that_arrives_twice_is_carried_out_once(claim: Claim) -> None:
    with frozen(DUE):
        assert begin(*claim)
        assert begin(*claim) is None
    assert at(DUE, claim) == ("claimed", "")
    assert texts() == []


def test_an_order_for_a_claim_that_is_gone_does_nothing(claim: Claim) -> None:
    assert at(DUE, Claim(claim.reminder, new_id(), claim.center)) == ("claimed", "")


def test_a_worker_that_dawdles_past_its_lease_sends_nothing(claim: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([DUE, DUE + LEASE])
    monkeypatch.setattr("reminders.delivering.now", lambda: next(moments))
    deliver(*claim)
    assert texts() == []


def sending_off(world: World) -> None:
    Center.objects.update(sending_since=None)


def session_withdrawn(world: World) -> None:
    Session.objects.update(status="withdrawn")


def patient_cancels(world: World) -> None:
    Attendance.objects.update(status="cancelled_by_patient")


def stop(world: World) -> None:
    suppress(channel=Channel.SMS, address=MOBILE, reason="stop", by=TESTER)


def wants_nothing(world: World) -> None:
    Patient.objects.update(contact_preference="none")


def rule_ends(world: World) -> None:
    world.center.reminder_rules.all().delete()


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (sending_off, "sending_off"),
        (session_withdrawn, "session_off"),
        (patient_cancels, "canceled_by_patient"),
        (stop, "opted_out"),
        (wants_nothing, "not_wanted"),
        (rule_ends, "rule_ended"),
    ],
)
def test_what_changed_since_it_was_claimed_is_seen_before_it_goes(
    world: World, claim: Claim, happens: Any, reason: str
) -> None:
    happens(world)
    assert at(DUE, claim) == ("skipped", reason)
    assert texts() == []


def test_nothing_goes_once_the_session_began(claim: Claim) -> None:
    assert at(EVENING, claim) == ("skipped", "too_late")


def test_nothing_goes_for_a_session_moved_into_the_past(world: World, claim: Claim) -> None:
    shift(Session.objects.get(), DUE + 6 * HOUR)
    assert at(DUE + 12 * HOUR, claim)[0] == "skipped"


def test_a_session_moved_within_its_day_into_the_past_is_too_late(world: World, claim: Claim) -> None:
    shift(Session.objects.get(), EVENING - 8 * HOUR)
    assert at(EVENING - 7 * HOUR, claim) == ("skipped", "too_late")


def test_a_session_moved_to_later_is_waited_for(world: World, claim: Claim) -> None:
    shift(Session.objects.get(), EVENING + HOUR)
    assert at(DUE, claim) == ("planned", "")
    reminder = the_reminder()
    assert (reminder.due_at, reminder.session_starts_at) == (DUE + HOUR, EVENING + HOUR)


def test_the_text_names_the_time_the_session_has_by_then(world: World, claim: Claim) -> None:
    shift(Session.objects.get(), EVENING - HOUR)
    assert at(DUE, claim) == ("delivered", "")
    assert "5:00 PM" in texts()[0]


def test_a_reminder_delayed_into_the_night_waits_for_the_morning(claim: Claim) -> None:
    assert at(DUE + 3 * HOUR, claim) == ("planned", "")
    assert the_reminder().next_try_at == DUE + 15 * HOUR
    assert texts() == []


def test_a_reminder_that_cannot_wait_for_the_morning_is_dropped(acting: None, db: None) -> None:
    world = a_world(12)
    a_session(world, DUE + 16 * HOUR)  # 10:00; twelve hours before is 22:00, so 19:59 the evening before
    world.plan()
    claim = world.claim(DUE + 3 * HOUR)[0]
    assert at(DUE + 3 * HOUR, claim) == ("skipped", "quiet_hours")


def test_a_number_that_takes_no_texts_is_suppressed_and_put_before_the_staff(world: World) -> None:
    ContactPoint.objects.update(normalized="+17065550999")
    a_session(world)
    world.plan()
    assert at(DUE, world.claim()[0]) == ("failed", "address_rejected")
    assert ContactPoint.objects.get().suppressed_reason == "address_rejected"
    assert StaffTask.objects.get().kind == "address_suppressed"


def test_a_provider_that_is_down_is_tried_again_later(script: type[ScriptedSms], claim: Claim) -> None:
    script.before = [UnavailableError("429", retry_after=3600)]
    assert at(DUE, claim) == ("planned", "")
    reminder = the_reminder()
    assert reminder.next_try_at
    assert reminder.next_try_at >= DUE + HOUR
    assert Attempt.objects.get().error_code == "429"


def test_after_four_attempts_a_person_is_told(script: type[ScriptedSms], world: World, claim: Claim) -> None:
    script.before = [UnavailableError("down")] * MOST_ATTEMPTS
    moment = DUE
    while at(moment, claim) == ("planned", ""):
        moment += HOUR / 4
        claim = world.claim(moment)[0]
    reminder = the_reminder()
    assert (reminder.state, reminder.reason, reminder.attempts_made) == ("failed", "attempts_used_up", MOST_ATTEMPTS)
    assert StaffTask.objects.get().kind == "reminder_failed"


def test_pauses_grow_from_try_to_try(script: type[ScriptedSms], world: World, claim: Claim) -> None:
    script.before = [UnavailableError("down")] * 2
    at(DUE, claim)
    first = the_reminder().next_try_at
    claim = world.claim(DUE + 2 * MINUTE)[0]
    at(DUE + 2 * MINUTE, claim)
    second = the_reminder().next_try_at
    assert first
    assert second
    assert dt.timedelta(seconds=30) <= first - DUE <= dt.timedelta(seconds=90)
    assert MINUTE <= second - DUE - 2 * MINUTE <= 3 * MINUTE


def doubtful(script: type[ScriptedSms], claim: Claim) -> None:
    """The text was taken, and the line went dead."""
    script.after = [UncertainError("timeout")]
    assert at(DUE, claim) == ("unknown", "")


def test_an_outcome_nobody_knows_is_looked_up_not_sent_again(script: type[ScriptedSms], claim: Claim) -> None:
    doubtful(script, claim)
    assert at(DUE + MINUTE, claim, resolve) == ("delivered", "")
    assert len(texts()) == 1
    assert Attempt.objects.get().outcome == "delivered"


def test_what_the_provider_never_got_is_tried_again(script: type[ScriptedSms], world: World, claim: Claim) -> None:
    script.before = [UncertainError("timeout")]
    at(DUE, claim)
    assert at(DUE + MINUTE, claim, resolve) == ("planned", "")
    assert at(DUE + HOUR / 2, world.claim(DUE + HOUR / 2)[0]) == ("delivered", "")


def test_what_the_provider_rejected_in_the_dark_is_given_up(world: World, script: type[ScriptedSms]) -> None:
    ContactPoint.objects.update(normalized="+17065550999")
    a_session(world)
    world.plan()
    claim = world.claim()[0]
    with frozen(DUE):
        order = begin(*claim)
        assert order
        assert isinstance(send(order), RejectedError)
        outbox.expire(the_reminder().center_id, DUE + LEASE)
    assert at(DUE + LEASE, claim, resolve) == ("failed", "address_rejected")


@pytest.mark.parametrize("trouble", ["is_blind", "is_down"])
def test_a_provider_that_cannot_tell_is_asked_for_ten_minutes(
    script: type[ScriptedSms], claim: Claim, trouble: str
) -> None:
    doubtful(script, claim)
    setattr(script, trouble, True)
    assert at(DUE + 9 * MINUTE, claim, resolve) == ("unknown", "")
    assert at(DUE + 10 * MINUTE, claim, resolve) == ("planned", "")


def test_a_second_doubt_is_put_before_a_person(script: type[ScriptedSms], world: World, claim: Claim) -> None:
    doubtful(script, claim)
    script.is_blind = True
    at(DUE + 10 * MINUTE, claim, resolve)
    script.after = [UncertainError("timeout")]
    claim = world.claim(DUE + 10 * MINUTE)[0]
    at(DUE + 10 * MINUTE, claim)
    assert at(DUE + 20 * MINUTE, claim, resolve) == ("failed", "outcome_unknown")
    assert StaffTask.objects.get().kind == "reminder_unknown"


def test_close_to_the_session_no_duplicate_is_risked(script: type[ScriptedSms], claim: Claim) -> None:
    doubtful(script, claim)
    script.is_blind = True
    assert at(EVENING - HOUR, claim, resolve) == ("failed", "outcome_unknown")


def test_an_attempt_cut_off_by_a_kill_counts_as_a_doubt(script: type[ScriptedSms], claim: Claim) -> None:
    with frozen(DUE):
        begin(*claim)
        outbox.expire(the_reminder().center_id, DUE + LEASE)
    script.is_blind = True
    assert at(DUE + LEASE, claim, resolve) == ("unknown", "")
    assert Attempt.objects.get().error_code == "cut_off"


def test_resolving_what_is_settled_changes_nothing(claim: Claim) -> None:
    at(DUE, claim)
    assert at(DUE, claim, resolve) == ("delivered", "")


def test_a_choice_made_meanwhile_by_another_stands(
    script: type[ScriptedSms], claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful(script, claim)

    def settled_meanwhile(self: ScriptedSms, key: str) -> None:
        Reminder.objects.update(state="sent", claim=None)

    monkeypatch.setattr(ScriptedSms, "look_up", settled_meanwhile)
    assert at(DUE + HOUR, claim, resolve) == ("sent", "")


def test_a_late_worker_completes_its_attempt_and_nothing_else(world: World, claim: Claim) -> None:
    with frozen(DUE):
        order = begin(*claim)
        assert order
        receipt = send(order)
        Reminder.objects.update(state="planned", claim=None, lease_until=None)
        finish(*claim, receipt)
    assert (the_reminder().state, Attempt.objects.get().outcome) == ("planned", "delivered")


def test_a_worker_back_from_the_dead_settles_what_is_still_its_own(claim: Claim) -> None:
    with frozen(DUE):
        order = begin(*claim)
        assert order
        receipt = send(order)
        outbox.expire(the_reminder().center_id, DUE + LEASE)
        finish(*claim, receipt)
    assert the_reminder().state == "delivered"


def test_a_poisonous_message_ends_as_failed_like_any_other(
    script: type[ScriptedSms], world: World, claim: Claim
) -> None:
    script.before = [ZeroDivisionError("poison")] * MOST_ATTEMPTS
    moment = DUE
    for _attempt in range(MOST_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            at(moment, claim)
        moment += LEASE
        outbox.expire(the_reminder().center_id, moment)
        at(moment, claim, resolve)
        moment += HOUR / 4
        claim = next(iter(world.claim(moment)), claim)
    assert the_reminder().reason == "attempts_used_up"


def test_an_e_mail_goes_to_who_prefers_it(world: World, mailoutbox: list[Any]) -> None:
    Patient.objects.update(contact_preference="email")
    an_address(world.pat, "pat@example.org")
    a_session(world)
    world.plan()
    assert at(DUE, world.claim()[0]) == ("sent", "")
    assert mailoutbox[0].to == ["pat@example.org"]
    assert mailoutbox[0].body.endswith("To get no more reminders, call us.")


def test_a_settled_reminder_takes_no_other_state(world: World, claim: Claim) -> None:
    at(DUE, claim)
    with pytest.raises(Refused, match="reminder_settled"):
        the_reminder().put_back(DUE)
