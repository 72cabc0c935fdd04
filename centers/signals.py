"""News from centers to the rooms above, sent inside the transaction; receivers are idempotent and free of order."""

from django.dispatch import Signal

# sender Closure; closure, by. After a closure was added (or, with is_removed=True, taken back): the calendar closes the
# sessions that overlap it.
closure_changed = Signal()
# sender RoleAssignment; staff, center, by. After somebody's roles at a center changed: grants that depend on whether
# the holder signs are projected again.
roles_changed = Signal()
# sender Position; position, by, at. While somebody leaves a center, before their roles end: each receiver takes away
# what the person has in its room at that center from that moment on, and returns it as `centers.departures.Item`s.
staff_leaving = Signal()
# sender Position; position, by, kept. After a leaving to come was taken back, and the roles last again: each receiver
# lets the records of its room among `kept` last as long as they would have.
staff_staying = Signal()
# sender Position; position, by, taken. After all was taken: each receiver returns what is now without anybody.
staff_left = Signal()
