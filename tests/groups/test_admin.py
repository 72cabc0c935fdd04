"""Groups, rosters and facilitators in the admin: the gate, the log and the actions are the API's."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from audit.models import LogEntry
from groups.actions import appoint_facilitator, enroll, open_group
from groups.models import Enrollment, Facilitator, TherapyGroup
from tests.cast import PASSWORD, TESTER, Cast
from tests.centers.authenticators import totp
from tests.door import Entered, last, text
from tests.groups.conftest import a_group, in_care

pytestmark = pytest.mark.django_db
GROUPS = "/admin/groups/therapygroup/"
ENROLLMENTS = "/admin/groups/enrollment/"
DAY = dt.date(2026, 2, 3)


@pytest.fixture
def elsewhere(cast: Cast) -> TherapyGroup:
    """A group of another center."""
    return open_group(
        center=cast.elsewhere,
        program=cast.stranger.episodes.get().program,
        code="FAR",
        name="Faraway group",
        capacity=3,
        min_size=1,
        by=TESTER,
    )


@pytest.fixture
def enrollment(cast: Cast, group: TherapyGroup) -> Enrollment:
    """Pat in the Tuesday group."""
    return enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)


def act(client: Client, address: str, obj: Any, **values: Any) -> Any:
    return client.post(address, {"shown": str(obj.version), **values})


def test_the_list_shows_how_full_the_groups_in_reach_are(
    enters: Entered, enrollment: Enrollment, elsewhere: TherapyGroup
) -> None:
    listed = enters("cora").get(GROUPS)
    assert listed.status_code == 200
    assert "Tuesday evening" in text(listed)
    assert '<td class="field-enrolled_today">1</td><td class="field-free_seats">2</td>' in text(listed)
    assert "Faraway" not in text(listed)


def test_counts_are_for_who_sees_the_schedule(enters: Entered, enrollment: Enrollment) -> None:
    listed = text(enters("ada").get(GROUPS))
    assert '<td class="field-enrolled_today">-</td>' in listed


def test_a_group_page_holds_the_roster_of_the_day_asked_for(
    cast: Cast, enters: Entered, enrollment: Enrollment
) -> None:
    cora = enters("cora")
    page = cora.get(f"{GROUPS}{enrollment.group_id}/change/?on=2026-02-03")
    assert "Roster of 2026-02-03: 1 of 3" in text(page)
    assert "Pat Quillfeather" in text(page)
    assert "000731" in text(page)
    assert (last().patients, last().object_type) == ([cast.pat.pk], "groups.therapygroup")
    before = cora.get(f"{GROUPS}{enrollment.group_id}/change/?on=2026-02-02")
    assert "Roster of 2026-02-02: 0 of 3" in text(before)


@pytest.mark.parametrize("name", ["ada", "percy"])
def test_who_sees_no_schedule_sees_no_roster(enters: Entered, enrollment: Enrollment, name: str) -> None:
    page = enters(name).get(f"{GROUPS}{enrollment.group_id}/change/")
    assert page.status_code == 200
    assert "Quillfeather" not in text(page)
    assert last().patients == []


@pytest.mark.parametrize("name", ["clara", "bill", "dora"])
def test_who_has_nothing_to_do_there_does_not_enter(enters: Entered, name: str) -> None:
    assert enters(name).get(GROUPS).status_code == 302


def test_enrolling_does_what_the_api_does(cast: Cast, enters: Entered, group: TherapyGroup) -> None:
    cora = enters("cora")
    answer = act(cora, f"{GROUPS}{group.pk}/enroll/", group, patient=str(cast.pat.pk), starts_on="2026-02-03")
    assert answer.status_code == 302
    made = Enrollment.objects.get()
    assert (made.group, made.patient, made.starts_on, made.enrolled_by) == (group, cast.pat, DAY, str(cast.cora.pk))
    entry = last("create", object_type="groups.enrollment")
    assert (entry.actor_id, entry.patients) == (str(cast.cora.pk), [cast.pat.pk])


def test_a_refusal_stands_in_the_page_with_what_was_typed(cast: Cast, enters: Entered) -> None:
    group = a_group(cast, capacity=1)
    enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    answer = act(
        enters("cora"), f"{GROUPS}{group.pk}/enroll/", group, patient=str(cast.quinn.pk), starts_on="2026-02-03"
    )
    assert answer.status_code == 200
    assert "On at least one of those days the group has no free seat." in text(answer)
    assert 'value="2026-02-03"' in text(answer)
    assert "Ashgrove, Quinn" in text(answer)
    assert Enrollment.objects.count() == 1
    assert last("refuse").outcome == "group_full"
    assert last().patients == [cast.quinn.pk]


def test_patients_out_of_reach_cannot_be_enrolled(cast: Cast, enters: Entered, group: TherapyGroup) -> None:
    cora = enters("cora")
    answers = [
        text(act(cora, f"{GROUPS}{group.pk}/enroll/", group, patient=patient, starts_on="2026-02-03"))
        for patient in (str(cast.stranger.pk), "01980f6e-0000-7000-8000-000000000000", "no id", "")
    ]
    assert all("Nothing was changed." in answer for answer in answers)
    assert not Enrollment.objects.exists()


def test_withdrawing_and_reinstating_do_what_the_api_does(enters: Entered, enrollment: Enrollment) -> None:
    cora, address = enters("cora"), f"{ENROLLMENTS}{enrollment.pk}/"
    assert cora.get(f"{address}withdraw/").status_code == 200
    gone = act(cora, f"{address}withdraw/", enrollment, on="2026-03-03", reason="moved")
    assert gone["Location"] == f"{GROUPS}{enrollment.group_id}/change/"
    enrollment.refresh_from_db()
    assert (enrollment.ends_on, enrollment.reason) == (dt.date(2026, 3, 3), "moved")
    act(cora, f"{address}reinstate/", enrollment)
    enrollment.refresh_from_db()
    assert enrollment.ends_on is None


def test_a_stale_form_is_refused(enters: Entered, enrollment: Enrollment) -> None:
    cora, address = enters("cora"), f"{ENROLLMENTS}{enrollment.pk}/withdraw/"
    Enrollment.objects.filter(pk=enrollment.pk).update(version=7)
    answer = act(cora, address, enrollment, on="2026-03-03")
    assert "Somebody changed this after the page was opened." in text(answer)
    enrollment.refresh_from_db()
    assert enrollment.ends_on is None
    assert last("refuse").outcome == "stale_form"


def test_facilitators_are_appointed_and_end(cast: Cast, enters: Entered, group: TherapyGroup) -> None:
    cora = enters("cora")
    body = {"staff": str(cast.clara.pk), "role": "lead", "starts_on": "2026-02-03"}
    act(cora, f"{GROUPS}{group.pk}/appoint/", group, **body)
    facilitator = Facilitator.objects.get()
    assert facilitator.staff == cast.clara
    act(cora, f"/admin/groups/facilitator/{facilitator.pk}/end/", facilitator, on="2026-03-03")
    facilitator.refresh_from_db()
    assert facilitator.ends_on == dt.date(2026, 3, 3)


def test_only_those_who_treat_may_be_appointed(cast: Cast, enters: Entered, group: TherapyGroup) -> None:
    body = {"staff": str(cast.bill.pk), "role": "lead", "starts_on": "2026-02-03"}
    assert "Nothing was changed." in text(act(enters("cora"), f"{GROUPS}{group.pk}/appoint/", group, **body))


def test_a_group_is_opened_and_revised(cast: Cast, enters: Entered) -> None:
    cora = enters("cora")
    body = {"name": "Morning", "membership": "open", "capacity": "4", "min_size": "1"}
    new = body | {"center": str(cast.center.pk), "program": str(cast.program.pk), "code": "MOR"}
    assert cora.post(f"{GROUPS}add/", new).status_code == 302
    group = TherapyGroup.objects.get()
    assert group.series.seats == 4
    act(cora, f"{GROUPS}{group.pk}/revise/", group, **body | {"capacity": "6"})
    group.refresh_from_db()
    assert (group.capacity, group.series.seats, group.version) == (6, 6, 2)


def test_constraints_speak_as_in_the_api(cast: Cast, enters: Entered, group: TherapyGroup) -> None:
    body = {"name": "Second", "membership": "open", "capacity": "4", "min_size": "1", "code": "TUE"}
    new = body | {"center": str(cast.center.pk), "program": str(cast.program.pk)}
    answer = enters("cora").post(f"{GROUPS}add/", new)
    assert "Another group of the center has this code." in text(answer) or "Another series" in text(answer)
    assert TherapyGroup.objects.count() == 1


@pytest.mark.parametrize("name", ["ada", "percy"])
def test_who_keeps_no_roster_changes_none(cast: Cast, enters: Entered, group: TherapyGroup, name: str) -> None:
    client = enters(name)
    body = {"patient": str(cast.pat.pk), "starts_on": "2026-02-03"}
    assert act(client, f"{GROUPS}{group.pk}/enroll/", group, **body).status_code == 403
    assert client.get(f"{GROUPS}add/").status_code == 403
    assert not Enrollment.objects.exists()


@pytest.mark.parametrize("page", ["change/", "enroll/", "appoint/", "revise/", "history/"])
def test_what_is_not_yours_reads_like_what_is_not_there(enters: Entered, elsewhere: TherapyGroup, page: str) -> None:
    cora = enters("cora")
    for method in (cora.get, cora.post):
        there: Any = method(f"{GROUPS}{elsewhere.pk}/{page}")
        absent: Any = method(f"{GROUPS}01980f6e-0000-7000-8000-000000000000/{page}")
        garbled: Any = method(f"{GROUPS}no-id/{page}")
        assert there.status_code == (403 if (page, method) == ("change/", cora.post) else 404)
        assert there.content == absent.content == garbled.content
    assert last("refuse").actor_name == "Cora Caster"


def test_lists_cost_the_same_whatever_their_length(
    cast: Cast, enters: Entered, enrollment: Enrollment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cora, counts = enters("cora"), {}
    appoint_facilitator(group=enrollment.group, staff=cast.clara, starts_on=DAY, by=TESTER)
    for address in (GROUPS, ENROLLMENTS, "/admin/groups/facilitator/"):
        with CaptureQueriesContext(connection) as few:
            cora.get(address)
        counts[address] = len(few)
    for number, patient in enumerate(in_care(cast, 20)):
        other = a_group(cast, code=f"G{number}")
        enroll(group=other, patient=patient, starts_on=DAY, by=TESTER)
        appoint_facilitator(group=other, staff=cast.carl, starts_on=DAY, by=TESTER)
    for address, count in counts.items():
        with django_assert_num_queries(count):
            cora.get(address)


def test_djangos_own_log_stays_empty(cast: Cast, enters: Entered, group: TherapyGroup) -> None:
    from django.contrib.admin.models import LogEntry as DjangosEntry

    act(enters("cora"), f"{GROUPS}{group.pk}/enroll/", group, patient=str(cast.pat.pk), starts_on="2026-02-03")
    assert not DjangosEntry.objects.exists()
    assert LogEntry.objects.exists()


def test_no_name_stands_in_an_address_or_a_message(cast: Cast, enters: Entered, enrollment: Enrollment) -> None:
    cora = enters("cora")
    answer = act(cora, f"{ENROLLMENTS}{enrollment.pk}/withdraw/", enrollment, on="2026-03-03", reason="moved")
    kept = answer["Location"] + str(answer.cookies)
    assert "Quillfeather" not in kept
    assert "000731" not in kept


def test_with_a_second_factor_required_a_coordinator_enrolls_an_app_then_a_patient(
    cast: Cast, enters: Entered, group: TherapyGroup, settings: Settings
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    address, values = f"{GROUPS}{group.pk}/enroll/", {"patient": str(cast.pat.pk), "starts_on": "2026-02-03"}
    first = enters("cora")
    assert act(first, address, group, **values)["Location"].startswith("/admin/login/")
    assert first.get("/admin/login/")["Location"] == "/admin/second-factor/enroll/"
    found = re.search(r"<code>([A-Z2-7]{32})</code>", text(first.get("/admin/second-factor/enroll/")))
    assert found
    first.post("/admin/second-factor/enroll/", {"code": totp(found[1], steps=-1)})
    second = Client()
    second.post("/admin/login/", {"username": cast.cora.email, "password": PASSWORD})
    assert act(second, address, group, **values)["Location"].startswith("/admin/login/")
    assert not Enrollment.objects.exists()
    second.post("/admin/second-factor/", {"code": totp(found[1])})
    assert act(second, address, group, **values).status_code == 302
    assert Enrollment.objects.get().patient == cast.pat
