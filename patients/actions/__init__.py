"""What is done to people in care: registration, care, care teams, contacts, leaves, emergencies, tasks for staff."""

from patients.actions.care import admit, change_level, discharge, undo_discharge
from patients.actions.contacts import answer_consent, end_contact_point, keep_contact_point, revise_contact_point
from patients.actions.emergencies import (
    end_emergency,
    follow_roles_in_emergencies,
    open_emergency,
    review_emergency,
)
from patients.actions.leaves import end_leave, revise_leave, take_leave
from patients.actions.leaving import (
    leave_every_emergency,
    leave_every_team,
    patients_without_team,
    stay_in_teams,
    unassign_tasks,
)
from patients.actions.people import register_patient, revise_patient
from patients.actions.tasks import assign_task, do_task, raise_task, reopen_task
from patients.actions.teams import follow_roles, join_care_team, leave_care_team

__all__ = [
    "admit",
    "answer_consent",
    "assign_task",
    "change_level",
    "discharge",
    "do_task",
    "end_contact_point",
    "end_emergency",
    "end_leave",
    "follow_roles",
    "follow_roles_in_emergencies",
    "join_care_team",
    "keep_contact_point",
    "leave_care_team",
    "leave_every_emergency",
    "leave_every_team",
    "open_emergency",
    "patients_without_team",
    "raise_task",
    "register_patient",
    "reopen_task",
    "review_emergency",
    "revise_contact_point",
    "revise_leave",
    "revise_patient",
    "stay_in_teams",
    "take_leave",
    "unassign_tasks",
    "undo_discharge",
]
