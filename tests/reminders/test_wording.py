"""The words: short, in the GSM alphabet, and about nobody."""

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.api.clock import frozen
from centers.models import Center
from reminders import wording
from reminders.channels import Message
from reminders.channels.sandbox import SandboxSms
from reminders.delivering import deliver
from tests.reminders.world import DUE, EVENING, a_session, a_world

NUMBER = "+17065550100"
NEW_YORK = "America/New_York"
MOMENTS = st.integers(0, 4_000_000_000).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC))
ANSWERS: list[Callable[[Center | None, str], Message]] = [
    wording.stopped,
    wording.started,
    wording.helped,
    wording.not_read,
]


def a_center(discreet_name: str = "The Office", phone: str = "(706) 555-0199") -> Center:
    return Center(discreet_name=discreet_name, phone=phone, name="Harbor Recovery", timezone=NEW_YORK)


def text(center: Center) -> str:
    return wording.reminder(center, NEW_YORK, EVENING, NUMBER).body


def is_one_text(body: str) -> bool:
    return len(body) <= wording.LONGEST and set(body) <= wording.GSM


@given(
    st.text(max_size=100),
    st.text(max_size=50),
    MOMENTS,
)
def test_every_reminder_is_one_text(name: str, phone: str, moment: dt.datetime) -> None:
    assert is_one_text(wording.reminder(a_center(name, phone), NEW_YORK, moment, NUMBER).body)


@pytest.mark.parametrize("answer", ANSWERS)
@given(name=st.text(max_size=100), phone=st.text(max_size=50))
def test_every_answer_is_one_text(answer: Callable[[Center | None, str], Message], name: str, phone: str) -> None:
    assert is_one_text(answer(a_center(name, phone), NUMBER).body)
    assert is_one_text(answer(None, NUMBER).body)


def test_a_long_name_is_cut_before_the_words_are() -> None:
    body = text(a_center("Willow " * 14))
    assert len(body) <= wording.LONGEST
    assert body.endswith("Reply STOP to opt out.")


def test_letters_outside_the_alphabet_lose_their_accents() -> None:
    assert text(a_center("Clínica Ñandú {日本}")).startswith("Clinica Ñandu: your appointment")


def test_a_center_without_a_name_or_a_phone_still_says_when() -> None:
    assert text(a_center("日本", "")) == "Your appointment is Wed Jun 10, 6:00 PM. Reply STOP to opt out."


def test_the_dialed_number_stands_in_for_a_written_one() -> None:
    center = a_center(phone="")
    center.phone_e164 = "+17065550199"
    assert "Call +17065550199." in text(center)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("2026-06-10T04:00Z", "Wed Jun 10, 12:00 AM"), ("2026-06-10T16:05Z", "Wed Jun 10, 12:05 PM")],
)
def test_midnight_and_noon_are_twelve(moment: str, expected: str) -> None:
    assert wording.shown(NEW_YORK, dt.datetime.fromisoformat(moment)) == expected


def test_time_is_that_of_the_patients_zone() -> None:
    assert "Thu Jun 11, 7:00 AM" in wording.reminder(a_center(), "Asia/Tokyo", EVENING, NUMBER).body


CANARIES = ("CanaryFirst", "CanaryLast", "CanaryCalled", "CANARY-MRN", "CanaryLegal", "CANARYSERIES", "CanaryTopic")


@pytest.mark.usefixtures("acting", "db")
def test_no_name_leaves_with_a_reminder(sandbox: SandboxSms) -> None:
    world = a_world(name="CanaryLegal Recovery")
    type(world.series).objects.update(code="CANARYSERIES")
    type(world.pat).objects.update(
        first_name="CanaryFirst", last_name="CanaryLast", preferred_name="CanaryCalled", mrn="CANARY-MRN"
    )
    a_session(world, topic="CanaryTopic")
    world.plan()
    with frozen(DUE):
        deliver(*world.claim()[0])
    mailbox = sandbox.path.read_text(encoding="utf-8")
    assert "your appointment" in mailbox
    assert not [canary for canary in CANARIES if canary.lower() in mailbox.lower()]
