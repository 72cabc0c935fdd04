"""News from centers to the rooms above, sent inside the transaction; receivers are idempotent and free of order."""

from django.dispatch import Signal

# sender Closure; closure, by. After a closure was added (or, with is_removed=True, taken back): the calendar closes the
# sessions that overlap it.
closure_changed = Signal()
# sender RoleAssignment; staff, center, by. After somebody's roles at a center changed: grants that depend on whether
# the holder signs are projected again.
roles_changed = Signal()
