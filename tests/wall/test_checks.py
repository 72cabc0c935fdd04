"""`check --deploy` asks the database: who serves is bound by the wall, and every table that belongs behind it is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.checks import registry
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.checks import check_rights
from backend.api.wall_checks import check_policies, check_role, walled_tables
from tests.wall.tables import protected
from tests.wall_role import APPLICATION

pytestmark = pytest.mark.django_db
CHECKS = (check_role, check_policies, check_rights)


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def found(*checks: Callable[..., Any]) -> set[str]:
    """The ids of what the checks say to the application's role."""
    run(f"SET LOCAL ROLE {APPLICATION}")
    said = {message.id for check in checks for message in check()}
    run("RESET ROLE")
    return said


def test_the_application_may_serve() -> None:
    assert found(*CHECKS) == set()


def test_the_owner_may_not() -> None:
    assert {message.id for check in CHECKS for message in check()} == {"api.E006", "api.E007", "audit.E004"}


def test_who_may_become_one_that_may_not_may_not_either() -> None:
    run("CREATE ROLE iop_passing BYPASSRLS", "CREATE ROLE iop_climbing", "GRANT iop_passing TO iop_climbing")
    run("SET LOCAL ROLE iop_climbing")
    assert {message.id for message in check_role()} == {"api.E006"}
    run("RESET ROLE")


def test_every_table_behind_the_wall_is_expected_there() -> None:
    assert walled_tables() == protected()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE patients_patient NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE patients_patient DISABLE ROW LEVEL SECURITY",
        "DROP POLICY patients_patient_of_open_centers ON patients_patient",
        "ALTER POLICY patients_patient_of_open_centers ON patients_patient USING (true)",
        "ALTER POLICY patients_patient_of_open_centers ON patients_patient WITH CHECK (true)",
        "CREATE POLICY another ON patients_patient USING (true)",
    ],
)
def test_a_gap_in_the_wall_is_named(change: str) -> None:
    run(change)
    assert ["patients_patient" in message.msg for message in check_policies()] == [True]
    assert found(*CHECKS) == {"api.E008"}


@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE", "UPDATE (outcome)"])
def test_a_right_to_change_the_log_is_named(right: str) -> None:
    run(f"GRANT {right} ON audit_logentry TO {APPLICATION}")
    assert found(*CHECKS) == {"audit.E004"}


@pytest.mark.parametrize("check", CHECKS)
def test_a_database_that_does_not_answer_is_a_fault(check: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", away)
    assert [message.id for message in check()] == ["api.E005"]


def test_only_deployments_are_asked() -> None:
    assert set(CHECKS) <= registry.registry.deployment_checks
    assert not set(CHECKS) & registry.registry.registered_checks
