"""Series, sessions and attendance as they are read and written."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.api.gate import User, reach_of
from backend.api.preconditions import tag
from backend.api.serializers import MomentField, StrictModelSerializer, StrictSerializer, VisibleRelatedField
from centers.models import Center, Program, Room
from centers.roles import Code
from patients.models import Patient
from scheduling.actions import Mark
from scheduling.examples import sent, shown
from scheduling.models import Attendance, AttendanceMove, Pattern, Series, Session, SessionStaff
from scheduling.models.attendance import CAME, CANCELLED, MISSED, Status

PATTERN_FIELDS = [
    "weekday",
    "start_time",
    "minutes",
    "break_offset",
    "break_minutes",
    "kind",
    "mode",
    "room",
    "topic",
    "valid_from",
    "valid_to",
]
# The field sets in the tags of attendance: with reasons and notes, and without.
TOLD, UNTOLD = "row", "bare"
# What stays as it is when nothing is said of it.
STAYING = ("note", "collaterals")


def of_managed(model: Any, **options: Any) -> VisibleRelatedField:
    """A reference to a row of a center whose calendar the writer manages."""
    return VisibleRelatedField(codename=Code.MANAGE_SCHEDULE, queryset=model._default_manager.all(), **options)


@shown("series")
class SeriesSerializer(StrictModelSerializer):
    class Meta:
        model = Series
        fields = ["id", "center", "code", "form", "program", "seats", "takes_guests", "materialized_to"]


@shown("pattern")
class PatternSerializer(StrictModelSerializer):
    class Meta:
        model = Pattern
        fields = ["id", "center", "series", *PATTERN_FIELDS]


class PatternInput(StrictModelSerializer):
    """One row of the weekly pattern; times are the center's wall clock."""

    room = of_managed(Room, required=False, allow_null=True)

    class Meta:
        model = Pattern
        fields = PATTERN_FIELDS


@sent("new_pattern")
class NewPattern(PatternInput):
    series = of_managed(Series)

    class Meta:
        model = Pattern
        fields = ["series", *PATTERN_FIELDS]


@sent("pattern_change")
class PatternChange(PatternInput):
    """What changes from a day on; what is not named stays."""

    class Meta:
        model = Pattern
        fields = [name for name in PATTERN_FIELDS if not name.startswith("valid_")]

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name Python lets a class have."""
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return {"from": serializers.DateField(), **fields}


@sent("pattern_end")
class PatternEnd(StrictSerializer):
    on = serializers.DateField()


@sent("new_course")
class NewCourse(StrictSerializer):
    """A patient's individual course: the patient, who gives it, and when in the week."""

    center = of_managed(Center)
    code = serializers.CharField(max_length=50)
    program = of_managed(Program, required=False, allow_null=True)
    patient = VisibleRelatedField(codename=Code.VIEW_SCHEDULE, queryset=Patient._default_manager.all())
    staff = serializers.UUIDField()
    pattern = PatternInput()


class SessionStaffSerializer(serializers.ModelSerializer[SessionStaff]):
    id = serializers.UUIDField(source="staff_id")
    name = serializers.CharField()

    class Meta:
        model = SessionStaff
        fields = ["id", "name", "role", "is_active", "replaces", "access_until"]


class RosterCounts(serializers.Serializer[Any]):
    """How many are in the session, and what became of them."""

    expected = serializers.IntegerField()
    came = serializers.IntegerField()
    missed = serializers.IntegerField()
    canceled = serializers.IntegerField()


@shown("session")
class SessionSerializer(StrictModelSerializer):
    """A session with its staff and how many are expected and came; names of patients are not in it."""

    series_code = serializers.CharField(source="series.code")
    room_code = serializers.CharField(source="room.code", allow_null=True, default=None)
    staff = serializers.SerializerMethodField()
    roster = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = [
            "id",
            "center",
            "series",
            "series_code",
            "original_date",
            "original_time",
            "starts_at",
            "ends_at",
            "break_starts_at",
            "break_ends_at",
            "local_date",
            "minutes",
            "break_minutes",
            "kind",
            "mode",
            "room",
            "room_code",
            "topic",
            "seats",
            "status",
            "status_reason",
            "called_off_at",
            "staff",
            "roster",
        ]

    @extend_schema_field(SessionStaffSerializer(many=True))
    def get_staff(self, session: Session) -> list[dict[str, Any]]:
        """Who staffs it, from those the view read for the whole page."""
        people: list[dict[str, Any]] = self.context.get("people", {}).get(session.id, [])
        return people

    @extend_schema_field(RosterCounts)
    def get_roster(self, session: Session) -> dict[str, int]:
        """Counts by what became of people, from those the view read for the whole page."""
        uses = Counter(self.context.get("uses", {}).get(session.id, {}))
        return {
            "expected": uses[Status.EXPECTED],
            "came": sum(uses[status] for status in CAME),
            "missed": sum(uses[status] for status in MISSED),
            "canceled": sum(uses[status] for status in CANCELLED),
        }


@sent("reason")
class Reason(StrictSerializer):
    reason = serializers.CharField(max_length=500)


@sent("move")
class SessionMove(StrictSerializer):
    """Another start, another room, or both."""

    starts_at = MomentField(required=False)
    room = of_managed(Room, required=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something has to change."""
        if not attrs.keys() & {"starts_at", "room"}:
            raise serializers.ValidationError("nothing to change", code="required")
        return attrs


@sent("shorten")
class Shortening(StrictSerializer):
    minutes = serializers.IntegerField(min_value=1, max_value=1440)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


@sent("substitution")
class Substitution(StrictSerializer):
    """Who stands in for whom, and until when: noon of the next day unless given."""

    substitute = serializers.UUIDField()
    replaces = serializers.UUIDField()
    until = MomentField(required=False, allow_null=True, default=None)
    evening = serializers.BooleanField(default=False, help_text="All sessions of the series on that day at once.")


def tells_reasons(user: User, row: Attendance) -> bool:
    """Whether notes and reasons are for this reader: not for those who bill and record nothing."""
    reach = reach_of(user)
    held = reach.codenames_on(row.center_id, row.patient_id)
    return Code.VIEW_SCHEDULE not in held or Code.RECORD_ATTENDANCE in held


def field_set(user: User, rows: Iterable[Attendance]) -> str:
    """The name of the fields this reader sees of some attendance; part of its tag, since readers see other bytes."""
    return TOLD if all(tells_reasons(user, row) for row in rows) else UNTOLD


def tag_of_row(user: User, row: Attendance) -> str:
    """The strong tag of one attendance as this reader sees it, the same in the roster and alone."""
    return tag(row.etag_version, field_set(user, [row]))


@shown("attendance")
class AttendanceSerializer(StrictModelSerializer):
    """A patient in a session, by name and record number; `etag` is for changing this row alone."""

    patient_name = serializers.CharField(source="patient.full_name")
    record_number = serializers.CharField(source="patient.mrn")
    starts_at = serializers.DateTimeField()
    etag = serializers.SerializerMethodField()

    class Meta:
        model = Attendance
        fields = [
            "id",
            "center",
            "session",
            "patient",
            "patient_name",
            "record_number",
            "starts_at",
            "status",
            "origin",
            "arrived_at",
            "left_at",
            "reason",
            "note",
            "collaterals",
            "made_up_by",
            "recorded_by",
            "recorded_at",
            "etag",
        ]

    def get_etag(self, row: Attendance) -> str:
        """The tag to send back in If-Match."""
        return tag_of_row(self.context["request"].user, row)

    def to_representation(self, instance: Attendance) -> dict[str, Any]:
        """Notes and reasons are absent where they are not for the reader."""
        shown_fields: dict[str, Any] = super().to_representation(instance)
        if not tells_reasons(self.context["request"].user, instance):
            del shown_fields["reason"], shown_fields["note"]
        return shown_fields


@shown("roster")
class RosterSerializer(serializers.Serializer[Any]):
    """Everybody in a session, by name."""

    session = serializers.UUIDField(source="session.id")
    rows = AttendanceSerializer(many=True)


class MarkInput(StrictSerializer):
    """What is said of one person. Times are for those who came; `expected` takes an earlier word back."""

    status = serializers.ChoiceField(choices=Status.choices)
    arrived_at = MomentField(required=False, allow_null=True, default=None)
    left_at = MomentField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    collaterals = serializers.IntegerField(min_value=0, max_value=99, required=False, allow_null=True)


@sent("mark")
class OneMark(MarkInput):
    """The new state of one person's attendance; times and reason not named are forgotten."""


class RosterMark(MarkInput):
    patient = serializers.UUIDField()


@sent("roster_input")
class RosterInput(StrictSerializer):
    """A whole roster: everybody expected exactly once; guests may be named."""

    rows = RosterMark(many=True, allow_empty=True)


def mark_of(values: dict[str, Any], patient_id: UUID) -> Mark:
    """Validated values as the verb takes them; note and collaterals only where they were said."""
    extra: dict[str, Any] = {name: values[name] for name in STAYING if name in values}
    return Mark(
        patient_id=patient_id,
        status=Status(values["status"]),
        arrived_at=values["arrived_at"],
        left_at=values["left_at"],
        reason=values["reason"],
        extra=extra,
    )


@sent("guest")
class GuestInput(StrictSerializer):
    """A guest by exact record number; `makes_up_for` is the id of the attendance that was missed."""

    record_number = serializers.CharField(max_length=50)
    reason = serializers.CharField(max_length=500)
    makes_up_for = serializers.UUIDField(required=False, allow_null=True, default=None)


@shown("attendance_move")
class AttendanceMoveSerializer(serializers.ModelSerializer[AttendanceMove]):
    class Meta:
        model = AttendanceMove
        fields: ClassVar[list[str]] = [
            "id",
            "from_status",
            "to_status",
            "arrived_at",
            "left_at",
            "by",
            "at",
            "reason",
        ]
        # Who does not record attendance is not told reasons.
        fields_for: ClassVar[dict[str, list[str]]] = {"record_attendance": ["reason"]}


@shown("attendance_history")
class AttendanceHistorySerializer(serializers.Serializer[Any]):
    """Every change of one attendance, oldest first."""

    results = AttendanceMoveSerializer(many=True)
