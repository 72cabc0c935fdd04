"""The world of the access matrix: the scene, peopled and filled as `matrix.PEOPLE` says."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from audit.models import LogEntry
from backend.api.clock import frozen, now
from backend.api.recorder import Actor, Event, record
from centers.actions import (
    add_closure,
    assign_role,
    confirm_service_account,
    end_role,
    hire,
    issue_service_token,
    list_for_emergencies,
    open_service_account,
)
from centers.models import (
    Center,
    EmergencyListing,
    Position,
    Program,
    RoleAssignment,
    Room,
    ServiceToken,
    SignIn,
    Staff,
)
from centers.roles import RoleName, Title
from centers.tokens import SERVICE_PREFIX, hashed
from groups.actions import appoint_facilitator, enroll, open_group
from groups.models import Facilitator
from patients.actions import (
    answer_consent,
    discharge,
    end_emergency,
    join_care_team,
    keep_contact_point,
    open_emergency,
    raise_task,
    register_patient,
    take_leave,
)
from patients.models import CareTeamMember, Episode, LevelOfCareStay, Patient
from reminders.actions import add_rule, plan, switch_sending
from reminders.models import Reminder
from scheduling.actions import add_pattern, substitute
from scheduling.models import Attendance, Session, SessionStaff
from tests.access.answers import CENTER_OF, PEOPLE, SERVICES, TARGETS
from tests.access.matrix import LISTED
from tests.access.scene import MONDAY, NOON, Scene
from tests.access.state import state
from tests.access.words import CODES
from tests.cast import TESTER, a_patient
from tests.scheduling.conftest import TUESDAY, at

SECOND = dt.timedelta(seconds=1)
JANUARY = dt.date(2026, 1, 5)
DAY = dt.timedelta(days=1)
MIDNIGHT = at(TUESDAY, 0)
GWEN_LEFT, DEE_LEFT = TUESDAY - 7 * DAY, TUESDAY - 40 * DAY
GRACE = 14 * DAY
UNTIL = at(TUESDAY + DAY, 9)
# Who stands, about a target, for the colleagues that the bodies of `requests.py` name.
STAND_INS = {
    "quinn": {"clara": "carl", "carl": "tess"},
    "sten": {"clara": "vince", "carl": "vic", "sue": "vera"},
    "gwen": {},
    "dee": {},
}
# Who leads is put into the sessions to come anew with each who joins; who stands in for a session comes after.
BELONGING = ("team", "trainee", "lead", "led", "replaced")
STAFFING = ("staff", "early", "late", "until", "past", "desk")
# What the scene has of Pat's alone.
OF_PAT = ("member", "facilitator", "reminder", "emergency", "device")
# Who confirms what waits for somebody else's word.
SOMEBODY_ELSE = Actor("system:others", "somebody else")
ELSEWHERES = "198.51.100.9/32"
# When in the week each target's group meets.
MEETS = {"quinn": dt.time(15), "gwen": dt.time(12), "dee": dt.time(9), "sten": dt.time(15)}
NUMBERS = {"gwen": "000801", "dee": "000802"}


@dataclass
class World:
    """The scene, the things of each target by kind, and everybody's moment."""

    scene: Scene
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    moments: dict[str, dt.datetime] = field(default_factory=dict)
    credentials: dict[str, Any] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)

    def ids(self, target: str) -> dict[str, str]:
        """The id of each thing of a target."""
        found = {
            name: str(getattr(thing, "pk", thing)) for name, thing in self.things[target].items() if thing is not None
        }
        return found | (_numbers(self.things[target]) if "pat" in found else {})

    def at(self, name: str) -> dt.datetime:
        """When somebody asks."""
        return self.moments.get(name, NOON)


def _numbers(things: dict[str, Any]) -> dict[str, str]:
    patient = things["pat"]
    names = {"words": f"{patient.first_name} {patient.last_name}", "mrn": patient.mrn}
    return names | {"unknown_mrn": things["nell"].mrn}


def build(scene: Scene) -> World:
    """Everybody and everything of the four tables, on top of the scene."""
    world = World(scene, staff=dict(scene.cast.staff))
    world.things["here"] = world.things["pat"] = dict(scene.things)
    with frozen(at(MONDAY, 12)):
        _hire(world)
        world.things["elsewhere"] = _places(scene.cast.elsewhere)
        for target in TARGETS[1:]:
            places = {name: thing for name, thing in world.things[CENTER_OF[target]].items() if name not in OF_PAT}
            world.things[target] = places | _care_of(world, target)
        world.things["elsewhere"] = world.things["sten"]
        _reminders(world)
    for things in world.things.values():
        things["position"] = Position.objects.get(staff=things["newcomer"])
    _relate(world)
    _take_grants_away(world)
    with frozen(at(MONDAY, 14)):
        _join_all(world, "pat", STAFFING)
    _sign_in(world)
    with frozen(NOON):
        _break_the_glass(world)
    for name, staff in world.staff.items():
        with frozen(world.at(name)):
            staff.works_at = staff.center_ids
    # Nobody counts rows that are never committed, and plans for empty tables take seconds each.
    with connection.cursor() as cursor:
        cursor.execute("SELECT iop_count_rows()")
    world.state = state()
    return world


def token(name: str) -> str:
    """The token of one of the people."""
    return f"{SERVICE_PREFIX if name in SERVICES else ''}the-token-of-{name}-in-the-matrix"


def _hire(world: World) -> None:
    """Those who are not of the cast, with their roles as dated."""
    cast = world.scene.cast
    for name, person in PEOPLE.items():
        if name in cast.staff or name == "nobody" or name in SERVICES:
            continue
        center = cast.center if person.center == "here" else cast.elsewhere
        names: dict[str, Any] = {"email": f"{name}@example.org", "first_name": name.title(), "last_name": "Matrix"}
        world.staff[name] = hire(center=center, title=Title.COUNSELOR, by=TESTER, **names).staff
        role = person.role.removeprefix("was-").removeprefix("soon-")
        if role == "none":
            continue
        signs = "trainee" not in person.relations["pat"]
        dates = {"starts_at": NOON + SECOND if person.role.startswith("soon-") else at(JANUARY, 8)}
        assign_role(staff=world.staff[name], center=center, role=RoleName(role), signs=signs, by=TESTER, **dates)
    for name in SERVICES:
        _install(world, name, cast.center if PEOPLE[name].center == "here" else cast.elsewhere)
    for name in LISTED:
        if name not in cast.staff:
            center = cast.center if PEOPLE[name].center == "here" else cast.elsewhere
            list_for_emergencies(staff=world.staff[name], center=center, by=TESTER)


def _install(world: World, name: str, center: Center) -> None:
    """A service account with a token, as `matrix.SERVICES` says: confirmed or not, from here or from elsewhere."""
    holds, scopes = ([CODES[word] for word in words] for words in SERVICES[name])
    purpose: dict[str, Any] = {"name": f"The {name}", "purpose": "Is asked.", "codenames": holds}
    account = open_service_account(center=center, by=TESTER, **purpose)
    confirm_service_account(account=account, codenames=holds, by=SOMEBODY_ELSE)
    network = ELSEWHERES if name == "haze" else "127.0.0.1/32"
    limits: dict[str, Any] = {
        "networks": [network],
        "expires_at": NOON + (dt.timedelta(0) if name == "husk" else 30 * DAY),
    }
    made, _ = issue_service_token(account=account, scopes=scopes, by=TESTER, **limits)
    confirmed = {} if name == "hush" else {"confirmed_at": MIDNIGHT, "confirmed_by": SOMEBODY_ELSE.id}
    ServiceToken.objects.filter(pk=made.pk).update(token_hash=hashed(token(name)), last_used_at=NOON, **confirmed)
    world.credentials[name] = ServiceToken.objects.select_related("account__staff").get(pk=made.pk)
    world.staff[name] = world.credentials[name].bearer()


def _places(center: Center) -> dict[str, Any]:
    """The other center's things."""
    program = Program.objects.get(center=center)
    names: dict[str, Any] = {"email": "nora@example.org", "first_name": "Nora", "last_name": "Newcomer"}
    newcomer = hire(center=center, title=Title.COUNSELOR, by=TESTER, **names).staff
    newcomer.positions.update(joined_at=now())
    record(Event(action="access-table", kind="patients.patient", center_id=center.pk))
    asked: dict[str, Any] = {"name": "Hall", "purpose": "Shows the hall's rooms.", "codenames": ["view_schedule"]}
    service = open_service_account(center=center, by=TESTER, **asked)
    limits: dict[str, Any] = {"networks": ["192.0.2.7/32"], "expires_at": NOON + 90 * DAY}
    made, _ = issue_service_token(account=service, scopes=["view_schedule"], by=TESTER, **limits)
    return {
        "service": service,
        "service_token": made,
        "listing": EmergencyListing.objects.get(center=center),
        "center": center,
        "program": program,
        "rule": program.rules.get(),
        "room": Room.objects.create(center=center, code="R1", name="Cypress", capacity=9),
        "closure": add_closure(center=center, date=dt.date(2026, 12, 25), by=TESTER),
        "newcomer": newcomer,
        "assignment": assign_role(staff=newcomer, center=center, role=RoleName.COUNSELOR, by=TESTER),
        "reminder_rule": add_rule(center=center, offset_hours=24, by=TESTER),
        "entry": LogEntry.objects.get(action="access-table", center_id=center.pk),
    }


def _care_of(world: World, target: str) -> dict[str, Any]:
    """A patient with a record like Pat's, in a group of their own, discharged where `matrix.PEOPLE` says so."""
    cast = world.scene.cast
    center, program = (
        (cast.elsewhere, world.things["elsewhere"]["program"]) if target == "sten" else (cast.center, cast.program)
    )
    known = {"quinn": cast.quinn, "sten": cast.stranger}
    with frozen(at(JANUARY, 8)):
        patient = known.get(target) or a_patient(center, program, NUMBERS[target], target.title(), "Matrix")
        things = _records(patient) | _group(world, patient, program, target)
    spare = a_patient(center, program, f"{patient.mrn}-2", "Eve", "Spare")
    fresh = register_patient(
        center=center,
        by=TESTER,
        mrn=f"{patient.mrn}-3",
        first_name="Noel",
        last_name="Newly",
        birth_date=dt.date(1992, 3, 4),
    )
    left = {"gwen": GWEN_LEFT, "dee": DEE_LEFT}.get(target)
    stand_ins = {name: world.staff[other] for name, other in STAND_INS[target].items()}
    return things | {"pat": patient, "quinn": spare, "nell": patient if left else fresh} | stand_ins


def _records(patient: Patient) -> dict[str, Any]:
    episode = Episode.objects.get(patient=patient)
    april = dt.date(2026, 4, 6)
    answer_consent(patient=patient, given=True, by=TESTER)
    return {
        "episode": episode,
        "stay": LevelOfCareStay.objects.get(episode=episode),
        "point": keep_contact_point(patient=patient, kind="mobile", value="(706) 555-0199", by=TESTER),
        "leave": take_leave(patient=patient, starts_on=april, ends_on=april + 7 * DAY, by=TESTER),
        "task": raise_task(center=patient.center, kind="other", subject=patient.mrn, patient=patient, by=TESTER),
    }


def _group(world: World, patient: Patient, program: Program, target: str) -> dict[str, Any]:
    names: dict[str, Any] = {"code": target.upper(), "name": f"Group of {target}", "capacity": 12, "min_size": 1}
    group = open_group(center=patient.center, program=program, by=TESTER, **names)
    since = TUESDAY if target in ("quinn", "sten") else JANUARY + DAY
    week = {"weekday": 1, "start_time": MEETS[target], "minutes": 60, "kind": "psychotherapy_group"}
    pattern = add_pattern(series=group.series, by=TESTER, valid_from=since, **week)
    enrollment = enroll(group=group, patient=patient, starts_on=JANUARY, by=TESTER)
    session, later, *_ = Session.objects.filter(series=group.series).order_by("starts_at")
    return {
        "group": group,
        "series": group.series,
        "pattern": pattern,
        "enrollment": enrollment,
        "session": session,
        "later_session": later,
        "attendance": Attendance.objects.get(session=session, patient=patient),
    }


def _reminders(world: World) -> None:
    """The other center sends as well; everybody in care has a reminder."""
    switch_sending(center=world.scene.cast.elsewhere, on=True, by=TESTER)
    for center in (world.scene.cast.center, world.scene.cast.elsewhere):
        plan(center=center, by=TESTER)
    for target in ("quinn", "sten"):
        world.things[target]["reminder"] = Reminder.objects.filter(patient=world.things[target]["pat"]).earliest(
            "due_at"
        )


def _relate(world: World) -> None:
    """What everybody is to the targets."""
    for target in TARGETS:
        with frozen(at(JANUARY, 9)):
            _join_all(world, target, BELONGING)
    for target, day in (("gwen", GWEN_LEFT), ("dee", DEE_LEFT)):
        with frozen(at(day, 10)):
            discharge(episode=world.things[target]["episode"], on=day, reason="1", by=TESTER)
    with frozen(at(MONDAY, 12)):
        for target in TARGETS:
            things = world.things[target]
            things.setdefault("member", CareTeamMember.objects.filter(patient=things["pat"]).earliest("id"))
            things.setdefault("facilitator", Facilitator.objects.filter(group=things["group"]).first())


def _join_all(world: World, target: str, relations: tuple[str, ...]) -> None:
    for name, person in PEOPLE.items():
        for relation in person.relations[target]:
            if relation.removeprefix("was-").removeprefix("soon-") in relations:
                _join(world, name, target, relation)


def _join(world: World, name: str, target: str, relation: str) -> None:
    staff, things = world.staff[name], world.things[target]
    what = relation.removeprefix("was-").removeprefix("soon-")
    if what in {"team", "trainee"}:
        _join_team(name, staff, things, relation)
    elif what in {"lead", "led", "replaced"}:
        _lead(name, staff, things, relation)
    else:
        _staff_session(world, staff, things, relation)


def _join_team(name: str, staff: Staff, things: dict[str, Any], relation: str) -> None:
    dates: dict[str, Any] = {}
    if name == "wes":
        dates = {"ends_at": NOON - SECOND}
    if relation.startswith("soon-"):
        dates = {"starts_at": NOON + SECOND}
    for patient in {things["pat"], things["nell"]}:
        if not CareTeamMember.objects.filter(patient=patient, staff=staff).exists():
            join_care_team(patient=patient, staff=staff, by=TESTER, **dates)


def _lead(name: str, staff: Staff, things: dict[str, Any], relation: str) -> None:
    group = things["group"]
    if Facilitator.objects.filter(group=group, staff=staff).exists():
        return
    dates: dict[str, Any] = {"starts_on": JANUARY}
    if relation == "was-lead" and not PEOPLE[name].role.startswith("was-"):
        dates["ends_on"] = TUESDAY
    if relation == "soon-lead":
        dates["starts_on"] = TUESDAY + DAY
    appoint_facilitator(group=group, staff=staff, by=TESTER, role="co_lead", **dates)


def _staff_session(world: World, staff: Staff, things: dict[str, Any], relation: str) -> None:
    session = things["session"]
    rex = world.staff["rex"]
    if relation == "staff":
        substitute(session=session, substitute=staff, replaces=rex.pk, by=TESTER)
        return
    until = {"replaces": rex, "access_until": UNTIL} if relation in {"until", "past"} else {}
    SessionStaff.objects.create(
        session=session, center_id=session.center_id, staff=staff, role="co_lead", during=session.span, **until
    )


def _break_the_glass(world: World) -> None:
    """Who reads a record in an emergency; and Enzo, whose emergency ended a second ago."""
    why: dict[str, Any] = {"nature": "medical", "reason": "Found unconscious in the parking lot, ambulance on its way"}
    for name, target in (("enzo", "pat"), ("emil", "pat"), ("vince", "sten")):
        staff, patient = world.staff[name], world.things[target]["pat"]
        began = NOON - dt.timedelta(minutes=5)
        with frozen(began):
            names: dict[str, Any] = {"center": patient.center, "record_number": patient.mrn, "second_factor_at": began}
            access = open_emergency(staff=staff, by=staff.as_actor(), **names, **why)
        if name == "enzo":
            end_emergency(access=access, by=staff.as_actor(), at=NOON - SECOND)
        world.things[target]["emergency"] = access


def _take_grants_away(world: World) -> None:
    """Roles that ended a second before noon take care teams and groups with them."""
    with frozen(at(MONDAY, 13)):
        for name, person in PEOPLE.items():
            if person.role.startswith("was-"):
                assignment = RoleAssignment.objects.get(staff=world.staff[name])
                end_role(assignment=assignment, at=NOON - SECOND, by=TESTER)


def _sign_in(world: World) -> None:
    """A token each; when each asks: at noon, but where something ends or begins at another moment."""
    session = world.things["pat"]["session"]
    world.moments = {
        "dan": at(GWEN_LEFT + GRACE, 0),
        "lou": MIDNIGHT + SECOND,
        "lia": at(TUESDAY + DAY, 0) - SECOND,
        "erik": session.starts_at - dt.timedelta(hours=12) - SECOND,
        "lars": session.ends_at + dt.timedelta(days=14),
        "hugo": UNTIL - SECOND,
        "hank": UNTIL,
    }
    for name, staff in world.staff.items():
        if name in SERVICES:
            continue
        moment = world.at(name)
        dates = {"revoked_at": moment - SECOND if name == "otto" else None, "second_factor_at": moment}
        with frozen(moment):
            device = SignIn.objects.create(staff=staff, token_hash=hashed(token(name)), **dates)
        world.credentials[name] = device
    with frozen(NOON):
        for name, target in (("clara", "pat"), ("vince", "sten")):
            device = SignIn.objects.create(staff=world.staff[name], token_hash=hashed(f"{name}'s other device"))
            world.things[target]["device"] = device
