"""Columns the tables share, and the stored answers of retried requests."""

import datetime as dt
from http import HTTPStatus

from django.contrib.postgres.fields import ArrayField
from django.db import models

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.ids import new_id

ANSWER_LIFETIME = dt.timedelta(hours=24)


class Identified(models.Model):
    """A row known by a UUIDv7 made in Python, so that it has its id before it is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A row with a version, from which its strong ETag is made."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def bump(self) -> None:
        """Count one change; the verb that calls this holds the row lock and saves the row."""
        self.version += 1


class StoredAnswer(models.Model):
    """The answer to a POST sent with an Idempotency-Key, kept to be repeated; patient data, guarded as such."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.CharField(max_length=64)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_hash = models.BinaryField(max_length=32)
    codename = models.CharField(max_length=100)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    center_id = models.UUIDField(null=True)
    patients = ArrayField(models.UUIDField(), default=list)
    # What its reader held on each patient named, or else on the center, when it was given: it shows fields by these.
    held = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("user_id", "route", "key"), name="api_storedanswer_one_per_key"),
            models.CheckConstraint(
                condition=models.Q(patients=[]) | models.Q(center_id__isnull=False),
                name="api_storedanswer_with_patients_has_center",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="api_storedanswer_created")]

    def __str__(self) -> str:
        return f"StoredAnswer {self.pk}"

    @property
    def is_new(self) -> bool:
        """Whether the request that claims this row is the first with its key."""
        return self.status == 0

    @classmethod
    def claimed(cls, asked: "StoredAnswer", at: dt.datetime) -> "StoredAnswer":
        """`asked` itself when its key is free or was used too long ago, else the row that holds the key.

        The unique key makes a second request wait until the first has committed or gone; then it sees the answer.
        """
        rows = cls._default_manager
        rows.bulk_create([asked], ignore_conflicts=True)
        stored = rows.filter(user_id=asked.user_id, route=asked.route, key=asked.key).select_for_update().first()
        if stored is not None and stored.created_at > at - ANSWER_LIFETIME:
            return stored
        if stored is not None:
            stored.delete()
            asked.save(force_insert=True)
            return asked
        # The key is held by a row behind the wall: used at a center where its user works no more.
        raise Refused("not_found", HTTPStatus.NOT_FOUND)

    @classmethod
    def purge(cls, at: dt.datetime) -> int:
        """Delete the answers of the open centers nobody can ask for any more; returns how many."""
        deleted, _ = cls._default_manager.filter(created_at__lte=at - ANSWER_LIFETIME).delete()
        return deleted
