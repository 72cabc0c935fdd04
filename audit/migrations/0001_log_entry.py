"""The log: a table partitioned by month, append-only by triggers, every row hashed by the database from the first on."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

import audit.canonical
import backend.api.clock
import backend.api.ids

TABLE = """
CREATE TABLE audit_logentry (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    actor_role text NOT NULL,
    center_id uuid,
    patients uuid[] NOT NULL DEFAULT '{}',
    request_id text NOT NULL,
    address text NOT NULL,
    kind text NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL,
    purpose text NOT NULL,
    object_type text NOT NULL,
    object_pk text NOT NULL,
    object_repr text NOT NULL,
    changes text NOT NULL,
    details text NOT NULL,
    leaf_version smallint NOT NULL,
    leaf bytea NOT NULL,
    CONSTRAINT audit_logentry_pkey PRIMARY KEY (id, at),
    CONSTRAINT audit_logentry_actor_given CHECK (actor_id <> ''),
    CONSTRAINT audit_logentry_action_given CHECK (kind <> '' AND action <> ''),
    -- array_position itself refuses arrays of arrays
    CONSTRAINT audit_logentry_patients_flat CHECK (array_position(patients, NULL) IS NULL),
    CONSTRAINT audit_logentry_changes_json CHECK (changes IS JSON OBJECT),
    CONSTRAINT audit_logentry_details_json CHECK (details IS JSON OBJECT)
) PARTITION BY RANGE (at);
CREATE INDEX audit_logentry_center_at ON audit_logentry (center_id, at DESC, id);
CREATE INDEX audit_logentry_actor_at ON audit_logentry (actor_id, at DESC);
CREATE INDEX audit_logentry_object_at ON audit_logentry (object_pk, at);
CREATE INDEX audit_logentry_patients ON audit_logentry USING gin (patients) WITH (fastupdate = off);
"""

# The bytes are those of audit.leaves, version 1. A later version is a later function, old rows keep theirs.
LEAF = """
CREATE FUNCTION audit_set_leaf() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    payload bytea := '\\x000001';
    field bytea;
BEGIN
    FOREACH field IN ARRAY ARRAY[
        uuid_send(NEW.id),
        int8send((extract(epoch FROM NEW.at) * 1000000)::bigint),
        convert_to(NEW.actor_id, 'UTF8'),
        convert_to(NEW.actor_name, 'UTF8'),
        convert_to(NEW.actor_role, 'UTF8'),
        uuid_send(NEW.center_id),
        (SELECT coalesce(string_agg(uuid_send(p.id), ''::bytea ORDER BY p.n), ''::bytea)
           FROM unnest(NEW.patients) WITH ORDINALITY AS p(id, n)),
        convert_to(NEW.request_id, 'UTF8'),
        convert_to(NEW.address, 'UTF8'),
        convert_to(NEW.kind, 'UTF8'),
        convert_to(NEW.action, 'UTF8'),
        convert_to(NEW.outcome, 'UTF8'),
        convert_to(NEW.purpose, 'UTF8'),
        convert_to(NEW.object_type, 'UTF8'),
        convert_to(NEW.object_pk, 'UTF8'),
        convert_to(NEW.object_repr, 'UTF8'),
        convert_to(NEW.changes, 'UTF8'),
        convert_to(NEW.details, 'UTF8')
    ] LOOP
        payload := payload || CASE WHEN field IS NULL THEN '\\xffffffff'::bytea
                                   ELSE int4send(octet_length(field)) || field END;
    END LOOP;
    NEW.leaf_version := 1;
    NEW.leaf := sha256(payload);
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_leaf BEFORE INSERT ON audit_logentry FOR EACH ROW EXECUTE FUNCTION audit_set_leaf();
ALTER TABLE audit_logentry ENABLE ALWAYS TRIGGER audit_leaf;
"""

APPEND_ONLY = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_logentry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_logentry ENABLE ALWAYS TRIGGER audit_no_change, ENABLE ALWAYS TRIGGER audit_no_truncate;

-- Row triggers reach every partition by themselves; a TRUNCATE trigger has to be made on each.
CREATE FUNCTION audit_guard_partition(part regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse()', part);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER audit_no_truncate, ENABLE ALWAYS TRIGGER audit_no_change,
                    ENABLE ALWAYS TRIGGER audit_leaf', part);
END
$$;
"""

# Runs with its owner's rights: the application's role owns nothing here, and its daily task must make months.
PARTITIONS = """
CREATE FUNCTION audit_withhold_rights(app_role text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part regclass;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = app_role) THEN
        RETURN;
    END IF;
    FOR part IN SELECT relid FROM pg_catalog.pg_partition_tree('public.audit_logentry') LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I', part, app_role);
    END LOOP;
    EXECUTE format('GRANT SELECT, INSERT ON public.audit_logentry TO %I', app_role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION public.audit_ensure_partitions(integer) TO %I', app_role);
END
$$;

CREATE FUNCTION audit_ensure_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    month timestamp;
    part text;
    made integer := 0;
BEGIN
    IF months_ahead NOT BETWEEN 0 AND 60 THEN
        RAISE EXCEPTION 'months ahead are 0 to 60' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('audit_ensure_partitions'));
    FOR month IN SELECT generate_series(this_month, this_month + make_interval(months => months_ahead), '1 month') LOOP
        part := 'audit_logentry_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.audit_logentry FOR VALUES FROM (%L) TO (%L)',
                           part, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
        EXCEPTION WHEN check_violation THEN
            -- Rows of that month lie in the DEFAULT partition already and may not be moved; the check stays red.
            RAISE WARNING 'partition % was not made: the DEFAULT partition holds rows of that month', part;
            CONTINUE;
        END;
        PERFORM audit_guard_partition(('public.' || part)::regclass);
        made := made + 1;
    END LOOP;
    IF made > 0 THEN
        PERFORM audit_withhold_rights('iop_app');
    END IF;
    RETURN made;
END
$$;
REVOKE ALL ON FUNCTION audit_ensure_partitions(integer) FROM PUBLIC;

CREATE TABLE audit_logentry_default PARTITION OF audit_logentry DEFAULT;
SELECT audit_guard_partition('audit_logentry_default');
SELECT audit_ensure_partitions(12);
SELECT audit_withhold_rights('iop_app');
"""

UNDO = """
DROP TABLE audit_logentry;
DROP FUNCTION audit_ensure_partitions(integer), audit_withhold_rights(text), audit_guard_partition(regclass),
    audit_refuse(), audit_set_leaf();
"""

KINDS = [
    ("change", "change"),
    ("bulk", "change of many rows at once"),
    ("import", "import"),
    ("read", "read"),
    ("search", "search"),
    ("export", "export"),
    ("disclosure", "disclosure"),
    ("refuse", "refusal"),
    ("sign_in", "sign-in"),
    ("sign_out", "sign-out"),
    ("grant", "grant of access"),
    ("other", "other"),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(TABLE + LEAF + APPEND_ONLY + PARTITIONS, UNDO),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="LogEntry",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=backend.api.ids.new_id, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("at", models.DateTimeField(default=backend.api.clock.now, editable=False)),
                        ("actor_id", models.TextField()),
                        ("actor_name", models.TextField()),
                        ("actor_role", models.TextField(blank=True, default="")),
                        ("center_id", models.UUIDField(blank=True, null=True)),
                        (
                            "patients",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.UUIDField(), blank=True, default=list, size=None
                            ),
                        ),
                        ("request_id", models.TextField(blank=True, default="")),
                        ("address", models.TextField(blank=True, default="")),
                        ("kind", models.TextField(choices=KINDS)),
                        ("action", models.TextField()),
                        ("outcome", models.TextField(default="ok")),
                        ("purpose", models.TextField(blank=True, default="")),
                        ("object_type", models.TextField(blank=True, default="")),
                        ("object_pk", models.TextField(blank=True, default="")),
                        ("object_repr", models.TextField(blank=True, default="")),
                        ("changes", audit.canonical.CanonicalJSONField(blank=True, default=dict)),
                        ("details", audit.canonical.CanonicalJSONField(blank=True, default=dict)),
                        ("leaf_version", models.PositiveSmallIntegerField(default=1, editable=False)),
                        ("leaf", models.BinaryField(default=b"")),
                    ],
                    options={
                        "verbose_name": "log entry",
                        "verbose_name_plural": "log entries",
                        "ordering": ["-at", "id"],
                        "get_latest_by": "at",
                        "indexes": [
                            models.Index(fields=["center_id", "-at", "id"], name="audit_logentry_center_at"),
                            models.Index(fields=["actor_id", "-at"], name="audit_logentry_actor_at"),
                            models.Index(fields=["object_pk", "at"], name="audit_logentry_object_at"),
                            django.contrib.postgres.indexes.GinIndex(
                                fastupdate=False, fields=["patients"], name="audit_logentry_patients"
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
