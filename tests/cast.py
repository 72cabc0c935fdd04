"""The fixed cast, a plugin: one small center whose people have known access, and a client for each of them.

Clara leads the care of Pat and of the Tuesday group; Carl is a colleague with other patients; Cora coordinates, Sue
supervises, Bill bills, Percy is the privacy officer, Dora directs, Ada administers. Vera is the supervisor of another
center. Root is a superuser without a grant. Nobody is signed in with no token at all.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.api.grants import project_all
from backend.api.recorder import Actor, acting_as
from centers.actions import open_center
from centers.models import Center, Program, ProgramRule, Role, RoleAssignment, Room, Staff
from centers.projection import wanted_grants
from centers.roles import RoleName
from patients.actions import admit, join_care_team, register_patient
from patients.models import Patient

TESTER = Actor("system:tests", "the tests")
PASSWORD = "correct horse battery staple"
ADMITTED = dt.date(2026, 1, 5)

ROLES = {
    "clara": RoleName.COUNSELOR,
    "carl": RoleName.COUNSELOR,
    "cora": RoleName.COORDINATOR,
    "sue": RoleName.SUPERVISOR,
    "bill": RoleName.BILLING,
    "percy": RoleName.PRIVACY_OFFICER,
    "dora": RoleName.DIRECTOR,
    "ada": RoleName.ADMINISTRATOR,
}


@dataclass
class Cast:
    """The center, its people and two patients: Pat is in Clara's care, Quinn in Carl's."""

    center: Center
    elsewhere: Center
    program: Program
    room: Room
    pat: Patient
    quinn: Patient
    stranger: Patient
    staff: dict[str, Staff] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Staff:
        try:
            return self.staff[name]
        except KeyError:
            raise AttributeError(name) from None


def a_center(name: str) -> Center:
    """A center in New York whose calendar covers 2026."""
    return open_center(
        by=TESTER,
        name=name,
        discreet_name="The Office",
        timezone="America/New_York",
        country="US",
        calendar_from=dt.date(2026, 1, 1),
        calendar_to=dt.date(2027, 1, 1),
    )


def a_program(center: Center) -> Program:
    """An adult IOP of nine hours on three days, breaks not counting."""
    program = Program.objects.create(center=center, code="IOP", name="Adult IOP")
    ProgramRule.objects.create(
        center=center,
        program=program,
        effective_from=dt.date(2025, 1, 1),
        level_of_care="2.1",
        weekly_minutes_min=540,
        min_days=3,
        breaks_count=False,
    )
    return program


def a_patient(center: Center, program: Program, mrn: str, first: str, last: str) -> Patient:
    """A patient in care since the first Monday of 2026."""
    patient = register_patient(
        center=center, by=TESTER, mrn=mrn, first_name=first, last_name=last, birth_date=dt.date(1990, 2, 3)
    )
    admit(patient=patient, program=program, admitted_on=ADMITTED, by=TESTER)
    return patient


def colleagues(center: Center, roles: Mapping[str, RoleName]) -> dict[str, Staff]:
    """People in their roles, in a few statements: most tests begin with them."""
    people = {name: Staff(email=f"{name}@example.org", first_name=name.title(), last_name="Caster") for name in roles}
    for staff in people.values():
        staff.set_unusable_password()
    Staff.objects.bulk_create(people.values())
    held = {role.name: role for role in Role.objects.filter(center=center)}
    RoleAssignment.objects.bulk_create(
        RoleAssignment(
            center=center,
            role=held[role],
            staff=people[name],
            signs=role == RoleName.COUNSELOR,
            assigned_by=TESTER.id,
        )
        for name, role in roles.items()
    )
    project_all(wanted_grants({center.id}), center_id=center.id)
    return people


def assembled() -> Cast:
    """The cast, put together by whoever acts."""
    center, elsewhere = a_center("Cast Center"), a_center("Other Center")
    program, other_program = a_program(center), a_program(elsewhere)
    found = Cast(
        center=center,
        elsewhere=elsewhere,
        program=program,
        room=Room.objects.create(center=center, code="R1", name="Magnolia", capacity=16),
        pat=a_patient(center, program, "000731", "Pat", "Quillfeather"),
        quinn=a_patient(center, program, "731", "Quinn", "Ashgrove"),
        stranger=a_patient(elsewhere, other_program, "900", "Sten", "Faraway"),
    )
    found.staff = colleagues(center, ROLES) | colleagues(elsewhere, {"vera": RoleName.SUPERVISOR})
    found.staff["root"] = Staff.objects.create_superuser("root@example.org", first_name="Root", last_name="Caster")
    join_care_team(patient=found.pat, staff=found.clara, by=TESTER)
    join_care_team(patient=found.quinn, staff=found.carl, by=TESTER)
    return found


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """The cast, while the tests themselves act."""
    with acting_as(TESTER):
        yield assembled()


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], APIClient]:
    """A REST client signed in as one of the cast; `as_("nobody")` is signed in as no one."""

    def client(name: str) -> Any:
        api = APIClient()
        if name != "nobody":
            api.force_authenticate(cast.staff[name])
        return api

    return client
