"""The forms of the verbs of groups: what they ask for, offered from what is in reach."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from backend.api.admin_search import FoundField
from backend.api.admin_verbs import DayField, VerbForm
from centers.models import Center, Program, Staff
from centers.roles import Code
from groups.models import Enrollment, Facilitator, TherapyGroup
from patients.models import Patient
from scheduling.models.series import Lead

if TYPE_CHECKING:
    # Generic to the type checker only.
    _Choice = forms.ModelChoiceField[Any]
else:
    _Choice = forms.ModelChoiceField
PATIENT = Enrollment._meta.get_field("patient")
LONGEST_REASON = 500


class ProgramField(_Choice):
    """A program, with its center."""

    def label_from_instance(self, obj: Any) -> str:
        """Its name, and where."""
        return f"{obj.name} ({obj.center})"


class StaffField(_Choice):
    """A person, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """First and last name."""
        return str(obj.get_full_name())


class Sizes(VerbForm):
    """What may change about a group."""

    name = forms.CharField(max_length=200)
    membership = forms.ChoiceField(choices=TherapyGroup.Membership.choices)
    capacity = forms.IntegerField(min_value=1, max_value=32767)
    min_size = forms.IntegerField(min_value=0, max_value=32767, label="Smallest size")

    def arrange(self) -> None:
        """As the group is now."""
        if self.obj is not None:
            for name in ("name", "membership", "capacity", "min_size"):
                self.fields[name].initial = getattr(self.obj, name)


class NewGroup(Sizes):
    """A group to open."""

    center = _Choice(Center.objects.none())
    program = ProgramField(Program.objects.none())
    code = forms.CharField(max_length=50)
    field_order = ["center", "program", "code", "name", "membership", "capacity", "min_size"]

    def arrange(self) -> None:
        """Centers whose rosters one keeps, and the programs one sees."""
        self.offer("center", Center.objects.visible_to(self.user, Code.MANAGE_ROSTER))
        programs = Program.objects.visible_to(self.user, Code.VIEW_CENTER)
        self.offer("program", programs.select_related("center"))


class Enroll(VerbForm):
    """Whom, from when, until when."""

    patient = FoundField(PATIENT, admin.site, "Patient")
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Until (that day is out)", required=False)
    cohort = forms.BooleanField(required=False, label="Joins with a cohort", help_text="For groups that are closed.")
    prefilled = frozenset({"patient"})

    def arrange(self) -> None:
        """Patients of the group's center whose rosters one keeps; from today on."""
        rows = Patient.objects.visible_to(self.user, Code.MANAGE_ROSTER)
        self.offer("patient", rows.filter(center=self.obj.center_id))
        self.fields["starts_on"].initial = self.obj.today()

    def released(self) -> Iterable[Any]:
        """The patient shown as chosen."""
        field: Any = self.fields["patient"]
        return list(field.shown(self["patient"].value()))


class Withdraw(VerbForm):
    """From which day on, and why."""

    on = DayField(label="First day off the roster")
    reason = forms.CharField(max_length=LONGEST_REASON, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def arrange(self) -> None:
        """From today on."""
        self.fields["on"].initial = self.obj.group.today()


class Appoint(VerbForm):
    """Who leads, as what, from when, until when."""

    staff = StaffField(Staff.objects.none(), label="Who")
    role = forms.ChoiceField(choices=Lead.choices)
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Until (that day is out)", required=False)

    def arrange(self) -> None:
        """Those who treat patients at the center."""
        self.offer("staff", Facilitator.candidates(self.obj))
        self.fields["starts_on"].initial = self.obj.today()


class End(VerbForm):
    """From which day on."""

    on = DayField(label="First day on which the person leads no longer")

    def arrange(self) -> None:
        """From today on."""
        self.fields["on"].initial = self.obj.group.today()
