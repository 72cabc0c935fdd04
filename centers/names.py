"""What people are called at a center: as they were taken on there, whatever they are called elsewhere."""

from django.db.models import Expression, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from centers.models import Position


def name_here(staff: str = "staff", center: str = "center") -> Expression:
    """The name of a row's person at the row's center, within the row's own statement; `staff` leads to the person.

    Who holds no position there (a program, or whoever runs the platform) is called by the account's name.
    """
    here = Position.objects.order_by().filter(center=OuterRef(center), staff=OuterRef(staff))
    return Coalesce(
        Subquery(here.values_list(Concat("first_name", Value(" "), "last_name"))[:1]),
        Concat(F(f"{staff}__first_name"), Value(" "), F(f"{staff}__last_name")),
    )
