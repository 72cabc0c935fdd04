"""What a user reaches: dated grants of users and groups on two kinds of container, in one statement."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from pytest_django import DjangoAssertNumQueries

from backend.api import gate
from backend.api.backends import GateBackend
from backend.api.clock import frozen
from backend.api.gate import ScopedQuerySet, allows, reach_of
from backend.api.grants import Ground, MembershipKey, project
from backend.api.ids import new_id
from backend.api.models import StoredAnswer
from centers.models import Center, Room, Staff
from patients.models import Patient
from tests.backend.conftest import EVER, Give, a_patient

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def seen(person: Any, codename: str = "view_patient") -> set[Patient]:
    return set(Patient.objects.visible_to(person, codename))


def test_a_grant_on_a_center_opens_its_patients_and_no_others(
    staff: Staff, center: Center, patient: Patient, stranger: Patient, give: Give
) -> None:
    give(staff, center, "view_patient")
    assert seen(staff) == {patient}
    assert seen(staff, "view_chart") == set()


def test_a_grant_on_a_patient_opens_that_patient_alone(staff: Staff, patient: Patient, give: Give) -> None:
    a_patient(patient.center, "9", "Ashgrove")
    give(staff, patient, "view_patient")
    assert seen(staff) == {patient}
    assert not Center.objects.visible_to(staff, "view_patient")


@pytest.mark.parametrize(
    ("moment", "lives"),
    [(NOON - DAY, False), (NOON, True), (NOON + DAY - dt.timedelta(seconds=1), True), (NOON + DAY, False)],
)
def test_a_grant_lives_from_its_start_until_just_before_its_end(
    staff: Staff, patient: Patient, give: Give, moment: dt.datetime, *, lives: bool
) -> None:
    give(staff, patient, "view_patient", starts_at=NOON, expires_at=NOON + DAY)
    with frozen(moment):
        assert (seen(staff) == {patient}) is lives
        assert allows(staff, "view_patient", patient) is lives


@pytest.mark.parametrize(("moment", "lives"), [(NOON - DAY, False), (NOON, True), (NOON + DAY, False)])
def test_a_groups_grant_reaches_those_who_belong_to_it_at_the_moment(
    staff: Staff, center: Center, patient: Patient, give: Give, moment: dt.datetime, *, lives: bool
) -> None:
    group = Group.objects.create(name="facilitators")
    give(group, center, "view_patient")
    membership = MembershipKey(staff.pk, group.pk, NOON, NOON + DAY)
    project(ground=Ground("test", new_id()), wanted=[membership], center_id=center.pk)
    with frozen(moment):
        assert (seen(staff) == {patient}) is lives


def test_an_ended_grant_of_a_group_is_no_grant(staff: Staff, patient: Patient, give: Give) -> None:
    group = Group.objects.create(name="facilitators")
    give(group, patient, "view_patient", expires_at=EVER + DAY)
    project(ground=Ground("test", new_id()), wanted=[MembershipKey(staff.pk, group.pk, EVER)], center_id=None)
    assert seen(staff) == set()


def test_superusers_inactive_and_anonymous_users_reach_nothing(
    patient: Patient, give: Give, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    root = Staff.objects.create_superuser("root@example.org", first_name="Root", last_name="Person")
    gone = Staff.objects.create_user("gone@example.org", first_name="Gone", last_name="Person", is_active=False)
    give(gone, patient, "view_patient")
    assert seen(root) == set()
    assert not root.has_perm("patients.view_patient", patient)
    with django_assert_num_queries(0):
        assert seen(gone) == set() == seen(AnonymousUser())


def test_the_reach_costs_one_statement_and_is_remembered(
    staff: Staff, center: Center, patient: Patient, give: Give, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    give(staff, center, "view_patient", "view_chart")
    give(staff, patient, "view_patient")
    with django_assert_num_queries(1):
        reach = reach_of(staff)
        assert reach_of(staff) is reach
    staff.forget_reach()
    with django_assert_num_queries(1):
        assert reach_of(staff) == reach


def test_a_reach_is_read_again_when_grants_change_or_it_grows_old(
    staff: Staff, patient: Patient, give: Give, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with frozen(NOON):
        assert seen(staff) == set()
        give(staff, patient, "view_patient")
        assert seen(staff) == {patient}
    with frozen(NOON + gate.REACH_LIFETIME), django_assert_num_queries(1):
        reach_of(staff)


def test_ids_leave_out_patients_their_center_covers(
    staff: Staff, center: Center, patient: Patient, stranger: Patient, give: Give
) -> None:
    give(staff, center, "view_patient")
    give(staff, patient, "view_patient", "view_chart")
    give(staff, stranger, "view_patient")
    reach = reach_of(staff)
    assert reach.ids("centers.Center", "view_patient") == {center.pk}
    assert reach.ids("patients.Patient", "view_patient") == {stranger.pk}
    assert reach.ids("patients.Patient", "view_chart") == {patient.pk}
    assert reach.ids("centers.Room", "view_patient") == frozenset()


def test_codenames_on_an_object_are_those_of_its_center_and_its_own(
    staff: Staff, center: Center, patient: Patient, stranger: Patient, give: Give
) -> None:
    give(staff, center, "view_patient")
    give(staff, patient, "view_chart")
    reach = reach_of(staff)
    assert reach.codenames_on(center.pk) == {"view_patient"}
    assert reach.codenames_on(center.pk, patient.pk) == {"view_patient", "view_chart"}
    assert reach.codenames_on(center.pk, stranger.pk) == {"view_patient"}
    assert reach.codenames_on(stranger.center_id, patient.pk) == frozenset()
    assert reach.codenames_on(None) == frozenset()
    assert reach.holds("view_chart")
    assert not reach.holds("view_billing")


def test_a_model_without_scope_shows_nothing(staff: Staff, center: Center, give: Give) -> None:
    give(staff, center, "view_patient")
    assert not ScopedQuerySet(Patient).visible_to(staff, "view_patient")
    assert not allows(staff, "view_patient", StoredAnswer())
    assert not allows(staff, "view_patient", Patient(id=None))


def test_rooms_follow_their_center(staff: Staff, center: Center, give: Give) -> None:
    room = Room.objects.create(center=center, code="R1", name="Magnolia", capacity=8)
    assert not allows(staff, "view_center", room)
    give(staff, center, "view_center")
    assert allows(staff, "view_center", room)


def test_the_backend_answers_for_objects_only(staff: Staff, patient: Patient, give: Give) -> None:
    give(staff, patient, "view_patient")
    backend = GateBackend()
    assert backend.has_perm(staff, "patients.view_patient", patient)
    assert backend.has_perm(staff, "view_patient", patient)
    assert not backend.has_perm(staff, "patients.view_chart", patient)
    assert not backend.has_perm(staff, "patients.view_patient")
