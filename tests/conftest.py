"""What every test may use: the log that can be flushed, and the fixed cast."""

pytest_plugins = ["tests.audit_flush", "tests.cast"]
