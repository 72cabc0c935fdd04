"""The demo's people: one for each role, with passwords made anew for each data directory."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.db.models import QuerySet

from backend.api.recorder import Actor
from centers.actions import assign_role, hire
from centers.models import Center, Staff
from centers.roles import RoleName, Title

# Roles an import never gives; the demo hires somebody for each of them.
HIRED = {
    RoleName.PRIVACY_OFFICER: ("Petra", "Lindqvist"),
    RoleName.BILLING: ("Bruno", "Castellane"),
    RoleName.ADMINISTRATOR: ("Adele", "Winterhalter"),
}


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to try the service as."""

    role: RoleName
    email: str
    password: str


def passwords(path: Path) -> dict[str, str]:
    """The passwords kept in the data directory, for its owner's eyes."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def keep(path: Path, people: list[DemoPerson]) -> None:
    """Write the passwords down, so that a second start can print them again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({person.email: person.password for person in people}, indent=1), encoding="utf-8")


def introduce(center: Center, counselor: Staff, *, by: Actor, path: Path) -> list[DemoPerson]:
    """Give one person of each role a password and return them, the counselor first."""
    for role, (first_name, last_name) in HIRED.items():
        if not _holders(center, role).exists():
            email = f"{first_name}.{last_name}@demo.example.org".lower()
            position = hire(
                center=center, email=email, first_name=first_name, last_name=last_name, title=Title.FRONT_DESK, by=by
            )
            assign_role(staff=position.staff, center=center, role=role, by=by)
    known = passwords(path)
    people = []
    for role in RoleName:
        staff = counselor if role is RoleName.COUNSELOR else _holders(center, role)[0]
        password = known.get(staff.email) or f"{secrets.token_hex(3)}-{secrets.token_hex(3)}-{secrets.token_hex(3)}"
        if staff.email not in known:
            staff.set_password(password)
            staff.is_staff = role is RoleName.ADMINISTRATOR
            staff.save()
        people.append(DemoPerson(role, staff.email, password))
    keep(path, people)
    return people


def _holders(center: Center, role: RoleName) -> QuerySet[Staff]:
    return Staff.objects.filter(role_assignments__role__center=center, role_assignments__role__name=role).order_by(
        "email"
    )
