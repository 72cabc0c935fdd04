"""Centers and staff in Django's admin, under the gate; nothing about patients."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.api.admin import GatedAdmin
from centers.models import Center, Closure, Position, Program, ProgramRule, RoleAssignment, Room
from centers.names import name_here


@admin.register(Center)
class CenterAdmin(GatedAdmin):
    view_codename = "view_center"
    change_codename = "manage_center"
    list_display = ["name", "discreet_name", "timezone", "calendar_to"]
    fields = ["name", "discreet_name", "timezone", "street", "city", "region", "postal_code", "country"]
    readonly_fields = ["timezone"]


@admin.register(Program)
class ProgramAdmin(GatedAdmin):
    view_codename = "view_center"
    change_codename = "manage_center"
    list_display = ["code", "name", "center", "population", "is_part2"]
    list_select_related = ["center"]
    fields = ["center", "code", "name", "population", "is_part2"]
    readonly_fields = ["center", "code"]


@admin.register(ProgramRule)
class ProgramRuleAdmin(GatedAdmin):
    view_codename = "view_center"
    list_display = ["program", "effective_from", "level_of_care", "weekly_minutes_min", "weekly_minutes_max"]
    list_select_related = ["program"]


@admin.register(Room)
class RoomAdmin(GatedAdmin):
    view_codename = "view_center"
    change_codename = add_codename = "manage_center"
    choices = {"center": "manage_center"}
    list_display = ["code", "name", "center", "capacity"]
    list_select_related = ["center"]
    fields = ["center", "code", "name", "capacity"]


@admin.register(Closure)
class ClosureAdmin(GatedAdmin):
    view_codename = "view_center"
    list_display = ["date", "from_time", "to_time", "center", "reason"]
    list_select_related = ["center"]


@admin.register(Position)
class StaffAdmin(GatedAdmin):
    """Somebody's position; accounts and roles change through verbs, which the API has."""

    view_codename = "view_center"
    change_codename = "manage_staff"
    choices = {"supervisor": "view_center"}
    list_display = ["full_name", "title", "credentials", "center", "ended_at"]
    list_select_related = ["staff", "center"]
    search_fields = ["sort_key", "credentials"]
    fields = ["full_name", "center", "title", "credentials", "supervisor", "ended_at"]
    readonly_fields = ["full_name", "center", "ended_at"]


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(GatedAdmin):
    view_codename = "view_center"
    list_display = ["who", "role", "center", "signs", "starts_at", "ends_at"]
    list_select_related = ["role", "center"]
    fields = ["who", "role", "center", "signs", "starts_at", "ends_at"]
    readonly_fields = ["who"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Each with what its person is called at its center."""
        rows: QuerySet[Any] = super().get_queryset(request).annotate(who=name_here())
        return rows

    @admin.display(ordering="who")
    def who(self, assignment: RoleAssignment) -> str:
        """The person's name."""
        return str(vars(assignment)["who"])
