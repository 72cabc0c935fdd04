"""The log entry: one row per change, read, search, refusal or sign-in; append-only, partitioned by month, hashed."""

from typing import TYPE_CHECKING, ClassVar

from auditlog.models import AbstractLogEntry
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from audit.canonical import CanonicalJSONField
from audit.kinds import Kind
from audit.leaves import VERSION
from audit.querysets import LogEntryManager
from backend.api.clock import now
from backend.api.ids import new_id

if TYPE_CHECKING:
    # Most of what auditlog's class declares is taken away below; to the type checker it declares nothing.
    _Base = models.Model
else:
    _Base = AbstractLogEntry


class LogEntry(_Base):
    """One row of the audit stream. It names by ids and tells no contents; it refers to nothing.

    The database refuses UPDATE, DELETE and TRUNCATE, and sets `leaf` itself whatever is sent. The table's key is
    (id, at), since a partitioned table's key must hold what it is partitioned by; ids are unique by construction.
    A type label stands in place of auditlog's content type key: it means the same in every copy of the database,
    which the leaf needs, and looking it up costs no statement.
    """

    class Action:
        """What auditlog's receivers ask for, as the words stored."""

        CREATE = "create"
        UPDATE = "update"
        DELETE = "delete"
        ACCESS = "access"

    # Inherited columns that are not wanted: keys into the domain, and second homes of what stands below.
    content_type = None
    object_id = None
    serialized_data = None
    changes_text = None
    actor = None
    actor_email = None
    cid = None
    remote_addr = None
    remote_port = None
    timestamp = None
    additional_data = None

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=now, editable=False)
    actor_id = models.TextField()
    actor_name = models.TextField()
    actor_role = models.TextField(default="", blank=True)
    center_id = models.UUIDField(null=True, blank=True)
    patients = ArrayField(models.UUIDField(), default=list, blank=True)
    request_id = models.TextField(default="", blank=True)
    address = models.TextField(default="", blank=True)
    kind = models.TextField(choices=Kind.choices)
    action = models.TextField()
    outcome = models.TextField(default="ok")
    purpose = models.TextField(default="", blank=True)
    object_type = models.TextField(default="", blank=True)
    object_pk = models.TextField(default="", blank=True)
    object_repr = models.TextField(default="", blank=True)
    changes = CanonicalJSONField(default=dict, blank=True)
    details = CanonicalJSONField(default=dict, blank=True)
    leaf_version = models.PositiveSmallIntegerField(default=VERSION, editable=False)
    leaf = models.BinaryField(default=b"", editable=False)

    objects: ClassVar[LogEntryManager] = LogEntryManager()

    class Meta:
        ordering = ["-at", "id"]
        get_latest_by = "at"
        verbose_name = "log entry"
        verbose_name_plural = "log entries"
        indexes = [
            models.Index(fields=["center_id", "-at", "id"], name="audit_logentry_center_at"),
            models.Index(fields=["actor_id", "-at"], name="audit_logentry_actor_at"),
            models.Index(fields=["object_pk", "at"], name="audit_logentry_object_at"),
            # fastupdate defers the index work to some unlucky later insert (119 ms measured against 6).
            GinIndex(fields=["patients"], name="audit_logentry_patients", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_repr}".strip()
