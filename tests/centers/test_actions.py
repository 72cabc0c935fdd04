"""Verbs of centers: roles and their memberships, people, places."""

import datetime as dt

import pytest
from django.db import IntegrityError

from audit.models import LogEntry
from backend.api.clock import frozen, now
from backend.api.errors import Refused
from backend.api.gate import reach_of
from backend.api.grants import differences
from backend.api.recorder import Actor
from centers import actions
from centers.models import Center, CenterGroupGrant, Closure, RoleAssignment, SignIn, Staff, SubjectMembership
from centers.projection import wanted_grants
from centers.roles import ROLES, RoleName, Title
from centers.signals import closure_changed, roles_changed
from tests.factories import (
    SYSTEM,
    CenterFactory,
    PositionFactory,
    ProgramFactory,
    RoleAssignmentFactory,
    StaffFactory,
    staff_with_role,
)

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def center() -> Center:
    return CenterFactory()


@pytest.fixture
def staff() -> Staff:
    return StaffFactory()


def may(staff: Staff, center: Center, codename: str) -> bool:
    return codename in reach_of(Staff.objects.get(pk=staff.pk)).codenames_on(center.pk)


def signed_in(staff: Staff) -> SignIn:
    return SignIn.objects.create(staff=staff, token_hash=staff.pk.bytes)


def test_a_new_center_has_seven_roles_with_their_grants(center: Center) -> None:
    assert {role.name for role in center.roles.all()} == {name.value for name in RoleName}
    held = CenterGroupGrant.objects.filter(content_object=center).count()
    assert held == sum(len(role.codenames) for role in ROLES.values())


def test_a_center_needs_a_zone_that_exists() -> None:
    with pytest.raises(Refused) as refused:
        CenterFactory(timezone="Mars/Olympus")
    assert refused.value.errors == {"timezone": "timezone_unknown"}


def test_a_role_opens_what_it_lists_and_no_other_center(center: Center, staff: Staff) -> None:
    RoleAssignmentFactory(center=center, staff=staff, role=RoleName.COORDINATOR)
    assert may(staff, center, "manage_roster")
    assert not may(staff, center, "view_chart")
    assert not may(staff, CenterFactory(), "manage_roster")


def test_a_role_opens_nothing_before_it_begins_and_nothing_from_its_end_on(center: Center, staff: Staff) -> None:
    RoleAssignmentFactory(center=center, staff=staff, role=RoleName.BILLING, starts_at=NOON, ends_at=NOON + HOUR)
    for moment, expected in ((NOON - HOUR, False), (NOON, True), (NOON + HOUR, False)):
        with frozen(moment):
            assert may(staff, center, "view_billing") is expected


def test_stored_grants_agree_with_the_records(center: Center, staff: Staff) -> None:
    RoleAssignmentFactory(center=center, staff=staff)
    ended = RoleAssignmentFactory(center=center, staff=staff, role=RoleName.DIRECTOR, starts_at=now() - HOUR)
    actions.end_role(assignment=ended, by=SYSTEM)
    assert differences(wanted_grants()) == []
    assert differences(wanted_grants([center.pk])) == []
    assert wanted_grants([]) == {}


def test_an_edited_grant_is_found(center: Center, staff: Staff) -> None:
    RoleAssignmentFactory(center=center, staff=staff, starts_at=NOON)
    SubjectMembership.objects.filter(staff=staff).update(expires_at=NOON + HOUR)
    assert [one.kind for one in differences(wanted_grants())] == ["missing", "unexpected"]


def test_assigning_a_role_writes_one_grant_event(center: Center, staff: Staff) -> None:
    RoleAssignmentFactory(center=center, staff=staff)
    entry = LogEntry.objects.filter(action="grant").latest()
    assert (entry.center_id, entry.details["subjects"]) == (center.pk, [f"user:{staff.pk}"]) or entry.details["added"]


def test_assigning_a_role_signs_devices_out_and_tells_the_rooms_above(center: Center, staff: Staff) -> None:
    device, heard = signed_in(staff), []

    def listen(sender: object, **news: object) -> None:
        heard.append(news["staff"])

    roles_changed.connect(listen)
    RoleAssignmentFactory(center=center, staff=staff)
    roles_changed.disconnect(listen)
    device.refresh_from_db()
    assert (heard, device.revoked_at is not None) == ([staff], True)


def test_nobody_gives_themselves_a_role(center: Center, staff: Staff) -> None:
    with pytest.raises(Refused, match="role_of_oneself"):
        RoleAssignmentFactory(center=center, staff=staff, by=Actor(str(staff.pk), "Robin"))


def test_a_closed_account_gets_no_role(center: Center, staff: Staff) -> None:
    actions.deactivate(staff=staff, by=SYSTEM)
    with pytest.raises(Refused, match="staff_inactive"):
        RoleAssignmentFactory(center=center, staff=staff)


def test_one_role_is_not_held_twice_at_a_time(center: Center, staff: Staff) -> None:
    RoleAssignmentFactory(center=center, staff=staff)
    with pytest.raises(IntegrityError, match="roleassignment_no_overlap"):
        RoleAssignmentFactory(center=center, staff=staff, starts_at=now() + HOUR)


def test_an_ended_role_is_gone_at_once(center: Center, staff: Staff) -> None:
    assignment = RoleAssignmentFactory(center=center, staff=staff, role=RoleName.DIRECTOR, starts_at=now() - HOUR)
    ended = actions.end_role(assignment=assignment, by=SYSTEM)
    assert ended is not None
    assert not may(staff, center, "view_aggregates")
    with pytest.raises(Refused, match="role_has_ended"):
        actions.end_role(assignment=assignment, by=SYSTEM)


def test_a_role_that_would_end_before_it_begins_is_taken_back(center: Center, staff: Staff) -> None:
    assignment = RoleAssignmentFactory(center=center, staff=staff, starts_at=now() + HOUR)
    assert actions.end_role(assignment=assignment, by=SYSTEM) is None
    assert not RoleAssignment.objects.exists()
    assert not SubjectMembership.objects.exists()


def test_a_role_that_was_held_stays_on_record(center: Center, staff: Staff) -> None:
    assignment = RoleAssignmentFactory(center=center, staff=staff, starts_at=now() - HOUR)
    with pytest.raises(Refused, match="validation_failed"):
        actions.end_role(assignment=assignment, by=SYSTEM, at=now() - 2 * HOUR)
    assert RoleAssignment.objects.get().ends_at is None


def hired(center: Center, email: str = "New.Person@Center.example") -> Staff:
    position = actions.hire(
        center=center, email=email, first_name="New", last_name="Person", title=Title.NURSE, by=SYSTEM
    )
    return position.staff


def test_a_new_colleague_has_an_account_without_a_password(center: Center) -> None:
    staff = hired(center)
    assert (staff.email, staff.has_usable_password()) == ("new.person@center.example", False)
    assert staff.positions.get().sort_key == "person new"


def test_nobody_is_hired_twice(center: Center) -> None:
    hired(center)
    with pytest.raises(Refused, match="works_here_already"):
        hired(center, "new.person@center.example")


def test_one_account_works_at_two_centers_and_closes_with_the_last(center: Center) -> None:
    other = CenterFactory()
    staff = hired(center)
    assert hired(other) == staff
    for place, is_active in ((center, True), (other, False)):
        actions.leave_center(position=staff.positions.get(center=place), by=SYSTEM)
        staff.refresh_from_db()
        assert staff.is_active is is_active


def test_leaving_ends_roles_at_that_center_only(center: Center) -> None:
    other, staff = CenterFactory(), staff_with_role(center, RoleName.DIRECTOR)
    PositionFactory(center=other, staff=staff)
    RoleAssignmentFactory(center=other, staff=staff, role=RoleName.DIRECTOR)
    actions.leave_center(position=staff.positions.get(center=center), by=SYSTEM)
    assert not may(staff, center, "view_aggregates")
    assert may(staff, other, "view_aggregates")


def test_nobody_leaves_twice_or_closes_their_own_account(center: Center) -> None:
    position = PositionFactory(center=center)
    with pytest.raises(Refused, match="deactivation_of_oneself"):
        actions.leave_center(position=position, by=position.staff.as_actor())
    actions.leave_center(position=position, by=SYSTEM)
    with pytest.raises(Refused, match="position_has_ended"):
        actions.leave_center(position=position, by=SYSTEM)


def test_who_comes_back_has_the_old_position_and_no_old_role(center: Center) -> None:
    staff = hired(center)
    RoleAssignmentFactory(center=center, staff=staff, role=RoleName.DIRECTOR, starts_at=now() - HOUR)
    device = signed_in(staff)
    actions.leave_center(position=staff.positions.get(), by=SYSTEM)
    assert hired(center).is_active
    device.refresh_from_db()
    assert device.revoked_at is not None
    assert not may(staff, center, "view_aggregates")


def test_a_position_changes_and_counts_its_versions(center: Center) -> None:
    position = actions.revise_position(PositionFactory(center=center), by=SYSTEM, credentials="LPC")
    position.refresh_from_db()
    assert (position.credentials, position.version) == ("LPC", 2)


def test_a_supervisor_works_at_the_same_center(center: Center) -> None:
    with pytest.raises(IntegrityError, match="supervisor"):
        actions.revise_position(PositionFactory(center=center), by=SYSTEM, supervisor=PositionFactory())


def test_places_are_opened_and_revised(center: Center) -> None:
    room = actions.open_room(center=center, by=SYSTEM, code="R1", name="Elm", capacity=9)
    program = actions.open_program(center=center, by=SYSTEM, code="IOP", name="Adult IOP")
    actions.revise(room, by=SYSTEM, capacity=10)
    actions.revise(program, by=SYSTEM, name="IOP for adults")
    room.refresh_from_db()
    assert (room.capacity, room.version) == (10, 2)


def test_rule_versions_are_added() -> None:
    program, numbers = ProgramFactory(), {"weekly_minutes_min": 540, "min_days": 3, "breaks_count": True}
    for year in (2025, 2026):
        actions.add_rule_version(
            program=program, by=SYSTEM, effective_from=dt.date(year, 1, 1), level_of_care="2.1", **numbers
        )
    assert program.rules.count() == 2


@pytest.mark.parametrize(
    ("from_time", "to_time", "hours"),
    [(None, None, 25), (dt.time(15), dt.time(22), 7), (None, dt.time(4), 5), (dt.time(4), None, 20)],
)
def test_a_closure_is_read_in_the_centers_wall_clock(
    center: Center, from_time: dt.time | None, to_time: dt.time | None, hours: int
) -> None:
    change_day = dt.date(2026, 11, 1)  # has 25 hours in New York
    closure = actions.add_closure(center=center, date=change_day, from_time=from_time, to_time=to_time, by=SYSTEM)
    assert closure.ends_at - closure.starts_at == hours * HOUR


def test_a_closure_ends_after_it_begins(center: Center) -> None:
    with pytest.raises(Refused) as refused:
        actions.add_closure(
            center=center, date=dt.date(2026, 10, 1), from_time=dt.time(9), to_time=dt.time(9), by=SYSTEM
        )
    assert refused.value.errors == {"to_time": "window_order"}


def test_the_calendar_hears_of_closures(center: Center) -> None:
    heard = []

    def listen(sender: object, *, closure: Closure, is_removed: bool, **news: object) -> None:
        heard.append((closure.date, is_removed))

    closure_changed.connect(listen)
    closure = actions.add_closure(center=center, date=dt.date(2026, 10, 1), by=SYSTEM)
    actions.take_back_closure(closure=closure, by=SYSTEM)
    closure_changed.disconnect(listen)
    assert heard == [(dt.date(2026, 10, 1), False), (dt.date(2026, 10, 1), True)]
    assert not Closure.objects.exists()
