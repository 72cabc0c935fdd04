"""Every cell of the access matrix is asked, and what is denied looks like what does not exist."""

from collections.abc import Callable

import pytest

from tests.access import gate_cells
from tests.access.answers import ADDRESSES, Address
from tests.access.asked import Matrix
from tests.access.counting import CELLS, PAIRS
from tests.access.state import state
from tests.access.world import World

Recorder = Callable[[str, int], None]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda one: f"{one.method} {one.route}")
def test_everybody_is_answered_by_every_way_what_the_tables_say(
    world: World, address: Address, record_property: Recorder
) -> None:
    asked = Matrix(world, address)
    asked.run()
    record_property(CELLS, asked.cells)
    record_property(PAIRS, asked.pairs)
    assert not asked.faults, "\n" + "\n".join(asked.faults)
    assert asked.refused() == asked.refusals
    assert state() == world.state


def test_the_gate_opens_to_everybody_the_patients_that_the_tables_say(world: World, record_property: Recorder) -> None:
    record_property(CELLS, gate_cells.CELLS)
    assert list(gate_cells.faults(world)) == []
