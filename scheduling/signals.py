"""News from the calendar to the rooms above, sent inside the transaction; receivers are idempotent, order-free."""

from django.dispatch import Signal

# sender Session; session, patient_ids, by. After people who were expected are no longer: called off, canceled by the
# patient, or off the roster. A guest's seat is free again.
attendance_canceled = Signal()
# sender Session; session, patient_ids, change, by. `change` is withdrawn, called_off, moved, shortened or reinstated.
# After something changed that the people expected should hear of.
notice_wanted = Signal()
