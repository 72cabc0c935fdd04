"""The scene of the access table, for the fuzzers as well."""

from tests.access.conftest import db, scene, standing

__all__ = ["db", "scene", "standing"]
