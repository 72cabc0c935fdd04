"""Patients in Django's admin: found by name or number, and read as far as the codenames held open the record."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.api.admin_pages import Facts, PageAdmin
from backend.api.admin_verbs import Table
from backend.api.gate import reach_of
from centers.roles import Code
from patients.models import Patient

# What a room above adds to a patient's page: a table, or None where the reader sees nothing of it.
Section = Callable[[HttpRequest, Patient], Table | None]


def name_of(patient: Patient) -> str:
    """Name and record number, as lists, rosters and choices call a patient."""
    return f"{patient.last_name}, {patient.first_name} · {patient.mrn}"


@admin.register(Patient)
class PatientAdmin(PageAdmin):
    """Name and number for who may find the patient; contact points and episodes for who sees the patient."""

    view_codename = Code.FIND_PATIENT
    list_display = ["full_name", "mrn", "preferred_name", "center"]
    list_select_related = ["center"]
    search_fields = ["sort_key"]
    search_help_text = "How a name begins, or the whole record number."
    sections: ClassVar[list[Section]] = []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """As the API finds patients."""
        rows: Any = queryset
        return (rows.found_by(search_term) if search_term else queryset), False

    def headline(self, obj: Any) -> str:
        """Name and record number."""
        return name_of(obj)

    def facts(self, request: HttpRequest, obj: Any) -> Facts:
        """What the reader's codenames open; never the birth date, which is the chart's."""
        told: Facts = [
            ("Record number", obj.mrn),
            ("Name", obj.full_name),
            ("Preferred name", obj.preferred_name or None),
            ("Center", obj.center),
        ]
        if Code.VIEW_PATIENT in _held(request, obj):
            told += [("Language", obj.language), ("Reminded by", obj.contact_preference)]
        return told

    def tables(self, request: HttpRequest, obj: Any) -> Iterable[Table]:
        """Contact points and episodes, and what other rooms have to tell."""
        if Code.VIEW_PATIENT in _held(request, obj):
            yield _points(obj)
            yield _episodes(obj)
        for section in self.sections:
            table = section(request, obj)
            if table is not None:
                yield table


def _held(request: HttpRequest, patient: Patient) -> frozenset[str]:
    return reach_of(request.user).codenames_on(patient.center_id, patient.pk)


def _points(patient: Patient) -> Table:
    rows = patient.contact_points.filter(ended_at__isnull=True)
    shown = [[point.kind.replace("_", " "), point.value, _suppressed(point)] for point in rows]
    return Table("Contact points", ("Kind", "Value", "Messages"), shown, empty="None.")


def _suppressed(point: Any) -> str:
    return f"stopped: {point.suppressed_reason}" if point.suppressed_at else "allowed"


def _episodes(patient: Patient) -> Table:
    rows = patient.episodes.select_related("program")
    shown = [[one.program.name, one.admitted_on, one.discharged_on] for one in rows]
    return Table("Episodes", ("Program", "Admitted", "Discharged"), shown, empty="None.")
