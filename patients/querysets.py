"""Which rows of a patient's record one may see, and how patients are found."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q

from backend.api.gate import ScopedQuerySet
from patients.names import folded

if TYPE_CHECKING:
    from patients.models import (
        AvailabilityWindow,
        CareTeamMember,
        ContactPoint,
        Episode,
        LeaveOfAbsence,
        LevelOfCareStay,
        MessagingConsent,
        Patient,
        StaffTask,
    )

BY_CENTER_OR_PATIENT = {"centers.Center": "center_id", "patients.Patient": "patient_id"}


class PatientQuerySet(ScopedQuerySet["Patient"]):
    """Patients."""

    scope = {"centers.Center": "center_id", "patients.Patient": "id"}

    def locked(self, pk: UUID) -> "Patient":
        """The patient with its center, its row locked: whoever changes someone's care locks the patient first."""
        return self.select_for_update(no_key=True, of=("self",)).select_related("center").get(pk=pk)

    def shown(self) -> Self:
        """With all that their representation tells: contact points in use, and the week."""
        points = models.Prefetch(
            "contact_points",
            queryset=apps.get_model("patients", "ContactPoint")._default_manager.filter(ended_at__isnull=True),
            to_attr="points_in_use",
        )
        return self.prefetch_related(points, "availability")

    def found_by(self, words: str) -> Self:
        """Patients whose record number is `words`, or a name of whom begins with it, accents and case apart."""
        prefix = folded(words)
        if not prefix:
            return self.none()
        return self.filter(
            Q(mrn=words.strip())
            | Q(sort_key__begins_with=prefix)
            | Q(given_key__begins_with=prefix)
            | Q(preferred_key__begins_with=prefix)
        )


class EpisodeQuerySet(ScopedQuerySet["Episode"]):
    """Episodes of care."""

    scope = BY_CENTER_OR_PATIENT

    def in_care_on(self, day: dt.date) -> Self:
        """Episodes that cover `day`; the day of discharge is out."""
        return self.lasting_beyond(day).filter(admitted_on__lte=day)

    def lasting_beyond(self, day: dt.date) -> Self:
        """Episodes that are open, or end after `day`."""
        return self.filter(Q(discharged_on__isnull=True) | Q(discharged_on__gt=day))

    def locked(self, pk: UUID) -> "Episode":
        """The episode with its patient, center and program, its row locked."""
        return (
            self.select_for_update(no_key=True, of=("self",)).select_related("patient", "center", "program").get(pk=pk)
        )


class LevelOfCareStayQuerySet(ScopedQuerySet["LevelOfCareStay"]):
    """Stays at a level of care."""

    scope = BY_CENTER_OR_PATIENT


class CareTeamMemberQuerySet(ScopedQuerySet["CareTeamMember"]):
    """Care-team memberships."""

    scope = BY_CENTER_OR_PATIENT

    def of_patients(self, patient_ids: Collection[UUID] | None) -> Self:
        """The care teams of some patients; of all when none are named."""
        return self.all() if patient_ids is None else self.filter(patient_id__in=patient_ids)

    def lasting_beyond(self, at: dt.datetime) -> Self:
        """Memberships that are open, or end after a moment."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))


class ContactPointQuerySet(ScopedQuerySet["ContactPoint"]):
    """Contact points."""

    scope = BY_CENTER_OR_PATIENT

    def in_use(self) -> Self:
        """Those that have not been replaced or ended."""
        return self.filter(ended_at__isnull=True)


class MessagingConsentQuerySet(ScopedQuerySet["MessagingConsent"]):
    """Answers to the question whether messages may be sent."""

    scope = BY_CENTER_OR_PATIENT


class AvailabilityWindowQuerySet(ScopedQuerySet["AvailabilityWindow"]):
    """When in the week a patient can come."""

    scope = BY_CENTER_OR_PATIENT


class LeaveOfAbsenceQuerySet(ScopedQuerySet["LeaveOfAbsence"]):
    """Leaves of absence."""

    scope = BY_CENTER_OR_PATIENT

    def covering(self, day: dt.date) -> Self:
        """Leaves that cover `day`; the day a leave ends is out."""
        return self.filter(starts_on__lte=day, ends_on__gt=day)


class StaffTaskQuerySet(ScopedQuerySet["StaffTask"]):
    """Work raised for staff."""

    scope = BY_CENTER_OR_PATIENT
