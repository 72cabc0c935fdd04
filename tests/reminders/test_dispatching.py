"""The dispatcher: claims that nobody shares, leases that run out, and a broker that may be lost at any time."""

import datetime as dt
import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from kombu.exceptions import OperationalError as BrokerError

from audit.models import LogEntry
from backend.api.clock import frozen
from backend.api.recorder import acting_as
from centers.models import Center
from reminders import dispatching, outbox, tasks
from reminders.delivering import LEASE, begin, deliver, resolve
from reminders.dispatching import BATCH, dispatch
from reminders.models import Reminder
from reminders.outbox import Claim
from scheduling.models import Session
from tests.reminders.world import (
    DUE,
    EVENING,
    HOUR,
    MINUTE,
    NOW,
    TESTER,
    World,
    a_patient,
    a_seat,
    a_session,
    a_world,
    the_reminder,
)

Order = tuple[UUID, UUID]


def ignore(reminder_id: UUID, claim: UUID, center_id: UUID) -> None:
    """A worker that never wakes."""


def dead(reminder_id: UUID, claim: UUID, center_id: UUID) -> None:
    raise BrokerError


def held() -> Claim:
    """The one reminder, and the attempt that holds it."""
    reminder = the_reminder()
    assert reminder.claim
    return Claim(reminder.pk, reminder.claim, reminder.center_id)


@pytest.fixture
def due(world: World) -> World:
    """One reminder, due at DUE."""
    a_session(world)
    world.plan()
    return world


def crowd(world: World, count: int) -> None:
    """So many more people in the session, planned."""
    for _each in range(count):
        a_seat(Session.objects.get(), a_patient(world))
    world.plan()


def a_round(at: dt.datetime = DUE, hand: Callable[[UUID, UUID, UUID], object] = ignore) -> int:
    with frozen(at):
        return dispatch(deliver=hand, resolve=resolve)


def test_a_due_reminder_is_handed_over_once(due: World) -> None:
    assert (a_round(), a_round()) == (1, 0)
    assert the_reminder().state == "claimed"


def test_nothing_is_handed_over_before_it_is_due(due: World) -> None:
    assert a_round(DUE - MINUTE) == 0


def test_nothing_is_handed_over_for_a_center_that_does_not_send(due: World) -> None:
    Center.objects.update(sending_since=None)
    assert a_round() == 0


def test_a_pause_is_kept(due: World) -> None:
    Reminder.objects.update(next_try_at=DUE + HOUR)
    assert (a_round(), a_round(DUE + HOUR)) == (0, 1)


def test_the_whole_way_ends_in_the_mailbox(due: World) -> None:
    assert a_round(DUE, deliver) == 1
    assert the_reminder().state == "delivered"


def test_a_lost_broker_loses_nothing_and_is_tried_again(due: World) -> None:
    crowd(due, 1)
    handed: list[UUID] = []

    def dies_after_one(reminder_id: UUID, _claim: UUID, _center: UUID) -> None:
        if handed:
            raise BrokerError
        handed.append(reminder_id)

    assert a_round(DUE, dies_after_one) == 1
    assert sorted(Reminder.objects.values_list("state", flat=True)) == ["claimed", "planned"]
    assert a_round(DUE + MINUTE) == 1


def test_a_broker_lost_while_looking_up_is_tried_a_minute_later(due: World) -> None:
    a_round()
    with frozen(DUE):
        begin(*held())
    with frozen(DUE + LEASE):
        assert dispatch(deliver=ignore, resolve=dead) == 0
    assert the_reminder().state == "unknown"
    a_round(DUE + LEASE + MINUTE)
    assert the_reminder().state == "planned"  # the sandbox never got it


def test_orders_lost_with_the_broker_come_back_with_their_lease(due: World) -> None:
    a_round()
    assert a_round(DUE + LEASE - MINUTE) == 0
    assert a_round(DUE + LEASE, deliver) == 1
    assert the_reminder().state == "delivered"


def test_a_worker_killed_while_sending_leaves_a_doubt_that_is_looked_up(due: World) -> None:
    a_round()
    with frozen(DUE):
        begin(*held())
    a_round(DUE + LEASE)
    assert (the_reminder().state, the_reminder().attempts_made) == ("planned", 1)


def test_what_was_not_sent_before_its_session_is_skipped_and_logged(due: World) -> None:
    assert a_round(EVENING) == 0
    assert (the_reminder().state, the_reminder().reason) == ("skipped", "too_late")
    entry = LogEntry.objects.filter(action="bulk").latest("at")
    assert entry.patients == [due.pat.pk]


def test_a_round_takes_batch_after_batch(due: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "BATCH", 2)
    crowd(due, 4)
    assert a_round() == 5


def test_a_round_ends(due: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "BATCH", 1)
    monkeypatch.setattr(dispatching, "MOST_BATCHES", 2)
    crowd(due, 4)
    assert a_round() == 2


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[str, ...]]]:
    """What the tasks put on the broker."""
    orders: list[tuple[str, tuple[str, ...]]] = []
    for task in (tasks.deliver, tasks.resolve, tasks.plan_center):
        name = task.name.rpartition(".")[2]
        monkeypatch.setattr(task, "apply_async", lambda args, name=name, **_: orders.append((name, args)))
    return orders


def test_only_ids_go_over_the_broker(due: World, handed: list[tuple[str, tuple[str, ...]]]) -> None:
    with frozen(DUE):
        tasks.dispatch()
    assert handed == [("deliver", tuple(map(str, held())))]


def test_the_tasks_act_as_the_system(due: World, handed: list[tuple[str, tuple[str, ...]]]) -> None:
    with frozen(DUE):
        tasks.dispatch()
        tasks.deliver(*handed[0][1])
    assert the_reminder().state == "delivered"
    assert LogEntry.objects.filter(object_type="reminders.attempt", actor_id="system:reminders").exists()


def test_doubts_are_handed_over_to_be_looked_up(due: World, handed: list[tuple[str, tuple[str, ...]]]) -> None:
    with frozen(DUE):
        tasks.dispatch()
        begin(*held())
    with frozen(DUE + LEASE):
        tasks.dispatch()
        assert handed[-1][0] == "resolve"
        tasks.resolve(*handed[-1][1])
    assert the_reminder().state == "planned"


def test_every_sending_center_is_planned_by_a_task_of_its_own(
    world: World, handed: list[tuple[str, tuple[str, ...]]]
) -> None:
    a_session(world)
    with frozen(NOW):
        tasks.plan()
        assert handed == [("plan_center", (str(world.center.pk),))]
        tasks.plan_center(*handed[0][1])
    assert the_reminder().state == "planned"


def in_threads(work: Callable[[], None], count: int) -> None:
    """Run the same work at once, each on a connection of its own."""
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        try:
            with acting_as(TESTER):
                work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _each in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_dispatchers_in_parallel_hand_over_every_reminder_once(acting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "BATCH", 5)
    world = a_world()
    a_session(world)
    crowd(world, 60)
    handed: list[UUID] = []
    with frozen(DUE):
        in_threads(lambda: _collect(handed), 4)
    assert len(handed) == len(set(handed)) == 61


def _collect(handed: list[UUID]) -> None:
    dispatch(deliver=lambda reminder_id, _claim, _center: handed.append(reminder_id), resolve=ignore)


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_order_send_one_text(acting: None) -> None:
    world = a_world()
    a_session(world)
    world.plan()
    claim = world.claim()[0]
    with frozen(DUE):
        in_threads(lambda: deliver(*claim), 4)
    assert the_reminder().attempts_made == 1


@pytest.mark.django_db(transaction=True)
def test_a_second_planner_leaves_a_center_to_the_first(acting: None) -> None:
    world = a_world()
    a_session(world)
    counts: list[int] = []
    with transaction.atomic():
        Center.objects.select_for_update().get(pk=world.center.pk)
        in_threads(lambda: counts.append(world.plan()), 1)
    assert (counts, world.plan()) == ([0], 1)


@pytest.mark.django_db(transaction=True)
def test_a_row_the_planner_holds_is_left_for_the_next_round(acting: None) -> None:
    world = a_world()
    a_session(world)
    world.plan()
    counts: list[int] = []
    with transaction.atomic():
        list(Reminder.objects.unsent_of(world.center))
        in_threads(lambda: counts.append(len(outbox.claim(world.center.pk, DUE, LEASE, BATCH))), 1)
    connection.close()
    assert (counts, len(world.claim())) == ([0], 1)
