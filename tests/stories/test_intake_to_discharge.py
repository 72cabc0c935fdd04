"""From intake to discharge, over HTTP alone: who did what can be read afterwards, and no name is where none belongs."""

import datetime as dt
import logging
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.cache import cache
from django.db import connection
from rest_framework.test import APIClient

from backend.api.clock import frozen
from backend.api.ids import new_id
from backend.api.recorder import acting_as
from centers.models import Staff
from reminders import tasks
from reminders.actions import SYSTEM
from reminders.dispatching import dispatch
from tests.cast import TESTER, Cast, assembled
from tests.scheduling.conftest import at
from tests.stories.steps import API, DAY, MONDAY, NEW_PASSWORD, Story

# The canaries: what nobody may find in a log, in the audit stream, on the broker or in a mailbox.
FIRST, LAST, PHONE, NOTE = "Zebulon", "Vanterpool", "(706) 555-0187", "wept about the lighthouse"
CANARIES = (FIRST, LAST, PHONE, "7065550187", NOTE, "lighthouse", "Quillfeather")
TUESDAY, WEEK = MONDAY + DAY, 7 * DAY
DISCHARGE = TUESDAY + WEEK


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast at new year, each with a password."""
    with acting_as(TESTER), frozen(at(dt.date(2026, 1, 2), 12)):
        found = assembled()
    Staff.objects.update(password=make_password("correct horse battery staple"))
    return found


@pytest.fixture
def story(cast: Cast, settings: Any, tmp_path: Path) -> Story:
    """The story, before it begins."""
    own = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(new_id())}
    settings.CACHES = {"default": own}
    cache.clear()
    settings.MAILBOX_DIR = tmp_path
    settings.SMS_ADAPTER = "reminders.channels.sandbox.SandboxSms"
    names = ("center", "program", "room", "pat", "clara", "sue")
    return Story({name: str(getattr(cast, name).pk) for name in names})


def hire(story: Story) -> None:
    """The administrator takes Olga on as a counselor; she accepts the invitation she finds in her mail."""
    person = {"email": "olga@example.org", "first_name": "Olga", "last_name": "Marsh", "title": "counselor"}
    story.make("olga", "ada", "staff/", {"center": story.ids["center"], **person})
    role = {"center": story.ids["center"], "staff": story.ids["olga"], "role": "counselor", "signs": True}
    story.make("role", "ada", "role-assignments/", role)
    story.call("ada", "post", "staff/{olga}/invite/", status=202)
    (token,) = re.findall(r"/welcome/#(\S+)", str(mail.outbox[-1].body))
    with frozen(story.moment):
        accepted = APIClient().post(f"{API}invitations/accept/", {"token": token, "password": NEW_PASSWORD})
    assert accepted.status_code == 204


def admit(story: Story) -> None:
    """The coordinator registers a patient, admits, notes a number and a yes to texts, and names the care team."""
    person = {"mrn": "004711", "first_name": FIRST, "last_name": LAST, "birth_date": "1988-07-09"}
    story.make("patient", "cora", "patients/", {"center": story.ids["center"], **person})
    of = {"patient": story.ids["patient"]}
    story.make("episode", "cora", "episodes/", of | {"program": story.ids["program"], "admitted_on": str(MONDAY)})
    story.make("point", "cora", "contact-points/", of | {"kind": "mobile", "value": PHONE})
    story.call("cora", "post", "patients/{patient}/consents/", {"given": True}, status=201)
    story.make("member", "cora", "care-team-members/", of | {"staff": story.ids["olga"]})


def enroll(story: Story) -> None:
    """The coordinator opens a group on Tuesdays, led by Olga, and puts the patient on its roster."""
    ids = story.ids
    group = {"center": ids["center"], "program": ids["program"], "code": "EVE", "name": "Evening"}
    story.make("group", "cora", "groups/", group | {"capacity": 8, "min_size": 1})
    ids["series"] = story.call("cora", "get", "groups/{group}/").json()["series"]
    leads = {"group": ids["group"], "staff": ids["olga"], "starts_on": str(MONDAY)}
    story.make("facilitator", "cora", "facilitators/", leads)
    entry = {"patient": ids["patient"], "starts_on": str(MONDAY)}
    story.make("enrollment", "cora", "groups/{group}/enroll/", entry)
    hours = {"weekday": 1, "start_time": "18:00:00", "minutes": 60, "kind": "psychotherapy_group"}
    pattern = {"series": ids["series"], "room": ids["room"], "valid_from": str(TUESDAY), **hours}
    story.make("pattern", "cora", "patterns/", pattern)


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
