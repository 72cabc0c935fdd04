"""What patients answer: stop at once, start again, help, and what is put before the staff; the rest is not kept."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.forms.models import model_to_dict

from audit.models import LogEntry
from backend.api.clock import frozen
from patients.models import ContactPoint, StaffTask
from reminders.channels.sandbox import SandboxSms
from reminders.delivering import deliver
from reminders.inbound import Word, meanings, receive
from reminders.models import Channel, Suppression
from reminders.suppressions import digest_of
from tests.factories import CenterFactory, ContactPointFactory, PatientFactory
from tests.reminders.world import DUE, HOUR, MOBILE, World, a_session

STRANGER = "+17065550177"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STOP", {Word.STOP}),
        (" stop. ", {Word.STOP}),
        ("Stop-All!", {Word.STOP}),
        ("opt out", {Word.STOP}),
        ("please stop sending me these texts", {Word.STOP}),
        ("don\N{RIGHT SINGLE QUOTATION MARK}t text me", {Word.STOP}),
        ("cancel", {Word.STOP, Word.CANCEL}),
        ("Start", {Word.START}),
        ("HELP", {Word.HELP}),
        ("c", {Word.CONFIRM}),
        ("YES!", {Word.CONFIRM}),
        ("can't come", {Word.CANCEL}),
        ("I will stop by later", set()),
        ("my counselor said I relapsed", set()),
        ("", set()),
    ],
)
def test_words_are_known_whatever_their_case_and_punctuation(text: str, expected: set[Word]) -> None:
    assert meanings(text) == expected


def say(text: str, sender: str = MOBILE) -> frozenset[Word]:
    return receive(channel=Channel.SMS, sender=sender, text=text)


@pytest.fixture
def reminded(world: World, sandbox: SandboxSms) -> World:
    """A world in which Pat was reminded of Wednesday evening."""
    a_session(world)
    world.plan()
    with frozen(DUE):
        deliver(*world.claim()[0])
    sandbox.path.unlink()
    return world


def answers() -> list[str]:
    return [message["body"] for message in SandboxSms().messages()]


def test_stop_holds_at_once_and_is_answered_once(world: World) -> None:
    say("STOP")
    say("stop")
    assert ContactPoint.objects.get().suppressed_reason == "stop"
    assert answers() == ["The Office: you will get no more messages. Reply START to get them again."]


def test_start_lifts_a_stop(world: World) -> None:
    say("STOP")
    say("START")
    assert not Suppression.objects.filter(lifted_at__isnull=True).exists()
    assert answers()[-1] == "The Office: you will get appointment reminders again. Reply STOP to opt out."


def test_start_without_a_stop_is_not_answered(world: World) -> None:
    say("START")
    assert answers() == []


def test_a_stop_from_a_stranger_holds_too_and_names_no_center(world: World) -> None:
    say("STOP", STRANGER)
    stop = Suppression.objects.get()
    assert stop.address_digest == digest_of(Channel.SMS, STRANGER)
    assert STRANGER[-7:] not in str(model_to_dict(stop))
    assert answers() == ["You will get no more messages. Reply START to get them again."]


def test_an_answer_to_people_of_two_centers_names_neither(world: World) -> None:
    ContactPointFactory(patient=PatientFactory(center=CenterFactory()), value=MOBILE, normalized=MOBILE)
    say("HELP")
    assert answers()[0].startswith("Appointment reminders.")


def test_help_is_answered_once_a_day(world: World) -> None:
    with frozen(DUE):
        say("HELP")
        say("help")
    with frozen(DUE + 24 * HOUR):
        say("help")
    assert len(answers()) == 2


def test_a_confirmation_is_logged_and_not_answered(reminded: World) -> None:
    with frozen(DUE + HOUR):
        say("C")
    assert LogEntry.objects.get(action="confirm").patients == [reminded.pat.pk]
    assert answers() == []


def test_who_cannot_come_is_put_before_the_staff(reminded: World) -> None:
    with frozen(DUE + HOUR):
        say("can't make it")
    assert StaffTask.objects.get().kind == "patient_canceled"
    assert not Suppression.objects.exists()


def test_cancel_is_both_a_stop_and_a_cancellation(reminded: World) -> None:
    with frozen(DUE + HOUR):
        say("CANCEL")
    assert {task.kind for task in StaffTask.objects.all()} == {"patient_canceled", "address_suppressed"}


def test_a_confirmation_of_nothing_is_no_news(world: World) -> None:
    say("yes")
    assert not LogEntry.objects.filter(action="confirm").exists()


def test_what_nobody_reads_is_answered_once_and_kept_nowhere(world: World) -> None:
    secret = "my counselor said CanaryRelapse"
    say(secret)
    say(secret)
    assert len(answers()) == 1
    assert "replies are not read" in answers()[0]
    kept = str([*LogEntry.objects.values_list("details", "changes"), *StaffTask.objects.values_list("note")])
    assert "CanaryRelapse" not in kept + str(answers())


def test_an_answer_that_cannot_go_is_let_go(world: World) -> None:
    say("HELP", "+17065550999")
    assert SandboxSms().messages()[0]["state"] == "rejected"


def test_the_sandbox_lets_one_answer_as_a_patient(world: World) -> None:
    out = StringIO()
    call_command("sandbox_reply", MOBILE, "Stop!", stdout=out)
    assert out.getvalue() == "Understood: stop.\n"
    assert SandboxSms().messages()[0]["from"] == MOBILE


def test_the_sandbox_says_when_it_understood_nothing(world: World) -> None:
    out = StringIO()
    call_command("sandbox_reply", MOBILE, "hello there", stdout=out)
    assert out.getvalue() == "Understood: nothing.\n"


def test_the_sandbox_wants_a_number_with_its_country(db: None) -> None:
    with pytest.raises(CommandError, match="country code"):
        call_command("sandbox_reply", "555-0100", "stop")
