"""Which rows of a patient's record one may see, and how patients are found."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q

from backend.api.gate import ScopedQuerySet, User, reach_of
from centers.roles import Code
from patients.names import folded

if TYPE_CHECKING:
    from patients.models import (
        AvailabilityWindow,
        CareTeamMember,
        ContactPoint,
        EmergencyAccess,
        EmergencyNotice,
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


class EmergencyAccessQuerySet(ScopedQuerySet["EmergencyAccess"]):
    """Emergency accesses."""

    scope = {"centers.Center": "center_id"}

    def visible_to(self, user: User, codename: str) -> Self:
        """By center; who broke the glass sees, beside what one reviews, one's own at the centers one works at."""
        if codename != Code.REVIEW_ACCESS:
            return super().visible_to(user, codename)
        reach = reach_of(user)
        reviewed, own = (reach.ids("centers.Center", code) for code in (codename, Code.VIEW_CENTER))
        condition = Q(center_id__in=sorted(reviewed)) | Q(staff_id=user.pk, center_id__in=sorted(own))
        return self.filter(condition) if reviewed or own else self.none()

    def open_at(self, at: dt.datetime) -> Self:
        """Those that let their holders read at a moment."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def over(self, at: dt.datetime) -> Self:
        """Those that have ended by a moment."""
        return self.filter(ends_at__lte=at)

    def standing(self, at: dt.datetime) -> Self:
        """Those that are open at a moment, or not judged: no second one may be opened beside them."""
        return self.filter(Q(reviewed_at__isnull=True) | Q(ends_at__gt=at))

    def locked(self, pk: UUID) -> "EmergencyAccess":
        """The access with its patient and holder, its row locked."""
        rows = self.select_for_update(no_key=True, of=("self",))
        return rows.select_related("center", "patient", "staff", "reviewed_by").get(pk=pk)


class EmergencyNoticeQuerySet(ScopedQuerySet["EmergencyNotice"]):
    """Who is to be told of an emergency access."""

    scope = {"centers.Center": "center_id"}

    def due(self, center: models.Model, at: dt.datetime) -> Self:
        """Notices of one center that may be sent at a moment; what has been judged needs no alarm any more."""
        return self.filter(
            center=center, sent_at__isnull=True, due_at__lte=at, access__reviewed_at__isnull=True
        ).order_by("due_at", "id")

    def claim(self, pk: UUID, at: dt.datetime, lease: dt.timedelta) -> bool:
        """Take one due notice for oneself for a while; False when somebody else has it, or it went."""
        return self.filter(pk=pk, sent_at__isnull=True, due_at__lte=at).update(due_at=at + lease) == 1


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
