"""Every table of patient data has a forced policy, and from the application's role it shows open centers only."""

from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.utils import DatabaseError

from backend.api import wall
from backend.api.ids import new_id
from tests.access.scene import Scene
from tests.wall.tables import EXEMPT, OUTSIDE, ROOMS, centers_seen, counts, policies, protected, room_of, untied_keys
from tests.wall_role import APPLICATION

# A key over (id, center) would be one more index on the two largest tables. What such a column names in another center
# is not read through it: the row it points at has a policy of its own.
UNTIED = {"scheduling_attendance.made_up_by_id", "scheduling_attendancemove.attendance_id"}


def as_application() -> None:
    """From here to the end of the transaction the statements are the application's."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APPLICATION}")


def test_every_table_is_behind_the_wall_or_named_with_its_reason(scene: Scene) -> None:
    for table, is_guarded in policies().items():
        room = room_of(table)
        assert room in ROOMS or OUTSIDE[room], table
        assert is_guarded == (room in ROOMS and table not in EXEMPT), table
    assert EXEMPT.keys() <= policies().keys()


def test_a_row_and_what_it_points_at_lie_in_one_center(scene: Scene) -> None:
    assert untied_keys() == UNTIED


def test_without_the_setting_no_row_is_seen(scene: Scene) -> None:
    tables = protected()
    assert sum(counts(tables).values()) > 100
    as_application()
    assert {table: rows for table, rows in counts(tables).items() if rows} == {}


def test_within_a_center_its_rows_are_seen_and_no_other(scene: Scene) -> None:
    cast, everything = scene.cast, counts(protected())
    seen: dict[str, int] = dict.fromkeys(everything, 0)
    for center in (cast.center, cast.elsewhere):
        with wall.atomic([center.pk]):
            for table, rows in counts(protected()).items():
                seen[table] += rows
                assert centers_seen(table) <= {str(center.pk)}
    assert seen == everything


def test_two_centers_are_seen_when_two_are_named(scene: Scene) -> None:
    both = [scene.cast.center.pk, scene.cast.elsewhere.pk]
    with wall.atomic(both):
        assert centers_seen("patients_patient") == set(map(str, both))


def test_nobodys_centers_are_none(scene: Scene) -> None:
    with wall.atomic([]):
        assert centers_seen("patients_patient") == set()


def test_an_inner_block_closes_the_outer_center_until_it_ends(scene: Scene) -> None:
    mine, other = scene.cast.center.pk, scene.cast.elsewhere.pk
    with wall.atomic([mine]):
        with transaction.atomic(), wall.within([other]):
            assert centers_seen("patients_patient") == {str(other)}
        assert centers_seen("patients_patient") == {str(mine)}


def test_a_block_that_fails_leaves_what_was_open_before(scene: Scene) -> None:
    mine, other = scene.cast.center.pk, scene.cast.elsewhere.pk
    with wall.atomic([mine]):
        with pytest.raises(ZeroDivisionError), wall.within([other]):
            raise ZeroDivisionError
        with pytest.raises(DatabaseError), wall.atomic([other]), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert centers_seen("patients_patient") == {str(mine)}


def written(statement: str, *values: UUID) -> int:
    """The rows a statement of the application's writes within the center next door."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def test_no_row_of_another_center_is_changed_or_deleted(scene: Scene) -> None:
    with wall.atomic([scene.cast.elsewhere.pk]):
        for table in protected():
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table} WHERE center_id = %s", [scene.cast.center.pk])
                assert cursor.fetchone() == (0,)
        assert written("UPDATE patients_patient SET language = 'fr' WHERE id = %s", scene.cast.pat.pk) == 0
        assert written("DELETE FROM patients_episode WHERE patient_id = %s", scene.cast.pat.pk) == 0


def test_no_row_is_put_into_another_center(scene: Scene) -> None:
    cast = scene.cast
    with pytest.raises(ProgrammingError, match="row-level security"), wall.atomic([cast.elsewhere.pk]):
        written("UPDATE patients_patient SET center_id = %s WHERE id = %s", cast.center.pk, cast.stranger.pk)
    insert = "INSERT INTO reminders_reminderrule (id, center_id, offset_hours) VALUES (%s, %s, 5)"
    with pytest.raises(ProgrammingError, match="row-level security"), wall.atomic([cast.elsewhere.pk]):
        written(insert, new_id(), cast.center.pk)


def test_no_row_points_at_one_of_another_center(scene: Scene) -> None:
    cast = scene.cast
    insert = (
        "INSERT INTO patients_availabilitywindow (id, patient_id, center_id, weekday, from_time, to_time)"
        " VALUES (%s, %s, %s, 1, '09:00', '10:00')"
    )
    with wall.atomic([cast.elsewhere.pk]):
        assert written(insert, new_id(), cast.stranger.pk, cast.elsewhere.pk) == 1
    refused = pytest.raises(IntegrityError, match="availabilitywindow_patient_id_center_id_same")
    with refused, wall.atomic([cast.elsewhere.pk]):
        written(insert, new_id(), cast.pat.pk, cast.elsewhere.pk)


def test_the_setting_is_entered_within_a_transaction_only() -> None:
    with pytest.raises(wall.OutsideError), wall.within([new_id()]):
        pass
