"""Which rows of the calendar one may see: by grant, or because one staffs the session."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from django.apps import apps
from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from backend.api.clock import now
from backend.api.gate import ScopedQuerySet, User, reach_of
from centers.models import ProgramRule, RoleAssignment
from centers.names import name_here
from centers.roles import Code
from patients.models import Episode, LeaveOfAbsence

if TYPE_CHECKING:
    from scheduling.models import (
        Attendance,
        AttendanceMove,
        Participation,
        Pattern,
        Series,
        SeriesStaff,
        Session,
        SessionStaff,
    )

Ids = QuerySet[Any, Any]
Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
# Half-open, over the start.
Window = tuple[dt.datetime, dt.datetime]

BY_CENTER = {"centers.Center": "center_id"}
BY_CENTER_OR_PATIENT = {"centers.Center": "center_id", "patients.Patient": "patient_id"}
# Where a program has no rule, or a series no program (ProgramRule's own defaults).
OPENS_HOURS, CLOSES_DAYS = 12, 14
# Columns of a session and of its series and room that no list shows; ranges are dear to read.
UNSHOWN = (
    "during",
    "on_schedule",
    *(
        f"series__{name}"
        for name in ("version", "form", "program", "seats", "takes_guests", "materialized_to", "center")
    ),
    *(f"room__{name}" for name in ("version", "name", "capacity", "center")),
)
PERSON_SHOWN = ("staff_id", "role", "is_active", "replaces_id", "access_until")
OFF_ROSTER = ("not_expected", "entered_in_error")


def _rows(model: str) -> Any:
    """All rows of a model of this app, in no order; the models module imports this one."""
    return apps.get_model("scheduling", model)._default_manager.order_by()


def _is_known(user: User) -> bool:
    return user.is_authenticated and user.is_active


def _union(branches: Collection[Ids]) -> Ids:
    first, *others = branches
    return first.union(*others) if others else first


def reached(center_ids: Ids, centers: Collection[UUID], others: Collection[Ids], *, windowed: bool) -> Q:
    """The condition for rows of `centers` and for the rows whose ids the `others` give.

    Within a window the others are few and become literal ids beside the centers, so that a page comes off the center's
    index; without one they stay a union, into which PostgreSQL pushes the id that is asked for. No subquery stands
    inside an OR.
    """
    if not centers:
        return Q(id__in=_union(others)) if others else Q(pk__in=())
    covered = Q(center_id__in=sorted(centers))
    if not others:
        return covered
    if not windowed:
        return Q(id__in=_union([center_ids.filter(covered).values_list("id"), *others]))
    ids = sorted(pk for (pk,) in _union([rows.exclude(center_id__in=sorted(centers)) for rows in others]))
    return covered | Q(id__in=ids) if ids else covered


class SeriesQuerySet(ScopedQuerySet["Series"]):
    """Series of sessions."""

    scope = BY_CENTER

    def visible_to(self, user: User, codename: str) -> Self:
        """By center; for `view_schedule` also those one leads (or will), and those a patient in reach belongs to."""
        reach = reach_of(user)
        others: list[Ids] = []
        if codename == Code.VIEW_SCHEDULE and _is_known(user):
            others = [_rows("SeriesStaff").open_to(user.pk).values_list("series_id")]
            patients = reach.ids("patients.Patient", codename)
            if patients:
                others.append(_rows("Participation").filter(patient_id__in=sorted(patients)).values_list("series_id"))
        centers = reach.ids("centers.Center", codename)
        return self.filter(reached(_rows("Series"), centers, others, windowed=False))


class PatternQuerySet(ScopedQuerySet["Pattern"]):
    """Rows of the weekly pattern, of the series one may see."""

    scope = BY_CENTER

    def visible_to(self, user: User, codename: str) -> Self:
        """By series."""
        return self.filter(series_id__in=_rows("Series").visible_to(user, codename).values("id"))

    def on(self, day: dt.date) -> Self:
        """Rows that give a session on `day`."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
            weekday=day.weekday(),
        )


class SeriesStaffQuerySet(ScopedQuerySet["SeriesStaff"]):
    """Who leads a series."""

    scope = BY_CENTER

    def open_to(self, staff_id: UUID) -> Self:
        """What leading opens to somebody now: while it is not over, and they treat patients at the center."""
        return self.not_over().filter(staff_id=staff_id, center_id__in=_treats_at(staff_id))

    def not_over(self) -> Self:
        """Stretches without an end, and those that end after today at their center."""
        zone = Func("center__timezone", Value(now()), function="timezone", output_field=DateTimeField())
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=Cast(zone, DateField())))

    def leading_after(self, day: dt.date) -> Self:
        """Stretches without an end, and those that end after `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))


class ParticipationQuerySet(ScopedQuerySet["Participation"]):
    """Who belongs to a series."""

    scope = BY_CENTER_OR_PATIENT

    def on_rosters_of(self, sessions: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
        """(session, patient): whose participation covers the local date of the actual start, in care, not on leave."""
        day = F("series__sessions__local_date")
        # One call of filter(): each would join the sessions anew.
        covering = self.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day),
            Q(ends_on__isnull=True) | Q(ends_on__gt=day),
            in_care("patient_id", "series__sessions__local_date"),
            series__sessions__id__in=list(sessions),
        )
        return list(
            covering.order_by("series__sessions__id", "patient_id").values_list("series__sessions__id", "patient_id")
        )


def in_care(patient: str, day: str) -> Q:
    """The condition that the patient in one column is admitted and not on leave on the day in another."""
    covering = Q(discharged_on__isnull=True) | Q(discharged_on__gt=OuterRef(day))
    episodes = Episode.objects.filter(covering, patient=OuterRef(patient), admitted_on__lte=OuterRef(day))
    leaves = LeaveOfAbsence.objects.filter(
        patient=OuterRef(patient), starts_on__lte=OuterRef(day), ends_on__gt=OuterRef(day)
    )
    return Q(Exists(episodes)) & ~Q(Exists(leaves))


class SessionQuerySet(ScopedQuerySet["Session"]):
    """Sessions."""

    scope = BY_CENTER

    def visible_to(self, user: User, codename: str, window: Window | None = None) -> Self:
        """By center. Beside that one sees (`view_schedule`) the sessions one staffs, at any time, and those a patient
        in reach attends; one records attendance of those one staffs while that is open.

        A `window` over the start restricts what is found, and keeps the cost with the page.
        """
        rows = _within(self, window)
        centers = reach_of(user).ids("centers.Center", codename)
        others = [] if _works_nowhere_else(user, centers) else _session_ids(user, codename, window)
        return rows.filter(reached(_rows("Session"), centers, others, windowed=window is not None))

    def upcoming(self, at: dt.datetime) -> Self:
        """Scheduled sessions that have not begun and are not called off."""
        return self.filter(status="scheduled", called_off_at__isnull=True, starts_at__gt=at)

    def locked(self) -> Self:
        """In id order, locked against other writers; references to them may still be made."""
        return self.order_by("id").select_for_update(no_key=True, of=("self",))

    def overlapping(self, starts_at: dt.datetime, ends_at: dt.datetime) -> Self:
        """Sessions whose actual time overlaps `[starts_at, ends_at)`."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def shown(self) -> Self:
        """With the codes a list of sessions shows, and without the ranges that only constraints need."""
        return self.select_related("series", "room").defer(*UNSHOWN)


def _works_nowhere_else(user: User, centers: Collection[UUID]) -> bool:
    """Whether a request's user works at no center but these. What others hold is behind the wall, and not asked for."""
    works_at: Collection[UUID] | None = getattr(user, "works_at", None)
    return works_at is not None and set(works_at) <= set(centers)


def _within(rows: Rows, window: Window | None) -> Rows:
    return rows.filter(starts_at__gte=window[0], starts_at__lt=window[1]) if window else rows


def _session_ids(user: User, codename: str, window: Window | None) -> list[Ids]:
    """Ids of the sessions one reaches otherwise than by a center."""
    if not _is_known(user):
        return []
    staffed = _rows("SessionStaff").open_to(user.pk)
    if codename == Code.RECORD_ATTENDANCE:
        return [_within(staffed.taking_attendance(), window).values_list("session_id")]
    if codename != Code.VIEW_SCHEDULE:
        return []
    found = [_within(staffed, window).values_list("session_id")]
    patients = reach_of(user).ids("patients.Patient", codename)
    if patients:
        attended = _rows("Attendance").filter(patient_id__in=sorted(patients)).exclude(status__in=OFF_ROSTER)
        found.append(_within(attended, window).values_list("session_id"))
    return found


class SessionStaffQuerySet(ScopedQuerySet["SessionStaff"]):
    """Who staffs a session."""

    scope = BY_CENTER

    def people_of(self, sessions: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
        """Who staffs each session, as sessions show it."""
        rows = self.filter(session_id__in=list(sessions)).annotate(name=name_here()).order_by("role", "id")
        found: dict[UUID, list[dict[str, Any]]] = {}
        for session_id, name, *shown in rows.values_list("session_id", "name", *PERSON_SHOWN):
            staff_id, role, is_active, replaces, until = shown
            person = {"id": staff_id, "name": name, "role": role, "is_active": is_active}
            found.setdefault(session_id, []).append(person | {"replaces": replaces, "access_until": until})
        return found

    def seating(self, staff_id: UUID, patient_id: UUID) -> Self:
        """The rows by which somebody sees and records a patient's attendance now, as staff of a session."""
        seated = _rows("Attendance").filter(patient_id=patient_id).exclude(status__in=OFF_ROSTER)
        rows = self.open_to(staff_id).taking_attendance().filter(session_id__in=seated.values("session_id"))
        return rows.order_by("starts_at", "id")

    def open_to(self, staff_id: UUID) -> Self:
        """What staffing opens to somebody now: while they treat patients at the center, and for a substitute until the
        hour that was stated.
        """
        return self.filter(
            Q(access_until__isnull=True) | Q(access_until__gt=now()),
            staff_id=staff_id,
            is_active=True,
            center_id__in=_treats_at(staff_id),
        )

    def taking_attendance(self) -> Self:
        """Staff of sessions whose attendance they may see and record now: from some hours before to some days after.

        How many says the rule of the session's program in force on its day.
        """
        at = now()
        rules = ProgramRule.objects.filter(
            program=OuterRef("session__series__program"), effective_from__lte=OuterRef("session__local_date")
        ).order_by("-effective_from")
        return self.filter(
            session__starts_at__lte=Value(at)
            + _span(rules, "attendance_opens_hours", OPENS_HOURS, dt.timedelta(hours=1)),
            session__ends_at__gt=Value(at) - _span(rules, "attendance_closes_days", CLOSES_DAYS, dt.timedelta(days=1)),
            is_active=True,
        )


def _treats_at(staff_id: UUID) -> Ids:
    """The ids of the centers at which somebody treats patients now."""
    return RoleAssignment.objects.treating().in_force(now()).filter(staff=staff_id).order_by().values("center_id")


def _span(rules: QuerySet[ProgramRule], column: str, default: int, unit: dt.timedelta) -> Combinable:
    count = Coalesce(Subquery(rules.values(column)[:1]), Value(default))
    return ExpressionWrapper(count * Value(unit), output_field=DurationField())


class AttendanceQuerySet(ScopedQuerySet["Attendance"]):
    """Attendance."""

    scope = BY_CENTER_OR_PATIENT

    def visible_to(self, user: User, codename: str, window: Window | None = None) -> Self:
        """By center or patient; staff of the session see and record it while its attendance is open to them."""
        rows = _within(self, window)
        reach = reach_of(user)
        patients = reach.ids("patients.Patient", codename)
        others: list[Ids] = []
        if patients:
            others.append(
                _within(_rows("Attendance").filter(patient_id__in=sorted(patients)), window).values_list("id")
            )
        centers = reach.ids("centers.Center", codename)
        if _opens_to_staff(user, codename) and not _works_nowhere_else(user, centers):
            staffed = _rows("SessionStaff").open_to(user.pk).taking_attendance()
            of_sessions = _rows("Attendance").filter(session_id__in=_within(staffed, window).values("session_id"))
            others.append(of_sessions.values_list("id"))
        return rows.filter(reached(_rows("Attendance"), centers, others, windowed=window is not None))

    def visible_in(self, session: "Session", user: User, codename: str) -> Self:
        """The rows of one session that the rule of `visible_to` opens; the cost follows the session, not the user."""
        rows = self.filter(session=session)
        reach = reach_of(user)
        if session.center_id in reach.ids("centers.Center", codename) or (
            _opens_to_staff(user, codename)
            and _rows("SessionStaff").filter(session=session).open_to(user.pk).taking_attendance().exists()
        ):
            return rows
        return rows.filter(patient_id__in=sorted(reach.ids("patients.Patient", codename)))

    def listed(self) -> Self:
        """By name, with the patients."""
        return self.select_related("patient").order_by("patient__sort_key", "id")

    def in_care(self) -> Self:
        """Rows of people who are admitted and not on leave on the session's day."""
        return self.filter(in_care("patient_id", "session__local_date"))

    def uses_of(self, sessions: Collection[UUID]) -> dict[UUID, dict[str, int]]:
        """How many rows of each session have which status."""
        counted = self.filter(session_id__in=list(sessions)).order_by().values_list("session_id", "status")
        found: dict[UUID, dict[str, int]] = {}
        for session_id, status, count in counted.annotate(count=Count("id")):
            found.setdefault(session_id, {})[status] = count
        return found


def _opens_to_staff(user: User, codename: str) -> bool:
    return codename in {Code.VIEW_SCHEDULE, Code.RECORD_ATTENDANCE} and _is_known(user)


class AttendanceMoveQuerySet(ScopedQuerySet["AttendanceMove"]):
    """The history of attendance."""

    scope = BY_CENTER_OR_PATIENT

    def visible_to(self, user: User, codename: str) -> Self:
        """By attendance."""
        return self.filter(attendance_id__in=_rows("Attendance").visible_to(user, codename).values("id"))
