"""What the verbs and the constraints of patients refuse, in words; registered when apps are ready."""

from backend.api.problems import register_texts

PROBLEMS = {
    "discharged_already": ("Discharged already", "The episode has ended; undo its discharge first."),
    "not_discharged": ("Not discharged", "The episode has not ended."),
    "program_without_rules": ("Program has no rules", "The program needs a version of its rules before admissions."),
    "care_team_of_oneself": ("Not for oneself", "Somebody else must add you to a care team."),
    "membership_over": ("Membership is over", "The care-team membership has ended by then."),
    "leave_is_over": ("Leave ends anyway", "The leave ends on that day or before it."),
    "contact_point_ended": ("No longer used", "The number or address has ended; add the new one."),
    "not_listed": ("Not listed", "You are not among those who may open an emergency access at this center."),
    "second_factor_stale": ("Confirm who you are", "Give your second factor again, then repeat the request."),
    "emergency_stands": ("Access stands", "Your earlier access to this patient is open, or waits for review."),
    "emergency_over": ("Access is over", "The emergency access has ended by then."),
    "review_of_oneself": ("Not for oneself", "Somebody else must review your emergency access."),
    "reviewed_already": ("Reviewed already", "The emergency access has been judged; a verdict stands."),
    "task_done_already": ("Task is done", "Somebody has done the task; reopen it first."),
    "task_open_already": ("Task is open", "Nobody has done the task yet."),
}
FAULTS = {
    "outside_episode": "The day lies outside the episode of care.",
    "day_to_come": "This day is still to come.",
    "long_ago": "This is too long ago.",
    "phone_unreadable": "This is not a number that can be dialed.",
    "language_unknown": "This is not a BCP 47 language tag.",
    "reason_too_thin": "This says too little: give at least four words and 20 characters.",
    "windows_overlap": "Two windows of a day overlap.",
}
CONSTRAINTS = {
    "patient_mrn_once_per_center": ("mrn_taken", "Another patient of the center has this record number."),
    "patient_has_mrn": ("mrn_missing", "A patient needs a record number."),
    "patient_preference_known": ("preference_unknown", "The preference is sms, email or none."),
    "episode_in_order": ("episode_order", "Discharge must be after admission."),
    "episode_discharge_has_a_reason": ("discharge_reason_missing", "A discharge needs a reason."),
    "episode_no_overlap_in_program": ("admitted_already", "The patient is in this program in some of that time."),
    "levelofcarestay_in_order": ("stay_order", "A stay must end after it begins."),
    "levelofcarestay_no_overlap": ("stays_overlap", "The patient is at level 2.1 or above elsewhere in that time."),
    "leaveofabsence_in_order": ("leave_order", "A leave must end after it begins."),
    "leaveofabsence_no_overlap": ("leaves_overlap", "The patient is on leave in some of that time already."),
    "contactpoint_one_of_a_kind": ("contact_point_exists", "The patient has one of this kind in use."),
    "contactpoint_kind_known": ("contact_kind_unknown", "The kind is mobile, other_phone or email."),
    "contactpoint_is_normalized": ("contact_point_empty", "The number or address is empty."),
    "messagingconsent_yes_has_a_day": ("consent_day_missing", "A yes needs the day it was given."),
    "availabilitywindow_in_order": ("window_must_end_later", "A window must end after it begins."),
    "availabilitywindow_on_a_weekday": ("weekday_unknown", "The week starts on a day from 0 (Monday) to 6 (Sunday)."),
    "careteammember_in_order": ("membership_order", "A membership must end after it begins."),
    "careteammember_no_overlap": ("on_the_team_already", "The person is on the care team in some of that time."),
    "emergencyaccess_a_few_hours": ("emergency_hours", "An emergency access lasts some hours, at most 24."),
    "emergencyaccess_has_a_reason": ("emergency_reason", "An emergency access needs a reason of substance."),
    "emergencyaccess_judged_by_another": ("review_of_oneself", ""),
    "emergencyaccess_judged_whole": ("emergency_review", "A verdict has a reviewer and a moment."),
    "emergencyaccess_judged_once": ("reviewed_already", ""),
    "emergencyaccess_one_unjudged": ("emergency_stands", ""),
    "emergencyaccess_no_overlap": ("emergency_stands", ""),
    "emergencyaccess_never_extended": ("emergency_fixed", "An emergency access is never extended nor rewritten."),
    "emergencyaccess_stays": ("emergency_fixed", ""),
    "emergencynotice_once_per_officer": ("told_already", "The officer has been told of this access."),
    "stafftask_open_once": ("task_raised_anew", "The same task was raised again since."),
    "stafftask_in_order": ("task_order", "A task is done after it was raised."),
}


def register() -> None:
    """Add the texts to the service's tables."""
    register_texts(problems=PROBLEMS, constraints=CONSTRAINTS, faults=FAULTS)
