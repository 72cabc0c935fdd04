"""Centers, their places, people and roles as they are read and written."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from backend.api.serializers import (
    FieldsByCodename,
    MomentField,
    StrictModelSerializer,
    StrictSerializer,
    VisibleRelatedField,
)
from centers import examples
from centers.departures import Item
from centers.models import (
    Center,
    Closure,
    EmergencyListing,
    Position,
    Program,
    ProgramRule,
    RoleAssignment,
    Room,
    SignIn,
)
from centers.roles import RoleName, Title

ROLE_CHOICES = [(role.value, role.value.replace("_", " ")) for role in RoleName]
TITLE_CHOICES = [(title.value, title.value.replace("_", " ")) for title in Title]


def shown(value: dict[str, Any]) -> Any:
    """An example of an answer, for the OpenAPI document."""
    example = OpenApiExample("Example", value=value, response_only=True, status_codes=["200", "201", "202"])
    return extend_schema_serializer(examples=[example])


def sent(value: dict[str, Any]) -> Any:
    """An example of a body."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=value, request_only=True)])


def managed_center(codename: str) -> VisibleRelatedField:
    """The center a new object belongs to: one the writer manages."""
    return VisibleRelatedField(codename=codename, queryset=Center._default_manager.all())


@shown(examples.CENTER)
class CenterSerializer(StrictModelSerializer):
    class Meta:
        model = Center
        fields = [
            "id",
            "name",
            "discreet_name",
            "timezone",
            "week_starts_on",
            "phone",
            "street",
            "city",
            "region",
            "postal_code",
            "country",
            "calendar_from",
            "calendar_to",
            "sending_since",
        ]


@sent(examples.CENTER_CHANGE)
class CenterInput(StrictModelSerializer):
    """The zone and the calendar's ends are not among them: they would move every session."""

    class Meta:
        model = Center
        fields = ["name", "discreet_name", "street", "city", "region", "postal_code", "country"]
        # The database refuses a name that is taken; a look beforehand would tell of centers one does not see.
        extra_kwargs: ClassVar[dict[str, Any]] = {"name": {"validators": []}}


@shown(examples.PROGRAM)
class ProgramSerializer(StrictModelSerializer):
    class Meta:
        model = Program
        fields = ["id", "center", "code", "name", "population", "is_part2"]


@sent(examples.NEW_PROGRAM)
class NewProgram(StrictModelSerializer):
    center = managed_center("manage_center")

    class Meta:
        model = Program
        fields = ["center", "code", "name", "population", "is_part2"]
        validators: ClassVar[list[Any]] = []


@sent({"name": "Adult IOP, evening"})
class ProgramInput(StrictModelSerializer):
    class Meta:
        model = Program
        fields = ["name", "population", "is_part2"]


@shown(examples.RULE)
class ProgramRuleSerializer(StrictModelSerializer):
    class Meta:
        model = ProgramRule
        fields = ["id", "program", "center", *examples.RULE_FIELDS]


@sent(examples.NEW_RULE)
class NewProgramRule(StrictModelSerializer):
    """A version is added, never changed: what stood in the past stays true."""

    program = VisibleRelatedField(codename="manage_center", queryset=Program._default_manager.all())

    class Meta:
        model = ProgramRule
        fields = ["program", *examples.RULE_FIELDS]
        validators: ClassVar[list[Any]] = []


@shown(examples.ROOM)
class RoomSerializer(StrictModelSerializer):
    class Meta:
        model = Room
        fields = ["id", "center", "code", "name", "capacity"]


@sent(examples.NEW_ROOM)
class NewRoom(StrictModelSerializer):
    center = managed_center("manage_center")

    class Meta:
        model = Room
        fields = ["center", "code", "name", "capacity"]
        validators: ClassVar[list[Any]] = []


@sent({"name": "Magnolia", "capacity": 12})
class RoomInput(StrictModelSerializer):
    class Meta:
        model = Room
        fields = ["name", "capacity"]


@shown(examples.CLOSURE)
class ClosureSerializer(StrictModelSerializer):
    """`date`, `from_time`, `to_time` are the center's wall clock; `starts_at` and `ends_at` the instants they mean."""

    class Meta:
        model = Closure
        fields = ["id", "center", "date", "from_time", "to_time", "starts_at", "ends_at", "reason"]


@sent(examples.NEW_CLOSURE)
class NewClosure(StrictModelSerializer):
    center = managed_center("manage_center")

    class Meta:
        model = Closure
        fields = ["center", "date", "from_time", "to_time", "reason"]


@shown(examples.PERSON)
class StaffSerializer(FieldsByCodename, StrictModelSerializer):
    """Somebody's position at a center, under the person's own id."""

    id = serializers.UUIDField(source="staff_id", read_only=True)
    email = serializers.EmailField(source="staff.email", read_only=True)
    supervisor = serializers.UUIDField(source="supervisor.staff_id", read_only=True, allow_null=True, default=None)
    roles = serializers.ListField(child=serializers.ChoiceField(ROLE_CHOICES), source="present_roles", read_only=True)
    needs_invitation = serializers.BooleanField(read_only=True)

    class Meta:
        model = Position
        fields = [
            "id",
            "center",
            "email",
            "first_name",
            "last_name",
            "title",
            "credentials",
            "supervisor",
            "roles",
            "ended_at",
            "needs_invitation",
        ]
        fields_for: ClassVar[dict[str, list[str]]] = {"manage_staff": ["needs_invitation"]}


class NamedPatient(serializers.Serializer[Any]):
    """A patient, to those who may find them."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class DepartureItem(serializers.Serializer[Any]):
    """One thing taken away, or left without anybody; `starts` and `ends` are days or moments, as they stood before."""

    kind = serializers.CharField()
    id = serializers.UUIDField()
    starts = serializers.CharField(allow_null=True)
    ends = serializers.CharField(allow_null=True)
    code = serializers.CharField()
    patients = NamedPatient(many=True)


@shown(examples.DEPARTURE)
class DepartureSerializer(serializers.Serializer[Any]):
    """What somebody who leaves loses, and what is without anybody then; a dry run changes nothing."""

    staff = serializers.UUIDField()
    center = serializers.UUIDField()
    at = serializers.DateTimeField()
    dry_run = serializers.BooleanField()
    taken = DepartureItem(many=True)
    unattended = DepartureItem(many=True)


@sent({"at": "2026-06-06T04:00:00Z", "dry_run": True})
class DepartureInput(StrictSerializer):
    at = MomentField(allow_null=True, default=None, help_text="When to come; now unless given. See `stay`.")
    dry_run = serializers.BooleanField(default=False, help_text="Tell what it would take, and leave all as it is.")


def shown_items(items: Iterable[Item], may_find: Callable[[UUID], bool]) -> list[dict[str, Any]]:
    """Items as they are answered; patients only as far as the reader may find them."""
    return [
        {
            "kind": item.kind,
            "id": item.id,
            "starts": item.starts and item.starts.isoformat(),
            "ends": item.ends and item.ends.isoformat(),
            "code": item.code,
            "patients": [{"id": pk, "name": name} for pk, name in item.patients if may_find(pk)],
        }
        for item in items
    ]


class ColleagueInput(StrictSerializer):
    """Reads ids of staff as positions at the same center; any other id is answered like one that does not exist."""

    def position_at(self, field: str, center: Center, staff_id: Any) -> Position | None:
        """The position of a person who works at `center`; None for none. Raises ValidationError for anybody else."""
        if staff_id is None:
            return None
        found = Position.colleague(self.context["request"].user, center, staff_id)
        if found is None:
            raise serializers.ValidationError({field: ErrorDetail("", code="does_not_exist")})
        return found


@sent(examples.NEW_PERSON)
class NewStaff(ColleagueInput):
    center = managed_center("manage_staff")
    email = serializers.EmailField(max_length=254)
    first_name = serializers.CharField(max_length=100)
    last_name = serializers.CharField(max_length=100)
    title = serializers.ChoiceField(TITLE_CHOICES)
    credentials = serializers.CharField(max_length=100, allow_blank=True, default="")
    supervisor = serializers.UUIDField(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The supervisor as a position."""
        return attrs | {"supervisor": self.position_at("supervisor", attrs["center"], attrs["supervisor"])}


@sent({"title": "counselor", "credentials": "LPC, CPCS", "supervisor": None})
class StaffInput(ColleagueInput):
    title = serializers.ChoiceField(TITLE_CHOICES)
    credentials = serializers.CharField(max_length=100, allow_blank=True)
    supervisor = serializers.UUIDField(allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The supervisor, if one is sent, as a position."""
        position: Any = self.instance
        if "supervisor" in attrs:
            attrs["supervisor"] = self.position_at("supervisor", position.center, attrs["supervisor"])
        return attrs


class AtCenter(StrictSerializer):
    """At which center, where somebody works at several that the reader manages; the first one unless it is given."""

    center = serializers.UUIDField(required=False)


@shown(examples.ASSIGNMENT)
class RoleAssignmentSerializer(StrictModelSerializer):
    role = serializers.ChoiceField(ROLE_CHOICES, source="role.name", read_only=True)

    class Meta:
        model = RoleAssignment
        fields = ["id", "center", "staff", "role", "signs", "starts_at", "ends_at"]


@sent(examples.NEW_ASSIGNMENT)
class NewRoleAssignment(ColleagueInput):
    center = managed_center("manage_staff")
    staff = serializers.UUIDField()
    role = serializers.ChoiceField(ROLE_CHOICES)
    signs = serializers.BooleanField(default=False)
    starts_at = MomentField(allow_null=True, default=None)
    ends_at = MomentField(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The holder as a colleague."""
        holder = self.position_at("staff", attrs["center"], attrs["staff"])
        return attrs | {"staff": holder, "role": RoleName(attrs["role"])}


@sent({"at": "2026-06-01T14:00:00Z"})
class RoleEnd(StrictSerializer):
    at = MomentField(allow_null=True, default=None, help_text="Now unless given.")


@shown(examples.LISTING)
class EmergencyListingSerializer(StrictModelSerializer):
    class Meta:
        model = EmergencyListing
        fields = ["id", "center", "staff", "starts_at", "ends_at"]


@sent(examples.NEW_LISTING)
class NewEmergencyListing(StrictSerializer):
    center = managed_center("manage_staff")
    staff = serializers.UUIDField()
    starts_at = MomentField(allow_null=True, default=None)
    ends_at = MomentField(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The person, if one who treats patients at the center."""
        found = EmergencyListing.candidate(attrs["center"], attrs["staff"])
        if found is None:
            raise serializers.ValidationError({"staff": ErrorDetail("", code="does_not_exist")})
        return attrs | {"staff": found}


@sent({"at": "2026-06-01T14:00:00Z"})
class ListingEnd(StrictSerializer):
    at = MomentField(allow_null=True, default=None, help_text="Now unless given.")


@sent({"token": "kZ2b0g3v7a9xQd0m1tJc5yR8uLw4eHs6nPf2iVoKbXE", "password": "three words and a number 7"})
class InvitationAnswer(StrictSerializer):
    token = serializers.CharField(max_length=200)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


@sent({"email": "olga.marsh@center.example"})
class ResetRequest(StrictSerializer):
    email = serializers.EmailField(max_length=254)


@sent({"key": "kZ2b0g3v7a9xQd0m1tJc5yR8uLw4eHs6nPf2iVoKbXE", "password": "three words and a number 7"})
class NewPassword(StrictSerializer):
    key = serializers.CharField(max_length=200)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


@shown(examples.DEVICE)
class DeviceSerializer(StrictModelSerializer):
    """A device one is signed in on; `name` is what its program calls itself."""

    name = serializers.CharField(source="device", read_only=True)
    is_current = serializers.SerializerMethodField()
    has_second_factor = serializers.SerializerMethodField()

    class Meta:
        model = SignIn
        fields = ["id", "name", "is_current", "has_second_factor", "created_at", "last_seen_at"]
        read_only_fields = ["created_at", "last_seen_at"]

    def get_is_current(self, device: SignIn) -> bool:
        """Whether this is the device that asks."""
        return bool(device.pk == self.context["request"].auth.pk)

    def get_has_second_factor(self, device: SignIn) -> bool:
        """Whether a second factor was given on it."""
        return device.second_factor_at is not None
