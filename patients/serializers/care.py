"""Episodes, stays at a level of care, and leaves as they are read and written."""

from typing import Any, ClassVar

from rest_framework import serializers

from backend.api.serializers import FieldsByCodename, StrictModelSerializer, StrictSerializer, VisibleRelatedField
from centers.models import Program
from centers.models.places import LevelOfCare
from centers.serializers import sent, shown
from patients import examples
from patients.models import Episode, LeaveOfAbsence, LevelOfCareStay
from patients.models.care import DischargeReason
from patients.serializers.references import a_patient


@shown(examples.EPISODE)
class EpisodeSerializer(FieldsByCodename, StrictModelSerializer):
    """When somebody was in care, in which program; why it ended is for those who see the chart."""

    class Meta:
        model = Episode
        fields = [
            "id",
            "center",
            "patient",
            "program",
            "admitted_on",
            "discharged_on",
            "discharge_reason",
            "last_contact_on",
        ]
        fields_for: ClassVar[dict[str, list[str]]] = {"view_chart": ["discharge_reason", "last_contact_on"]}


@sent(examples.NEW_EPISODE)
class NewEpisode(StrictSerializer):
    patient = a_patient("manage_patient")
    program = VisibleRelatedField(codename="view_center", queryset=Program._default_manager.all())
    admitted_on = serializers.DateField()


@sent(examples.DISCHARGE)
class NewDischarge(StrictSerializer):
    """`on` is the first day no longer in care; the reason is the TEDS-D code."""

    on = serializers.DateField()
    reason = serializers.ChoiceField(DischargeReason.choices)
    last_contact_on = serializers.DateField(allow_null=True, default=None)


@sent({"on": "2026-02-16", "level_of_care": "1.5"})
class LevelChange(StrictSerializer):
    on = serializers.DateField()
    level_of_care = serializers.ChoiceField(LevelOfCare.choices)


@shown(examples.STAY)
class StaySerializer(StrictModelSerializer):
    class Meta:
        model = LevelOfCareStay
        fields = ["id", "episode", "patient", "center", "level_of_care", "asam_edition", "starts_on", "ends_on"]


@shown(examples.LEAVE)
class LeaveSerializer(FieldsByCodename, StrictModelSerializer):
    """The days a patient is away; the reason may be clinical and is for those who see the chart."""

    class Meta:
        model = LeaveOfAbsence
        fields = ["id", "center", "patient", "starts_on", "ends_on", "reason"]
        fields_for: ClassVar[dict[str, list[str]]] = {"view_chart": ["reason"]}


@sent(examples.NEW_LEAVE)
class NewLeave(StrictModelSerializer):
    patient = a_patient("manage_patient")

    class Meta:
        model = LeaveOfAbsence
        fields = ["patient", "starts_on", "ends_on", "reason"]
        validators: ClassVar[list[Any]] = []


@sent({"ends_on": "2026-02-12"})
class LeaveInput(StrictModelSerializer):
    class Meta:
        model = LeaveOfAbsence
        fields = ["starts_on", "ends_on", "reason"]
        validators: ClassVar[list[Any]] = []


@sent({"on": "2026-02-05"})
class LeaveEnd(StrictSerializer):
    """The day the patient is expected again."""

    on = serializers.DateField()
