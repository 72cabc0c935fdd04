"""Verbs of patients: what they refuse, what is raised once, and what follows a change of roles."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from backend.api import clock
from backend.api.errors import Refused
from backend.api.grants import differences
from centers.actions import assign_role, end_role
from centers.models import RoleAssignment
from centers.projection import wanted_grants as role_grants
from centers.roles import RoleName
from patients.actions import (
    answer_consent,
    do_task,
    end_contact_point,
    end_leave,
    join_care_team,
    keep_contact_point,
    leave_care_team,
    raise_task,
    register_patient,
    reopen_task,
    revise_contact_point,
    revise_leave,
    revise_patient,
    take_leave,
)
from patients.contacts import dialed
from patients.models import CareTeamMember, Patient
from patients.projection import wanted_grants
from tests.cast import ADMITTED, TESTER, Cast


@pytest.mark.parametrize(
    ("kind", "written", "country", "expected"),
    [
        ("mobile", "(706) 555-0142", "US", "+17065550142"),
        ("other_phone", "706-555-0142 ext. 7", "US", "+17065550142"),
        ("mobile", "0412 345 678", "AU", "+61412345678"),
        ("mobile", "+44 20 7946 0958", "US", "+442079460958"),
        ("email", " Pat@Example.ORG ", "US", "pat@example.org"),
        ("mobile", "call me", "US", None),
        ("mobile", "555", "US", None),
    ],
)
def test_numbers_are_read_by_the_centers_country(kind: str, written: str, country: str, expected: str | None) -> None:
    assert dialed(kind, written, country) == expected


def test_the_same_number_again_changes_nothing(cast: Cast) -> None:
    first, second = (
        keep_contact_point(patient=cast.pat, kind="mobile", value="(706) 555-0142", by=TESTER) for _ in range(2)
    )
    assert first == second


def test_an_ended_number_is_neither_ended_nor_corrected(cast: Cast) -> None:
    point = keep_contact_point(patient=cast.pat, kind="mobile", value="(706) 555-0142", by=TESTER)
    ended = end_contact_point(point=point, by=TESTER)
    with pytest.raises(Refused, match="contact_point_ended"):
        end_contact_point(point=ended, by=TESTER)
    with pytest.raises(Refused, match="contact_point_ended"):
        revise_contact_point(ended, value="(706) 555-0143", by=TESTER)


def test_the_same_number_written_otherwise_stays_suppressed(cast: Cast) -> None:
    point = keep_contact_point(patient=cast.pat, kind="mobile", value="(706) 555-0142", by=TESTER)
    point.suppressed_at = clock.now()
    assert revise_contact_point(point, value="706 555 0142", by=TESTER).suppressed_at is not None


def test_a_yes_counts_from_today_in_the_centers_zone(cast: Cast) -> None:
    with clock.frozen(dt.datetime(2026, 2, 3, 3, tzinfo=dt.UTC)):
        answer = answer_consent(patient=cast.pat, given=True, by=TESTER)
    assert answer.answered_on == dt.date(2026, 2, 2)


def test_an_open_task_is_raised_once_and_again_when_done(cast: Cast) -> None:
    first, second = (raise_task(center=cast.center, kind="other", subject="x 1", by=TESTER) for _ in range(2))
    do_task(task=first, by=TESTER)
    third = raise_task(center=cast.center, kind="other", subject="x 1", by=TESTER)
    assert first == second != third
    with pytest.raises(IntegrityError, match="stafftask_open_once"), transaction.atomic():
        reopen_task(task=first, by=TESTER)


def test_a_leave_ends_no_later_than_planned(cast: Cast) -> None:
    leave = take_leave(patient=cast.pat, starts_on=dt.date(2026, 2, 2), ends_on=dt.date(2026, 2, 9), by=TESTER)
    with pytest.raises(Refused, match="leave_is_over"):
        end_leave(leave=leave, on=dt.date(2026, 2, 9), by=TESTER)


def test_a_membership_ends_once(cast: Cast) -> None:
    member = leave_care_team(member=cast.pat.care_team.get(), by=TESTER)
    assert member is not None
    with pytest.raises(Refused, match="membership_over"):
        leave_care_team(member=member, by=TESTER)


def test_who_loses_the_last_role_leaves_every_care_team(cast: Cast) -> None:
    end_role(assignment=RoleAssignment.objects.get(staff=cast.clara), by=TESTER)
    assert cast.pat.care_team.get().ends_at is not None
    assert not cast.clara.has_perm("patients.view_patient", cast.pat)


@pytest.mark.parametrize(("kept", "stays"), [(RoleName.SUPERVISOR, True), (RoleName.DIRECTOR, False)])
def test_who_goes_on_treating_patients_stays(cast: Cast, kept: RoleName, *, stays: bool) -> None:
    assign_role(staff=cast.clara, center=cast.center, role=kept, by=TESTER)
    end_role(assignment=RoleAssignment.objects.get(staff=cast.clara, role__name="counselor"), by=TESTER)
    assert cast.clara.has_perm("patients.view_chart", cast.pat) is stays
    assert (cast.pat.care_team.get().ends_at is None) is stays


def test_a_role_that_never_began_takes_the_care_team_with_it(cast: Cast) -> None:
    newcomer = cast.dora
    RoleAssignment.objects.filter(staff=newcomer).delete()
    CareTeamMember.objects.create(
        patient=cast.pat, center=cast.center, staff=newcomer, starts_at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    )
    later = clock.now() + dt.timedelta(days=7)
    planned = assign_role(staff=newcomer, center=cast.center, role=RoleName.COUNSELOR, by=TESTER, starts_at=later)
    end_role(assignment=planned, by=TESTER)
    assert CareTeamMember.objects.get(staff=newcomer).ends_at is not None


def test_grants_of_care_teams_agree_with_their_records(cast: Cast) -> None:
    join_care_team(patient=cast.pat, staff=cast.carl, by=TESTER)
    leave_care_team(member=cast.quinn.care_team.get(), by=TESTER)
    assert differences({**role_grants(), **wanted_grants()}) == []
    assert len(wanted_grants([cast.pat.pk])) == 2


@pytest.mark.parametrize(
    ("second", "days", "signs_on"),
    [((10, 20), (0, 30), 5), ((5, None), (0, 30), 25), ((12, 20), (0, 30), 15), ((5, 8), (0, 9), 8)],
)
def test_signing_joins_touching_roles_and_takes_the_last_stretch(
    cast: Cast, second: tuple[int, int | None], days: tuple[int, int], signs_on: int
) -> None:
    start = clock.now() + dt.timedelta(days=100)
    day = {n: start + dt.timedelta(days=n) for n in range(40)}
    RoleAssignment.objects.filter(staff=cast.carl).update(starts_at=day[0], ends_at=day[10])
    assign_role(
        staff=cast.carl,
        center=cast.center,
        role=RoleName.SUPERVISOR,
        by=TESTER,
        signs=True,
        starts_at=day[second[0]],
        ends_at=day[second[1]] if second[1] else None,
    )
    member = CareTeamMember.objects.create(
        patient=cast.pat, center=cast.center, staff=cast.carl, starts_at=day[days[0]], ends_at=day[days[1]]
    )
    signing = [key for keys in wanted_grants([cast.pat.pk]).values() for key in keys if "sign" in str(key)]
    spans = [(key.starts_at, key.expires_at) for key in signing if getattr(key, "subject_id", None) == cast.carl.pk]
    assert member.pk
    assert all(starts <= day[signs_on] and (ends is None or day[signs_on] < ends) for starts, ends in spans)
    assert len(spans) == 1


def test_only_who_treats_patients_joins_a_team(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        join_care_team(patient=cast.pat, staff=cast.dora, by=TESTER)
    assert refused.value.errors == {"staff": "does_not_exist"}


def test_a_search_for_nothing_finds_nobody(cast: Cast) -> None:
    assert not Patient.objects.found_by(" ").exists()


def test_a_second_role_leaves_signing_without_an_end(cast: Cast) -> None:
    assign_role(staff=cast.clara, center=cast.center, role=RoleName.SUPERVISOR, by=TESTER, signs=True)
    ends = {key.expires_at for keys in wanted_grants([cast.pat.pk]).values() for key in keys if "sign" in str(key)}
    assert ends == {None}


@pytest.mark.parametrize("born", [dt.date(9999, 12, 31), dt.date(1, 1, 1)])
def test_nobody_is_born_tomorrow_or_before_anybody_alive(cast: Cast, born: dt.date) -> None:
    names = {"mrn": "1", "first_name": "A", "last_name": "B"}
    with pytest.raises(Refused, match="validation_failed"):
        register_patient(center=cast.center, birth_date=born, by=TESTER, **names)
    with pytest.raises(Refused, match="validation_failed"):
        revise_patient(cast.pat, birth_date=born, by=TESTER)


def test_a_leave_begins_in_care(cast: Cast) -> None:
    before, after = ADMITTED - dt.timedelta(days=1), ADMITTED + dt.timedelta(days=30)
    with pytest.raises(Refused, match="validation_failed"):
        take_leave(patient=cast.pat, starts_on=before, ends_on=after, by=TESTER)
    leave = take_leave(patient=cast.pat, starts_on=ADMITTED, ends_on=after, by=TESTER)
    with pytest.raises(Refused, match="validation_failed"):
        revise_leave(leave, starts_on=before, by=TESTER)
