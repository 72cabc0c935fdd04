"""A token's center is its account's; a service account has no position, role, invitation or sign-in."""

from django.db import migrations

from backend.api.sql import same_center, trigger

REFUSE = """
    IF EXISTS (SELECT 1 FROM centers_staff WHERE id = NEW.staff_id AND is_service) THEN
        RAISE EXCEPTION 'a service account is no person'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{name}';
    END IF;
    RETURN NEW;
"""


def of_a_person(table: str) -> migrations.RunSQL:
    """Rows of the table are about people."""
    name = f"{table}_of_a_person"
    when = "BEFORE INSERT OR UPDATE OF staff_id ON {table} FOR EACH ROW"
    return trigger(name, table, when, REFUSE.format(name=name))


class Migration(migrations.Migration):
    dependencies = [("centers", "0005_service_accounts")]

    operations = [
        same_center("centers_servicetoken", "account_id", "centers_serviceaccount"),
        of_a_person("centers_position"),
        of_a_person("centers_roleassignment"),
        of_a_person("centers_invitation"),
        of_a_person("centers_signin"),
    ]
