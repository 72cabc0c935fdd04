"""The wall's list of open centers, and the look-up of where a refused object lies; stored answers go behind it."""

from django.db import migrations, models

from backend.api.sql import behind_the_wall

OPEN_CENTERS = """
CREATE FUNCTION iop_open_centers() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('iop.centers', true), '')::uuid[]
"""
# The one look over the wall, for the log of refusals alone: it takes an id, and tells which center and patient it
# belongs to, never anything of the row. It opens all centers for one statement of its own and closes them again.
PLACE_OF = """
CREATE FUNCTION iop_place_of(centers regclass, sought_in regclass, sought uuid, center_column name,
    patient_column name, OUT center_id uuid, OUT patient_id uuid) LANGUAGE plpgsql AS $body$
DECLARE
    earlier text := coalesce(current_setting('iop.centers', true), '');
    everywhere text;
BEGIN
    EXECUTE format('SELECT coalesce(array_agg(id), ''{}'')::text FROM %s', centers) INTO everywhere;
    PERFORM set_config('iop.centers', everywhere, true);
    EXECUTE format('SELECT %s, %s FROM %s WHERE id = $1',
        CASE WHEN center_column = '' THEN 'NULL::uuid' ELSE format('%I', center_column) END,
        CASE WHEN patient_column = '' THEN 'NULL::uuid' ELSE format('%I', patient_column) END,
        sought_in) INTO center_id, patient_id USING sought;
    PERFORM set_config('iop.centers', earlier, true);
END $body$
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0001_stored_answers")]

    operations = [
        migrations.RunSQL(OPEN_CENTERS, "DROP FUNCTION iop_open_centers()"),
        migrations.RunSQL(PLACE_OF, "DROP FUNCTION iop_place_of(regclass, regclass, uuid, name, name)"),
        # Answers live for a day; those that name patients of no one center could be repeated to nobody.
        migrations.RunSQL(
            "DELETE FROM api_storedanswer WHERE center_id IS NULL AND patients <> '{}'", migrations.RunSQL.noop
        ),
        migrations.AddConstraint(
            model_name="storedanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(patients=[]) | models.Q(center_id__isnull=False),
                name="api_storedanswer_with_patients_has_center",
            ),
        ),
        behind_the_wall("api_storedanswer", without_center=True),
    ]
