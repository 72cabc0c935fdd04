"""Grants follow the records of their ground: written by one verb, audited, compared."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group

from backend.api.gate import reach_of
from backend.api.grants import (
    Difference,
    GrantKey,
    Ground,
    Key,
    MembershipKey,
    differences,
    grant,
    project,
    project_all,
    revoke,
)
from backend.api.ids import new_id
from backend.api.recorder import Event
from backend.api.sources import repair
from centers.models import Center, Staff
from patients.models import Patient
from tests.backend.conftest import EVER

# Guardian's own verbs and readers ignore the two dates and the ground.
BANNED = re.compile(
    r"assign_perm|remove_perm|get_objects_for|get_perms|get_users_with|get_groups_with|ObjectPermissionChecker"
    r"|guardian\.(shortcuts|backends|core|mixins|decorators)|guardian_(?!\w*testing)"
)


def a_key(staff: Staff, patient: Patient, codename: str = "view_patient") -> GrantKey:
    return GrantKey("user", staff.pk, codename, "patients.Patient", patient.pk, EVER)


def test_a_projection_writes_exactly_what_is_wanted(staff: Staff, patient: Patient, events: list[Event]) -> None:
    ground = Ground("care_team", new_id())
    chart, view = a_key(staff, patient, "view_chart"), a_key(staff, patient)
    assert project(ground=ground, wanted={chart, view}, center_id=patient.center_id) == 2
    assert project(ground=ground, wanted={view}, center_id=patient.center_id) == 1
    assert project(ground=ground, wanted={view}, center_id=patient.center_id) == 0
    assert reach_of(staff).codenames_on(patient.center_id, patient.pk) == {"view_patient"}
    assert [(event.action, event.details["added"], event.details["removed"]) for event in events] == [
        ("grant", 2, 0),
        ("grant", 0, 1),
    ]


def test_no_ground_at_all_takes_nothing_away(staff: Staff, patient: Patient, events: list[Event]) -> None:
    project(ground=Ground("care_team", new_id()), wanted={a_key(staff, patient)}, center_id=patient.center_id)
    assert project_all({}, center_id=patient.center_id) == 0
    assert repair([], center_id=patient.center_id) == 0
    assert reach_of(staff).codenames_on(patient.center_id, patient.pk) == {"view_patient"}


def test_the_event_names_subjects_and_patients(staff: Staff, patient: Patient, events: list[Event]) -> None:
    group = Group.objects.create(name="holders")
    ground = Ground("enrollment", new_id())
    wanted: list[Key] = [
        GrantKey("group", group.pk, "view_patient", "patients.Patient", patient.pk, EVER),
        MembershipKey(staff.pk, group.pk, EVER),
    ]
    project(ground=ground, wanted=wanted, center_id=patient.center_id)
    (event,) = events
    assert event.patient_ids == (patient.pk,)
    assert event.center_id == patient.center_id
    assert event.object_id == str(ground.id)
    assert event.details["subjects"] == sorted([f"group:{group.pk}", f"user:{staff.pk}"])


def test_ending_one_ground_leaves_what_another_gave(staff: Staff, patient: Patient, events: list[Event]) -> None:
    team, emergency = Ground("care_team", new_id()), Ground("emergency", new_id())
    for ground in (team, emergency):
        project(ground=ground, wanted=[a_key(staff, patient)], center_id=patient.center_id)
    revoke(ground=emergency, center_id=patient.center_id)
    assert reach_of(staff).holds("view_patient")
    revoke(ground=team, center_id=patient.center_id)
    assert not reach_of(staff).holds("view_patient")


def test_a_grant_adds_to_its_ground(staff: Staff, patient: Patient, events: list[Event]) -> None:
    ground = Ground("care_team", new_id())
    for codename in ("view_patient", "view_chart"):
        grant(ground=ground, key=a_key(staff, patient, codename), center_id=patient.center_id)
    assert reach_of(staff).codenames_on(patient.center_id, patient.pk) == {"view_patient", "view_chart"}


def test_differences_name_what_is_missing_and_what_nobody_asked_for(
    staff: Staff, center: Center, patient: Patient, events: list[Event]
) -> None:
    ground, other = Ground("care_team", new_id()), Ground("role", new_id())
    view, wide = a_key(staff, patient), GrantKey("user", staff.pk, "view_center", "centers.Center", center.pk, EVER)
    project(ground=ground, wanted=[view], center_id=center.pk)
    assert differences({ground: [view]}) == []
    assert differences({other: [wide]}) == [Difference(ground, view, "unexpected"), Difference(other, wide, "missing")]


def test_product_code_uses_none_of_guardians_shortcuts() -> None:
    root = Path(settings.BASE_DIR)
    rooms = ("audit", "backend", "centers", "charting", "groups", "patients", "reminders", "scheduling")
    files = [file for room in rooms for file in (root / room).rglob("*.py")]
    assert files
    assert [str(file) for file in files if BANNED.search(file.read_text(encoding="utf-8"))] == []
