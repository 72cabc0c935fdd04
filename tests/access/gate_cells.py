"""The gate asked itself: may somebody do this to that patient, and on which patients may they."""

from collections.abc import Iterable, Iterator

from backend.api.clock import frozen
from backend.api.gate import forget_reach
from patients.models import Patient
from tests.access.answers import PEOPLE, TARGETS, words
from tests.access.world import World

# The word of each codename, by hand: the tables do not know codenames.
CODENAMES = {
    "view_center": "center",
    "manage_center": "places",
    "manage_staff": "staff",
    "find_patient": "find",
    "view_patient": "see",
    "manage_patient": "keep",
    "view_chart": "chart",
    "sign_notes": "sign",
    "cosign_notes": "cosign",
    "view_schedule": "calendar",
    "manage_schedule": "plan",
    "record_attendance": "record",
    "manage_roster": "roster",
    "view_hours": "hours",
    "view_aggregates": "sums",
    "view_reminders": "sends",
    "manage_reminders": "switch",
    "view_billing": "bills",
    "review_access": "log",
}
NOT_ASKED = ("nobody", "otto")
# May-I and which-ones of everybody, each codename and each patient.
CELLS = (len(PEOPLE) - len(NOT_ASKED)) * len(CODENAMES) * len(TARGETS) * 2


def faults(world: World, people: Iterable[str] = PEOPLE) -> Iterator[str]:
    """Where may-I and which-ones differ from the tables, for each person, codename and patient."""
    patients = {world.things[target]["pat"].pk: target for target in TARGETS}
    for name in people:
        if name in NOT_ASKED:
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
