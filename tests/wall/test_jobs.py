"""Whatever runs outside requests, and every page of the admin, is within its centers; no query there needs a scope."""

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.test import Client

from backend.api import wall
from backend.api.clock import frozen
from backend.api.gate import ScopedQuerySet
from centers.admin import RoomAdmin
from centers.models import Center, Staff
from reminders import tasks as reminder_tasks
from scheduling.tasks import extend_calendars
from tests.access.scene import NOON, Scene
from tests.cast import PASSWORD
from tests.wall.tables import centers_seen, protected

WINDOW = ("--from", "2026-03-02", "--to", "2026-03-30")


class Probe:
    """Stands in for a job's work and notes whose patients it could have read."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.seen: list[set[str]] = []

    def __call__(self, *_args: Any, **_options: Any) -> Any:
        self.seen.append(centers_seen("patients_patient"))
        return self.answer


def probed(monkeypatch: pytest.MonkeyPatch, name: str, answer: Any) -> Probe:
    probe = Probe(answer)
    monkeypatch.setattr(name, probe)
    return probe


@pytest.mark.parametrize(
    ("command", "work"),
    [
        ("weekly_hours", "backend.management.commands.weekly_hours.weekly_hours"),
        ("attendance_summary", "backend.management.commands.attendance_summary.attendance_summary"),
        ("planned_reminders", "backend.management.commands.planned_reminders.planned"),
    ],
)
def test_a_report_is_within_its_center(scene: Scene, monkeypatch: pytest.MonkeyPatch, command: str, work: str) -> None:
    probe = probed(monkeypatch, work, [])
    call_command(command, "--center", scene.cast.center.name, *WINDOW, stdout=StringIO())
    assert probe.seen == [{str(scene.cast.center.pk)}]


def test_a_roster_is_within_its_center(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    probe = probed(monkeypatch, "backend.management.commands.roster_at.roster_at", [])
    call_command("roster_at", "--center", scene.cast.center.name, "--at", "2026-03-03", stdout=StringIO())
    assert probe.seen == [{str(scene.cast.center.pk)}]


def test_a_center_is_planned_within_itself(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    probe = probed(monkeypatch, "reminders.actions.plan", 0)
    reminder_tasks.plan_center(str(scene.cast.center.pk))
    assert probe.seen == [{str(scene.cast.center.pk)}]


def test_reminders_are_handed_out_center_by_center(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    probe = probed(monkeypatch, "reminders.outbox.claim", [])
    reminder_tasks.dispatch()
    both = (scene.cast.center, scene.cast.elsewhere)
    assert sorted(map(sorted, probe.seen)) == sorted([str(center.pk)] for center in both)


def test_calendars_are_extended_center_by_center(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    Center.objects.update(calendar_to=dt.date(2026, 3, 9))
    probe = probed(monkeypatch, "scheduling.tasks.series_to_extend", [])
    with frozen(NOON):
        extend_calendars()
    both = (scene.cast.center, scene.cast.elsewhere)
    assert sorted(map(sorted, probe.seen)) == sorted([str(center.pk)] for center in both)


@pytest.mark.parametrize("task", [reminder_tasks.deliver, reminder_tasks.resolve])
def test_an_order_of_an_earlier_version_is_dropped(scene: Scene, task: Any) -> None:
    reminder = scene.things["reminder"]
    task(str(reminder.pk), str(reminder.pk))
    reminder.refresh_from_db()
    assert reminder.state == "planned"


@pytest.fixture
def entered(scene: Scene) -> Client:
    """Vera, who works next door, in the admin."""
    Staff.objects.filter(pk=scene.cast.vera.pk).update(is_staff=True)
    client = Client()
    client.post("/admin/login/", {"username": "vera@example.org", "password": PASSWORD})
    return client


def test_a_page_of_the_admin_is_within_the_readers_centers(
    scene: Scene, entered: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []
    ordering = RoomAdmin.get_ordering

    def noting(self: RoomAdmin, request: Any) -> Any:
        seen.append(centers_seen("patients_patient"))
        return ordering(self, request)

    monkeypatch.setattr(RoomAdmin, "get_ordering", noting)
    assert entered.get("/admin/centers/room/").status_code == 200
    assert seen
    assert all(one == {str(scene.cast.elsewhere.pk)} for one in seen)


def test_no_list_of_the_admin_shows_a_row_of_another_center(
    scene: Scene, entered: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScopedQuerySet, "visible_to", lambda self, *_: self.all())
    tables = set(protected())
    for model in admin.site._registry:
        page = entered.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/").content.decode()
        if model._meta.db_table in tables:
            with wall.atomic([scene.cast.center.pk]):
                hidden = [str(pk) for pk in model._base_manager.values_list("pk", flat=True)]
            assert not [pk for pk in hidden if pk in page], model
