"""The calendar in Django's admin: sessions of a week and what happens to them; series and patterns to read."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from backend.api.admin_lists import RelationFilter, day_of
from backend.api.admin_pages import Facts, PageAdmin
from backend.api.admin_verbs import Link, Table, filled
from backend.api.clock import now
from centers.models import Center
from centers.roles import Code
from centers.wall_time import day_bounds, local, local_date
from scheduling.admin_verbs import VERBS
from scheduling.models import Attendance, Pattern, Series, Session, SessionStaff
from scheduling.models.attendance import OCCUPYING

WEEK = dt.timedelta(days=7)
# Wider than any two zones are apart, so that a week of local dates lies within the instants asked for.
MARGIN = dt.timedelta(days=1)
FROM = "from"
NO_BREAK = "\u00a0"


class WeekFilter(admin.SimpleListFilter):
    """Reads the first day of the week, which the list's rows are chosen by already; the steps above the list set it."""

    title = "week"
    parameter_name = FROM

    def lookups(self, request: HttpRequest, model_admin: Any) -> tuple[()]:
        """Nothing beside the list."""
        return ()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """The rows stay as they are."""


class CenterFilter(RelationFilter):
    title = parameter_name = "center"
    related = Center


class SeriesFilter(RelationFilter):
    title = parameter_name = "series"
    related = Series
    codename = Code.VIEW_SCHEDULE

    def offered(self, request: HttpRequest) -> Iterable[Any]:
        """Those of groups: a center has hundreds of individual courses, whose pages lead to their sessions."""
        rows: Any = super().offered(request)
        found: Iterable[Any] = rows.filter(form=Series.Form.GROUP).order_by("code", "id")
        return found


@admin.register(Session)
class SessionAdmin(PageAdmin):
    """Sessions of one week at a time, in the center's wall time; a session's page holds its people."""

    view_codename = Code.VIEW_SCHEDULE
    verbs = VERBS
    list_display = ["starts", "ends", "series_code", "kind", "room_code", "staffed_by", "people", "state", "center"]
    list_select_related = ["center", "series", "room"]
    list_filter = [WeekFilter, CenterFilter, SeriesFilter]
    ordering = ["starts_at", "id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A list asks within its week; an object by its id."""
        matched = request.resolver_match
        if matched is None or matched.url_name != "scheduling_session_changelist":
            return super().get_queryset(request)
        first = first_day(request)
        window = (day_bounds("UTC", first - MARGIN)[0], day_bounds("UTC", first + WEEK + MARGIN)[0])
        rows = Session.objects.visible_to(request.user, Code.VIEW_SCHEDULE, window)
        return rows.filter(local_date__gte=first, local_date__lt=first + WEEK)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The week, with ways to others."""
        return super().changelist_view(request, {"steps": _steps(request)} | (extra_context or {}))

    @admin.display(description="starts")
    def starts(self, session: Session) -> str:
        """Day and wall time at the center."""
        return _wall(session, session.starts_at, "%a %d %b %H:%M").replace(" ", NO_BREAK)

    @admin.display(description="ends")
    def ends(self, session: Session) -> str:
        """Wall time at the center."""
        return _wall(session, session.ends_at, "%H:%M")

    @admin.display(description="series")
    def series_code(self, session: Session) -> str:
        """The code of its series."""
        return session.series.code

    @admin.display(description="room")
    def room_code(self, session: Session) -> str | None:
        """The code of its room."""
        return session.room.code if session.room else None

    @admin.display(description="staff")
    def staffed_by(self, session: Session) -> str:
        """Who staffs it now."""
        return ", ".join(one["name"] for one in vars(session)["staffing"] if one["is_active"])

    @admin.display(description="people")
    def people(self, session: Session) -> str:
        """Seats taken, of how many."""
        return f"{vars(session)['taken']} of {session.seats}"

    @admin.display(description="status")
    def state(self, session: Session) -> str:
        """On the schedule, or why not."""
        return "called off" if session.called_off_at else str(session.get_status_display())

    def complete(self, request: HttpRequest, rows: list[Any]) -> None:
        """Staff and seats of all sessions of the page, by two statements."""
        ids = [session.pk for session in rows]
        people, uses = SessionStaff.objects.all().people_of(ids), Attendance.objects.all().uses_of(ids)
        for session in rows:
            vars(session)["staffing"] = people.get(session.pk, [])
            vars(session)["taken"] = sum(uses.get(session.pk, {}).get(status, 0) for status in OCCUPYING)

    def headline(self, obj: Any) -> str:
        """Which series, and when."""
        return f"{obj.series.code} · {self.starts(obj)}"

    def facts(self, request: HttpRequest, obj: Any) -> Facts:
        """Where and when, and how it stands."""
        return [
            ("Center", obj.center),
            ("Series", Link(obj.series.code, reverse("admin:scheduling_series_change", args=[obj.series_id]))),
            ("Starts", _wall(obj, obj.starts_at, "%a %d %b %Y %H:%M")),
            ("Ends", _wall(obj, obj.ends_at, "%a %d %b %Y %H:%M")),
            ("Kind", obj.get_kind_display()),
            ("Mode", obj.get_mode_display()),
            ("Room", self.room_code(obj)),
            ("Seats", obj.seats),
            ("Status", self.state(obj)),
            ("Reason", obj.status_reason or None),
        ]

    def tables(self, request: HttpRequest, obj: Any) -> Iterable[Table]:
        """Who staffs it and who is in it, as far as the reader may know."""
        staff = SessionStaff.objects.all().people_of([obj.pk]).get(obj.pk, [])
        yield Table("Staff", ("Who", "As", ""), [[one["name"], one["role"], _away(one)] for one in staff])
        rows = list(Attendance.objects.visible_in(obj, request.user, Code.VIEW_SCHEDULE).listed())
        shown = [[row.patient.full_name, row.patient.mrn, row.get_status_display(), row.origin] for row in rows]
        yield Table("People", ("Patient", "Record number", "Attendance", "Came by"), shown, released=rows)


@admin.register(Series)
class SeriesAdmin(PageAdmin):
    """What sessions belong to, to read; the weekly pattern is kept through the API."""

    view_codename = Code.VIEW_SCHEDULE
    list_display = ["code", "form", "program", "seats", "takes_guests", "materialized_to", "center"]
    list_select_related = ["program", "center"]
    list_filter = [CenterFilter]
    search_fields = ["code"]

    def headline(self, obj: Any) -> str:
        """Its code."""
        return str(obj.code)

    def facts(self, request: HttpRequest, obj: Any) -> Facts:
        """What it is, without its people."""
        return [
            ("Center", obj.center),
            ("Form", obj.get_form_display()),
            ("Program", obj.program),
            ("Seats", obj.seats),
            ("Takes guests", "yes" if obj.takes_guests else "no"),
            ("Sessions exist until", obj.materialized_to),
            ("This week", Link("its sessions", _sessions_of(obj))),
        ]

    def tables(self, request: HttpRequest, obj: Any) -> Iterable[Table]:
        """The weekly pattern."""
        rows = Pattern.objects.visible_to(request.user, Code.VIEW_SCHEDULE).filter(series=obj).select_related("room")
        shown = [_pattern(row) for row in rows]
        head = ("Weekday", "Starts", "Minutes", "Kind", "Room", "From", "Until")
        yield Table("Weekly pattern", head, shown, empty="None.")


@admin.register(Pattern)
class PatternAdmin(PageAdmin):
    """Rows of the weekly pattern, to read."""

    view_codename = Code.VIEW_SCHEDULE
    list_display = ["series", "weekday", "start_time", "minutes", "kind", "room", "valid_from", "valid_to"]
    list_select_related = ["series", "room"]
    list_filter = [SeriesFilter]

    def headline(self, obj: Any) -> str:
        """Which series, and when in the week."""
        return f"{obj.series.code} · {obj.get_weekday_display()} {obj.start_time:%H:%M}"

    def facts(self, request: HttpRequest, obj: Any) -> Facts:
        """The row."""
        head = ("Weekday", "Starts", "Minutes", "Kind", "Room", "From", "Until")
        return [("Series", obj.series), *zip(head, _pattern(obj), strict=True)]


def first_day(request: HttpRequest) -> dt.date:
    """The first day of the week asked for; by default this week's Monday, in the zone of the reader's first center."""
    asked = day_of(request.GET.get(FROM))
    if asked is not None:
        return asked
    center = Center.objects.visible_to(request.user, Code.VIEW_SCHEDULE).first()
    today = local_date(center.timezone if center else "UTC", now())
    return today - dt.timedelta(days=today.weekday())


def _steps(request: HttpRequest) -> list[tuple[str, str]]:
    """The week before, this one, and the one after; the other filters stay."""
    first = first_day(request)
    kept = {name: value for name, value in request.GET.items() if name != FROM}
    around = {"Week before": first - WEEK, f"Week of {first:%d %b %Y}": first, "Week after": first + WEEK}
    return [(label, filled("", kept | {FROM: day.isoformat()})) for label, day in around.items()]


def _sessions_of(series: Series) -> str:
    return filled(reverse("admin:scheduling_session_changelist"), {"series": series.pk})


def _wall(session: Session, moment: dt.datetime, form: str) -> str:
    shown = local(session.center.timezone, moment)
    return dt.datetime.combine(shown.day, shown.at).strftime(form)  # wall time: no zone is meant


def _away(person: dict[str, Any]) -> str:
    return "" if person["is_active"] else "away"


def _pattern(row: Pattern) -> list[Any]:
    return [
        row.get_weekday_display(),
        f"{row.start_time:%H:%M}",
        row.minutes,
        row.get_kind_display(),
        row.room.code if row.room else None,
        row.valid_from,
        row.valid_to,
    ]
