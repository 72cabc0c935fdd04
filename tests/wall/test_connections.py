"""Nothing of the wall outlives its transaction, on the service's connections or on a bare one."""

import psycopg
import pytest
from django.db import connection

from backend.api import wall
from backend.api.recorder import acting_as
from patients.models import Patient
from tests.cast import TESTER
from tests.factories import CenterFactory, PatientFactory
from tests.wall.tables import counts, protected
from tests.wall_role import APPLICATION

pytestmark = pytest.mark.django_db(transaction=True)
READ = "SELECT count(*) FROM patients_patient"
OPEN = "SELECT current_setting('iop.centers', true), current_user"


@pytest.fixture
def patient() -> Patient:
    """Somebody committed, for every connection to see."""
    with acting_as(TESTER):
        found: Patient = PatientFactory(center=CenterFactory())
    return found


@pytest.fixture
def bare() -> psycopg.Connection[tuple[object, ...]]:
    """A connection of psycopg's own under the application's role, with nothing set: what psql would be."""
    held = connection.settings_dict
    place = {"host": held["HOST"], "port": held["PORT"], "dbname": held["NAME"]}
    found = psycopg.connect(**place, user=held["USER"], password=held["PASSWORD"], autocommit=True)
    found.execute(f"SET ROLE {APPLICATION}")
    return found


def test_a_bare_connection_sees_no_row(patient: Patient, bare: psycopg.Connection[tuple[object, ...]]) -> None:
    assert counts(["patients_patient"]) == {"patients_patient": 1}
    with bare:
        for table in protected():
            assert bare.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_a_bare_connection_sees_what_it_names_and_no_longer_than_its_transaction(
    patient: Patient, bare: psycopg.Connection[tuple[object, ...]]
) -> None:
    with bare:
        with bare.transaction():
            bare.execute("SELECT set_config('iop.centers', %s, true)", [f"{{{patient.center_id}}}"])
            assert bare.execute(READ).fetchone() == (1,)
        assert bare.execute(READ).fetchone() == (0,)


def test_the_services_connection_carries_nothing_to_the_next_transaction(patient: Patient) -> None:
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        before = cursor.fetchone()
    with wall.atomic([patient.center_id]), connection.cursor() as cursor:
        cursor.execute(OPEN)
        assert cursor.fetchone() == (f"{{{patient.center_id}}}", APPLICATION)
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        assert cursor.fetchone() == ("", before[1])
