"""The planner against a changing calendar, the sending switch, the rules, and addresses that said stop."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import LogEntry
from backend.api.clock import frozen
from centers.models import Center
from patients.models import ContactPoint, Episode, LeaveOfAbsence, Patient, StaffTask
from reminders.actions import add_rule, end_rule, lift, plan, suppress, switch_sending
from reminders.models import Channel, Reminder, Suppression
from scheduling.actions import withdraw_session
from scheduling.models import Attendance, Session
from tests.reminders.world import (
    DUE,
    EVENING,
    HOUR,
    MINUTE,
    MOBILE,
    NOW,
    TESTER,
    World,
    a_patient,
    a_session,
    a_world,
    an_address,
    answer,
    shift,
    the_reminder,
)


def states() -> list[tuple[str, str]]:
    return list(Reminder.objects.order_by("due_at").values_list("state", "reason"))


def test_a_session_ahead_is_planned_once_however_often_one_plans(world: World) -> None:
    session = a_session(world)
    assert (world.plan(), world.plan()) == (1, 0)
    reminder = the_reminder()
    assert (reminder.session_id, reminder.due_at, reminder.state) == (session.pk, DUE, "planned")


def test_planning_takes_the_same_number_of_statements_for_one_and_for_twenty(world: World) -> None:
    counts = []
    for _round in range(2):
        a_session(world, EVENING)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            world.plan()
        counts.append(len(queries))
        Reminder.objects.all().delete()
        Attendance.objects.all().delete()
        Session.objects.all().delete()
        for _each in range(19):
            a_patient(world)
    assert counts[0] == counts[1] <= 12


def test_a_center_that_does_not_send_is_not_planned(world: World) -> None:
    a_session(world)
    Center.objects.update(sending_since=None)
    assert world.plan() == 0


def test_a_late_booking_gets_only_what_is_still_due(acting: None, db: None) -> None:
    world = a_world(72, 24, 3)
    a_session(world)
    world.plan(DUE + HOUR)
    assert [row.due_at for row in Reminder.objects.all()] == [EVENING - 3 * HOUR]


def test_nothing_is_planned_for_a_session_that_began(world: World) -> None:
    a_session(world)
    assert world.plan(EVENING) == 0


def test_only_the_first_session_of_a_day_is_planned_also_when_it_is_over(acting: None, db: None) -> None:
    world = a_world(3)
    a_session(world, EVENING - 9 * HOUR)
    a_session(world, EVENING)
    assert world.plan(EVENING - 8 * HOUR) == 0


def test_a_moved_session_takes_its_unsent_reminder_along(world: World) -> None:
    session = a_session(world)
    world.plan()
    shift(session, EVENING - HOUR)
    assert world.plan() == 1
    reminder = the_reminder()
    assert (reminder.session_starts_at, reminder.due_at) == (EVENING - HOUR, DUE - HOUR)


def test_a_session_moved_over_its_own_due_time_is_reminded_of_at_once(world: World) -> None:
    session = a_session(world)
    world.plan()
    shift(session, EVENING - 8 * HOUR)
    world.plan(DUE - 7 * HOUR)
    assert len(world.claim(DUE - 7 * HOUR)) == 1


def test_a_session_moved_to_another_day_has_its_reminder_there(world: World) -> None:
    session = a_session(world)
    world.plan()
    shift(session, EVENING + 24 * HOUR)
    assert world.plan() == 2
    assert states() == [("canceled", "moved"), ("planned", "")]


def test_a_session_moved_beyond_the_horizon_and_back_is_planned_anew(world: World) -> None:
    session = a_session(world)
    world.plan()
    shift(session, EVENING + 240 * HOUR)
    world.plan()
    shift(session, EVENING)
    assert (world.plan(), states()) == (1, [("planned", "")])


def withdraw(world: World, session: Session) -> None:
    Session.objects.update(status="withdrawn")


def cancel_seat(status: str) -> Any:
    def cancel(world: World, session: Session) -> None:
        Attendance.objects.update(status=status)

    return cancel


def discharge(world: World, session: Session) -> None:
    Episode.objects.update(discharged_on=session.local_date, discharge_reason="1")
    Attendance.objects.update(status="not_expected")


def leave(world: World, session: Session) -> None:
    LeaveOfAbsence.objects.create(
        patient=world.pat,
        center=world.center,
        starts_on=session.local_date,
        ends_on=session.local_date + dt.timedelta(days=1),
    )
    Attendance.objects.update(status="not_expected")


def end_the_rule(world: World, session: Session) -> None:
    end_rule(rule=world.center.reminder_rules.get(), by=TESTER)


def want_nothing(world: World, session: Session) -> None:
    Patient.objects.update(contact_preference="none")


def opt_out(world: World, session: Session) -> None:
    suppress(channel=Channel.SMS, address=MOBILE, reason="stop", by=TESTER)


def lose_the_number(world: World, session: Session) -> None:
    ContactPoint.objects.update(ended_at=NOW)


def revoke(world: World, session: Session) -> None:
    answer(world.pat, given=False, on=None, recorded_at=NOW)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (withdraw, "session_off"),
        (cancel_seat("cancelled_by_program"), "session_off"),
        (cancel_seat("cancelled_by_patient"), "canceled_by_patient"),
        (cancel_seat("not_expected"), "not_expected"),
        (discharge, "discharged"),
        (leave, "on_leave"),
        (end_the_rule, "rule_ended"),
        (want_nothing, "not_wanted"),
        (opt_out, "opted_out"),
        (lose_the_number, "no_channel"),
        (revoke, "no_consent"),
    ],
)
def test_what_is_no_longer_wanted_is_canceled_with_its_reason(world: World, happens: Any, reason: str) -> None:
    session = a_session(world)
    world.plan()
    happens(world, session)
    assert (world.plan(), states()) == (1, [("canceled", reason)])


def test_a_canceled_reminder_revives_while_it_is_still_due(world: World) -> None:
    a_session(world)
    world.plan()
    Session.objects.update(status="withdrawn")
    world.plan()
    Session.objects.update(status="scheduled")
    assert (world.plan(), states()) == (1, [("planned", "")])


@pytest.mark.parametrize("state", ["sent", "delivered", "failed", "skipped", "unknown"])
def test_what_was_tried_is_never_planned_again(world: World, state: str) -> None:
    a_session(world)
    world.plan()
    Reminder.objects.update(state=state)
    assert (world.plan(), states()) == (0, [(state, "")])


def test_one_patient_without_a_phone_stops_nobody(world: World) -> None:
    a_patient(world, mobile=None)
    a_session(world)
    assert world.plan() == 1


def test_a_zone_that_no_longer_exists_counts_as_the_centers(world: World) -> None:
    Patient.objects.update(timezone="Nowhere/Atall")
    a_session(world)
    world.plan()
    assert the_reminder().due_at == DUE


def test_who_prefers_email_needs_no_consent_to_texts(world: World) -> None:
    reader = a_patient(world, mobile=None, consents=False, contact_preference="email")
    an_address(reader, "reader@example.org")
    a_session(world, EVENING, reader)
    assert world.plan() == 1


def test_the_planner_logs_one_entry_that_names_everybody(world: World) -> None:
    other = a_patient(world)
    a_session(world)
    world.plan()
    entry = LogEntry.objects.get(action="bulk", object_type="reminders.reminder")
    assert sorted(entry.patients) == sorted([world.pat.pk, other.pk])
    assert entry.details == {"planned": 2, "moved": 0, "canceled": 0}


def test_switching_on_drops_what_is_due_and_plans_the_rest(world: World) -> None:
    a_session(world)
    a_session(world, EVENING + 24 * HOUR)
    world.plan()
    with frozen(DUE - HOUR):
        switch_sending(center=world.center, on=False, by=TESTER)
    with frozen(DUE + MINUTE):
        center = switch_sending(center=world.center, on=True, by=TESTER)
    assert center.sending_since == DUE + MINUTE
    assert states() == [("canceled", "due_before_switch"), ("planned", "")]


def test_switching_on_for_the_first_time_plans_at_once(world: World) -> None:
    Center.objects.update(sending_since=None)
    a_session(world)
    with frozen(NOW):
        switch_sending(center=world.center, on=True, by=TESTER)
    assert states() == [("planned", "")]


def test_switching_is_logged_and_switching_to_what_is_so_is_not(world: World) -> None:
    for on in (True, False, False):
        switch_sending(center=world.center, on=on, by=TESTER)
    entries = LogEntry.objects.filter(action="update", object_type="centers.center")
    assert [entry.details["on"] for entry in entries if "command" in entry.details] == [False]


def test_a_rule_stands_once(world: World) -> None:
    with pytest.raises(IntegrityError, match="reminderrule_once"), transaction.atomic():
        add_rule(center=world.center, offset_hours=24, by=TESTER)


def test_a_stop_holds_for_everybody_who_shares_the_number(world: World) -> None:
    a_patient(world)
    assert suppress(channel=Channel.SMS, address=MOBILE, reason="stop", by=TESTER)
    assert not suppress(channel=Channel.SMS, address=MOBILE, reason="stop", by=TESTER)
    assert ContactPoint.objects.filter(suppressed_reason="stop").count() == 2
    assert StaffTask.objects.filter(kind="address_suppressed").count() == 2


def test_a_stop_holds_for_a_number_that_is_given_later(world: World) -> None:
    suppress(channel=Channel.SMS, address="+17065550111", reason="stop", by=TESTER)
    late = a_patient(world, mobile="+17065550111")
    a_session(world, EVENING, late)
    assert world.plan() == 0


def test_only_the_reason_that_stopped_an_address_lifts_it(world: World) -> None:
    suppress(channel=Channel.SMS, address=MOBILE, reason="address_rejected", by=TESTER)
    assert not lift(channel=Channel.SMS, address=MOBILE, reason="stop", by=TESTER)
    assert lift(channel=Channel.SMS, address=MOBILE, reason="address_rejected", by=TESTER)
    assert not Suppression.objects.filter(lifted_at__isnull=True).exists()
    assert not ContactPoint.objects.filter(suppressed_at__isnull=False).exists()


def test_plan_answers_zero_for_a_center_without_rules(world: World) -> None:
    world.center.reminder_rules.all().delete()
    a_session(world)
    assert plan(center=world.center, by=TESTER) == 0


def test_reminders_follow_a_session_as_soon_as_its_change_is_committed(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    session = a_session(world)
    world.plan()
    with frozen(NOW), django_capture_on_commit_callbacks(execute=True):
        withdraw_session(session=session, reason="flood", by=TESTER)
    assert states() == [("canceled", "session_off")]
