"""Emergency accesses lie where their patients do, are never extended nor rewritten, are judged once, and stay."""

from django.db import migrations

from backend.api.sql import composite_key, same_center, trigger

REFUSE = "RAISE EXCEPTION '{text}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"
FIXED = "center_id, patient_id, staff_id, nature, reason, starts_at"
VERDICT = "reviewed_at, reviewed_by_id, verdict, note"


def changed(columns: str) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in columns.split(", ")) for row in ("OLD", "NEW"))
    return f"({new}) IS DISTINCT FROM ({old})"


class Migration(migrations.Migration):
    dependencies = [("patients", "0004_emergency_accesses")]

    operations = [
        same_center("patients_emergencyaccess", "patient_id", "patients_patient"),
        same_center("patients_emergencynotice", "access_id", "patients_emergencyaccess"),
        composite_key("patients_emergencynotice", "access_id, patient_id", "patients_emergencyaccess", "id, patient_id"),
        trigger(
            "emergencyaccess_only_shrinks",
            "patients_emergencyaccess",
            "BEFORE UPDATE ON {table} FOR EACH ROW",
            f"IF NEW.ends_at > OLD.ends_at OR {changed(FIXED)} THEN"
            f" {REFUSE.format(text='an emergency access is never extended', name='emergencyaccess_never_extended')} END IF;"
            f" IF OLD.reviewed_at IS NOT NULL AND {changed(VERDICT)} THEN"
            f" {REFUSE.format(text='a verdict stands', name='emergencyaccess_judged_once')} END IF; RETURN NEW;",
        ),
        trigger(
            "emergencyaccess_stays",
            "patients_emergencyaccess",
            "BEFORE DELETE ON {table} FOR EACH ROW",
            REFUSE.format(text="emergency accesses stay", name="emergencyaccess_stays"),
        ),
    ]
