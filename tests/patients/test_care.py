"""Admission, discharge and levels of care."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import IntegrityError

from backend.api import clock
from backend.api.errors import Refused
from centers.models import ProgramRule
from patients.actions import admit, change_level, discharge, undo_discharge
from patients.models import Episode
from tests.cast import TESTER, Cast

DAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _february() -> Iterator[None]:
    with clock.frozen(dt.datetime(2026, 2, 2, 15, tzinfo=dt.UTC)):
        yield


def the_episode(cast: Cast) -> Episode:
    return cast.pat.episodes.get()


def test_admission_starts_a_stay_at_the_level_of_the_rule_in_effect(cast: Cast) -> None:
    stay = the_episode(cast).stays.get()
    assert (stay.level_of_care, stay.starts_on, stay.ends_on) == ("2.1", dt.date(2026, 1, 5), None)


def test_discharge_ends_the_stay_and_the_care_team_after_the_rules_days(cast: Cast) -> None:
    episode = discharge(episode=the_episode(cast), on=DAY, reason="1", by=TESTER)
    assert episode.stays.get().ends_on == DAY
    # Fourteen days later, at midnight in New York, where summer time has begun meanwhile.
    assert cast.pat.care_team.get().ends_at == dt.datetime(2026, 3, 16, 4, tzinfo=dt.UTC)


def test_a_discharge_cannot_be_entered_twice(cast: Cast) -> None:
    episode = discharge(episode=the_episode(cast), on=DAY, reason="1", by=TESTER)
    with pytest.raises(Refused, match="discharged_already"):
        discharge(episode=episode, on=DAY, reason="1", by=TESTER)


def test_discharge_must_be_after_admission(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        discharge(episode=the_episode(cast), on=dt.date(2026, 1, 5), reason="1", by=TESTER)
    assert refused.value.errors == {"on": "outside_episode"}


def test_undoing_a_discharge_restores_stay_and_care_team(cast: Cast) -> None:
    episode = discharge(episode=the_episode(cast), on=DAY, reason="1", by=TESTER)
    undo_discharge(episode=episode, by=TESTER)
    assert the_episode(cast).stays.get().ends_on is None
    assert cast.pat.care_team.get().ends_at is None


def test_only_a_discharge_can_be_undone(cast: Cast) -> None:
    with pytest.raises(Refused, match="not_discharged"):
        undo_discharge(episode=the_episode(cast), by=TESTER)


def test_the_care_team_stays_while_the_patient_is_in_another_program(cast: Cast) -> None:
    other = type(cast.program).objects.create(center=cast.center, code="OP", name="Outpatient")
    ProgramRule.objects.create(
        center=cast.center,
        program=other,
        effective_from=DAY,
        level_of_care="1.5",
        weekly_minutes_min=0,
        min_days=0,
        breaks_count=True,
    )
    admit(patient=cast.pat, program=other, admitted_on=dt.date(2026, 2, 2), by=TESTER)
    discharge(episode=cast.pat.episodes.earliest("admitted_on"), on=DAY, reason="1", by=TESTER)
    assert cast.pat.care_team.get().ends_at is None


def test_two_stays_at_intensive_levels_never_overlap(cast: Cast) -> None:
    other = type(cast.program).objects.create(center=cast.center, code="PHP", name="Partial")
    ProgramRule.objects.create(
        center=cast.center,
        program=other,
        effective_from=DAY,
        level_of_care="2.5",
        weekly_minutes_min=0,
        min_days=0,
        breaks_count=True,
    )
    with pytest.raises(IntegrityError, match="levelofcarestay_no_overlap"):
        admit(patient=cast.pat, program=other, admitted_on=DAY, by=TESTER)


def test_a_program_without_rules_admits_nobody(cast: Cast) -> None:
    other = type(cast.program).objects.create(center=cast.center, code="NEW", name="New")
    with pytest.raises(Refused, match="program_without_rules"):
        admit(patient=cast.pat, program=other, admitted_on=DAY, by=TESTER)


def test_a_program_of_another_center_is_as_if_absent(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        admit(patient=cast.stranger, program=cast.program, admitted_on=DAY, by=TESTER)
    assert refused.value.errors == {"program": "does_not_exist"}


def test_a_change_of_level_splits_the_episode(cast: Cast) -> None:
    change_level(episode=the_episode(cast), level_of_care="1.5", on=DAY, by=TESTER)
    levels = list(the_episode(cast).stays.order_by("starts_on").values_list("level_of_care", "ends_on"))
    assert levels == [("2.1", DAY), ("1.5", None)]


def test_a_level_that_would_begin_after_discharge_goes_with_it(cast: Cast) -> None:
    change_level(episode=the_episode(cast), level_of_care="1.5", on=dt.date(2026, 4, 1), by=TESTER)
    discharge(episode=the_episode(cast), on=DAY, reason="2", by=TESTER)
    assert [stay.ends_on for stay in the_episode(cast).stays.all()] == [DAY]


@pytest.mark.parametrize("day", [dt.date(2026, 1, 5), dt.date(2025, 12, 1)])
def test_a_level_changes_after_the_present_one_began(cast: Cast, day: dt.date) -> None:
    with pytest.raises(Refused) as refused:
        change_level(episode=the_episode(cast), level_of_care="1.5", on=day, by=TESTER)
    assert refused.value.errors == {"on": "outside_episode"}


def test_clara_sees_pat_until_the_team_ends(cast: Cast) -> None:
    discharge(episode=the_episode(cast), on=DAY, reason="1", by=TESTER)
    ends_at = dt.datetime(2026, 3, 16, 4, tzinfo=dt.UTC)
    with clock.frozen(ends_at - dt.timedelta(minutes=1)):
        assert cast.clara.has_perm("patients.view_chart", cast.pat)
    with clock.frozen(ends_at):
        assert not cast.clara.has_perm("patients.view_chart", cast.pat)


def test_who_joined_after_the_team_should_have_ended_leaves_when_the_discharge_is_entered(cast: Cast) -> None:
    with clock.frozen(dt.datetime(2026, 2, 3, tzinfo=dt.UTC)) as entered_at:
        discharge(episode=the_episode(cast), on=dt.date(2026, 1, 6), reason="2", by=TESTER)
    assert cast.pat.care_team.get().ends_at == entered_at


def test_a_stay_that_ended_before_the_discharge_keeps_its_days(cast: Cast) -> None:
    change_level(episode=the_episode(cast), level_of_care="1.5", on=dt.date(2026, 2, 9), by=TESTER)
    discharge(episode=the_episode(cast), on=DAY, reason="1", by=TESTER)
    ends = list(the_episode(cast).stays.order_by("starts_on").values_list("ends_on", flat=True))
    assert ends == [dt.date(2026, 2, 9), DAY]
