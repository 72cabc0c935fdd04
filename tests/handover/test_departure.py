"""Leaving a center: one call takes everything away, lists it, and says what is left without anybody."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Q
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen, now
from backend.api.gate import forget_reach, reach_of
from backend.api.grant_tables import containers, grant_tables
from backend.api.grants import GrantKey, Ground, grant
from backend.api.ids import new_id
from centers.actions import (
    assign_role,
    invite,
    issue_service_token,
    leave_center,
    list_for_emergencies,
    open_service_account,
)
from centers.models import EmergencyListing, Invitation, Position, RoleAssignment, SignIn, Staff, SubjectMembership
from centers.roles import RoleName
from centers.tokens import hashed
from groups.models import Facilitator
from patients.actions import open_emergency
from patients.models import CareTeamMember, EmergencyAccess
from scheduling.actions import substitute
from scheduling.models import Attendance, SeriesStaff, Session, SessionStaff
from tests.access.state import state
from tests.cast import TESTER, Cast
from tests.handover.conftest import DAY, MONDAY, SECOND, Work, works_here
from tests.scheduling.conftest import TUESDAY, at

As = Callable[[str], APIClient]
REASON = "Called in distress and hung up; her counselor cannot be reached"


def ask(client: APIClient, staff: Any, **body: Any) -> Any:
    return client.post(f"/api/v1/staff/{staff.pk}/depart/", body)


def bearer(staff: Any) -> APIClient:
    """A device the person is signed in on."""
    token = f"device-of-{staff.pk}"
    SignIn.objects.create(staff=staff, token_hash=hashed(token))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def live(prefix: str) -> Q:
    return Q((f"{prefix}__isnull", True)) | Q((f"{prefix}__gt", now()))


def what_is_alive(staff: Any, cast: Cast) -> Iterator[str]:
    """Every row of any table that still gives the person something at the center, by table."""
    center, today = cast.center, now().astimezone(dt.UTC).date()
    outer, inner = containers()
    for container, column in ((outer, "content_object"), (inner, "content_object__center")):
        if grant_tables(container).user._default_manager.filter(live("expires_at"), user=staff, **{column: center}):
            yield f"grant on {container._meta.label}"
    of_center = Q(group__role__center=center) | Q(group__therapy_group__center=center)
    dated: tuple[tuple[Any, Q], ...] = (
        (SubjectMembership, live("expires_at") & of_center),
        (RoleAssignment, live("ends_at") & Q(center=center)),
        (CareTeamMember, live("ends_at") & Q(center=center)),
        (EmergencyListing, live("ends_at") & Q(center=center)),
        (EmergencyAccess, live("ends_at") & Q(center=center)),
        (Position, live("ended_at") & Q(center=center)),
        (SignIn, Q(revoked_at__isnull=True)),
        (Invitation, Q(used_at__isnull=True, center=center)),
        (Facilitator, Q(center=center) & (Q(ends_on__isnull=True) | Q(ends_on__gt=today))),
        (SeriesStaff, Q(center=center) & (Q(ends_on__isnull=True) | Q(ends_on__gt=today))),
        (SessionStaff, Q(center=center, is_active=True, session__ends_at__gt=now())),
    )
    for model, condition in dated:
        if model._default_manager.filter(condition, staff=staff).exists():
            yield str(model._meta.label)
    if list(SessionStaff.objects.filter(center=center).open_to(staff.pk).taking_attendance()):
        yield "open attendance"
    if apps.get_model("patients", "StaffTask")._default_manager.filter(assigned_to=staff, done_at__isnull=True):
        yield "task"


@pytest.fixture
def laden(work: Work) -> Work:
    """Clara with everything anybody can have: more roles, an emergency, an invitation, a direct grant."""
    cast = work.cast
    assign_role(
        staff=cast.clara, center=cast.center, role=RoleName.SUPERVISOR, starts_at=at(MONDAY + 9 * DAY, 0), by=TESTER
    )
    invite(staff=cast.clara, center=cast.center, by=TESTER)
    about: dict[str, Any] = {
        "record_number": cast.quinn.mrn,
        "nature": "risk_to_self",
        "reason": REASON,
        "second_factor_at": now(),
    }
    with frozen(now() - SECOND):
        list_for_emergencies(staff=cast.clara, center=cast.center, by=TESTER)
        open_emergency(staff=cast.clara, center=cast.center, by=cast.clara.as_actor(), **about)
    key = GrantKey("user", cast.clara.pk, "view_chart", "patients.Patient", cast.quinn.pk, now(), now() + DAY)
    grant(ground=Ground("emergency", new_id()), key=key, center_id=cast.center.pk)
    return work


@pytest.fixture
def stands_in(laden: Work) -> Session:
    """Sue's session of Wednesday, in which Clara stands in."""
    cast = laden.cast
    session = Session.objects.get(pk=laden.sessions()[1].pk)
    held = SessionStaff.objects.get(session=session, staff=cast.clara)
    held.delete()
    SessionStaff.objects.create(session=session, center=cast.center, staff=cast.sue, role="lead", during=session.span)
    return substitute(session=session, substitute=cast.clara, replaces=cast.sue.pk, by=TESTER)


def test_nothing_of_a_person_is_alive_at_the_center_afterwards(laden: Work, stands_in: Session, as_: As) -> None:
    cast = laden.cast
    bearer(cast.clara)
    assert len(set(what_is_alive(cast.clara, cast))) == 13
    with frozen(at(TUESDAY, 19)):
        assert ask(as_("ada"), cast.clara).status_code == 200
        assert list(what_is_alive(cast.clara, cast)) == []


def test_the_very_next_request_of_the_device_is_refused(work: Work, as_: As) -> None:
    cast = work.cast
    device = bearer(cast.clara)
    assert device.get(f"/api/v1/patients/{cast.pat.pk}/").status_code == 200
    ask(as_("ada"), cast.clara)
    assert device.get(f"/api/v1/patients/{cast.pat.pk}/").status_code == 401


def test_records_and_grants_agree_afterwards(work: Work, as_: As) -> None:
    ask(as_("ada"), work.cast.clara)
    out = StringIO()
    call_command("check_grants", stdout=out)
    assert out.getvalue() == ""


def test_it_lists_what_it_took_by_kind(laden: Work, stands_in: Session, as_: As) -> None:
    cast = laden.cast
    bearer(cast.clara)
    taken = ask(as_("ada"), cast.clara).json()["taken"]
    assert Counter(item["kind"] for item in taken) == {
        "care_team": 1,
        "task": 1,
        "group": 1,
        "series": 2,
        "session": 5 + 4,
        "position": 1,
        "device": 1,
        "role": 2,
        "invitation": 1,
        "emergency": 1,
        "emergency_listing": 1,
        "grant": 1,
    }
    (group,) = [item for item in taken if item["kind"] == "group"]
    assert (group["id"], group["code"], group["starts"]) == (str(laden.group.pk), "TUE", "2026-02-02")


def test_it_lists_what_is_without_anybody(work: Work, as_: As) -> None:
    left = ask(as_("ada"), work.cast.clara).json()["unattended"]
    assert Counter(item["kind"] for item in left) == {
        "patient_without_care_team": 1,
        "group_without_lead": 1,
        "session_without_staff": 5 + 4,
    }


def test_tokens_the_person_asked_for_go_on_and_are_named(work: Work, as_: As) -> None:
    cast = work.cast
    about: dict[str, Any] = {"name": "Feed", "purpose": "rooms", "codenames": ["view_schedule"]}
    account = open_service_account(center=cast.center, by=TESTER, **about)
    asked: dict[str, Any] = {"scopes": ["view_schedule"], "networks": ["10.0.0.0/24"], "expires_at": now() + 30 * DAY}
    token, _ = issue_service_token(account=account, by=cast.clara.as_actor(), **asked)
    issue_service_token(account=account, by=TESTER, **asked)
    left = ask(as_("ada"), cast.clara).json()["unattended"]
    assert [(one["id"], one["code"]) for one in left if one["kind"] == "service_token_of_departed"] == [
        (str(token.pk), "Feed")
    ]
    token.refresh_from_db()
    assert token.revoked_at is None


def test_an_administrator_reads_no_patient_there(work: Work, as_: As) -> None:
    answer = ask(as_("ada"), work.cast.clara, dry_run=True)
    text = answer.content.decode()
    assert not [
        word for word in ("Pat", "Quillfeather", str(work.cast.pat.pk), str(work.cast.quinn.pk)) if word in text
    ]


def test_who_may_find_patients_as_well_reads_whom_it_concerns(work: Work, as_: As) -> None:
    cast = work.cast
    assign_role(staff=cast.ada, center=cast.center, role=RoleName.COORDINATOR, by=TESTER)
    taken = ask(as_("ada"), cast.clara, dry_run=True).json()["taken"]
    (member,) = [item for item in taken if item["kind"] == "care_team"]
    assert member["patients"] == [{"id": str(cast.pat.pk), "name": cast.pat.full_name}]
    entry = LogEntry.objects.filter(actor_id=str(cast.ada.pk), action="read").latest("id")
    assert set(entry.patients) == {cast.pat.pk, cast.quinn.pk}


def test_a_dry_run_changes_nothing_and_tells_the_same(laden: Work, as_: As) -> None:
    cast, before = laden.cast, state()
    told = ask(as_("ada"), cast.clara, dry_run=True).json()
    assert state() == before
    assert reach_of(cast.clara).holds("view_center")
    done = ask(as_("ada"), cast.clara).json()
    assert [told["taken"], told["unattended"]] == [done["taken"], done["unattended"]]
    assert (told["dry_run"], done["dry_run"]) == (True, False)


def test_one_entry_names_all_the_patients(work: Work, as_: As) -> None:
    ask(as_("ada"), work.cast.clara)
    (entry,) = LogEntry.objects.filter(action="bulk", kind="bulk", object_type="centers.position")
    assert set(entry.patients) == {work.cast.pat.pk, work.cast.quinn.pk}


def test_what_the_person_did_stays(work: Work, as_: As) -> None:
    held = work.sessions()[0]
    Attendance.objects.filter(session=held).update(recorded_by=str(work.cast.clara.pk))
    with frozen(at(TUESDAY + DAY, 12)):
        ask(as_("ada"), work.cast.clara)
        assert set(SessionStaff.objects.filter(session=held).values_list("staff", "is_active")) == {
            (work.cast.clara.pk, True)
        }
        assert as_("sue").get(f"/api/v1/sessions/{held.pk}/attendance/").json()["rows"][0]["recorded_by"]


def test_who_comes_back_finds_none_of_the_sessions_of_before_open(work: Work, as_: As) -> None:
    cast, held = work.cast, work.sessions()[0]
    with frozen(at(TUESDAY + DAY, 12)):
        ask(as_("ada"), cast.clara)
        works_here(cast, cast.clara)
        assign_role(staff=cast.clara, center=cast.center, role=RoleName.COUNSELOR, by=TESTER)
        cast.clara.refresh_from_db()
        forget_reach(cast.clara)
        assert cast.clara.is_active
        assert as_("clara").get(f"/api/v1/sessions/{held.pk}/attendance/").status_code == 404


def test_a_position_elsewhere_stays(work: Work, as_: As) -> None:
    cast = work.cast
    Position.objects.create(center=cast.elsewhere, staff=cast.clara, title="counselor")
    kept = assign_role(staff=cast.clara, center=cast.elsewhere, role=RoleName.COUNSELOR, by=TESTER)
    ask(as_("ada"), cast.clara)
    assert list(what_is_alive(cast.clara, cast)) == []
    kept.refresh_from_db()
    assert kept.ends_at is None
    assert Staff.objects.get(pk=cast.clara.pk).is_active
    assert set(reach_of(Staff.objects.get(pk=cast.clara.pk)).outer) == {cast.elsewhere.pk}


def test_the_old_address_takes_as_much(work: Work, as_: As) -> None:
    cast = work.cast
    answer = as_("ada").post(f"/api/v1/staff/{cast.clara.pk}/deactivate/")
    assert (answer.status_code, answer.json()["roles"]) == (200, [])
    assert list(what_is_alive(cast.clara, cast)) == []


def test_nobody_departs_by_their_own_hand(work: Work, as_: As) -> None:
    works_here(work.cast, work.cast.ada)
    answer = ask(as_("ada"), work.cast.ada)
    assert (answer.status_code, answer.json()["code"]) == (409, "deactivation_of_oneself")


def test_the_verb_and_the_address_are_one(work: Work) -> None:
    departure = leave_center(position=work.position, by=TESTER)
    assert departure.patient_ids == tuple(sorted([work.cast.pat.pk, work.cast.quinn.pk]))
