"""Groups, their rosters and their facilitators in Django's admin, for coordinators."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from backend.api.admin_lists import RelationFilter, day_of
from backend.api.admin_pages import Facts, PageAdmin
from backend.api.admin_verbs import Link, Table, filled
from backend.api.gate import reach_of
from centers.models import Center, Program
from centers.roles import Code
from groups import admin_verbs as verbs
from groups.models import Enrollment, Facilitator, TherapyGroup
from patients.admin import PatientAdmin, name_of
from patients.models import Patient
from scheduling.models.series import Lead

# How long ago an enrollment may have ended and still stand on its group's page.
LOOKS_BACK = dt.timedelta(days=90)


class CenterFilter(RelationFilter):
    title = parameter_name = "center"
    related = Center


class ProgramFilter(RelationFilter):
    title = parameter_name = "program"
    related = Program

    def label(self, row: Any) -> str:
        """Its name."""
        return str(row.name)


class GroupFilter(RelationFilter):
    title = parameter_name = "group"
    related = TherapyGroup

    def label(self, row: Any) -> str:
        """Code and name."""
        return f"{row.code} · {row.name}"


@admin.register(TherapyGroup)
class TherapyGroupAdmin(PageAdmin):
    """Groups with how full they are today; a group's page holds its roster of any day."""

    view_codename = Code.VIEW_CENTER
    sources = {"groups.Enrollment.patient": Code.MANAGE_ROSTER}
    opening = verbs.OPEN
    verbs = (verbs.ENROLL, verbs.APPOINT, verbs.REVISE)
    page_parameters = frozenset({"on"})
    list_display = ["code", "name", "program_name", "capacity", "enrolled_today", "free_seats", "led_by", "center"]
    list_select_related = ["center", "program"]
    list_filter = [CenterFilter, ProgramFilter]
    search_fields = ["code", "name"]

    @admin.display(description="program")
    def program_name(self, group: TherapyGroup) -> str:
        """The program's name."""
        return group.program.name

    @admin.display(description="enrolled today")
    def enrolled_today(self, group: TherapyGroup) -> int | None:
        """How many are on its roster today; of a center whose schedule is not the reader's, nothing."""
        enrolled: int | None = vars(group)["enrolled"]
        return enrolled

    @admin.display(description="free seats")
    def free_seats(self, group: TherapyGroup) -> int | None:
        """How many more would fit today."""
        enrolled = self.enrolled_today(group)
        return None if enrolled is None else group.capacity - enrolled

    @admin.display(description="lead")
    def led_by(self, group: TherapyGroup) -> str:
        """Who leads it today."""
        return ", ".join(vars(group)["leads"])

    def complete(self, request: HttpRequest, rows: list[Any]) -> None:
        """Counts and leads of all groups of the page, by two statements."""
        days = {group.pk: group.today() for group in rows}
        open_to = reach_of(request.user).ids("centers.Center", Code.VIEW_SCHEDULE)
        counts = Enrollment.objects.counted_on(days)
        leads = Facilitator.objects.of_groups(list(days)).filter(role=Lead.LEAD).select_related("staff")
        for group in rows:
            vars(group)["enrolled"] = counts.get(group.pk, 0) if group.center_id in open_to else None
            vars(group)["leads"] = [
                one.staff.get_full_name() for one in leads if one.group_id == group.pk and one.covers(days[group.pk])
            ]

    def headline(self, obj: Any) -> str:
        """Code and name."""
        return f"{obj.code} · {obj.name}"

    def facts(self, request: HttpRequest, obj: Any) -> Facts:
        """What the group is, without its people."""
        return [
            ("Center", obj.center),
            ("Program", obj.program.name),
            ("Membership", obj.get_membership_display()),
            ("Capacity", obj.capacity),
            ("Smallest size", obj.min_size),
        ]

    def day(self, request: HttpRequest, obj: Any) -> dt.date | None:
        """The day of the roster: today at the center unless asked for; none for who sees nobody's schedule."""
        if not reach_of(request.user).holds(Code.VIEW_SCHEDULE):
            return None
        return day_of(request.GET.get("on")) or obj.today()

    def tables(self, request: HttpRequest, obj: Any) -> Iterable[Table]:
        """The roster of the day asked for, who is enrolled beside it, and who leads."""
        day = self.day(request, obj)
        if day is not None:
            roster = list(obj.roster_for(request.user, Code.VIEW_SCHEDULE, day))
            yield _enrollments(f"Roster of {day}: {len(roster)} of {obj.capacity}", roster)
            near = Enrollment.objects.visible_to(request.user, Code.VIEW_SCHEDULE).filter(group=obj)
            others = near.lasting_beyond(day - LOOKS_BACK).exclude(pk__in=[row.pk for row in roster])
            beside = others.select_related("patient").order_by("-starts_on", "id")
            yield _enrollments("Not on it: yet to come, away, or left in the last 90 days", list(beside))
        yield _facilitators(obj)


@admin.register(Enrollment)
class EnrollmentAdmin(PageAdmin):
    """Patients on rosters, over ranges of days; enrolled on a group's page."""

    view_codename = Code.VIEW_SCHEDULE
    verbs = (verbs.WITHDRAW, verbs.REINSTATE)
    list_display = ["patient_name", "record_number", "group", "starts_on", "ends_on", "center"]
    list_select_related = ["patient", "group", "center"]
    list_filter = [GroupFilter]
    ordering = ["-starts_on", "id"]
    search_fields = ["patient__sort_key"]
    search_help_text = "How the patient's name begins, or the whole record number."

    @admin.display(description="patient")
    def patient_name(self, enrollment: Enrollment) -> str:
        """The name, as a roster lists it."""
        return enrollment.patient.full_name

    @admin.display(description="record number")
    def record_number(self, enrollment: Enrollment) -> str:
        """The patient's record number."""
        return enrollment.patient.mrn

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the patients the reader may find."""
        if not search_term:
            return queryset, False
        found = Patient.objects.visible_to(request.user, Code.FIND_PATIENT).found_by(search_term)
        return queryset.filter(patient__in=found.order_by()), False

    def headline(self, obj: Any) -> str:
        """Who, in which group."""
        return f"{name_of(obj.patient)} in {obj.group.code}"

    def facts(self, request: HttpRequest, obj: Any) -> Facts:
        """The days; why they ended is for those who keep the roster, or see the chart."""
        held = reach_of(request.user).codenames_on(obj.center_id, obj.patient_id)
        told: Facts = [
            ("Patient", Link(obj.patient.full_name, reverse("admin:patients_patient_change", args=[obj.patient_id]))),
            ("Record number", obj.patient.mrn),
            ("Group", Link(f"{obj.group.code} · {obj.group.name}", _page_of("therapygroup", obj.group_id))),
            ("First day", obj.starts_on),
            ("Until", obj.ends_on),
        ]
        return [*told, ("Why it ended", obj.reason or None)] if held & {Code.MANAGE_ROSTER, Code.VIEW_CHART} else told

    def done(self, obj: Any, made: Any) -> str:
        """Back to the group's page."""
        return _page_of("therapygroup", obj.group_id)


@admin.register(Facilitator)
class FacilitatorAdmin(PageAdmin):
    """Who leads a group, over ranges of days; appointed on a group's page."""

    view_codename = Code.VIEW_CENTER
    verbs = (verbs.END,)
    list_display = ["person", "group", "role", "starts_on", "ends_on", "center"]
    list_select_related = ["staff", "group", "center"]
    list_filter = [GroupFilter]
    ordering = ["-starts_on", "id"]

    @admin.display(description="who")
    def person(self, facilitator: Facilitator) -> str:
        """The person's name."""
        return facilitator.staff.get_full_name()

    def headline(self, obj: Any) -> str:
        """Who, in which group."""
        return f"{obj.staff.get_full_name()} in {obj.group.code}"

    def facts(self, request: HttpRequest, obj: Any) -> Facts:
        """The person, the group and the days."""
        return [
            ("Who", obj.staff.get_full_name()),
            ("Group", Link(f"{obj.group.code} · {obj.group.name}", _page_of("therapygroup", obj.group_id))),
            ("As", obj.get_role_display()),
            ("First day", obj.starts_on),
            ("Until", obj.ends_on),
        ]

    def done(self, obj: Any, made: Any) -> str:
        """Back to the group's page."""
        return _page_of("therapygroup", obj.group_id)


def enrolled_in(request: HttpRequest, patient: Patient) -> Table | None:
    """The groups a patient is or was in, on the patient's page."""
    rows = Enrollment.objects.visible_to(request.user, Code.VIEW_SCHEDULE).filter(patient=patient)
    if Code.VIEW_SCHEDULE not in reach_of(request.user).codenames_on(patient.center_id, patient.pk):
        return None
    shown = [
        [Link(row.group.code, _page_of("enrollment", row.pk)), row.group.name, row.starts_on, row.ends_on]
        for row in rows.select_related("group").order_by("-starts_on", "id")
    ]
    return Table("Groups", ("Group", "Name", "First day", "Until"), shown, empty="None.")


def may_join(request: HttpRequest, patient: Patient) -> Table | None:
    """The groups the reader may enroll a patient in, on the patient's page."""
    if patient.center_id not in reach_of(request.user).ids("centers.Center", Code.MANAGE_ROSTER):
        return None
    groups = TherapyGroup.objects.visible_to(request.user, Code.MANAGE_ROSTER).filter(center=patient.center_id)
    shown = [[Link(f"Enroll in {one.code}", _enroll_address(one, patient)), one.name] for one in groups]
    return Table("Enroll", ("", "Group"), shown, empty="The center has no group.")


PatientAdmin.sections += [enrolled_in, may_join]


def _enrollments(title: str, rows: list[Enrollment]) -> Table:
    shown = [
        [
            Link(row.patient.full_name, _page_of("enrollment", row.pk)),
            row.patient.mrn,
            row.starts_on,
            row.ends_on,
        ]
        for row in rows
    ]
    return Table(title, ("Patient", "Record number", "First day", "Until"), shown, released=rows)


def _facilitators(group: TherapyGroup) -> Table:
    day = group.today()
    rows = group.facilitators.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day)).select_related("staff")
    shown = [
        [
            Link(row.staff.get_full_name(), _page_of("facilitator", row.pk)),
            row.get_role_display(),
            row.starts_on,
            row.ends_on,
        ]
        for row in rows
    ]
    return Table("Facilitators", ("Who", "As", "First day", "Until"), shown)


def _page_of(model: str, pk: Any) -> str:
    return reverse(f"admin:groups_{model}_change", args=[pk])


def _enroll_address(group: TherapyGroup, patient: Patient) -> str:
    return filled(reverse("admin:groups_therapygroup_enroll", args=[group.pk]), {"patient": patient.pk})
