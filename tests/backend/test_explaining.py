"""Why and why not: the explanation agrees with the gate, names every way, and is for those who review."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import LogEntry
from backend.api.clock import frozen, now
from backend.api.gate import allows
from backend.api.grants import GrantKey, Ground, Key, MembershipKey, project
from backend.api.ids import new_id
from backend.api.recorder import Actor
from backend.explaining.paths import State, explain
from centers.actions import (
    confirm_service_account,
    deactivate,
    end_role,
    list_for_emergencies,
    open_service_account,
)
from centers.models import Center, RoleAssignment
from centers.roles import CODENAMES
from groups.actions import appoint_facilitator, enroll, open_group
from patients.actions import leave_care_team, open_emergency
from tests.cast import TESTER, Cast

API = "/api/v1/access/explain/"
DAY = dt.timedelta(days=1)
CHOSEN = random.Random(20261127)
Client = Callable[[str], Any]


def asked(client: Any, cast: Cast, name: str, codename: str = "view_chart", **fields: Any) -> Any:
    query = {"staff": str(cast.staff[name].pk), "patient": str(cast.pat.pk), "codename": codename} | fields
    return client.get(API, query)


def words(answer: Any) -> list[tuple[str, str]]:
    return [(ground["state"], ground["words"]) for ground in answer.json()["grounds"]]


def test_it_says_may_exactly_when_the_gate_does(cast: Cast) -> None:
    at = now()
    groups = [Group.objects.create(name=f"subject {n}") for n in range(3)]
    people = list(cast.staff.values())
    patients = [cast.pat, cast.quinn, cast.stranger]
    for _ in range(120):
        start = at + CHOSEN.randint(-3, 2) * DAY
        end = CHOSEN.choice([None, start + DAY, start + 2 * DAY, max(at, start + DAY / 2)])
        center, row = a_row(cast, groups, start, end)
        project(ground=Ground("test", new_id()), wanted=[row], center_id=center.pk)
    deactivate(staff=cast.bill, by=TESTER)
    may = 0
    for moment in (at - 2 * DAY, at, at + DAY):
        with frozen(moment):
            for staff in people:
                staff.refresh_from_db()
                staff.forget_reach()
                for patient in patients:
                    for codename in CODENAMES:
                        allowed = explain(staff, patient, codename).allowed
                        assert allowed == allows(staff, codename, patient), (staff, patient.pk, codename, moment)
                        may += allowed
    assert may > 100


def a_row(cast: Cast, groups: list[Group], start: dt.datetime, end: dt.datetime | None) -> tuple[Center, Key]:
    """A grant or a membership as chance has it, and the center in whose log it is."""
    staff, group = CHOSEN.choice(list(cast.staff.values())), CHOSEN.choice(groups)
    if CHOSEN.random() < 0.3:
        return cast.center, MembershipKey(staff.pk, group.pk, start, end)
    kind = CHOSEN.choice(["user", "group"])
    target = CHOSEN.choice([cast.center, cast.elsewhere, cast.pat, cast.quinn, cast.stranger])
    subject: Any = staff.pk if kind == "user" else group.pk
    codename = CHOSEN.choice(CODENAMES)
    center = cast.elsewhere if target in {cast.elsewhere, cast.stranger} else cast.center
    container = (target._meta.label, target.pk)
    return center, GrantKey("user" if kind == "user" else "group", subject, codename, *container, start, end)


def test_every_way_is_told_in_words(cast: Cast, as_: Client) -> None:
    list_for_emergencies(staff=cast.clara, center=cast.center, by=TESTER)
    open_emergency(
        staff=cast.clara,
        center=cast.center,
        record_number="000731",
        nature="medical",
        reason="Found unconscious in the parking lot, ambulance on its way",
        second_factor_at=now(),
        by=cast.clara.as_actor(),
    )
    told = words(asked(as_("percy"), cast, "clara"))
    assert [state for state, _ in told] == ["live", "live"]
    assert any(text.startswith("opened an emergency access (a medical emergency); from ") for _, text in told)
    assert any(text.startswith("belongs to the patient's care team; from ") for _, text in told)


def test_a_role_is_told(cast: Cast, as_: Client) -> None:
    answer = asked(as_("percy"), cast, "sue")
    assert answer.json()["allowed"]
    ((state, text),) = words(answer)
    assert state == "live"
    assert text.startswith(
        "holds the role supervisor at this center; what the role supervisor opens at this center; from "
    )


def test_a_program_is_told_by_its_account(cast: Cast, as_: Client) -> None:
    other = Actor("system:other-tests", "the other tests")
    for center, code in ((cast.center, "Display"), (cast.elsewhere, "Faraway")):
        account = open_service_account(center=center, name=code, purpose="p", codenames=["view_schedule"], by=TESTER)
        confirm_service_account(account=account, codenames=["view_schedule"], by=other)
        cast.staff[code] = account.staff
    answer = asked(as_("percy"), cast, "Display", "view_schedule")
    assert answer.json()["allowed"], answer.content
    ((state, text),) = words(answer)
    assert (state, text.startswith("is the service account Display of this center; from ")) == ("live", True)
    assert not asked(as_("percy"), cast, "Display", "view_chart").json()["allowed"]
    faraway, absent = (
        asked(as_("percy"), cast, "Faraway"),
        asked(as_("percy"), cast, "Display", staff=str(new_id())),
    )
    assert (faraway.status_code, faraway.json()["errors"]) == (400, absent.json()["errors"])


def test_a_group_and_its_roster_are_told_from_the_day_both_begin(cast: Cast, as_: Client) -> None:
    names: dict[str, Any] = {"code": "TUE", "name": "Tuesday", "capacity": 12, "min_size": 1}
    group = open_group(center=cast.center, program=cast.program, by=TESTER, **names)
    today = group.today()
    enroll(group=group, patient=cast.pat, starts_on=today + 3 * DAY, by=TESTER)
    appoint_facilitator(group=group, staff=cast.carl, starts_on=today + 10 * DAY, by=TESTER)
    roster = "leads the group TUE; the patient is on the roster of the group TUE; from"
    assert words(asked(as_("percy"), cast, "carl", "view_patient")) == [
        ("begins", f"{roster} {today + 10 * DAY} 00:00")
    ]


def test_a_refusal_says_what_is_missing_and_what_ended(cast: Cast, as_: Client) -> None:
    leave_care_team(member=cast.pat.care_team.get(), by=TESTER)
    answer = asked(as_("percy"), cast, "clara").json()
    assert (answer["allowed"], answer["held"]) == (False, ["view_center"])
    assert answer["missing"] == ["No grant of view_chart on the patient or on the center is in force."]
    assert [(ground["state"], ground["expires_at"] is None) for ground in answer["grounds"]] == [("ended", False)]


def test_a_closed_account_is_told_also_of_those_who_left(cast: Cast, as_: Client) -> None:
    deactivate(staff=cast.clara, by=TESTER)
    answer = asked(as_("percy"), cast, "clara").json()
    assert not answer["allowed"]
    assert answer["missing"][0] == "The account is closed."


def test_a_grant_that_no_record_wants_is_told_as_such(cast: Cast, as_: Client) -> None:
    forged = Ground("enrollment", new_id())
    key = GrantKey("user", cast.carl.pk, "view_chart", "patients.Patient", cast.pat.pk, now())
    project(ground=forged, wanted=[key], center_id=cast.center.pk)
    ((state, text),) = words(asked(as_("percy"), cast, "carl"))
    assert state == State.LIVE
    assert text.startswith("enrollment: no record stands for it; from ")


def test_people_and_patients_of_elsewhere_read_like_none(cast: Cast, as_: Client) -> None:
    percy = as_("percy")
    for field, hidden in (("staff", cast.vera.pk), ("patient", cast.stranger.pk)):
        answers = [asked(percy, cast, "clara", **{field: str(pk)}) for pk in (hidden, new_id())]
        assert [answer.status_code for answer in answers] == [400, 400]
        assert answers[0].content == answers[1].content


@pytest.mark.parametrize("name", ["clara", "sue", "ada", "vera"])
def test_only_who_reviews_is_told(cast: Cast, as_: Client, name: str) -> None:
    assert asked(as_(name), cast, "clara").status_code == 400


def test_asking_is_logged_as_a_look_at_the_patient(cast: Cast, as_: Client) -> None:
    asked(as_("percy"), cast, "clara")
    entry = LogEntry.objects.get(kind="read")
    assert (entry.actor_id, entry.patients) == (str(cast.percy.pk), [cast.pat.pk])
    assert entry.details["route"] == "access-explain"


def test_the_cost_does_not_grow_with_the_ways(cast: Cast, as_: Client) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as statements:
            asked(as_("percy"), cast, "clara")
        counts.append(len(statements))
        for _ in range(20):
            key = GrantKey("user", cast.clara.pk, "view_chart", "patients.Patient", cast.pat.pk, now())
            project(ground=Ground("care_team_member", new_id()), wanted=[key], center_id=cast.center.pk)
    assert counts[0] == counts[1]


def test_an_unknown_codename_is_refused(cast: Cast, as_: Client) -> None:
    assert asked(as_("percy"), cast, "clara", "view_everything").json()["errors"][0]["code"] == "invalid_choice"


def test_who_lost_a_role_still_can_be_asked_about(cast: Cast, as_: Client) -> None:
    end_role(assignment=RoleAssignment.objects.get(staff=cast.sue), by=TESTER)
    assert [state for state, _ in words(asked(as_("percy"), cast, "sue"))] == ["ended"]
