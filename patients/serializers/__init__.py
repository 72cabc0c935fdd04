"""How patients, their care and the tasks of staff are read and written."""

from patients.serializers.care import (
    EpisodeSerializer,
    LeaveEnd,
    LeaveInput,
    LeaveSerializer,
    LevelChange,
    NewDischarge,
    NewEpisode,
    NewLeave,
    StaySerializer,
)
from patients.serializers.contacts import (
    ConsentAnswer,
    ConsentSerializer,
    ContactPointInput,
    ContactPointSerializer,
    NewContactPoint,
)
from patients.serializers.emergencies import (
    EmergencyAccessSerializer,
    EmergencyReview,
    EmergencyRow,
    NewEmergencyAccess,
)
from patients.serializers.people import NewPatient, PatientInput, PatientSearch, PatientSerializer
from patients.serializers.staff import MemberEnd, MemberSerializer, NewMember, PageQuery, TaskSerializer

__all__ = [
    "ConsentAnswer",
    "ConsentSerializer",
    "ContactPointInput",
    "ContactPointSerializer",
    "EmergencyAccessSerializer",
    "EmergencyReview",
    "EmergencyRow",
    "EpisodeSerializer",
    "LeaveEnd",
    "LeaveInput",
    "LeaveSerializer",
    "LevelChange",
    "MemberEnd",
    "MemberSerializer",
    "NewContactPoint",
    "NewDischarge",
    "NewEmergencyAccess",
    "NewEpisode",
    "NewLeave",
    "NewMember",
    "NewPatient",
    "PageQuery",
    "PatientInput",
    "PatientSearch",
    "PatientSerializer",
    "StaySerializer",
    "TaskSerializer",
]
