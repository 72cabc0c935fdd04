"""A pytest plugin: what runs within the wall runs under the application's role, which no policy spares.

Tests connect as the owner, who may look over the wall here, so that a test can put things in place and see what became
of them. In production the application's role connects and the statements below are those of `backend.api.wall`.
"""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from backend.api import wall

APPLICATION = "iop_app"
ENTER = f"{wall.ENTER}, set_config('role', '{APPLICATION}', true)"
# Left for an outer block of the wall, the role stays; left for the outside, the test is itself again.
LEAVE = (
    f"{wall.LEAVE}, set_config('role', CASE WHEN %(earlier)s = '' THEN 'none' ELSE '{APPLICATION}' END, true) AS role"
)
MAY_ACT = """
SELECT role.rolbypassrls OR role.rolsuper, pg_has_role(current_user, app.oid, 'SET')
FROM pg_roles role LEFT JOIN pg_roles app ON app.rolname = %s WHERE role.rolname = current_user
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Also: stop where the tests would prove nothing, or see nothing."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(MAY_ACT, [APPLICATION])
        bypasses, acts = cursor.fetchone()
    if not (bypasses and acts):
        pytest.exit(
            f"The role of DATABASE_URL must have BYPASSRLS and be allowed to SET ROLE {APPLICATION}"
            " (backend/servers/roles.sql and roles_tests.sql): tests look at rows of every center, and what they test"
            " must not.",
            returncode=4,
        )


@pytest.fixture(scope="session", autouse=True)
def _within_the_wall_as_the_application() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wall, "ENTER", ENTER)
        patch.setattr(wall, "LEAVE", LEAVE)
        yield
