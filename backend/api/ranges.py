"""Half-open ranges of two columns, for exclusion constraints and generated columns."""

from typing import Any

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.db.models import Func, Value


class DateRange(Func):
    """`daterange(start, end, '[)')`; a null end is open."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, start: str, end: str, **extra: Any) -> None:
        super().__init__(start, end, Value("[)"), **extra)


class DateTimeRange(Func):
    """`tstzrange(start, end, '[)')`; a null end is open."""

    function = "tstzrange"
    output_field = DateTimeRangeField()

    def __init__(self, start: str, end: str, **extra: Any) -> None:
        super().__init__(start, end, Value("[)"), **extra)
