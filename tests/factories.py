"""Test data, one factory a model; where nobody acts, the system does."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import factory
from factory.django import DjangoModelFactory

from backend.api import recorder
from backend.api.clock import now
from backend.api.recorder import Actor
from centers.actions import assign_role, open_center
from centers.models import Center, Position, Program, ProgramRule, RoleAssignment, Room, Staff
from centers.roles import RoleName, Title
from patients.models import ContactPoint, Episode, Patient

SYSTEM = Actor("system:tests", "tests")
PASSWORD = "correct horse battery staple"


@contextmanager
def somebody() -> Iterator[None]:
    """Whoever acts already, or the system."""
    try:
        recorder.current()
    except recorder.NoActorError:
        with recorder.acting_as(SYSTEM):
            yield
    else:
        yield


class ActingFactory(DjangoModelFactory):
    """A factory whose rows the log can name an actor for."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        with somebody():
            return super()._create(model_class, *args, **kwargs)


class CenterFactory(ActingFactory):
    """A center with its seven roles."""

    name = factory.Sequence(lambda n: f"Center {n}")
    discreet_name = "The Office"
    timezone = "America/New_York"
    country = "US"
    calendar_from = dt.date(2026, 1, 1)
    calendar_to = dt.date(2027, 1, 1)

    class Meta:
        model = Center

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        return open_center(by=SYSTEM, **kwargs)


class ProgramFactory(ActingFactory):
    center = factory.SubFactory(CenterFactory)
    code = factory.Sequence(lambda n: f"IOP-{n}")
    name = "Adult IOP"

    class Meta:
        model = Program


class ProgramRuleFactory(ActingFactory):
    program = factory.SubFactory(ProgramFactory)
    center = factory.SelfAttribute("program.center")
    effective_from = dt.date(2025, 1, 1)
    level_of_care = "2.1"
    weekly_minutes_min = 540
    weekly_minutes_max = 1140
    min_days = 3
    breaks_count = False
    uncounted_kinds = ["mutual_help"]

    class Meta:
        model = ProgramRule


class RoomFactory(ActingFactory):
    center = factory.SubFactory(CenterFactory)
    code = factory.Sequence(lambda n: f"R{n}")
    name = "Magnolia"
    capacity = 16

    class Meta:
        model = Room


class StaffFactory(ActingFactory):
    """An account that can sign in; `password=None` waits for its invitation."""

    email = factory.Sequence(lambda n: f"person{n}@center.example")
    first_name = "Robin"
    last_name = factory.Sequence(lambda n: f"Tester{n}")
    password = None

    class Meta:
        model = Staff

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        with somebody():
            return Staff.objects.create_user(**kwargs)


class PositionFactory(ActingFactory):
    center = factory.SubFactory(CenterFactory)
    staff = factory.SubFactory(StaffFactory)
    title = Title.COUNSELOR

    class Meta:
        model = Position


class RoleAssignmentFactory(ActingFactory):
    """A role, through the verb, so that the membership stands as well."""

    center = factory.SubFactory(CenterFactory)
    staff = factory.SubFactory(StaffFactory)
    role = RoleName.COUNSELOR
    by = SYSTEM

    class Meta:
        model = RoleAssignment

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        return assign_role(**kwargs)


class PatientFactory(ActingFactory):
    center = factory.SubFactory(CenterFactory)
    mrn = factory.Sequence(lambda n: f"QXZ-{n:06d}")
    first_name = "Zephyrine"
    last_name = factory.Sequence(lambda n: f"Thistlecrumb{n}")
    birth_date = dt.date(1990, 5, 1)

    class Meta:
        model = Patient


class EpisodeFactory(ActingFactory):
    patient = factory.SubFactory(PatientFactory)
    center = factory.SelfAttribute("patient.center")
    program = factory.SubFactory(ProgramFactory, center=factory.SelfAttribute("..center"))
    admitted_on = dt.date(2026, 1, 5)

    class Meta:
        model = Episode


class ContactPointFactory(ActingFactory):
    patient = factory.SubFactory(PatientFactory)
    center = factory.SelfAttribute("patient.center")
    kind = ContactPoint.Kind.MOBILE
    value = "(706) 555-0100"
    normalized = "+17065550100"

    class Meta:
        model = ContactPoint


def staff_with_role(center: Center, role: RoleName = RoleName.COUNSELOR, **fields: Any) -> Staff:
    """Somebody who works at a center and holds a role there since 2020."""
    staff: Staff = StaffFactory(**fields)
    joined_at = now() if staff.has_usable_password() else None
    PositionFactory(center=center, staff=staff, joined_at=joined_at)
    assign_role(staff=staff, center=center, role=role, by=SYSTEM, starts_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    return staff
