"""What the verbs and the constraints of reminders refuse, in words; registered when apps are ready."""

from backend.api.problems import register_texts

PROBLEMS = {
    "reminder_settled": ("Reminder is settled", "What became of the reminder stands already."),
}
CONSTRAINTS = {
    "reminderrule_once": ("reminder_rule_taken", "The center reminds at this offset already."),
    "reminderrule_in_range": ("reminder_rule_range", "A rule reminds between 1 and 336 hours before."),
    "reminder_once": ("reminder_once", "There is one reminder for each patient, day and offset."),
    "reminder_state_known": ("reminder_state_unknown", "This is no state of a reminder."),
    "reminder_claim_has_a_lease": ("reminder_claim", "A claimed reminder has a claim and a lease."),
    "reminder_due_before_the_session": ("reminder_due_late", "A reminder is due before its session."),
    "suppression_once": ("suppressed_already", "Nothing is sent to this address already."),
    "suppression_tells_no_address": ("suppression_in_clear", "Of an address that said stop a digest is kept."),
}


def register() -> None:
    """Give every refusal its words."""
    register_texts(problems=PROBLEMS, constraints=CONSTRAINTS)
