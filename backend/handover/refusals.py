"""What handing over refuses, in words; registered when apps are ready."""

from backend.api.problems import register_texts

PROBLEMS = {
    "handover_not_done": ("Nothing was handed over", "Each thing that could not be is named under errors."),
    "handover_to_oneself": ("Not to oneself", "Two colleagues are needed: the one who gives and the one who takes."),
}
FAULTS = {
    "not_in_caseload": "The colleague has no such thing to hand over then.",
    "day_not_to_come": "The day must be after today at the center.",
}


def register() -> None:
    """Add the texts to the service's tables."""
    register_texts(problems=PROBLEMS, constraints={}, faults=FAULTS)
