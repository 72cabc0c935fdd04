"""Admitting and discharging patients, and the level of care in between."""

import datetime as dt

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.models import Program, ProgramRule
from centers.wall_time import instant
from patients.actions.teams import follow_roles, leave_care_team
from patients.models import Episode, LevelOfCareStay, Patient
from patients.projection import project_members
from patients.signals import care_changed


@transaction.atomic
def admit(*, patient: Patient, program: Program, admitted_on: dt.date, by: Actor) -> Episode:
    """Admit a patient to a program on a day, at the level of care of the program's rule in effect then.

    Raises Refused for a program of another center and for one without rules; IntegrityError for an episode or a stay
    at level 2.1 or above that overlaps another.
    """
    patient = Patient.objects.locked(patient.pk)
    if program.center_id != patient.center_id:
        raise Refused("validation_failed", 400, {"program": "does_not_exist"})
    rule = rule_on(program, admitted_on)
    fixed = {"patient": patient, "center_id": patient.center_id}
    with acting_as(by):
        episode = Episode.objects.create(**fixed, program=program, admitted_on=admitted_on)
        LevelOfCareStay.objects.create(
            **fixed, episode=episode, level_of_care=rule.level_of_care, starts_on=admitted_on
        )
        care_changed.send(Patient, patient=patient, by=by)
    return episode


@transaction.atomic
def change_level(*, episode: Episode, level_of_care: str, on: dt.date, by: Actor) -> LevelOfCareStay:
    """Continue an episode at another level from a day on; the stay so far ends that day.

    Raises Refused when the day is outside the episode or not after the latest stay began.
    """
    patient = Patient.objects.locked(episode.patient_id)
    episode = Episode.objects.locked(episode.pk)
    latest = episode.stays.latest("starts_on")
    if on <= latest.starts_on or (episode.discharged_on and on >= episode.discharged_on):
        raise Refused("validation_failed", 400, {"on": "outside_episode"})
    with acting_as(by):
        _end_stay(latest, on)
        return LevelOfCareStay.objects.create(
            patient=patient,
            center_id=patient.center_id,
            episode=episode,
            level_of_care=level_of_care,
            starts_on=on,
            ends_on=episode.discharged_on,
        )


@transaction.atomic
def discharge(
    *, episode: Episode, on: dt.date, reason: str, by: Actor, last_contact_on: dt.date | None = None
) -> Episode:
    """End an episode; the day of discharge is not a day of care any more.

    Its stay ends with it, enrollments and expected attendance follow by `care_changed`, and the care team keeps its
    access for the days the program's rule gives, unless the patient is in care elsewhere at the center. Raises Refused
    when the episode is over already, the day is not after admission, or the last contact after it.
    """
    patient = Patient.objects.locked(episode.patient_id)
    episode = Episode.objects.locked(episode.pk)
    if episode.discharged_on is not None:
        raise Refused("discharged_already")
    if on <= episode.admitted_on:
        raise Refused("validation_failed", 400, {"on": "outside_episode"})
    if last_contact_on is not None and last_contact_on > on:
        raise Refused("validation_failed", 400, {"last_contact_on": "outside_episode"})
    episode.discharged_on, episode.discharge_reason = on, reason
    episode.last_contact_on = last_contact_on or episode.last_contact_on
    episode.bump()
    with acting_as(by):
        episode.save()
        _end_stays(episode, on)
        _end_care_team(episode, on, by)
        care_changed.send(Patient, patient=patient, by=by)
    return episode


@transaction.atomic
def undo_discharge(*, episode: Episode, by: Actor) -> Episode:
    """Take back a discharge entered by mistake: what it ended goes on, until when it would have.

    The stay, the care team (of those who still treat patients here) and, by `care_changed`, enrollments in groups that
    have a seat yet. Raises Refused when the patient is not discharged, IntegrityError when a later episode stands in
    the way.
    """
    patient = Patient.objects.locked(episode.patient_id)
    episode = Episode.objects.locked(episode.pk)
    if episode.discharged_on is None:
        raise Refused("not_discharged")
    day, team_ended_at = episode.discharged_on, care_team_end(episode, episode.discharged_on)
    episode.discharged_on, episode.discharge_reason = None, ""
    episode.bump()
    with acting_as(by):
        episode.save()
        for stay in episode.stays.filter(ends_on=day):
            _end_stay(stay, None)
        _resume_care_team(patient, team_ended_at, by)
        care_changed.send(Patient, patient=patient, by=by)
    return episode


def rule_on(program: Program, day: dt.date) -> ProgramRule:
    """The version of a program's rules in effect on a day; before the first version that one. Raises Refused: none."""
    versions = program.rules.all()
    rule = versions.filter(effective_from__lte=day).order_by("-effective_from").first()
    rule = rule or versions.order_by("effective_from").first()
    if rule is None:
        raise Refused("program_without_rules")
    return rule


def care_team_end(episode: Episode, discharged_on: dt.date) -> dt.datetime:
    """Until when the care team keeps its access after a discharge: a local midnight of the center."""
    days = rule_on(episode.program, discharged_on).care_team_days_after_discharge
    return instant(episode.center.timezone, discharged_on + dt.timedelta(days=days), dt.time())


def _end_stays(episode: Episode, on: dt.date) -> None:
    for stay in episode.stays.all():
        if stay.starts_on >= on:
            stay.delete()
        elif stay.ends_on is None or stay.ends_on > on:
            _end_stay(stay, on)


def _end_stay(stay: LevelOfCareStay, on: dt.date | None) -> None:
    stay.ends_on = on
    stay.bump()
    stay.save(update_fields=["ends_on", "version"])


def _end_care_team(episode: Episode, on: dt.date, by: Actor) -> None:
    """End the memberships that last longer; who joined only after that moment (the discharge is late) leaves now."""
    if episode.patient.episodes.lasting_beyond(on).exists():
        return
    ends_at = care_team_end(episode, on)
    for member in episode.patient.care_team.lasting_beyond(ends_at):
        is_begun = ends_at > member.starts_at
        leave_care_team(member=member, by=by, at=ends_at if is_begun else now(), with_care=is_begun)


def _resume_care_team(patient: Patient, ended_at: dt.datetime, by: Actor) -> None:
    """Let the memberships a discharge ended go on; roles that have ended meanwhile end them again."""
    members = list(patient.care_team.filter(ends_at=ended_at, ends_with_care=True).select_related("staff"))
    for member in members:
        member.end(member.would_end_at)
    project_members(members)
    for member in members:
        follow_roles(staff=member.staff, center=patient.center, by=by)
