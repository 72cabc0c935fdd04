"""Windows and filters of lists: what they refuse, and that references are compared without being looked up."""

from typing import Any

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from backend.api.errors import Refused
from backend.api.filters import DeclaredFilters, StrictFilterSet, WindowFilterSet
from backend.api.ids import new_id
from centers.models import Staff
from patients.models import Patient
from tests.backend.conftest import a_patient


class Moments(WindowFilterSet):
    window_field = "created_at"

    class Meta:
        model = Staff
        fields: list[str] = []


class Days(WindowFilterSet):
    window_field = "birth_date"

    class Meta:
        model = Patient
        fields = ["center"]


class _View:
    def __init__(self, filterset: type[StrictFilterSet] | None) -> None:
        self.filterset_class = filterset


def filtered(filterset: type[StrictFilterSet] | None, model: Any, query: str) -> Any:
    request: Any = Request(APIRequestFactory().get("/?" + query))
    view: Any = _View(filterset)
    return DeclaredFilters().filter_queryset(request, model.objects.all(), view)


@pytest.mark.parametrize(
    ("query", "code", "faults"),
    [
        ("", "window_required", {"from": ["required"], "to": ["required"]}),
        ("from=2026-01-01T00:00:00Z", "window_required", {"to": ["required"]}),
        ("from=2026-01-01T00:00:00&to=2026-01-02T00:00:00Z", "validation_failed", {"from": ["naive"]}),
        ("from=yesterday&to=2026-01-02T00:00:00Z", "validation_failed", {"from": ["invalid"]}),
        ("from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z", "validation_failed", {"to": "window_order"}),
        ("from=2026-01-01T00:00:00Z&to=2026-04-04T00:00:00Z", "validation_failed", {"to": "window_too_long"}),
    ],
)
def test_a_window_is_wanted_whole_in_order_and_short(db: None, query: str, code: str, faults: Any) -> None:
    with pytest.raises(Refused) as refused:
        filtered(Moments, Staff, query)
    assert (refused.value.code, refused.value.status, dict(refused.value.errors)) == (code, 400, faults)


def test_an_offset_whose_plus_became_a_blank_is_read(db: None, staff: Staff) -> None:
    day = staff.created_at.date()
    assert list(filtered(Moments, Staff, f"from={day}T00:00:00+00:00&to={day}T23:59:59%2B00:00")) == [staff]


def test_a_window_of_days_leaves_out_its_end(patient: Patient) -> None:
    assert list(filtered(Days, Patient, "from=1990-02-03&to=1990-02-04")) == [patient]
    assert not filtered(Days, Patient, "from=1990-02-02&to=1990-02-03")


def test_references_are_compared_and_not_looked_up(patient: Patient) -> None:
    window = "from=1990-02-03&to=1990-02-04"
    assert list(filtered(Days, Patient, f"{window}&center={patient.center_id}")) == [patient]
    assert not filtered(Days, Patient, f"{window}&center={new_id()}")
    assert Days.parameters() == {"from", "to", "center"}


def test_a_view_without_filters_leaves_its_rows_alone(patient: Patient) -> None:
    other = a_patient(patient.center, "77", "Other")
    assert set(filtered(None, Patient, "")) == {patient, other}
