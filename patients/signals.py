"""News of a patient's care for the rooms above, sent inside the transaction; receivers are idempotent, order-free."""

from django.dispatch import Signal

# Sent by Patient with `patient` and `by` after an admission, a discharge (or its undoing), or a leave has changed.
care_changed = Signal()
