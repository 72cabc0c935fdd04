"""The rule of reminders against the sample center's expected ones, and against the clocks of every zone."""

import csv
import datetime as dt
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.imports.export import PatientRow
from backend.imports.reading import read_export
from backend.imports.schedule import Schedule, Status
from centers.wall_time import WallTime, instant, local, local_date, zone_names
from reminders.models import Channel
from reminders.occasions import Occasion, Person, Point
from reminders.planning import channel_for, firsts, reminders
from reminders.timing import Span, due_time, is_quiet, outside_quiet

ROOT = Path(__file__).resolve().parents[2]
SPACE = UUID(int=0)
NEW_YORK = "America/New_York"
PAT = Person(
    id=SPACE,
    mrn="1",
    zone=NEW_YORK,
    preference="sms",
    admitted_on=dt.date(2026, 1, 1),
    mobile=Point(SPACE, "+12025550100"),
    email=Point(SPACE, "pat@example.org"),
    consent_on=dt.date(2026, 1, 1),
)
SENT_ON = dt.date(2026, 3, 2)


def person(row: PatientRow, zone: str) -> Person:
    return Person(
        id=uuid5(SPACE, row.mrn),
        mrn=row.mrn,
        zone=row.timezone or zone,
        preference=row.contact_preference or "sms",
        admitted_on=row.admitted_on,
        mobile=Point(SPACE, row.phone_mobile.e164) if row.phone_mobile else None,
        email=Point(SPACE, row.email) if row.email else None,
        consent_on=row.text_consent_on if row.text_consent else None,
    )


def occasion(span: Span, person: Person = PAT, number: int = 0) -> Occasion:
    return Occasion(person, UUID(int=number), "S", WallTime(dt.date(2026, 3, 3), dt.time(9)), span.starts_at)


def at(zone: str, text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return instant(zone, moment.date(), moment.time())


def due(zone: str, start: str, hours: int) -> str:
    found = due_time(Span(zone, at(zone, start)), hours)
    assert found
    shown = local(zone, found)
    return f"{shown.day}T{shown.at:%H:%M}"


def sample_occasions() -> list[Occasion]:
    export, faults = read_export(ROOT / "backend/sample/harbor")
    assert not faults
    schedule = Schedule(export)
    people = {mrn: person(row, export.center.timezone) for mrn, row in export.patient.items()}
    return [
        Occasion(
            people[mrn], uuid5(SPACE, str(session.key)), session.key.series, WallTime(*session.key.start), session.start
        )
        for session in schedule.sessions
        if session.status is Status.SCHEDULED
        for mrn in schedule.roster(session)
    ]


def test_the_sample_center_gives_exactly_the_expected_reminders() -> None:
    with (ROOT / "tests/data/harbor_expected/reminders.csv").open(encoding="utf-8", newline="") as file:
        expected = {tuple(row.values()) for row in csv.DictReader(file)}
    found = {
        (
            each.occasion.person.mrn,
            each.occasion.key,
            str(each.offset_hours),
            str(each.channel),
            f"{each.due_at:%Y-%m-%dT%H:%MZ}",
        )
        for each in reminders(firsts(sample_occasions()), (72, 24))
    }
    assert found == expected


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-03-09T18:00", 24, "2026-03-08T18:00"),  # over the spring change: the same wall time, 23 hours before
        ("2026-11-02T18:00", 24, "2026-11-01T18:00"),  # over the autumn change, 25 hours before
        ("2026-03-09T18:00", 72, "2026-03-06T18:00"),
        ("2026-06-10T08:00", 24, "2026-06-09T09:00"),  # quiet hours: the next 09:00
        ("2026-06-10T20:00", 24, "2026-06-10T09:00"),  # eleven hours before the session is still a reminder
        ("2026-06-10T19:59", 24, "2026-06-09T19:59"),
        ("2026-06-10T09:00", 24, "2026-06-09T09:00"),
        ("2026-06-10T11:00", 3, "2026-06-10T09:00"),  # two hours are left
        ("2026-06-10T10:59", 2, "2026-06-09T19:59"),  # fewer are: the evening before
        ("2026-06-10T22:00", 1, "2026-06-10T19:59"),  # the evening of the same day
        ("2026-06-10T18:00", 36, "2026-06-09T09:00"),  # 06:00 of the day before, which is quiet
    ],
)
def test_due_times_follow_the_wall_clock_and_spare_the_night(start: str, hours: int, expected: str) -> None:
    assert due(NEW_YORK, start, hours) == expected


def test_a_skipped_wall_time_is_the_time_the_clock_shows_then() -> None:
    # Beirut skips midnight to one; the night is quiet, so what is seen is the morning after.
    assert due("Asia/Beirut", "2026-03-30T00:30", 24) == "2026-03-29T09:00"


def test_a_day_that_the_calendar_skips_leaves_no_time_before_the_session() -> None:
    # Samoa had no 30 December 2011: its 10:00 is the instant of the next day's 10:00.
    assert due_time(Span("Pacific/Apia", at("Pacific/Apia", "2011-12-31T10:00")), 24) is None


SPANS = st.builds(
    Span,
    st.sampled_from(sorted(zone_names() | {"Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe"})),
    st.integers(1_420_070_400, 2_114_380_800).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC)),
)


@given(SPANS, st.integers(1, 336))
def test_nobody_is_reminded_at_night_nor_after_the_session_began(span: Span, hours: int) -> None:
    found = due_time(span, hours)
    assert found is not None
    assert found < span.starts_at
    assert not is_quiet(local(span.zone, found).at)


@given(SPANS, st.integers(1, 14))
def test_whole_days_keep_the_wall_time_wherever_it_is_loud_and_shown(span: Span, days: int) -> None:
    shown = local(span.zone, span.starts_at)
    if not is_quiet(shown.at):
        found = due_time(span, days * 24)
        assert found
        assert local(span.zone, found) == (shown.day - dt.timedelta(days=days), shown.at)


@given(SPANS)
def test_moving_out_of_the_quiet_hours_twice_moves_once(span: Span) -> None:
    moved = outside_quiet(span, span.starts_at - dt.timedelta(hours=5))
    assert outside_quiet(span, moved) == moved


def test_the_first_session_of_a_day_is_the_one_reminded_of() -> None:
    morning, noon = (Span(NEW_YORK, at(NEW_YORK, f"2026-03-03T{hour}:00")) for hour in ("09", "12"))
    assert firsts([occasion(noon, number=1), occasion(morning, number=2)]) == [occasion(morning, number=2)]


def test_the_day_is_that_of_the_patients_zone() -> None:
    kiritimati = Person(SPACE, "1", "Pacific/Kiritimati", "sms", dt.date(2026, 1, 1))
    span = Span(NEW_YORK, at(NEW_YORK, "2026-03-03T09:00"))
    assert occasion(span, kiritimati).day == dt.date(2026, 3, 4) != local_date(NEW_YORK, span.starts_at)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Channel.SMS),
        ({"preference": "none"}, None),
        ({"preference": "email"}, Channel.EMAIL),
        ({"preference": "email", "email": None}, Channel.SMS),
        ({"admitted_on": SENT_ON}, Channel.SMS),
        ({"admitted_on": SENT_ON + dt.timedelta(days=1)}, None),
        ({"consent_on": SENT_ON}, Channel.SMS),
        ({"consent_on": SENT_ON + dt.timedelta(days=1)}, None),
        ({"consent_on": None}, None),
        ({"mobile": None}, None),
    ],
)
def test_the_channel_follows_preference_consent_and_admission(
    changes: dict[str, object], expected: Channel | None
) -> None:
    values = {name: getattr(PAT, name) for name in Person.__slots__} | changes
    way = channel_for(Person(**values), SENT_ON)
    assert (way and way[0]) == expected
