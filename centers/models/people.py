"""Staff as the user model, their positions at centers, their invitations and sign-ins."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from backend.api.clock import now
from backend.api.folding import folded
from backend.api.gate import ReachMemo, allows
from backend.api.models import Identified, Versioned
from backend.api.recorder import Actor, acting_as
from centers.models.places import Center
from centers.querysets import InvitationQuerySet, PositionQuerySet, SignInQuerySet
from centers.roles import SECOND_FACTOR_ROLES, Title

if TYPE_CHECKING:
    from centers.models.access import RoleAssignment

# Who runs commands on the server's own console.
OPERATOR = Actor("system:operator", "operator")
SEEN_EVERY = dt.timedelta(minutes=1)


class StaffManager(BaseUserManager["Staff"]):
    """Creates accounts; an account without a password waits for its invitation."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Staff":
        """An account known by its e-mail address, in lower case."""
        staff = self.model(email=email.strip().lower(), **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Staff":
        """An account that runs the platform. It sees no patient: grants alone open those."""
        with acting_as(OPERATOR):
            return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Staff":
        """The account of an e-mail address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class Staff(Identified, Versioned, ReachMemo, AbstractBaseUser, PermissionsMixin):
    """A person who works for a center and signs in by e-mail address, or a program's account. Never deleted."""

    # A random one: the moment in any other would tell an employer that somebody had been known before.
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(max_length=254)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open the admin site.")
    is_service = models.BooleanField(
        default=False, editable=False, help_text="A program's account; see ServiceAccount."
    )
    created_at = models.DateTimeField(default=now, editable=False)
    # The names of the roles held when the request was authenticated; the log keeps them with every act.
    acting_role = ""
    # The centers worked at when the request was authenticated; None on a row that was read otherwise.
    works_at: frozenset[UUID] | None = None
    # The role assignments in force, of a row read `with_people`. No default: prefetching takes one for an answer.
    assignments_now: Sequence["RoleAssignment"]
    groups: Any = models.ManyToManyField(
        "auth.Group", through="centers.SubjectMembership", related_name="staff", blank=True
    )

    objects = StaffManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        default_permissions = ()
        ordering = ["last_name", "first_name", "id"]
        verbose_name_plural = "staff"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="staff_email_once"),
            # USERNAME_FIELD wants a plain unique key as well.
            models.UniqueConstraint(fields=["email"], name="staff_email_key"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="staff_email_lower_case"),
            # A program has no password and opens no admin, whatever wrote the row.
            models.CheckConstraint(
                condition=Q(is_service=False)
                | Q(is_staff=False, is_superuser=False, password__startswith=UNUSABLE_PASSWORD_PREFIX),
                name="staff_service_uses_tokens_only",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def center_ids(self) -> frozenset[UUID]:
        """The centers the wall opens to the person: those of positions not ended and of roles in force.

        As of when the request was authenticated; read by a statement where nothing was.
        """
        if self.works_at is not None:
            return self.works_at
        posts = self.positions.not_ended().order_by().values_list("center_id")
        held = self.role_assignments.in_force(now()).order_by().values_list("center_id")
        return frozenset(center_id for (center_id,) in posts.union(held))

    @classmethod
    def known_at(cls, center_id: UUID, staff_id: UUID) -> "Staff | None":
        """Who has that id, if one who works or worked at a center, holds or held a role there, or is its program."""
        of_center = Q(positions__center=center_id) | Q(role_assignments__center=center_id)
        of_center |= Q(service_account__center=center_id)
        return cls.objects.filter(of_center, pk=staff_id).distinct().first()

    def as_actor(self) -> Actor:
        """The person as the log names who acts: values that stay true when the row changes."""
        return Actor(str(self.pk), str(self), self.acting_role)

    def get_full_name(self) -> str:
        """First and last name, as people sign."""
        return str(self)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether a live grant gives `perm` on `obj`; Django would answer True for a superuser before asking."""
        return isinstance(obj, models.Model) and allows(self, perm.rpartition(".")[2], obj)

    def has_perms(self, perm_list: Any, obj: Any = None) -> bool:
        """Whether live grants give every one of `perm_list` on `obj`."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the admin shows an app at all: those without patient data, to people who may open the admin."""
        return self.is_active and self.is_staff and app_label == "centers"


class Position(Identified, Versioned):
    """What somebody is at a center: a name, a job title and credentials. It opens nothing; see RoleAssignment.

    The name is the one given where the person was taken on. Another center may know the same account by another name,
    and neither learns of the other.
    """

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="positions")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="positions")
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    title = models.CharField(max_length=50, choices=[(title.value, title.value.replace("_", " ")) for title in Title])
    credentials = models.CharField(max_length=100, blank=True, help_text="As printed after the name.")
    supervisor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="supervisees")
    sort_key = models.CharField(max_length=210, editable=False)
    # Since when the person has been in by a link of this center.
    joined_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    # What a leaving to come has shortened, see centers.departures; empty once it is taken back, or done.
    shortened = models.JSONField(default=list, editable=False)

    objects = PositionQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["center", "staff"], name="position_one_per_center"),
            models.UniqueConstraint(fields=["id", "center"], name="position_id_center"),
            models.CheckConstraint(
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=F("id")), name="position_supervises_another"
            ),
        ]
        indexes = [models.Index(fields=["center", "sort_key", "id"], name="position_list")]

    def __str__(self) -> str:
        return f"{self.title} {self.id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row and the key it is sorted by."""
        self.set_keys()
        super().save(*args, **kwargs)

    @classmethod
    def colleague(cls, user: Staff, center: Center, staff_id: UUID) -> "Position | None":
        """The position of a person who works at a center that `user` sees."""
        return cls.objects.visible_to(user, "view_center").not_ended().filter(center=center, staff_id=staff_id).first()

    @property
    def present_roles(self) -> list[str]:
        """The names of the roles the person holds at this center; of a row read `with_people`."""
        return sorted({one.role.name for one in self.staff.assignments_now if one.center_id == self.center_id})

    @property
    def needs_invitation(self) -> bool:
        """Whether the person has yet to follow a link of this center, whatever the account can do elsewhere."""
        return self.joined_at is None

    @property
    def is_over(self) -> bool:
        """Whether the person has left by now; one whose leaving is to come has not."""
        return self.ended_at is not None and self.ended_at <= now()

    @property
    def full_name(self) -> str:
        """What the person is called here."""
        return f"{self.first_name} {self.last_name}".strip()

    def reread(self) -> "Position":
        """The row as it is stored now, `with_people`."""
        return type(self).objects.with_people().get(pk=self.pk)

    def set_keys(self) -> None:
        """Fold the name into the key that sorts; bulk writers call this themselves. No name given is the account's."""
        if not self.full_name:
            self.first_name, self.last_name = self.staff.first_name, self.staff.last_name
        self.sort_key = folded(f"{self.last_name} {self.first_name}")


class Invitation(Identified):
    """A link, good once and for some days, by which somebody sets a first password. Only the token's hash is kept."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="invitations")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.CharField(max_length=64)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="invitation_in_order")]

    def __str__(self) -> str:
        return f"invitation {self.id}"

    def is_open(self, at: dt.datetime) -> bool:
        """Whether the link still works at `at`."""
        return self.used_at is None and at < self.expires_at


class SignIn(Identified):
    """One signed-in device. Only the token's hash is kept; a revoked sign-in never works again."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="sign_ins")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=now)
    last_seen_at = models.DateTimeField(default=now)
    # When a second factor was last given on this device; None while only a password was.
    second_factor_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    device = models.CharField(max_length=200, blank=True)

    # The roles held by the person when the row was read `with_roles`, and where they and the positions are.
    role_names: tuple[str, ...] = ()
    role_centers: tuple[UUID, ...] = ()
    position_centers: tuple[UUID, ...] = ()

    objects = SignInQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["staff", "created_at"], name="signin_of_staff")]

    def __str__(self) -> str:
        return f"sign-in {self.id}"

    def is_idle(self, at: dt.datetime) -> bool:
        """Whether the device was not used for so long that a factor must be given again."""
        return at - self.last_seen_at >= dt.timedelta(minutes=settings.SIGN_IN_IDLE_MINUTES)

    @property
    def lacks_second_factor(self) -> bool:
        """Whether a role held now wants a second factor that was not given here; of a row read `with_roles`."""
        is_wanted = settings.SECOND_FACTOR_REQUIRED and not SECOND_FACTOR_ROLES.isdisjoint(self.role_names)
        return is_wanted and self.second_factor_at is None

    def note_seen(self, at: dt.datetime) -> None:
        """Remember the latest use, to the minute: one write a minute, not one a request."""
        if at - self.last_seen_at >= SEEN_EVERY:
            self.last_seen_at = at
            self.save(update_fields=["last_seen_at"])
