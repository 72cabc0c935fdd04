"""Real worker processes, killed at every labeled point: each reminder still reaches its patient exactly once."""

import datetime as dt
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import redis
from django.conf import settings as project
from django.db import connection, connections

from backend.api.clock import frozen, now
from backend.api.recorder import acting_as
from backend.celery import app
from backend.settings import BASE_DIR
from reminders import dispatching, tasks
from reminders.actions import SYSTEM
from reminders.delivering import deliver, resolve
from reminders.models import Reminder
from tests.reminders.adapters import die
from tests.reminders.world import DUE, HOUR, MINUTE, World, a_patient, a_session, a_world

PEOPLE = 40
# Ten in the morning where the patients live: the day is long enough for every lease that has to run out.
MORNING = DUE - 8 * HOUR
OPEN = ("planned", "claimed", "unknown")


def work(at: dt.datetime) -> None:
    """One process: a dispatcher that is its own worker, killed at the points named."""

    def carry_out(reminder_id: UUID, claim: UUID, center_id: UUID) -> None:
        die("claimed", str(reminder_id))
        deliver(reminder_id, claim, center_id)
        die("settled", str(reminder_id))

    with acting_as(SYSTEM), frozen(at):
        dispatching.dispatch(deliver=carry_out, resolve=resolve)


def crowd(world: World, count: int) -> None:
    """So many people, each with a number of their own."""
    for number in range(count):
        a_patient(world, mobile=f"+170655502{number:02}")
    a_session(world, MORNING + 24 * HOUR, *world.patients[1:])


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_killed_workers_lose_no_reminder_and_repeat_none(
    acting: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "BATCH", 4)
    settings.SMS_ADAPTER = "tests.reminders.adapters.KillingSms"
    Path(settings.MAILBOX_DIR).mkdir()
    world = a_world()
    crowd(world, PEOPLE)
    world.plan()
    process = multiprocessing.get_context("fork").Process
    moment, kills = MORNING, 0
    while Reminder.objects.filter(state__in=OPEN).exists() and moment < MORNING + 9 * HOUR:
        connections.close_all()
        workers = [process(target=work, args=(moment,)) for _each in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        kills += sum(worker.exitcode == -9 for worker in workers)
        moment += 2 * MINUTE
    sent = (Path(settings.MAILBOX_DIR) / "sent").read_text().split()
    assert kills > PEOPLE / 2
    assert set(Reminder.objects.values_list("state", flat=True)) == {"delivered"}
    assert len(sent) == len(set(sent)) == PEOPLE


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A queue of this test's own on the real broker, for orders to deliver."""
    name = f"test-{os.getpid()}-{time.monotonic_ns()}"

    def hand_over(*ids: UUID) -> None:
        app.send_task(tasks.deliver.name, tuple(map(str, ids)), retry=False, queue=name)

    monkeypatch.setattr(tasks, "hand_to_deliver", hand_over)
    yield name
    with redis.Redis.from_url(project.REDIS_URL) as broker:
        broker.delete(name)


def noon_zone() -> str:
    """A zone in which it is now between noon and one."""
    ahead = 12 - now().hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_sends_what_a_lost_broker_forgot(acting: None, queue: str, settings: Any, tmp_path: Path) -> None:
    world = a_world(timezone=noon_zone())
    a_session(world, now() + 24 * HOUR - MINUTE)
    world.plan(now() - HOUR)
    tasks.dispatch()
    with redis.Redis.from_url(project.REDIS_URL) as broker:
        assert broker.delete(queue) == 1  # the order is lost
    Reminder.objects.update(lease_until=now() - MINUTE)
    tasks.dispatch()
    with a_worker(queue, tmp_path):
        assert_soon("delivered")
    assert Reminder.objects.get().attempts_made == 1


@contextmanager
def a_worker(queue: str, data: Path) -> Iterator[None]:
    """A Celery worker on this test's database, broker queue and mailbox."""
    database = connection.settings_dict
    user, password = database["USER"], database["PASSWORD"]
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{user}{f':{password}' if password else ''}@{place}",
        "IOP_DATA": str(data),
        "SMS_ADAPTER": "reminders.channels.sandbox.SandboxSms",
    }
    command = [sys.executable, "-m", "celery", "-A", "backend.celery", "worker", "-Q", queue, "-c", "1", "-l", "ERROR"]
    worker = subprocess.Popen(command, env=environment, cwd=BASE_DIR)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def assert_soon(state: str) -> None:
    deadline = time.monotonic() + 30
    while Reminder.objects.get().state != state:
        assert time.monotonic() < deadline, Reminder.objects.get().state
        time.sleep(0.2)
