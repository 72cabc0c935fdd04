"""Centers, their places, staff and roles over REST, behind the gate."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen, now
from backend.api.ids import new_id
from centers.models import Center, RoleAssignment, Staff
from centers.roles import RoleName
from tests.centers.conftest import API, SignedIn
from tests.factories import (
    CenterFactory,
    PositionFactory,
    ProgramFactory,
    RoleAssignmentFactory,
    RoomFactory,
    StaffFactory,
    staff_with_role,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PAGES = ["centers", "programs", "program-rules", "rooms", "closures", "staff", "role-assignments"]
RULE = {
    "effective_from": "2026-01-05",
    "level_of_care": "2.1",
    "weekly_minutes_min": 540,
    "min_days": 3,
    "breaks_count": False,
}


def names(answer: Any, field: str = "id") -> list[str]:
    return [row[field] for row in answer.json()["results"]]


def change(client: APIClient, address: str, body: dict[str, Any]) -> Any:
    """PATCH as the contract wants it: read, then change what was read."""
    tag = client.get(address).get("ETag", '"none"')
    return client.patch(address, body, HTTP_IF_MATCH=tag)


@pytest.mark.parametrize("role", list(RoleName))
def test_every_role_sees_its_center_and_only_administrators_change_it(
    role: RoleName, center: Center, client_of: SignedIn
) -> None:
    client, elsewhere = client_of(staff_with_role(center, role)), CenterFactory()
    address = f"{API}/centers/{center.pk}/"
    assert names(client.get(f"{API}/centers/")) == [str(center.pk)]
    assert client.get(f"{API}/centers/{elsewhere.pk}/").status_code == 404
    expected = 200 if role == RoleName.ADMINISTRATOR else 403
    assert change(client, address, {"discreet_name": "Office 2"}).status_code == expected


@pytest.mark.parametrize(
    "page", ["centers", "programs", "program-rules", "rooms", "closures", "staff", "role-assignments"]
)
def test_a_superuser_without_grants_sees_no_rows(page: str, center: Center, client_of: SignedIn) -> None:
    RoomFactory(center=center)
    PositionFactory(center=center)
    client = client_of(Staff.objects.create_superuser("root@center.example", first_name="R", last_name="Oot"))
    assert client.get(f"{API}/{page}/").json()["results"] == []


def test_a_role_that_ends_is_gone_on_the_next_request(center: Center, client_of: SignedIn) -> None:
    staff = StaffFactory()
    RoleAssignmentFactory(center=center, staff=staff, role=RoleName.ADMINISTRATOR, ends_at=now() + DAY / 240)
    client = client_of(staff)
    assert client.get(f"{API}/rooms/").status_code == 200
    with frozen(now() + DAY / 240):
        assert client.get(f"{API}/centers/{center.pk}/").status_code == 404


def test_programs_are_opened_and_changed(center: Center, api: APIClient) -> None:
    body = {"center": str(center.pk), "code": "IOP-EVE", "name": "Evening"}
    made = api.post(f"{API}/programs/", body)
    assert made.status_code == 201
    assert api.post(f"{API}/programs/", body).json()["code"] == "program_code_taken"
    assert change(api, made["Location"], {"name": "Late"}).json()["name"] == "Late"
    assert names(api.get(f"{API}/programs/?code=IOP-EVE"), "name") == ["Late"]


def test_rule_versions_are_added_never_changed(center: Center, api: APIClient) -> None:
    body = RULE | {"program": str(ProgramFactory(center=center).pk)}
    made = api.post(f"{API}/program-rules/", body)
    assert (made.status_code, made.json()["care_team_days_after_discharge"]) == (201, 14)
    assert api.post(f"{API}/program-rules/", body).json()["code"] == "rule_version_exists"
    assert api.patch(made["Location"], {"min_days": 2}).status_code == 405


def test_rooms_are_opened_and_changed_under_the_version_read(center: Center, api: APIClient) -> None:
    made = api.post(f"{API}/rooms/", {"center": str(center.pk), "code": "R1", "name": "Elm", "capacity": 9})
    address, tag = made["Location"], made["ETag"]
    assert api.patch(address, {"capacity": 10}).status_code == 428
    assert api.patch(address, {"capacity": 10}, HTTP_IF_MATCH=tag).json()["capacity"] == 10
    assert api.patch(address, {"capacity": 11}, HTTP_IF_MATCH=tag).status_code == 412


def test_what_others_manage_is_answered_like_what_does_not_exist(center: Center, api: APIClient) -> None:
    body = {"code": "R1", "name": "Elm", "capacity": 9}
    answers = [api.post(f"{API}/rooms/", body | {"center": str(pk)}) for pk in (CenterFactory().pk, new_id())]
    assert answers[0].status_code == 400
    assert answers[0].content == answers[1].content
    assert api.get(f"{API}/rooms/{RoomFactory().pk}/").status_code == 404


def test_an_unprivileged_colleague_creates_nothing(center: Center, counselor: Staff, client_of: SignedIn) -> None:
    client = client_of(counselor)
    for page in ("programs", "rooms", "closures", "staff", "role-assignments"):
        assert client.post(f"{API}/{page}/", {}).status_code == 403


def test_closures_are_read_in_the_centers_zone_and_can_be_taken_back(center: Center, api: APIClient) -> None:
    body = {"center": str(center.pk), "date": "2026-10-22", "from_time": "15:00", "to_time": "22:00"}
    made = api.post(f"{API}/closures/", body)
    assert made.json()["starts_at"] == "2026-10-22T19:00:00Z"
    assert names(api.get(f"{API}/closures/?date_from=2026-10-22&date_to=2026-10-23")) == [made.json()["id"]]
    assert api.delete(made["Location"]).status_code == 428
    assert api.delete(made["Location"], HTTP_IF_MATCH=made["ETag"]).status_code == 204
    assert names(api.get(f"{API}/closures/")) == []


def test_a_closure_the_wrong_way_round_names_its_field(center: Center, api: APIClient) -> None:
    body = {"center": str(center.pk), "date": "2026-10-22", "from_time": "15:00", "to_time": "14:00"}
    assert api.post(f"{API}/closures/", body).json()["errors"][0]["pointer"] == "/to_time"


# --- staff ---


def new_person(center: Center, **fields: Any) -> dict[str, Any]:
    person = {"email": "olga@center.example", "first_name": "Olga", "last_name": "Marsh", "title": "counselor"}
    return {"center": str(center.pk), **person, **fields}


def test_colleagues_are_listed_by_name_with_their_present_roles(
    center: Center, counselor: Staff, client_of: SignedIn
) -> None:
    RoleAssignmentFactory(center=center, staff=counselor, role=RoleName.BILLING, starts_at=now() + DAY)
    RoleAssignmentFactory(center=CenterFactory(), staff=counselor, role=RoleName.DIRECTOR)
    [row] = client_of(counselor).get(f"{API}/staff/?title=counselor").json()["results"]
    assert (row["id"], row["roles"]) == (str(counselor.pk), ["counselor"])
    assert "needs_invitation" not in row


def test_the_staff_page_costs_the_same_for_any_number(
    center: Center, api: APIClient, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        staff_with_role(center)
    with django_assert_max_num_queries(9):
        assert len(api.get(f"{API}/staff/").json()["results"]) == 9


def test_a_new_colleague_is_taken_on_under_a_supervisor(center: Center, counselor: Staff, api: APIClient) -> None:
    made = api.post(f"{API}/staff/", new_person(center, supervisor=str(counselor.pk)))
    assert made.status_code == 201
    assert made.json()["supervisor"] == str(counselor.pk)
    assert api.get(made["Location"]).json() == made.json()
    assert made.json()["needs_invitation"] is True


def test_a_supervisor_from_elsewhere_does_not_exist(center: Center, api: APIClient) -> None:
    stranger = PositionFactory().staff
    for staff_id in (stranger.pk, new_id()):
        answer = api.post(f"{API}/staff/", new_person(center, supervisor=str(staff_id)))
        assert answer.json()["errors"][0]["code"] == "does_not_exist"


def test_a_colleagues_title_and_supervisor_change(center: Center, counselor: Staff, api: APIClient) -> None:
    boss = staff_with_role(center)
    address = f"{API}/staff/{counselor.pk}/"
    changed = change(api, address, {"title": "nurse", "supervisor": str(boss.pk)})
    assert (changed.json()["title"], changed.json()["supervisor"]) == ("nurse", str(boss.pk))
    assert change(api, address, {"supervisor": None}).json()["supervisor"] is None


def test_who_leaves_is_out_and_stays_listed_as_having_left(
    counselor: Staff, api: APIClient, client_of: SignedIn
) -> None:
    theirs = client_of(counselor)
    assert api.post(f"{API}/staff/{counselor.pk}/deactivate/").json()["roles"] == []
    assert theirs.get(f"{API}/centers/").status_code == 401
    assert names(api.get(f"{API}/staff/?left=true")) == [str(counselor.pk)]
    assert str(counselor.pk) not in names(api.get(f"{API}/staff/?left=false"))


def test_one_account_at_two_centers_is_told_apart_by_center(
    center: Center, administrator: Staff, counselor: Staff, client_of: SignedIn
) -> None:
    other = CenterFactory()
    PositionFactory(center=other, staff=counselor)
    RoleAssignmentFactory(center=other, staff=administrator, role=RoleName.ADMINISTRATOR)
    client, address = client_of(administrator), f"{API}/staff/{counselor.pk}/"
    assert client.get(address).json()["center"] == str(center.pk)
    assert client.get(f"{address}?center={other.pk}").json()["center"] == str(other.pk)
    assert client.get(f"{address}?center={new_id()}").status_code == 404


def test_people_of_other_centers_are_not_found(api: APIClient) -> None:
    stranger = PositionFactory().staff
    for action in ("", "deactivate/", "invite/"):
        address = f"{API}/staff/{stranger.pk}/{action}"
        assert (api.post(address) if action else api.get(address)).status_code == 404


# --- roles ---


def test_a_role_is_assigned_and_ended(center: Center, counselor: Staff, api: APIClient) -> None:
    body = {"center": str(center.pk), "staff": str(counselor.pk), "role": "billing", "signs": False}
    made = api.post(f"{API}/role-assignments/", body)
    assert made.status_code == 201
    with frozen(now() + DAY / 240):
        ended = api.post(f"{made['Location']}end/")
    assert ended.json()["ends_at"] is not None
    assert RoleAssignment.objects.get(pk=made.json()["id"]).version == 2


def test_a_role_yet_to_begin_is_taken_back(center: Center, counselor: Staff, api: APIClient) -> None:
    body = {"center": str(center.pk), "staff": str(counselor.pk), "role": "billing"}
    made = api.post(f"{API}/role-assignments/", body | {"starts_at": (now() + DAY).isoformat()})
    assert api.post(f"{made['Location']}end/", {}).status_code == 204
    assert api.get(made["Location"]).status_code == 404


def test_nobody_raises_themselves(center: Center, administrator: Staff, api: APIClient) -> None:
    body = {"center": str(center.pk), "staff": str(administrator.pk), "role": "supervisor"}
    answer = api.post(f"{API}/role-assignments/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "role_of_oneself")
    refusal = LogEntry.objects.filter(action="refuse").latest()
    assert (refusal.outcome, refusal.actor_id) == ("role_of_oneself", str(administrator.pk))


def test_roles_go_to_people_who_work_here(center: Center, api: APIClient) -> None:
    body = {"center": str(center.pk), "staff": str(StaffFactory().pk), "role": "director"}
    assert api.post(f"{API}/role-assignments/", body).json()["errors"][0]["pointer"] == "/staff"


def test_the_log_names_the_role_somebody_acted_in(counselor: Staff, api: APIClient) -> None:
    api.post(f"{API}/staff/{counselor.pk}/deactivate/")
    assert LogEntry.objects.filter(action="update").latest().actor_role == "administrator"


def test_assignments_are_listed_by_holder_and_end(center: Center, counselor: Staff, api: APIClient) -> None:
    RoleAssignmentFactory(center=center, staff=counselor, role=RoleName.BILLING, starts_at=now() - DAY, ends_at=now())
    address = f"{API}/role-assignments/?staff={counselor.pk}"
    assert names(api.get(address), "role") == ["counselor", "billing"]
    later = now().isoformat().replace("+", "%2B")
    assert names(api.get(f"{address}&ends_after={later}"), "role") == ["counselor"]


def test_every_answer_to_a_write_reads_back_equal(center: Center, api: APIClient) -> None:
    made = api.post(f"{API}/rooms/", {"center": str(center.pk), "code": " Ré ", "name": "Élan\u2009", "capacity": 0})
    assert api.get(made["Location"]).json() == made.json()


def test_a_list_of_rooms_is_three_statements(
    center: Center, counselor: Staff, client_of: SignedIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        RoomFactory(center=center)
    client = client_of(counselor)
    with django_assert_num_queries(7):  # sign-in, savepoint, wall, reach, rooms, leaving the wall, release
        assert len(client.get(f"{API}/rooms/").json()["results"]) == 3


def test_a_key_is_of_body_and_query(center: Center, api: APIClient) -> None:
    position, key = PositionFactory(center=center), {"Idempotency-Key": "k"}
    address = f"{API}/staff/{position.staff_id}/deactivate/"
    first, again = (api.post(address, headers=key) for _ in range(2))
    assert (first.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    other = api.post(f"{address}?center={center.pk}", headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
