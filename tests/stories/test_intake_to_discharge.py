"""From intake to discharge, over HTTP alone: who did what can be read afterwards, and no name is where none belongs."""

import datetime as dt
import logging
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from backend.api.clock import frozen
from backend.api.recorder import acting_as
from reminders import tasks
from reminders.actions import SYSTEM
from reminders.dispatching import dispatch
from tests.cast import TESTER
from tests.scheduling.conftest import at
from tests.stories.steps import DAY, FIRST, LAST, MONDAY, PHONE, TUESDAY, Story, admit, enroll, hire

# The canaries: what nobody may find in a log, in the audit stream, on the broker or in a mailbox.
NOTE = "wept about the lighthouse"
CANARIES = (FIRST, LAST, PHONE, "7065550187", NOTE, "lighthouse", "Quillfeather")
WEEK = 7 * DAY
DISCHARGE = TUESDAY + WEEK


def remind(story: Story, broker: list[tuple[str, ...]]) -> None:
    """The center sends; a day before the session a worker puts one text into the mailbox."""
    story.make("reminder_rule", "cora", "reminder-rules/", {"center": story.ids["center"], "offset_hours": 24})
    story.call("cora", "post", "reminder-switches/", {"center": story.ids["center"], "on": True}, status=201)
    with frozen(story.moment):
        tasks.plan_center(story.ids["center"])
    with frozen(at(MONDAY, 18) + dt.timedelta(minutes=1)), acting_as(SYSTEM):
        dispatch(deliver=keep_on(broker), resolve=keep_on(broker))
        for order in broker:
            tasks.deliver(*order)


def keep_on(broker: list[tuple[str, ...]]) -> Any:
    def hand_over(*ids: UUID) -> None:
        broker.append(tuple(map(str, ids)))

    return hand_over


def find_tonight(story: Story) -> None:
    """Olga finds tonight's session among hers, and Sue stands in for her."""
    story.go_to(TUESDAY, 12)
    window = {"from": f"{TUESDAY}T00:00:00-05:00", "to": f"{TUESDAY + DAY}T00:00:00-05:00", "staff": "me"}
    (session,) = story.call("olga", "get", "sessions/", window).json()["results"]
    assert session["roster"]["expected"] == 1
    story.ids["session"] = session["id"]
    swap = {"substitute": story.ids["sue"], "replaces": story.ids["olga"]}
    story.call("cora", "post", "sessions/{session}/substitute/", swap)


def record(story: Story) -> None:
    """The substitute records everybody, adds a guest, and corrects one row."""
    story.go_to(TUESDAY, 20)
    story.call("sue", "get", "sessions/{session}/attendance/")
    row = {"patient": story.ids["patient"], "status": "present", "note": NOTE}
    match = {"If-Match": story.etag}
    story.call("sue", "put", "sessions/{session}/attendance/", {"rows": [row]}, headers=match)
    guest = {"record_number": "000731", "reason": "walked in"}
    story.make("seat", "sue", "sessions/{session}/guests/", guest)
    one = "sessions/{session}/attendance/{patient}/"
    story.call("sue", "get", one)
    late = {"status": "late", "arrived_at": f"{TUESDAY}T18:20:00-05:00"}
    assert story.call("sue", "patch", one, late, headers={"If-Match": story.etag}).json()["note"] == NOTE


def read_hours(story: Story) -> tuple[int, str]:
    """The supervisor reads the week as JSON, and as a file."""
    asked = {"center": story.ids["center"], "patient": story.ids["patient"], "from": str(MONDAY)}
    asked |= {"to": str(MONDAY + WEEK)}
    (week,) = story.call("sue", "get", "weekly-hours/", asked).json()["results"]
    table = story.call("sue", "get", "weekly-hours/", asked | {"format": "csv"}).content.decode()
    return week["attended_minutes"], table


def discharge(story: Story) -> None:
    """The counselor discharges the patient a week later; the care team's access ends 14 days after that."""
    story.go_to(DISCHARGE, 12)
    story.call("olga", "post", "episodes/{episode}/discharge/", {"on": str(DISCHARGE), "reason": "1"})
    story.go_to(DISCHARGE + 14 * DAY - DAY, 23)
    story.call("olga", "get", "patients/{patient}/")
    story.go_to(DISCHARGE + 14 * DAY, 1)
    story.call("olga", "get", "patients/{patient}/", status=404)


def whole_story(story: Story) -> tuple[list[tuple[str, ...]], tuple[int, str]]:
    """All of it; what went over the broker, and the week's hours."""
    broker: list[tuple[str, ...]] = []
    hire(story)
    admit(story)
    enroll(story)
    remind(story, broker)
    find_tonight(story)
    record(story)
    hours = read_hours(story)
    discharge(story)
    return broker, hours


def log_as_text() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(entry::text, E'\\n') FROM audit_logentry entry WHERE actor_id <> %s", [TESTER.id]
        )
        return str(cursor.fetchone()[0])


def test_the_week_of_a_patient_counts_what_was_attended(story: Story) -> None:
    _, (minutes, table) = whole_story(story)
    assert minutes == 40
    header, row = table.splitlines()
    assert header.startswith("patient,record_number,week_start")
    assert row.startswith(f"{story.ids['patient']},004711,{MONDAY}")


def test_the_privacy_officer_finds_every_act(story: Story) -> None:
    whole_story(story)
    report = story.call("percy", "get", "patients/{patient}/access-report/", {"page_size": "100"}).json()["results"]
    acts = {(line["who"], line["what"], line["about"]) for line in report}
    assert {
        ("Cora Caster", "create", "patients.patient"),
        ("Cora Caster", "create", "patients.episode"),
        ("Cora Caster", "create", "patients.contactpoint"),
        ("Olga Marsh", "update", "patients.episode"),
        ("Olga Marsh", "read", "patients.patient"),
        ("Olga Marsh", "refuse", "patients.patient"),
    } <= acts
    asked = {"center": story.ids["center"], "patient": story.ids["patient"], "actor": story.ids["sue"]}
    entries = story.call("percy", "get", "audit-entries/", asked).json()["results"]
    assert {entry["kind"] for entry in entries} >= {"read"}


def test_no_name_is_where_none_belongs(story: Story, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG)
    broker, _ = whole_story(story)
    texts = (tmp_path / "sms" / "messages.jsonl").read_text(encoding="utf-8")
    assert len(broker) == 1
    assert "7065550187" in texts
    for found in (caplog.text, log_as_text(), str(broker), texts.replace("+17065550187", "")):
        assert not [word for word in CANARIES if word in found]
