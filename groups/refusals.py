"""What the verbs and the constraints of groups refuse, in words; registered when apps are ready."""

from backend.api.problems import register_texts

PROBLEMS = {
    "group_full": ("Group is full", "On at least one of those days the group has no free seat."),
    "group_closed": ("Group is closed", "The group has begun; new members join it in cohorts."),
    "already_enrolled": ("Enrolled already", "The patient is on the group's roster on some of those days."),
    "outside_admission": ("Outside of admission", "No episode of care covers all of those days."),
    "enrollment_has_begun": ("Enrollment has begun", "Past rosters stay as they are; name a day after the first."),
    "enrollment_over": ("Enrollment is over", "The enrollment ends on that day or before it."),
    "not_withdrawn": ("Not withdrawn", "The enrollment has no end."),
    "facilitation_over": ("Leads no longer", "The person leads the group no longer by that day."),
}
FAULTS = {
    "under_min_size": "The capacity is under the smallest size.",
}
CONSTRAINTS = {
    "therapygroup_code_once_per_center": ("group_code_taken", "Another group of the center has this code."),
    "therapygroup_sizes_in_order": ("group_sizes_order", "The capacity must not be under the smallest size."),
    "therapygroup_has_a_seat": ("group_without_seat", "A group has at least one seat."),
    "enrollment_within_capacity": ("group_full", ""),
    "enrollment_no_overlap": ("already_enrolled", ""),
    "enrollment_in_order": ("enrollment_order", "An enrollment must end after it begins."),
    "facilitator_in_order": ("facilitator_order", "A facilitator must end after they begin."),
    "facilitator_no_overlap": ("facilitates_already", "The person leads the group on some of those days."),
}


def register() -> None:
    """Add the texts to the service's tables."""
    register_texts(problems=PROBLEMS, constraints=CONSTRAINTS, faults=FAULTS)
