"""People in care: their episodes and levels of care, care teams, contact points, leaves; tasks for staff; grants."""

from patients.models.access import CareTeamMember, PatientGroupGrant, PatientUserGrant
from patients.models.care import Episode, LeaveOfAbsence, LevelOfCareStay
from patients.models.contact import ContactPoint, MessagingConsent
from patients.models.emergencies import EmergencyAccess, EmergencyNotice
from patients.models.people import AvailabilityWindow, Patient
from patients.models.tasks import StaffTask

__all__ = [
    "AvailabilityWindow",
    "CareTeamMember",
    "ContactPoint",
    "EmergencyAccess",
    "EmergencyNotice",
    "Episode",
    "LeaveOfAbsence",
    "LevelOfCareStay",
    "MessagingConsent",
    "Patient",
    "PatientGroupGrant",
    "PatientUserGrant",
    "StaffTask",
]
