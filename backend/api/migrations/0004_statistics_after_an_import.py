"""Whoever writes a whole center may have its tables counted at once: until then plans are made for empty ones."""

from django.db import migrations

# Runs with its owner's rights, on the tables behind the wall alone: counting is the owner's to allow.
FORWARD = """
CREATE FUNCTION iop_count_rows() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    counted regclass;
BEGIN
    FOR counted IN
        SELECT oid FROM pg_catalog.pg_class
        WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace ORDER BY relname
    LOOP
        EXECUTE format('ANALYZE %s', counted);
    END LOOP;
END
$body$;
REVOKE ALL ON FUNCTION iop_count_rows() FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'iop_app') THEN
        GRANT EXECUTE ON FUNCTION iop_count_rows() TO iop_app;
    END IF;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0003_answers_remember_what_was_held")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION iop_count_rows()")]
