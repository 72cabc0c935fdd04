"""The cast at work: Clara leads the Tuesday group, Pat is in it and in everything else the API has an address for."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from audit.models import LogEntry
from backend.api.clock import frozen, now
from backend.api.recorder import Event, record
from centers.actions import (
    add_closure,
    assign_role,
    hire,
    issue_service_token,
    list_for_emergencies,
    open_service_account,
)
from centers.models import SignIn, Staff
from centers.roles import RoleName, Title
from centers.tokens import hashed
from groups.actions import appoint_facilitator, enroll, open_group
from patients.actions import (
    answer_consent,
    join_care_team,
    keep_contact_point,
    open_emergency,
    raise_task,
    register_patient,
    take_leave,
)
from patients.models import CareTeamMember, EmergencyAccess, Episode, LevelOfCareStay
from reminders.actions import add_rule, plan, switch_sending
from reminders.models import Reminder
from scheduling.actions import add_pattern, open_course
from scheduling.models import Attendance, Session
from tests.access.state import state
from tests.canaries import NOTES
from tests.cast import PASSWORD, TESTER, Cast
from tests.scheduling.conftest import TUESDAY, at

MONDAY = TUESDAY - dt.timedelta(days=1)
FEBRUARY = dt.date(2026, 2, 2)
NOON = at(TUESDAY, 12)


@dataclass
class Scene:
    """The cast, everything a row of the access table may be about, by name, and the tables as they then stood."""

    cast: Cast
    things: dict[str, Any]
    state: dict[str, str]

    def ids(self) -> dict[str, str]:
        """The id of each thing."""
        return {name: str(getattr(thing, "pk", thing)) for name, thing in self.things.items()}


def set_up(cast: Cast) -> Scene:
    """Everything as it stands on Monday at noon, and a token for each of the cast."""
    with frozen(at(MONDAY, 12)):
        things = {**_people(cast), **_care(cast), **_calendar(cast)}
        things |= _reminders(cast) | _log(cast)
    with frozen(NOON):
        things["device"] = _sign_in(cast)
        things["emergency"] = _emergency(cast)
    return Scene(cast, things, state())


def token(name: str) -> str:
    """The token of one of the cast."""
    return f"the-token-of-{name}"


def _sign_in(cast: Cast) -> SignIn:
    """A device of each of the cast's, and a second one of Clara's."""
    password = make_password(PASSWORD)
    for name, staff in cast.staff.items():
        Staff.objects.filter(pk=staff.pk).update(password=password)
        SignIn.objects.create(staff=staff, token_hash=hashed(token(name)), second_factor_at=NOON)
    return SignIn.objects.create(staff=cast.clara, token_hash=hashed("another device"))


def _emergency(cast: Cast) -> EmergencyAccess:
    """Carl reads the record of Eve, whom nobody else cares for."""
    names = {"mrn": "QXZ-EVE", "first_name": "Eve", "last_name": "Ersatz", "birth_date": dt.date(1993, 4, 5)}
    register_patient(center=cast.center, by=TESTER, **names)
    return open_emergency(
        staff=cast.carl,
        center=cast.center,
        record_number="QXZ-EVE",
        nature="medical",
        reason="Found unconscious in the parking lot, ambulance on its way",
        second_factor_at=NOON,
        by=cast.carl.as_actor(),
    )


def _people(cast: Cast) -> dict[str, Any]:
    """The center's places, and a newcomer who has not set a password."""
    names: dict[str, Any] = {"email": "nina@example.org", "first_name": "Nina", "last_name": "Newcomer"}
    position = hire(center=cast.center, title=Title.COUNSELOR, by=TESTER, **names)
    position.joined_at = now()
    position.save(update_fields=["joined_at"])
    assignment = assign_role(staff=position.staff, center=cast.center, role=RoleName.COUNSELOR, by=TESTER)
    return {
        **cast.staff,
        **_service(cast),
        "center": cast.center,
        "program": cast.program,
        "rule": cast.program.rules.get(),
        "room": cast.room,
        "closure": add_closure(center=cast.center, date=dt.date(2026, 12, 25), by=TESTER),
        "listing": list_for_emergencies(staff=cast.carl, center=cast.center, by=TESTER),
        "newcomer": position.staff,
        "assignment": assignment,
    }


def _service(cast: Cast) -> dict[str, Any]:
    """A program that waits to be confirmed, and so does its token."""
    asked: dict[str, Any] = {"name": "Hall", "purpose": "Shows the hall's rooms.", "codenames": ["view_schedule"]}
    service = open_service_account(center=cast.center, by=TESTER, **asked)
    limits: dict[str, Any] = {"networks": ["192.0.2.7/32"], "expires_at": at(MONDAY, 12) + dt.timedelta(days=90)}
    token, _ = issue_service_token(account=service, scopes=["view_schedule"], by=TESTER, **limits)
    return {"service": service, "service_token": token}


def _care(cast: Cast) -> dict[str, Any]:
    """Pat's record, and Nell, whom Clara knows and nobody has admitted yet."""
    names = {"mrn": "QXZ-NELL", "first_name": "Nell", "last_name": "Newly", "birth_date": dt.date(1992, 3, 4)}
    nell = register_patient(center=cast.center, by=TESTER, **names)
    join_care_team(patient=nell, staff=cast.clara, by=TESTER)
    april, week = dt.date(2026, 4, 6), dt.timedelta(days=7)
    answer_consent(patient=cast.pat, given=True, by=TESTER)
    episode = Episode.objects.get(patient=cast.pat)
    return {
        "pat": cast.pat,
        "quinn": cast.quinn,
        "nell": nell,
        "episode": episode,
        "stay": LevelOfCareStay.objects.get(episode=episode),
        "member": CareTeamMember.objects.get(patient=cast.pat),
        "point": keep_contact_point(patient=cast.pat, kind="mobile", value="(706) 555-0142", by=TESTER),
        "leave": take_leave(patient=cast.pat, starts_on=april, ends_on=april + week, reason=NOTES[2], by=TESTER),
        "task": raise_task(center=cast.center, kind="other", subject="a thing", patient=cast.pat, by=TESTER),
    }


def _calendar(cast: Cast) -> dict[str, Any]:
    """The Tuesday group with its sessions, and Pat's course on Thursdays."""
    names: dict[str, Any] = {"code": "TUE", "name": "Tuesday evening", "capacity": 12, "min_size": 1}
    group = open_group(center=cast.center, program=cast.program, by=TESTER, **names)
    evening = {"weekday": 1, "start_time": dt.time(18), "minutes": 180, "kind": "psychotherapy_group"}
    pattern = add_pattern(series=group.series, by=TESTER, room=cast.room, valid_from=TUESDAY, **evening)
    facilitator = appoint_facilitator(group=group, staff=cast.clara, starts_on=FEBRUARY, by=TESTER)
    enrollment = enroll(group=group, patient=cast.pat, starts_on=FEBRUARY, by=TESTER)
    hour = {"weekday": 3, "start_time": dt.time(9), "minutes": 50, "kind": "individual", "valid_from": MONDAY}
    open_course(center=cast.center, code="IND", patient=cast.pat, staff=cast.clara, pattern=hour, by=TESTER)
    session, later, *_ = Session.objects.filter(series=group.series).order_by("starts_at")
    return {
        "group": group,
        "series": group.series,
        "pattern": pattern,
        "facilitator": facilitator,
        "enrollment": enrollment,
        "session": session,
        "later_session": later,
        "attendance": Attendance.objects.get(session=session, patient=cast.pat),
    }


def _reminders(cast: Cast) -> dict[str, Any]:
    """A center that sends a day before, and has planned."""
    rule = add_rule(center=cast.center, offset_hours=24, by=TESTER)
    switch_sending(center=cast.center, on=True, by=TESTER)
    plan(center=cast.center, by=TESTER)
    return {"reminder_rule": rule, "reminder": Reminder.objects.filter(patient=cast.pat).earliest("due_at")}


def _log(cast: Cast) -> dict[str, Any]:
    """An entry to look for."""
    ids: tuple[UUID, ...] = (cast.pat.pk,)
    record(Event(action="access-table", kind="patients.patient", center_id=cast.center.pk, patient_ids=ids))
    return {"entry": LogEntry.objects.get(action="access-table")}
