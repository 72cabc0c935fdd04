"""What coordinators do to groups, enrollments and facilitators: the API's own actions, with the forms that ask."""

from functools import partial
from typing import Any

from backend.api.admin_verbs import Verb, lock_nothing
from centers.roles import Code
from groups import actions
from groups.admin_forms import Appoint, End, Enroll, NewGroup, Sizes, Withdraw
from groups.models import Enrollment, Facilitator, TherapyGroup


def _lock_facilitator(facilitator: Facilitator) -> Facilitator:
    TherapyGroup.objects.locked(facilitator.group_id)
    return Facilitator.objects.select_for_update(no_key=True).get(pk=facilitator.pk)


def _enroll(group: TherapyGroup, **values: Any) -> Enrollment:
    return actions.enroll(group=group, **values)


def _withdraw(enrollment: Enrollment, **values: Any) -> Enrollment | None:
    return actions.withdraw(enrollment=enrollment, **values)


def _reinstate(enrollment: Enrollment, **values: Any) -> Enrollment:
    return actions.reinstate(enrollment=enrollment, **values)


def _appoint(group: TherapyGroup, **values: Any) -> Facilitator:
    return actions.appoint_facilitator(group=group, **values)


def _end(facilitator: Facilitator, **values: Any) -> Facilitator | None:
    return actions.end_facilitation(facilitator=facilitator, **values)


roster = partial(Verb, codename=Code.MANAGE_ROSTER)
OPEN = roster("open", "Open a group", run=actions.open_group, form=NewGroup, done="The group is open.")
# Enrolling locks the patient before the group, appointing the group alone: both lock for themselves.
ENROLL = roster("enroll", "Enroll a patient", run=_enroll, form=Enroll, done="Enrolled.", lock=lock_nothing)
REVISE = roster("revise", "Change", run=actions.revise_group, form=Sizes, done="The group is changed.")
APPOINT = roster("appoint", "Appoint a facilitator", run=_appoint, form=Appoint, done="Appointed.")
WITHDRAW = roster(
    "withdraw", "Withdraw", run=_withdraw, form=Withdraw, done="Withdrawn.", lock=actions.locked_enrollment
)
REINSTATE = roster(
    "reinstate",
    "Reinstate",
    run=_reinstate,
    done="Reinstated.",
    lock=actions.locked_enrollment,
    is_offered=lambda enrollment: enrollment.ends_on is not None,
)
END = roster("end", "End", run=_end, form=End, done="Ended.", lock=_lock_facilitator)
