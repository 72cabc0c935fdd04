"""After a discharge: who sees the patient until when, by the clocks of the center, and what undoing brings back."""

import datetime as dt
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from backend.api.clock import frozen
from centers.actions import end_role
from centers.models import Center, RoleAssignment
from patients.actions import admit, discharge, join_care_team, leave_care_team, undo_discharge
from patients.models import CareTeamMember, Episode
from tests.cast import TESTER, Cast
from tests.handover.conftest import DAY, SECOND, Work
from tests.scheduling.conftest import TUESDAY, at

As = Callable[[str], APIClient]
ENTERED = dt.datetime(2026, 2, 2, 15, tzinfo=dt.UTC)
# Fourteen days after the discharge a local midnight begins: an ordinary one, one of a day with another offset, one the
# clocks show twice (the first showing counts), one they skip.
ENDS = [
    ("America/New_York", dt.date(2026, 2, 3), dt.datetime(2026, 2, 17, 5, tzinfo=dt.UTC)),
    ("America/New_York", dt.date(2026, 3, 1), dt.datetime(2026, 3, 15, 4, tzinfo=dt.UTC)),
    ("America/Havana", dt.date(2026, 10, 18), dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)),
    ("America/Havana", dt.date(2026, 2, 22), dt.datetime(2026, 3, 8, 5, tzinfo=dt.UTC)),
]


def sees(client: APIClient, cast: Cast, moment: dt.datetime) -> int:
    with frozen(moment):
        return int(client.get(f"/api/v1/patients/{cast.pat.pk}/").status_code)


def the_episode(cast: Cast) -> Episode:
    return cast.pat.episodes.earliest("admitted_on")


def discharged(cast: Cast, on: dt.date, moment: dt.datetime = ENTERED) -> Episode:
    with frozen(moment):
        return discharge(episode=the_episode(cast), on=on, reason="1", by=TESTER)


@pytest.mark.parametrize(("zone", "day", "end"), ENDS)
def test_the_old_team_sees_the_patient_to_the_second(
    *, cast: Cast, as_: As, zone: str, day: dt.date, end: dt.datetime
) -> None:
    Center.objects.filter(pk=cast.center.pk).update(timezone=zone)
    discharged(cast, day)
    assert [sees(as_("clara"), cast, moment) for moment in (end - SECOND, end, end + DAY)] == [200, 404, 404]


def test_supervisor_and_coordinator_go_on_reading_the_record(cast: Cast, as_: As) -> None:
    discharged(cast, TUESDAY)
    for name in ("sue", "cora"):
        assert sees(as_(name), cast, at(TUESDAY + 200 * DAY, 12)) == 200


def test_who_leads_a_group_sees_the_patient_until_the_roster_ends(work: Work, as_: As, monday: dt.datetime) -> None:
    cast = work.cast
    leave_care_team(member=CareTeamMember.objects.get(staff=cast.clara), by=TESTER)
    discharged(cast, TUESDAY + DAY, monday)
    end = at(TUESDAY + DAY, 0)
    assert [sees(as_("clara"), cast, moment) for moment in (end - SECOND, end)] == [200, 404]


def test_readmission_opens_nothing_that_ended(cast: Cast, as_: As) -> None:
    discharged(cast, TUESDAY)
    back = TUESDAY + 30 * DAY
    with frozen(at(back, 9)):
        admit(patient=cast.pat, program=cast.program, admitted_on=back, by=TESTER)
    assert sees(as_("clara"), cast, at(back, 10)) == 404
    with frozen(at(back, 11)):
        join_care_team(patient=cast.pat, staff=cast.clara, by=TESTER)
    assert sees(as_("clara"), cast, at(back, 12)) == 200


def test_an_undone_discharge_gives_the_team_back_even_after_its_access_ended(cast: Cast, as_: As) -> None:
    episode, later = discharged(cast, TUESDAY), at(TUESDAY + 20 * DAY, 12)
    assert sees(as_("clara"), cast, later) == 404
    with frozen(later):
        undo_discharge(episode=episode, by=TESTER)
    assert sees(as_("clara"), cast, later) == 200


def test_undoing_keeps_the_end_a_membership_had(cast: Cast) -> None:
    planned = at(TUESDAY + 60 * DAY, 0)
    leave_care_team(member=CareTeamMember.objects.get(staff=cast.clara), at=planned, by=TESTER)
    episode = discharged(cast, TUESDAY)
    with frozen(ENTERED):
        undo_discharge(episode=episode, by=TESTER)
    assert CareTeamMember.objects.get(staff=cast.clara).ends_at == planned


def test_undoing_puts_nobody_back_who_treats_nobody_here_any_more(cast: Cast, as_: As) -> None:
    episode, later = discharged(cast, TUESDAY), at(TUESDAY + 20 * DAY, 12)
    with frozen(later):
        end_role(assignment=RoleAssignment.objects.get(staff=cast.clara), by=TESTER)
        undo_discharge(episode=episode, by=TESTER)
    assert sees(as_("clara"), cast, later + SECOND) == 404


def test_undoing_reopens_no_membership_that_somebody_ended(cast: Cast, as_: As) -> None:
    with frozen(ENTERED):
        leave_care_team(member=CareTeamMember.objects.get(staff=cast.clara), by=TESTER)
    episode = discharged(cast, TUESDAY, ENTERED + SECOND)
    with frozen(ENTERED + DAY):
        undo_discharge(episode=episode, by=TESTER)
    assert sees(as_("clara"), cast, ENTERED + 2 * DAY) == 404


@pytest.mark.usefixtures("work")
def test_records_and_grants_agree_at_every_step(cast: Cast) -> None:
    def differing() -> str:
        out = StringIO()
        call_command("check_grants", stdout=out)
        return out.getvalue()

    steps: list[Any] = [differing()]
    episode = discharged(cast, TUESDAY + DAY, at(TUESDAY, 9))
    steps.append(differing())
    with frozen(at(TUESDAY, 10)):
        undo_discharge(episode=episode, by=TESTER)
    assert [*steps, differing()] == ["", "", ""]
