"""Which rows of the center's own tables one may see, and which sign-ins still work."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

from backend.api.clock import now
from backend.api.gate import ScopedQuerySet
from centers.roles import TREATING
from centers.tokens import hashed

if TYPE_CHECKING:
    from centers.models import (
        AccountMail,
        Attempts,
        Center,
        Closure,
        EmergencyListing,
        Invitation,
        Position,
        Program,
        ProgramRule,
        Role,
        RoleAssignment,
        Room,
        SignIn,
        Staff,
        SubjectMembership,
    )


def has_left(staff_id: str, at: dt.datetime) -> Q:
    """Whether an account is closed by dates: its person has left every center, and holds no role anywhere.

    Decided by the query, so that a leaving on a day to come needs no job to be true. Who never had a position has not
    left: the platform's own accounts.
    """
    every = apps.get_model("centers", "Position")._default_manager.order_by().filter(staff=OuterRef(staff_id))
    held = apps.get_model("centers", "RoleAssignment")._default_manager.order_by().filter(staff=OuterRef(staff_id))
    lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    going_on = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    return Q(Exists(every)) & ~Exists(every.filter(going_on)) & ~Exists(held.filter(lasting, starts_at__lte=at))


class CenterQuerySet(ScopedQuerySet["Center"]):
    """Centers."""

    scope = {"centers.Center": "id"}


class ProgramQuerySet(ScopedQuerySet["Program"]):
    """Programs of the centers one reaches."""

    scope = {"centers.Center": "center_id"}


class ProgramRuleQuerySet(ScopedQuerySet["ProgramRule"]):
    """Versions of programs' rules."""

    scope = {"centers.Center": "center_id"}


class RoomQuerySet(ScopedQuerySet["Room"]):
    """Rooms of the centers one reaches."""

    scope = {"centers.Center": "center_id"}


class ClosureQuerySet(ScopedQuerySet["Closure"]):
    """Closures of the centers one reaches."""

    scope = {"centers.Center": "center_id"}


class PositionQuerySet(ScopedQuerySet["Position"]):
    """Who works at the centers one reaches."""

    scope = {"centers.Center": "center_id"}

    def not_ended(self) -> Self:
        """Positions people still hold, those included whose end is known."""
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now()))

    def over(self, at: dt.datetime) -> Self:
        """Positions that have ended by a moment."""
        return self.filter(ended_at__lte=at)

    def of_person(self, email: str, *, center_name: str) -> "Position | None":
        """The position somebody holds at a center, by address and name."""
        held = self.not_ended().select_related("staff", "center")
        return held.filter(staff__email=email.strip().lower(), center__name=center_name).first()

    def with_people(self) -> Self:
        """Each with its person, supervisor and the roles the person holds now: two statements for any number."""
        assignments = self.model._meta.apps.get_model("centers", "RoleAssignment").objects
        held = Prefetch(
            "staff__role_assignments", assignments.in_force(now()).select_related("role"), to_attr="assignments_now"
        )
        return self.select_related("staff", "supervisor").prefetch_related(held)

    def last_moment(self, staff: "Staff", center: "Center", ends_at: dt.datetime | None) -> dt.datetime | None:
        """The earlier of a moment and the person's leaving of a center, if one is to come; None for neither."""
        leaving = self.not_ended().filter(staff=staff, center=center).values_list("ended_at", flat=True).first()
        return min((moment for moment in (ends_at, leaving) if moment is not None), default=None)

    def note_joined(self) -> None:
        """The people of these rows have come in, by a link of the center. One by one, so that the log has each."""
        for position in self.filter(joined_at__isnull=True).select_for_update(no_key=True, of=("self",)):
            position.joined_at = now()
            position.bump()
            position.save(update_fields=["joined_at", "version"])

    def name_of(self, staff: "Staff", center_id: UUID) -> str:
        """What somebody is called at a center."""
        found = self.filter(staff=staff, center_id=center_id).first()
        return found.full_name if found else str(staff)

    def id_of(self, staff_id: UUID, center_id: UUID | None) -> UUID | None:
        """The position of a person at a center; at the first of theirs if none is given."""
        where = {} if center_id is None else {"center_id": center_id}
        return self.order_by("id").filter(staff_id=staff_id, **where).values_list("pk", flat=True).first()

    def locked(self, pk: UUID) -> "Position":
        """The position with its person and center, its row locked."""
        return self.select_for_update(of=("self",)).select_related("staff", "center").get(pk=pk)


class SubjectMembershipQuerySet(models.QuerySet["SubjectMembership"]):
    """Memberships of subject groups; projections, never listed."""

    def not_over(self, at: dt.datetime) -> Self:
        """Memberships in force at a moment, and those yet to begin."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))


class RoleQuerySet(ScopedQuerySet["Role"]):
    """The roles of the centers one reaches."""

    scope = {"centers.Center": "center_id"}

    def of_centers(self, center_ids: Collection[UUID] | None) -> Self:
        """The roles of some centers; of all when none are named."""
        return self.all() if center_ids is None else self.filter(center_id__in=center_ids)


class RoleAssignmentQuerySet(ScopedQuerySet["RoleAssignment"]):
    """Who holds which role, from when until when."""

    scope = {"centers.Center": "center_id"}

    def of_centers(self, center_ids: Collection[UUID] | None) -> Self:
        """The assignments of some centers; of all when none are named."""
        return self.all() if center_ids is None else self.filter(center_id__in=center_ids)

    def not_over(self, at: dt.datetime) -> Self:
        """Assignments in force at a moment, and those yet to begin."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))

    def treating(self) -> Self:
        """Assignments of the roles that treat patients."""
        return self.filter(role__name__in=TREATING)

    def in_force(self, at: dt.datetime) -> Self:
        """Assignments in force at a moment."""
        return self.not_over(at).filter(starts_at__lte=at)

    def last_end(self, at: dt.datetime) -> dt.datetime | None:
        """When the last of these ends; None while one is open, `at` when there is none."""
        ends = list(self.values_list("ends_at", flat=True))
        known = [end for end in ends if end is not None]
        return None if len(known) < len(ends) else max(known, default=at)


class EmergencyListingQuerySet(ScopedQuerySet["EmergencyListing"]):
    """Who may break the glass at a center, from when until when."""

    scope = {"centers.Center": "center_id"}

    def not_over(self, at: dt.datetime) -> Self:
        """Listings in force at a moment, and those yet to begin."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))

    def in_force(self, at: dt.datetime) -> Self:
        """Listings in force at a moment."""
        return self.not_over(at).filter(starts_at__lte=at)


class InvitationQuerySet(ScopedQuerySet["Invitation"]):
    """Invitations of the centers one reaches."""

    scope = {"centers.Center": "center_id"}

    def close(self, *, staff_id: UUID) -> None:
        """Let no link of somebody work any more. One by one, so that the log has each."""
        for invitation in self.filter(staff_id=staff_id, used_at__isnull=True):
            invitation.used_at = now()
            invitation.save(update_fields=["used_at"])


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Signed-in devices; found by the hash of their token, never listed for others."""

    def standing(self, at: dt.datetime) -> Self:
        """Sign-ins that work, or would if a factor were given again: not revoked, not too old, of active people."""
        oldest = at - dt.timedelta(hours=settings.SIGN_IN_ABSOLUTE_HOURS)
        fresh = self.filter(revoked_at__isnull=True, created_at__gt=oldest)
        return fresh.filter(~has_left("staff_id", at), staff__is_active=True)

    def of_token(self, token: str, at: dt.datetime) -> "SignIn | None":
        """The standing sign-in of a token, with its person and their present roles: one statement."""
        return self.standing(at).with_roles(at).filter(token_hash=hashed(token)).first() if token else None

    def with_roles(self, at: dt.datetime) -> Self:
        """Each with its person, the names of the roles held at `at`, and the centers worked at; one statement."""
        models_of = self.model._meta.apps.get_model
        held = models_of("centers", "RoleAssignment").objects.in_force(at).filter(staff=OuterRef("staff_id"))
        names = held.order_by("role__name").distinct().values("role__name")
        posts = models_of("centers", "Position").objects.not_ended().filter(staff=OuterRef("staff_id"))
        return self.select_related("staff").annotate(
            role_names=ArraySubquery(names),
            role_centers=ArraySubquery(held.order_by().values("center_id")),
            position_centers=ArraySubquery(posts.order_by().values("center_id")),
        )

    def revoke(self, **which: Any) -> int:
        """Let the named sign-ins never work again; returns how many did so far."""
        return self.filter(revoked_at__isnull=True, **which).update(revoked_at=now())


class AttemptsQuerySet(models.QuerySet["Attempts"]):
    """Counted attempts, found by the digest of what is counted."""

    def locked(self, key: bytes) -> "Attempts":
        """The row of a key, made if there is none, locked until the transaction ends."""
        self.bulk_create([self.model(key=key)], ignore_conflicts=True)
        return self.select_for_update().get(key=key)

    def forgotten(self, before: dt.datetime) -> Self:
        """Rows nobody added to since."""
        return self.filter(last_at__lt=before)


class AccountMailQuerySet(models.QuerySet["AccountMail"]):
    """E-mails about accounts; found by the hash of their token, never listed."""

    def unsent(self) -> Self:
        """Those still to go."""
        return self.filter(sent_at__isnull=True)

    def forgotten(self, before: dt.datetime) -> Self:
        """Rows whose links are long over."""
        return self.filter(created_at__lt=before)

    def close_resets(self, *, staff_id: UUID) -> None:
        """Let no link of somebody set a password any more, nor be sent."""
        links = self.filter(staff_id=staff_id, kind=self.model.Kind.PASSWORD_RESET, used_at__isnull=True)
        links.update(used_at=now())
        links.unsent().update(sent_at=now())
