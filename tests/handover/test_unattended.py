"""What is without anybody: told to those who hand over, by dates alone."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen
from centers.actions import leave_center
from tests.cast import TESTER
from tests.handover.conftest import DAY, Work
from tests.scheduling.conftest import TUESDAY, at

As = Callable[[str], APIClient]
SATURDAY = at(TUESDAY + 4 * DAY, 0)


def ask(client: APIClient, work: Work, **query: str) -> Any:
    return client.get("/api/v1/unattended/", {"center": str(work.cast.center.pk), **query})


def ids(answer: Any, kind: str) -> list[str]:
    return [one["id"] for one in answer.json()[kind]]


def test_where_everything_has_somebody_nothing_is_told(work: Work, as_: As) -> None:
    told = ask(as_("cora"), work).json()
    assert (told["patients"], told["groups"], told["sessions"], told["tasks"], told["more"]) == ([], [], [], [], False)


def test_who_leaves_leaves_it_behind_from_that_moment(work: Work, as_: As) -> None:
    leave_center(position=work.position, at=SATURDAY, by=TESTER)
    with frozen(SATURDAY - dt.timedelta(seconds=1)):
        before = ask(as_("sue"), work)
    with frozen(SATURDAY):
        told = ask(as_("sue"), work)
    assert [ids(before, kind) for kind in ("patients", "groups", "tasks")] == [[], [], []]
    assert ids(told, "patients") == [str(work.cast.pat.pk)]
    assert ids(told, "groups") == [str(work.group.pk)]
    assert ids(told, "tasks") == [str(work.task.pk)]
    assert {one["series"] for one in told.json()["sessions"]} == {"TUE", "IND"}


def test_sessions_to_come_are_told_before_anybody_has_left(work: Work, as_: As) -> None:
    leave_center(position=work.position, at=SATURDAY, by=TESTER)
    starts = [one["starts_at"] for one in ask(as_("cora"), work, days="14").json()["sessions"]]
    assert starts
    assert all(dt.datetime.fromisoformat(one) >= SATURDAY for one in starts)


def test_the_log_names_whoever_was_told_of(work: Work, as_: As) -> None:
    leave_center(position=work.position, by=TESTER)
    ask(as_("cora"), work)
    entry = LogEntry.objects.filter(actor_id=str(work.cast.cora.pk), action="read").latest()
    assert entry.patients == [work.cast.pat.pk]


@pytest.mark.parametrize("who", ["clara", "bill", "percy", "dora", "ada", "vera"])
def test_others_are_answered_as_of_a_center_that_does_not_exist(who: str, work: Work, as_: As) -> None:
    answer = ask(as_(who), work)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "does_not_exist")


@pytest.mark.parametrize("days", ["0", "93", "x"])
def test_days_out_of_bounds_are_refused(days: str, work: Work, as_: As) -> None:
    assert ask(as_("cora"), work, days=days).status_code == 400


def test_it_costs_the_same_for_any_number(
    work: Work, as_: As, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_("cora")
    leave_center(position=work.position, by=TESTER)
    with django_assert_max_num_queries(12):
        assert len(ask(client, work, days="92").json()["sessions"]) > 5
