"""Which models of groups the log follows, and which of their values it keeps in clear: dates, codes and ids."""

from audit.registry import register as follow
from groups.models import Enrollment, Facilitator, TherapyGroup


def register() -> None:
    """Follow every record; names of groups and reasons appear as digests."""
    follow(
        TherapyGroup,
        plain=["center", "series", "program", "code", "membership", "capacity", "min_size", "facilitator_group"],
        exclude=["version"],
    )
    follow(
        Enrollment,
        plain=[
            "center",
            "group",
            "patient",
            "episode",
            "starts_on",
            "ends_on",
            "ends_with_care",
            "would_end_on",
            "enrolled_by",
        ],
        exclude=["version"],
    )
    follow(Facilitator, plain=["center", "group", "staff", "role", "starts_on", "ends_on"], exclude=["version"])
