"""The addresses of patients: people, their care, how they are reached, and the tasks of staff."""

from patients.views.care import EpisodeViewSet, LeaveViewSet, StayViewSet
from patients.views.contacts import ContactPointViewSet
from patients.views.emergencies import EmergencyAccessViewSet
from patients.views.people import PatientViewSet
from patients.views.staff import MemberViewSet, TaskViewSet

__all__ = [
    "ContactPointViewSet",
    "EmergencyAccessViewSet",
    "EpisodeViewSet",
    "LeaveViewSet",
    "MemberViewSet",
    "PatientViewSet",
    "StayViewSet",
    "TaskViewSet",
]
