"""What the verbs and the constraints of centers refuse, in words; registered when apps are ready."""

from backend.api.problems import register_texts

PROBLEMS = {
    "role_of_oneself": ("Not for oneself", "Somebody else must give you a role."),
    "role_has_ended": ("Role is over", "The assignment has ended already."),
    "listing_of_oneself": ("Not for oneself", "Somebody else must put you on the list."),
    "listing_has_ended": ("Listing is over", "The person is off the list by then already."),
    "staff_inactive": ("Account closed", "The account is not active."),
    "works_here_already": ("Works here already", "The person has a position at this center."),
    "position_has_ended": ("Position is over", "The person has left this center already."),
    "leaves_already": ("Leaves already", "A day is set on which the person leaves; take it back first."),
    "begins_after_leaving": (
        "Begins only after that",
        "Something of the person's begins only when they have left; end it first.",
    ),
    "deactivation_of_oneself": ("Not for oneself", "Somebody else must close your account."),
    "has_password": ("Password is set", "The person has a password already; a link would replace it."),
    "mail_not_sent": ("Mail not sent", "The mail server did not take the message. Try again later."),
    "invitation_not_valid": ("Link not valid", "The link is not known, was used, or has expired. Ask for another."),
    "reset_not_valid": ("Link not valid", "The link is not known, was used, or has expired. Ask for another."),
    "sign_in_idle": ("Sign-in is idle", "Give the password or the second factor again to go on."),
    "second_factor_required": (
        "Second factor required",
        "Set up a second factor; nothing else is open until then.",
    ),
    "last_second_factor": (
        "Second factor required",
        "Your role wants a second factor; add another first.",
    ),
    "has_not_joined": ("Has not joined yet", "The person has not followed this center's invitation yet."),
    "second_factor_of_oneself": ("Not for oneself", "Somebody else must reset your second factor."),
    "service_account_closed": ("Account closed", "The service account has been closed for good."),
    "nothing_to_confirm": ("Nothing to confirm", "Nothing waits to be confirmed here."),
    "confirmation_of_oneself": ("Not for oneself", "Somebody else must confirm what you asked for."),
    "confirmation_of_something_else": ("It has changed", "The codenames are others by now. Read again."),
    "sign_in_failed": ("Sign-in failed", "E-mail address and password do not fit together."),
}
FAULTS = {
    "network_too_wide": "The network is larger than /16, or /32 of IPv6.",
    "scope_not_held": "The account is not meant to hold this.",
    "moment_not_to_come": "This must be later than now.",
    "within_a_year": "This must not be over, and lie ahead by a year at most.",
    "timezone_unknown": "This is not an IANA time zone.",
    "password_too_short": "The password is shorter than 12 characters.",
    "password_too_common": "The password is among the most common ones.",
    "password_breached": "The password has been in a breach, and is tried first by whoever guesses.",
    "incorrect_code": "The code or the key does not fit.",
    "password_too_similar": "The password is too similar to your name or address.",
    "email_password_mismatch": "E-mail address and password do not fit together.",
    "too_many_login_attempts": "Too many attempts. Wait some minutes.",
    "incorrect_password": "The password is not correct.",
    "enter_current_password": "The password is not correct.",
}
# Triggers that keep what only people have from service accounts.
OF_PEOPLE = [f"centers_{table}_of_a_person" for table in ("position", "roleassignment", "invitation", "signin")]
CONSTRAINTS = {
    "center_name_once": ("center_name_taken", "Another center bears this name."),
    "center_calendar_in_order": ("calendar_order", "The calendar must end after it begins."),
    "center_week_starts_on_a_weekday": ("weekday_unknown", "The week starts on a day from 0 (Monday) to 6 (Sunday)."),
    "program_code_once_per_center": ("program_code_taken", "Another program of the center has this code."),
    "programrule_one_version_a_day": ("rule_version_exists", "The program has a version that begins on this day."),
    "programrule_maximum_not_under_minimum": ("weekly_minutes_order", "The maximum must not be under the minimum."),
    "programrule_days_fit_a_week": ("days_fit_a_week", "A week has seven days."),
    "room_code_once_per_center": ("room_code_taken", "Another room of the center has this code."),
    "closure_in_order": ("closure_order", "A closure must end after it begins."),
    "accountmail_in_order": ("account_mail_order", "A link must end after it begins."),
    "accountmail_token_expires": ("account_mail_order", ""),
    "staff_email_once": ("email_taken", "Another account has this e-mail address."),
    "staff_email_key": ("email_taken", "Another account has this e-mail address."),
    "position_one_per_center": ("works_here_already", ""),
    "position_supervises_another": ("supervisor_of_oneself", "Nobody supervises themselves."),
    "centers_position_supervisor_id_center_id_same": ("supervisor_elsewhere", "The supervisor works elsewhere."),
    "serviceaccount_name_once_per_center": ("service_name_taken", "Another service account here bears this name."),
    "serviceaccount_in_order": ("service_order", "A service account must end after it begins."),
    "serviceaccount_holds_something": ("service_holds_nothing", "A service account holds one codename at least."),
    "serviceaccount_confirmed_by_another": ("confirmation_of_oneself", ""),
    "servicetoken_confirmed_by_another": ("confirmation_of_oneself", ""),
    "servicetoken_lives_a_year_at_most": ("service_token_life", "A token lives for a year at most."),
    "servicetoken_opens_something": ("service_token_opens_nothing", "A token has one scope at least."),
    "servicetoken_has_addresses": ("service_token_without_addresses", "A token has one network at least."),
    "staff_service_uses_tokens_only": ("not_a_person", "A service account has no password and opens no admin."),
    **dict.fromkeys(OF_PEOPLE, ("not_a_person", "")),
    "roleassignment_in_order": ("role_order", "A role must end after it begins."),
    "emergencylisting_in_order": ("listing_order", "A listing must end after it begins."),
    "emergencylisting_no_overlap": ("listed_already", "The person is on the list in some of that time."),
    "roleassignment_no_overlap": ("role_held_already", "The person holds this role in some of that time."),
}


def register() -> None:
    """Add the texts to the service's tables."""
    register_texts(problems=PROBLEMS, constraints=CONSTRAINTS, faults=FAULTS)
