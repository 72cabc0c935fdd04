"""The forms of the verbs of sessions: what they ask for, offered from what is in reach."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms

from backend.api.admin_verbs import DayField, VerbForm
from centers.models import Room, Staff
from centers.roles import Code
from centers.wall_time import instant, is_shown, local
from scheduling.actions.people import colleagues
from scheduling.models import SessionStaff

if TYPE_CHECKING:
    # Generic to the type checker only.
    _Choice = forms.ModelChoiceField[Any]
else:
    _Choice = forms.ModelChoiceField
LONGEST_REASON = 500


class PersonField(_Choice):
    """A person, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """First and last name."""
        return str(obj.get_full_name())


class StandingField(_Choice):
    """Somebody who staffs the session."""

    def label_from_instance(self, obj: Any) -> str:
        """The person's name."""
        return str(obj.staff.get_full_name())


class RoomField(_Choice):
    """A room, by code and name."""

    def label_from_instance(self, obj: Any) -> str:
        """As coordinators call it."""
        return f"{obj.code} · {obj.name}"


class Why(VerbForm):
    """A reason, which the schedule keeps."""

    reason = forms.CharField(max_length=LONGEST_REASON)


class Move(VerbForm):
    """Another start, another room, or both; the clock is that of the center's wall."""

    day = DayField()
    time = forms.TimeField(widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), input_formats=["%H:%M"])
    room = RoomField(Room.objects.none(), required=False, help_text="Empty: it stays where it is.")
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)

    def arrange(self) -> None:
        """Where the session stands now, and the rooms of its center."""
        shown = local(self.obj.center.timezone, self.obj.starts_at)
        self.fields["day"].initial, self.fields["time"].initial = shown.day, shown.at
        rooms = Room.objects.visible_to(self.user, Code.MANAGE_SCHEDULE)
        self.offer("room", rooms.filter(center=self.obj.center_id))

    def clean(self) -> dict[str, Any]:
        """A time that the clock skips on that day is none; something has to change."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return values
        try:
            starts_at = self._start(values["day"], values["time"])
        except OverflowError as error:
            raise forms.ValidationError("The day is out of range.") from error
        if starts_at == self.obj.starts_at and values["room"] is None:
            raise forms.ValidationError("Nothing would change.")
        values["starts_at"] = None if starts_at == self.obj.starts_at else starts_at
        return values

    def values(self) -> dict[str, Any]:
        """The instant in place of day and time."""
        return {name: self.cleaned_data[name] for name in ("starts_at", "room", "reason")}

    def _start(self, day: dt.date, at: dt.time) -> dt.datetime:
        zone = self.obj.center.timezone
        if not is_shown(zone, day, at):
            raise forms.ValidationError("The clock skips this time on that day.")
        return instant(zone, day, at)


class Shorten(VerbForm):
    """How long the session lasts, from its start."""

    minutes = forms.IntegerField(min_value=1, max_value=1440, help_text="From the start to the new end.")
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)


class Substitute(VerbForm):
    """Who stands in for whom."""

    replaces = StandingField(SessionStaff.objects.none(), label="Who is away")
    substitute = PersonField(Staff.objects.none(), label="Who stands in")

    def arrange(self) -> None:
        """Those who staff the session now, and the people of its center."""
        staffing = SessionStaff.objects.filter(session=self.obj, is_active=True)
        self.offer("replaces", staffing.select_related("staff"))
        self.offer("substitute", colleagues(self.obj.center_id))

    def values(self) -> dict[str, Any]:
        """The person away by id, as the action takes it."""
        return {
            "replaces": self.cleaned_data["replaces"].staff_id,
            "substitute": self.cleaned_data["substitute"],
        }
