"""The gate asked itself: may somebody do this to that patient, and on which patients may they."""

from collections.abc import Iterable, Iterator

from backend.api.clock import frozen
from backend.api.gate import forget_reach
from patients.models import Patient
from tests.access.answers import PEOPLE, TARGETS, words
from tests.access.matrix import UNKNOWN
from tests.access.words import CODENAMES
from tests.access.world import World

# May-I and which-ones of everybody, each codename and each patient.
CELLS = (len(PEOPLE) - len(UNKNOWN)) * len(CODENAMES) * len(TARGETS) * 2


def faults(world: World, people: Iterable[str] = PEOPLE) -> Iterator[str]:
    """Where may-I and which-ones differ from the tables, for each person, codename and patient."""
    patients = {world.things[target]["pat"].pk: target for target in TARGETS}
    for name in people:
        if name in UNKNOWN:
            continue
        staff = world.staff[name]
        with frozen(world.at(name)):
            forget_reach(staff)
            for codename, word in CODENAMES.items():
                found = Patient.objects.visible_to(staff, codename).filter(pk__in=patients)
                seen = {patients[pk] for pk in found.values_list("pk", flat=True)}
                allowed = {target for target in TARGETS if staff.has_perm(codename, world.things[target]["pat"])}
                wanted = {target for target in TARGETS if word in words(name, target)}
                if not seen == allowed == wanted:
                    yield f"{name} {codename}: which ones {seen}, may I {allowed}, by the tables {wanted}"
