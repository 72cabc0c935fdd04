"""The access table's scene: one center with everything in it, and one next door whose only patient is Sten."""

from tests.access.conftest import db, scene, standing

__all__ = ["db", "scene", "standing"]
