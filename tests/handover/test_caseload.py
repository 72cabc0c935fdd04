"""A caseload goes from Clara to Carl: now or from a day on, whole or not at all, and back again."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen
from backend.api.gate import allows, forget_reach
from backend.handover.actions import Caseload, hand_over
from centers.actions import assign_role, end_role
from centers.models import RoleAssignment
from centers.roles import RoleName
from groups.models import Facilitator
from patients.actions import join_care_team, leave_care_team
from patients.models import CareTeamMember, Patient, StaffTask
from scheduling.actions import materialize
from scheduling.models import SessionStaff
from tests.access.state import state
from tests.cast import TESTER, Cast
from tests.handover.conftest import DAY, MONDAY, SECOND, Work
from tests.scheduling.conftest import TUESDAY, a_pattern, a_series, at, leads

As = Callable[[str], APIClient]
WEDNESDAY = TUESDAY + DAY
ALL = {"groups": None}


def ask(client: APIClient, work: Work, **body: Any) -> Any:
    cast = work.cast
    sent = {"center": str(cast.center.pk), "giver": str(cast.clara.pk), "receiver": str(cast.carl.pk), **body}
    return client.post("/api/v1/handovers/", sent)


def may(staff: Any, codename: str, patient: Patient, moment: dt.datetime) -> bool:
    forget_reach(staff)
    with frozen(moment):
        return allows(staff, codename, patient)


def staffs(work: Work, name: str) -> Counter[str]:
    """How many sessions of each series somebody staffs."""
    held = SessionStaff.objects.filter(staff=work.cast.staff[name], is_active=True)
    return Counter(held.values_list("session__series__code", flat=True))


def assert_grants_agree() -> None:
    out = StringIO()
    call_command("check_grants", stdout=out)
    assert out.getvalue() == ""


def test_everything_goes_at_once(work: Work, as_: As, monday: dt.datetime) -> None:
    answer = ask(as_("cora"), work, **ALL)
    assert answer.status_code == 200, answer.content
    assert Counter(item["kind"] for item in answer.json()["moved"]) == {
        "care_team": 1,
        "group": 1,
        "course": 1,
        "task": 1,
    }
    assert staffs(work, "clara") == {}
    assert staffs(work, "carl") == {"TUE": 5, "IND": 4}
    assert may(work.cast.carl, "view_chart", work.cast.pat, monday)
    assert not may(work.cast.clara, "find_patient", work.cast.pat, monday)
    assert StaffTask.objects.get(pk=work.task.pk).assigned_to == work.cast.carl
    assert_grants_agree()


def test_no_group_goes_unless_asked_for(work: Work, as_: As) -> None:
    moved = ask(as_("cora"), work).json()["moved"]
    assert {item["kind"] for item in moved} == {"care_team", "course", "task"}
    assert staffs(work, "clara") == {"TUE": 5}


def test_the_role_in_the_group_goes_with_it(work: Work, as_: As) -> None:
    Facilitator.objects.update(role="co_lead")
    ask(as_("cora"), work, groups=[str(work.group.pk)])
    (row,) = Facilitator.objects.filter(staff=work.cast.carl)
    assert (row.role, row.starts_on, row.ends_on) == ("co_lead", MONDAY, None)


EDGES = [(at(WEDNESDAY, 0) - SECOND, "clara"), (at(WEDNESDAY, 0), "carl")]


@pytest.mark.parametrize(("moment", "holder"), EDGES)
@pytest.mark.parametrize("codename", ["view_chart", "sign_notes", "record_attendance"])
def test_from_a_day_on_it_changes_hands_by_itself_to_the_second(
    *, work: Work, as_: As, codename: str, moment: dt.datetime, holder: str
) -> None:
    assert ask(as_("sue"), work, on=str(WEDNESDAY), **ALL).status_code == 200
    held = {name for name in ("clara", "carl") if may(work.cast.staff[name], codename, work.cast.pat, moment)}
    assert held == {holder}


def test_sessions_before_the_day_stay_with_the_giver(work: Work, as_: As) -> None:
    ask(as_("cora"), work, on=str(WEDNESDAY), **ALL)
    assert staffs(work, "clara") == {"TUE": 1}
    assert staffs(work, "carl") == {"TUE": 4, "IND": 4}
    assert_grants_agree()


def test_a_colleague_whose_role_begins_that_day_takes_over(work: Work, as_: As) -> None:
    cast = work.cast
    end_role(assignment=RoleAssignment.objects.get(staff=cast.carl), by=TESTER)
    assert ask(as_("cora"), work, on=str(WEDNESDAY)).json()["errors"][0]["pointer"] == "/receiver"
    assign_role(staff=cast.carl, center=cast.center, role=RoleName.COUNSELOR, starts_at=at(WEDNESDAY, 0), by=TESTER)
    assert ask(as_("cora"), work, on=str(WEDNESDAY)).status_code == 200
    assert [may(cast.carl, "view_chart", cast.pat, moment) for moment, _ in EDGES] == [False, True]


def test_who_is_on_the_team_already_is_kept(work: Work, as_: As) -> None:
    cast = work.cast
    kept = join_care_team(patient=cast.pat, staff=cast.carl, by=TESTER)
    (team,) = [item for item in ask(as_("cora"), work).json()["moved"] if item["kind"] == "care_team"]
    assert team["new"] is None
    assert list(CareTeamMember.objects.filter(staff=cast.carl, patient=cast.pat)) == [kept]


def test_a_membership_with_an_end_is_handed_on_with_it(work: Work, as_: As) -> None:
    cast, friday = work.cast, at(MONDAY + 4 * DAY, 0)
    leave_care_team(member=CareTeamMember.objects.get(staff=cast.clara), at=friday, by=TESTER)
    ask(as_("cora"), work)
    assert CareTeamMember.objects.get(staff=cast.carl, patient=cast.pat).ends_at == friday


def test_only_named_patients_go(work: Work, as_: As) -> None:
    cast = work.cast
    join_care_team(patient=cast.quinn, staff=cast.clara, by=TESTER)
    moved = ask(as_("cora"), work, patients=[str(cast.quinn.pk)]).json()["moved"]
    assert [(item["kind"], item["patient"]) for item in moved] == [("care_team", str(cast.quinn.pk))]


def test_a_busy_hour_keeps_all_of_it_and_is_named(work: Work, as_: As) -> None:
    cast = work.cast
    other = a_series(cast, "BUSY")
    a_pattern(other, start_time=dt.time(19), minutes=30, break_offset=None, break_minutes=0, valid_from=TUESDAY)
    leads(other, cast.carl)
    materialize(series=other, until=TUESDAY + DAY, by=TESTER)
    before, (held,) = state(), Facilitator.objects.all()
    answer = ask(as_("cora"), work, **ALL)
    assert (answer.status_code, answer.json()["code"]) == (409, "handover_not_done")
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(f"/group/{held.pk}", "staff_taken")]
    assert state() == before


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"patients": ["$stranger"]}, "/patients/0", "not_in_caseload"),
        ({"patients": ["$pat", "$quinn"]}, "/patients/1", "not_in_caseload"),
        ({"groups": ["$pat"]}, "/groups/0", "not_in_caseload"),
        ({"giver": "$vera"}, "/giver", "does_not_exist"),
        ({"receiver": "$vera"}, "/receiver", "does_not_exist"),
        ({"receiver": "$ada"}, "/receiver", "does_not_exist"),
        ({"on": str(MONDAY)}, "/on", "day_not_to_come"),
    ],
)
def test_what_cannot_be_meant_is_a_fault(
    *, work: Work, as_: As, change: dict[str, Any], pointer: str, code: str
) -> None:
    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [named(one) for one in value]
        return str(getattr(work.cast, value[1:]).pk) if value.startswith("$") else value

    before = state()
    answer = ask(as_("cora"), work, **{name: named(value) for name, value in change.items()})
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)]
    assert state() == before


def test_nobody_hands_a_caseload_to_themselves(work: Work, as_: As) -> None:
    answer = ask(as_("sue"), work, receiver=str(work.cast.sue.pk))
    assert (answer.status_code, answer.json()["code"]) == (409, "care_team_of_oneself")
    same = ask(as_("sue"), work, receiver=str(work.cast.clara.pk))
    assert (same.status_code, same.json()["code"]) == (409, "handover_to_oneself")


def test_a_counselor_hands_over_nothing_by_this_call(work: Work, as_: As) -> None:
    answer = ask(as_("clara"), work)
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/center", "does_not_exist")]


def test_a_dry_run_changes_nothing_and_tells_the_same(work: Work, as_: As) -> None:
    before = state()
    told = ask(as_("cora"), work, dry_run=True, **ALL).json()
    assert state() == before
    done = ask(as_("cora"), work, **ALL).json()
    shown = [
        [(one["kind"], one["id"], one["of"], one["patient"]) for one in answer["moved"]] for answer in (told, done)
    ]
    assert shown[0] == shown[1]


def test_one_entry_names_all_the_patients(work: Work, as_: As) -> None:
    ask(as_("cora"), work, **ALL)
    (entry,) = [one for one in LogEntry.objects.filter(action="bulk") if one.details.get("verb") == "hand_over"]
    assert set(entry.patients) == {work.cast.pat.pk, work.cast.quinn.pk}
    assert (entry.actor_id, entry.details["moved"]) == (
        str(work.cast.cora.pk),
        {"care_team": 1, "course": 1, "group": 1, "task": 1},
    )


def test_handing_back_undoes_it(work: Work, as_: As, monday: dt.datetime) -> None:
    cast = work.cast
    named = {"patients": [str(cast.pat.pk)], "groups": [str(work.group.pk)]}
    ask(as_("cora"), work, on=str(WEDNESDAY), **named)
    back = {"giver": str(cast.carl.pk), "receiver": str(cast.clara.pk)}
    assert ask(as_("cora"), work, **named, **back).status_code == 200
    for moment in (monday, *(moment for moment, _ in EDGES), at(WEDNESDAY + 30 * DAY, 0)):
        assert may(cast.clara, "view_chart", cast.pat, moment)
        assert not may(cast.carl, "find_patient", cast.pat, moment)
    assert staffs(work, "clara") == {"TUE": 5, "IND": 4}
    assert staffs(work, "carl") == {}
    assert_grants_agree()


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    gives=st.tuples(st.integers(0, 20), st.integers(1, 20)),
    holds=st.none() | st.tuples(st.integers(0, 20), st.integers(1, 20)),
    on=st.integers(1, 40),
    probe=st.integers(0, 45),
)
def test_on_every_day_one_of_the_two_has_what_one_of_them_had(
    *, cast: Cast, monday: dt.datetime, gives: Any, holds: Any, on: int, probe: int
) -> None:
    """From the day on, the receiver has a patient whenever either would have; before it, each as they were."""

    def covers(span: Any, day: int) -> bool:
        return span is not None and span[0] <= day < sum(span)

    def midnight(day: int) -> dt.datetime:
        return at(MONDAY + (1 + day) * DAY, 0)

    with transaction.atomic():
        CareTeamMember.objects.filter(patient=cast.quinn).delete()
        for name, span in (("clara", gives), ("carl", holds)):
            if span is not None:
                when = {"starts_at": midnight(span[0]), "ends_at": midnight(sum(span))}
                join_care_team(patient=cast.quinn, staff=cast.staff[name], by=TESTER, **when)
        people: dict[str, Any] = {"giver": cast.clara.pk, "receiver": cast.carl.pk}
        hand_over(center=cast.center, **people, on=MONDAY + (1 + on) * DAY, caseload=Caseload(), by=TESTER)
        team = {
            name
            for name in ("clara", "carl")
            for one in CareTeamMember.objects.filter(patient=cast.quinn, staff=cast.staff[name])
            if one.starts_at <= midnight(probe) < (one.ends_at or midnight(99))
        }
        wanted = {"carl"} if covers(holds, probe) else set()
        if covers(gives, probe):
            wanted |= {"clara"} if probe < on else {"carl"}
        transaction.set_rollback(True)
    kept_shorter = covers(gives, probe) and probe >= on and holds is not None
    assert team == wanted or (kept_shorter and team <= wanted)
