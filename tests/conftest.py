"""What every test may use: the log that can be flushed, the role behind the wall, and the fixed cast."""

pytest_plugins = ["tests.audit_flush", "tests.wall_role", "tests.cast", "tests.door"]
