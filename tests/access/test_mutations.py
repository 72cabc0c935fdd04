"""The gate is made wrong in one place at a time, and each time a cell of the matrix must turn red."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from backend.api.gate import forget_every_reach
from backend.api.grants import project_all
from backend.api.recorder import acting_as
from centers import projection as of_centers
from centers.models import Center, Staff
from groups import projection as of_groups
from groups.models import TherapyGroup
from patients import projection as of_care
from patients.models import Patient
from tests.access import gate_cells
from tests.access.asked import Matrix
from tests.access.counting import SAMPLE
from tests.access.mutants import WITNESSES, Mutant, addressed, every
from tests.access.test_admin import Visit
from tests.access.world import World
from tests.cast import TESTER

# The world takes seconds to build: one process builds it for these.
pytestmark = pytest.mark.xdist_group("access, one by one")


MUTANTS = every()
VISITORS = ("clara", "cora", "bill", "ada", "vicky")
# What changes nothing that anybody could notice, and why.
EQUIVALENT = {
    "AttendanceSummaryViewSet.list for view_center": "the report's query asks for the center by its own codename",
    "PlannedReminderViewSet.list for view_center": "likewise",
    "UnattendedViewSet.list for view_center": "likewise",
    "AccessViewSet.explain for view_center": "likewise: the query names a patient whom one may review",
    "care team +view_center": "who joins one holds a role at the center, and every role sees the center",
    "facilitator +view_center": "likewise",
    "emergency +view_center": "likewise",
}


@contextmanager
def made(mutant: Mutant, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The gate as the mutant has it, its grants projected anew; put right afterwards."""
    with patch.context() as wrong, transaction.atomic():
        if mutant.by_item:
            wrong.setitem(mutant.target, mutant.attribute, mutant.value)
        else:
            wrong.setattr(mutant.target, mutant.attribute, mutant.value)
        if mutant.reprojects:
            reproject()
        yield
        transaction.set_rollback(True)
    forget_every_reach()


def reproject() -> None:
    """All grants as the records now want them."""
    with acting_as(TESTER):
        for center in Center.objects.all():
            patients, groups = (_ids(model, center) for model in (Patient, TherapyGroup))
            project_all(of_centers.wanted_grants({center.pk}), center_id=center.pk)
            project_all(of_care.wanted_grants(patients), center_id=center.pk)
            project_all(of_groups.wanted_grants(groups), center_id=center.pk)


def _ids(model: Any, center: Center) -> set[UUID]:
    return set(model.objects.filter(center=center).values_list("pk", flat=True))


def notices(mutant: Mutant, world: World) -> bool:
    """Whether any of the cells that could, notices.

    Of grants also the cells of the gate itself: no address asks for signing and bills yet, none asks a patient's grant
    for what only a center opens, and who leads a group is let into its session by two rules.
    """
    if mutant.of_admin:
        Staff.objects.filter(is_service=False).update(is_staff=True)
        return Visit(world, mutant.of_admin).notices(VISITORS)
    if any(Matrix(world, address).notices(mutant.people) for address in mutant.addresses):
        return True
    return mutant.reprojects and any(gate_cells.faults(world, mutant.people))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All mutants, or some of every kind."""
    if "mutant" in metafunc.fixturenames:
        step = 1 if metafunc.config.getoption("mutations") == "all" else SAMPLE
        metafunc.parametrize("mutant", MUTANTS[::step], ids=lambda one: one.name)


def test_a_gate_that_is_wrong_in_one_place_is_noticed(
    world: World, mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made(mutant, monkeypatch):
        assert notices(mutant, world) != (mutant.name in EQUIVALENT)


def test_the_mutants_are_as_many_as_this_says(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f" {len(MUTANTS)} mutants of the gate")
    assert {one.name for one in MUTANTS} >= EQUIVALENT.keys()
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("key", ["GET patients/{id}/", "POST patients/{id}/consents/", "GET leaves/"])
def test_nothing_is_noticed_of_a_gate_that_is_right(world: World, key: str) -> None:
    (address,) = addressed(key)
    assert not Matrix(world, address).notices(WITNESSES)
