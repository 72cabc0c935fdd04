"""What the verbs and the constraints of the calendar refuse, in words; registered when apps are ready."""

from backend.api.problems import register_texts

PROBLEMS = {
    "session_not_scheduled": ("Not on the schedule", "The session is withdrawn, closed or called off."),
    "session_called_off": ("Called off", "The session was called off; reinstate it before recording who came."),
    "session_move_not_allowed": ("Not possible now", "The session's status does not allow this."),
    "session_day_has_come": ("Too late to withdraw", "On the day itself a session is called off, not withdrawn."),
    "session_day_not_come": ("Too early to call off", "Before its day a session is withdrawn, not called off."),
    "session_has_attendance": ("Attendance is recorded", "People are recorded in this session already."),
    "center_is_closed": ("Center is closed", "The center is closed in some of that time."),
    "not_shorter": ("Not shorter", "A session is shortened to at least a minute and to less than it has."),
    "no_guests_here": ("No guests here", "The group is closed: guests never come."),
    "session_full": ("Session is full", "Every seat of the session is taken."),
    "on_roster_already": ("In the session already", "This person is in the session already."),
    "roster_not_recorded": ("Nothing was recorded", "Each fault is named under errors; no row was stored."),
    "attendance_not_recorded": ("Nothing was recorded", "Each fault is named under errors."),
    "status_move_not_allowed": ("Status not possible", "The attendance cannot go from its status to that one."),
}
FAULTS = {
    "not_on_roster": "This person is not in the session.",
    "named_twice": "This person is named twice.",
    "roster_incomplete": "Everybody who is expected must be named exactly once.",
    "outside_session_day": "This is not on the day of the session.",
    "left_before_arrived": "Nobody leaves before they arrive.",
    "times_on_absence": "Somebody who did not come neither arrived nor left.",
    "not_missed": "This attendance was not missed.",
    "made_up_already": "This attendance has been made up already.",
    "member_makes_up_nothing": "A member of the group is no guest in it.",
    "not_staff_of_session": "This person does not staff the session.",
    "staff_of_session_already": "This person staffs the session already.",
    "returns_for_good": "Somebody who returns to their own place does so without an end.",
    "before_session_ends": "Access ends after the session, and not before now.",
    "after_attendance_closes": "Access ends when attendance closes, at the latest.",
    "outside_validity": "The day must be after today and within the validity.",
}
CONSTRAINTS = {
    "session_room_taken": ("room_taken", "The room holds another session in some of that time."),
    "sessionstaff_taken": ("staff_taken", "A staff member has another session in some of that time."),
    "attendance_patient_taken": ("patient_taken", "A patient is in another session in some of that time."),
    "attendance_within_seats": ("session_full", ""),
    "attendance_once": ("on_roster_already", ""),
    "sessionstaff_access_outlasts_session": ("access_order", "Access to a session ends after the session."),
    "sessionstaff_once": ("staff_twice", "The person staffs the session already."),
    "session_original_start_once": ("session_exists", "The series has a session with this original start."),
    "session_in_order": ("session_order", "A session must end after it starts."),
    "session_break_within": ("break_outside_session", "The break must lie within the session."),
    "series_code_once_per_center": ("series_code_taken", "Another series of the center has this code."),
    "series_has_a_seat": ("series_without_seat", "A series has at least one seat."),
    "pattern_validity_in_order": ("pattern_order", "A pattern must end after it begins."),
    "pattern_break_within": ("break_outside_session", ""),
    "pattern_has_a_length": ("pattern_length", "A session lasts from one minute to a day."),
    "seriesstaff_in_order": ("series_staff_order", "Leading a series must end after it begins."),
    "seriesstaff_no_overlap": ("leads_already", "The person leads the series in some of that time already."),
    "participation_in_order": ("participation_order", "Belonging to a series must end after it begins."),
    "participation_no_overlap": ("belongs_already", "The patient belongs to the series in some of that time already."),
    "attendance_times_in_order": ("attendance_times_order", "Nobody leaves before they arrive."),
    "attendance_times_only_for_those_who_came": (
        "attendance_times_on_absence",
        "Somebody who did not come neither arrived nor left.",
    ),
    "attendance_makeup_is_another": ("makeup_by_itself", "Another session makes up for the one that was missed."),
}


def register() -> None:
    """Add the texts to the service's tables."""
    register_texts(problems=PROBLEMS, constraints=CONSTRAINTS, faults=FAULTS)
