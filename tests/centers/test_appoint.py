"""A center's first people, appointed by an operator."""

import pytest
from django.core.management import CommandError, call_command

from backend.api.gate import reach_of
from centers.actions import hire
from centers.models import Staff
from centers.roles import Title
from tests.cast import TESTER, Cast


def appoint(cast: Cast, email: str, role: str, *names: str) -> None:
    call_command("appoint", email, role, "--center", cast.center.name, *names)


def test_somebody_new_is_hired_and_holds_the_role(cast: Cast) -> None:
    appoint(cast, "first@example.org", "administrator", "--first-name", "Fay", "--last-name", "First")
    held = reach_of(Staff.objects.get(email="first@example.org")).codenames_on(cast.center.pk)
    assert "manage_staff" in held


def test_a_colleague_gets_a_further_role(cast: Cast) -> None:
    hire(center=cast.center, email=cast.cora.email, first_name="C", last_name="C", title=Title.FRONT_DESK, by=TESTER)
    appoint(cast, cast.cora.email, "billing")
    assert "view_billing" in reach_of(cast.cora).codenames_on(cast.center.pk)


def test_a_stranger_without_a_name_is_not_hired(cast: Cast) -> None:
    with pytest.raises(CommandError, match="give both their names"):
        appoint(cast, "first@example.org", "administrator")
    assert not Staff.objects.filter(email="first@example.org").exists()


def test_a_role_somebody_holds_is_refused(cast: Cast) -> None:
    with pytest.raises(CommandError):
        appoint(cast, cast.ada.email, "administrator")
