"""The window a list of calendar rows is asked for, read before its rows are chosen."""

from django import forms
from rest_framework.request import Request

from backend.api.filters import FROM, MAX_WINDOW, TO, MomentFormField
from scheduling.querysets import Window


def asked_window(request: Request) -> Window | None:
    """Both ends of the window in the query; None where the list's filter is going to refuse it anyway."""
    field = MomentFormField()
    try:
        start, end = (field.clean(request.query_params.get(name)) for name in (FROM, TO))
    except forms.ValidationError:
        return None
    return (start, end) if start < end <= start + MAX_WINDOW else None
