"""What every test may use: a log to flush, the role behind the wall, the cast, the door; and a watch over its names."""

pytest_plugins = [
    "tests.audit_flush",
    "tests.wall_role",
    "tests.canary_watch",
    "tests.cast",
    "tests.door",
    "tests.access.counting",
]
