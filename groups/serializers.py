"""Groups, enrollments, rosters and facilitators as they are read and written."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from backend.api.serializers import FieldsByCodename, StrictModelSerializer, StrictSerializer, VisibleRelatedField
from centers.models import Program
from centers.serializers import managed_center, sent, shown
from groups import examples
from groups.models import Enrollment, Facilitator, TherapyGroup
from patients.serializers.references import a_patient
from scheduling.models.series import Lead


@shown(examples.GROUP)
class GroupSerializer(StrictModelSerializer):
    class Meta:
        model = TherapyGroup
        fields = ["id", "series", "center", "program", "code", "name", "membership", "capacity", "min_size"]


@sent(examples.NEW_GROUP)
class NewGroup(StrictModelSerializer):
    center = managed_center("manage_roster")
    program = VisibleRelatedField(codename="view_center", queryset=Program._default_manager.all())

    class Meta:
        model = TherapyGroup
        fields = ["center", "program", "code", "name", "membership", "capacity", "min_size"]
        validators: ClassVar[list[Any]] = []


@sent(examples.GROUP_CHANGE)
class GroupInput(StrictModelSerializer):
    class Meta:
        model = TherapyGroup
        fields = ["name", "membership", "capacity", "min_size"]


@shown(examples.ENROLLMENT)
class EnrollmentSerializer(FieldsByCodename, StrictModelSerializer):
    """The days of a patient on a roster; why they ended is for those who keep it and who see the chart."""

    class Meta:
        model = Enrollment
        fields = ["id", "center", "group", "patient", "starts_on", "ends_on", "reason"]
        fields_for: ClassVar[dict[str, list[str]]] = {"manage_roster": ["reason"], "view_chart": ["reason"]}


@sent(examples.ENROLL)
class NewEnrollment(StrictSerializer):
    """From a day until before another, or for good; `cohort`: a closed group takes the patient all the same."""

    patient = a_patient("manage_roster")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, default=None)
    cohort = serializers.BooleanField(default=False)


@sent(examples.WITHDRAWAL)
class Withdrawal(StrictSerializer):
    """`on` is the first day off the roster."""

    on = serializers.DateField()
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")


class RosterQuery(StrictSerializer):
    at = serializers.DateField(required=False, help_text="Today in the center's zone unless given.")


class GroupRosterRow(StrictSerializer):
    """Somebody on the roster: name and record number, and since and until when."""

    enrollment = serializers.UUIDField(source="id")
    patient = serializers.UUIDField(source="patient_id")
    mrn = serializers.CharField(source="patient.mrn")
    first_name = serializers.CharField(source="patient.first_name")
    last_name = serializers.CharField(source="patient.last_name")
    preferred_name = serializers.CharField(source="patient.preferred_name")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


@shown(examples.ROSTER)
class GroupRosterSerializer(StrictSerializer):
    """A group's roster of a day: those of it whom the reader may know of."""

    group = serializers.UUIDField()
    at = serializers.DateField()
    capacity = serializers.IntegerField()
    patients = GroupRosterRow(many=True)


@shown(examples.FACILITATOR)
class FacilitatorSerializer(StrictModelSerializer):
    class Meta:
        model = Facilitator
        fields = ["id", "center", "group", "staff", "role", "starts_on", "ends_on"]


@sent(examples.NEW_FACILITATOR)
class NewFacilitator(StrictSerializer):
    group = VisibleRelatedField(codename="manage_roster", queryset=TherapyGroup._default_manager.all())
    staff = serializers.UUIDField()
    role = serializers.ChoiceField(Lead.choices, default=Lead.LEAD)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The person, if one who holds a role at the group's center."""
        found = Facilitator.candidate(attrs["group"], attrs["staff"])
        if found is None:
            raise serializers.ValidationError({"staff": ErrorDetail("", code="does_not_exist")})
        return attrs | {"staff": found}


@sent({"on": "2026-03-02"})
class FacilitationEnd(StrictSerializer):
    """The first day on which the person leads no longer."""

    on = serializers.DateField()
