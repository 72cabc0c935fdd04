"""Several at once, on connections of their own: one access is opened, one verdict given, one message sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail
from django.db import connections

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import acting_as
from centers.actions import list_for_emergencies
from patients import telling
from patients.actions import open_emergency, review_emergency
from patients.models import EmergencyAccess
from tests.cast import TESTER, Cast

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6
REASON = "Called in distress and hung up; her counselor cannot be reached"


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What each of several threads got: a result, or the code it was refused by."""

    def one(number: int) -> Any:
        try:
            with acting_as(TESTER):
                return act(number)
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def opened(cast: Cast) -> EmergencyAccess:
    return open_emergency(
        staff=cast.carl,
        center=cast.center,
        record_number="000731",
        nature="medical",
        reason=REASON,
        second_factor_at=now(),
        by=cast.carl.as_actor(),
    )


@pytest.fixture
def listed(cast: Cast) -> Cast:
    list_for_emergencies(staff=cast.carl, center=cast.center, by=TESTER)
    return cast


def test_one_access_is_opened(listed: Cast) -> None:
    results = at_once(lambda _: opened(listed))
    assert results.count("emergency_stands") == AT_ONCE - 1
    assert EmergencyAccess.objects.count() == 1


def test_one_verdict_is_given(listed: Cast) -> None:
    access = opened(listed)
    verdicts = ["justified", "not_justified", "needs_follow_up"] * 2
    results = at_once(
        lambda number: review_emergency(
            access=access, verdict=verdicts[number], note=f"{number}", reviewer=listed.percy, by=TESTER
        )
    )
    assert results.count("reviewed_already") == AT_ONCE - 1
    (judged,) = (result for result in results if isinstance(result, EmergencyAccess))
    access.refresh_from_db()
    assert (access.verdict, access.note) == (judged.verdict, judged.note)


def test_one_message_is_sent(listed: Cast) -> None:
    opened(listed)
    assert sum(at_once(lambda _: telling.tell(listed.center))) == 1
    assert len(mail.outbox) == 1
