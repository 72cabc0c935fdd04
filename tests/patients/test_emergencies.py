"""Breaking the glass: who may, for whom, for how long; what it opens, what the log says, and who judges it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen, now
from backend.api.errors import Refused
from backend.api.gate import reach_of
from backend.api.grants import differences
from centers.actions import assign_role, end_listing, end_role, list_for_emergencies
from centers.models import EmergencyListing, RoleAssignment, SignIn, Staff
from centers.projection import wanted_grants as role_grants
from centers.roles import RoleName
from centers.tokens import hashed
from patients.actions import end_emergency, open_emergency, review_emergency
from patients.checks import check_emergency_settings
from patients.models import EmergencyAccess, Patient
from patients.models.emergencies import reason_of_substance
from patients.projection import wanted_grants
from tests.cast import TESTER, Cast

API = "/api/v1"
REASON = "Called in distress and hung up; her counselor cannot be reached"
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
Client = Callable[[str], Any]


def listed(cast: Cast, name: str = "carl") -> EmergencyListing:
    return list_for_emergencies(staff=cast.staff[name], center=cast.center, by=TESTER)


def opened(cast: Cast, name: str = "carl", mrn: str = "000731", **fields: Any) -> EmergencyAccess:
    values: dict[str, Any] = {"nature": "risk_to_self", "reason": REASON, "second_factor_at": now()} | fields
    staff = cast.staff[name]
    by = staff.as_actor()
    return open_emergency(staff=staff, center=cast.center, record_number=mrn, by=by, **values)


def device_of(staff: Staff, **fields: Any) -> APIClient:
    token = f"device-of-{staff.pk}"
    SignIn.objects.create(staff=staff, token_hash=hashed(token), **{"second_factor_at": now()} | fields)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def ask(client: APIClient, cast: Cast, **fields: Any) -> Any:
    body = {"center": str(cast.center.pk), "record_number": "000731", "nature": "medical", "reason": REASON} | fields
    return client.post(f"{API}/emergency-accesses/", body)


def codes(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# --- who may ---


def test_listed_staff_read_one_patient_for_some_hours(cast: Cast) -> None:
    listed(cast)
    client = device_of(cast.carl)
    assert client.get(f"{API}/patients/{cast.pat.pk}/").status_code == 404
    answer = ask(client, cast)
    assert (answer.status_code, answer.json()["state"]) == (201, "open"), answer.json()
    access = EmergencyAccess.objects.get()
    assert access.ends_at == access.starts_at + 4 * HOUR
    shown = client.get(f"{API}/patients/{cast.pat.pk}/").json()
    assert {"birth_date", "contact_points"} <= shown.keys()
    assert client.patch(f"{API}/patients/{cast.pat.pk}/", {}).status_code == 403


def test_being_listed_opens_nothing(cast: Cast) -> None:
    before = reach_of(cast.carl)
    listed(cast)
    cast.carl.forget_reach()
    assert reach_of(cast.carl) == before


@pytest.mark.parametrize("name", ["clara", "cora", "sue", "percy", "ada", "vera", "root"])
def test_who_is_not_listed_is_refused_before_the_body_is_read(cast: Cast, name: str) -> None:
    answer = device_of(cast.staff[name]).post(f"{API}/emergency-accesses/", {"nonsense": 1})
    assert codes(answer) == (403, "permission_denied")


def test_who_is_listed_elsewhere_only_is_refused(cast: Cast) -> None:
    list_for_emergencies(staff=cast.vera, center=cast.elsewhere, by=TESTER)
    answers = [ask(device_of(cast.vera), cast), ask(device_of(cast.sue), cast)]
    assert [codes(answer) for answer in answers] == [(400, "validation_failed"), (403, "permission_denied")]


def test_a_listing_without_a_role_in_treatment_opens_nothing(cast: Cast) -> None:
    listed(cast)
    RoleAssignment.objects.filter(staff=cast.carl).update(ends_at=now())
    with pytest.raises(Refused, match="not_listed"):
        opened(cast)


def test_a_listing_ends(cast: Cast) -> None:
    listing = listed(cast)
    end_listing(listing=listing, by=TESTER)
    with pytest.raises(Refused, match="not_listed"):
        opened(cast)


@pytest.mark.parametrize("age", [None, dt.timedelta(minutes=10, seconds=1)])
def test_a_second_factor_that_is_not_fresh_is_refused(cast: Cast, age: dt.timedelta | None) -> None:
    listed(cast)
    answer = ask(device_of(cast.carl, second_factor_at=now() - age if age else None), cast)
    assert codes(answer) == (403, "second_factor_stale")
    assert not EmergencyAccess.objects.exists()


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "emergency",
        "a" * 40,
        "help help help help help help",
        "xx xx yy yy zz zz ww ww qq qq",
        "1 2 3 4 5 6 7 8 9 10 11 12",
    ],
)
def test_a_reason_without_substance_is_refused(cast: Cast, reason: str) -> None:
    listed(cast)
    answer = ask(device_of(cast.carl), cast, reason=reason)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/reason")
    assert not EmergencyAccess.objects.exists()


def test_a_reason_is_kept_with_its_blanks_folded() -> None:
    assert reason_of_substance("  Found   unconscious\n in the\tparking lot ") == "Found unconscious in the parking lot"


# --- what is not there ---


def test_a_number_of_elsewhere_reads_like_a_number_of_nobody(cast: Cast) -> None:
    listed(cast)
    client = device_of(cast.carl)
    answers, counts = [], []
    for number in ("900", "000000", "731 ", "\u0663\u0661"):
        with CaptureQueriesContext(connection) as asked:
            answers.append(ask(client, cast, record_number=number))
        counts.append(len(asked))
    assert {(answer.status_code, answer.content) for answer in answers} == {(400, answers[0].content)}
    assert len(set(counts)) == 1
    entry = LogEntry.objects.filter(kind="refuse").latest("at")
    assert (entry.center_id, entry.patients, entry.object_type) == (cast.center.pk, [], "patients.emergencyaccess")


def test_record_numbers_are_not_felt_for(cast: Cast, settings: Settings) -> None:
    listed(cast)
    client = device_of(cast.carl)
    for number in range(settings.EMERGENCY_MISTAKES_PER_HOUR):
        assert ask(client, cast, record_number=f"0{number}").status_code == 400
    answer = ask(client, cast)
    assert (*codes(answer), answer["Retry-After"]) == (429, "throttled", "3600")
    with frozen(now() + HOUR + MINUTE):
        assert opened(cast).is_open


# --- it ends, and cannot extend itself ---


def test_it_ends_exactly_at_the_second(cast: Cast) -> None:
    listed(cast)
    access = opened(cast)
    with frozen(access.ends_at - dt.timedelta(microseconds=1)):
        assert cast.carl.has_perm("patients.view_chart", cast.pat)
    with frozen(access.ends_at):
        cast.carl.forget_reach()
        assert not cast.carl.has_perm("patients.view_chart", cast.pat)


def test_a_second_one_waits_for_the_verdict_on_the_first(cast: Cast) -> None:
    listed(cast)
    client = device_of(cast.carl)
    access = EmergencyAccess.objects.get(pk=ask(client, cast).json()["id"])
    assert codes(ask(client, cast)) == (409, "emergency_stands")
    with frozen(access.ends_at + HOUR):
        with pytest.raises(Refused, match="emergency_stands"):
            opened(cast)
        review_emergency(access=access, verdict="justified", note="", reviewer=cast.percy, by=TESTER)
        assert opened(cast).is_open


def test_one_that_was_judged_while_open_is_not_opened_twice(cast: Cast) -> None:
    listed(cast)
    access = opened(cast)
    review_emergency(access=access, verdict="justified", note="", reviewer=cast.percy, by=TESTER)
    with pytest.raises(Refused, match="emergency_stands"):
        opened(cast)


def test_another_patient_is_another_access(cast: Cast) -> None:
    listed(cast, "clara")
    assert opened(cast, "clara") != opened(cast, "clara", "731")


def test_it_lasts_no_longer_than_the_listing_and_the_role(cast: Cast) -> None:
    listing = listed(cast)
    soon = now() + HOUR
    end_listing(listing=listing, by=TESTER, at=soon)
    assert opened(cast).ends_at == soon
    listed(cast, "sue")
    RoleAssignment.objects.filter(staff=cast.sue).update(ends_at=soon - MINUTE)
    assert opened(cast, "sue").ends_at == soon - MINUTE


def test_it_ends_with_the_last_role_in_treatment(cast: Cast) -> None:
    listed(cast)
    access = opened(cast)
    held = RoleAssignment.objects.get(staff=cast.carl)
    assign_role(staff=cast.carl, center=cast.center, role=RoleName.BILLING, by=TESTER)
    end_role(assignment=held, by=TESTER)
    access.refresh_from_db()
    assert not access.is_open
    assert "view_chart" not in reach_of(cast.carl).codenames_on(cast.center.pk, cast.pat.pk)


@pytest.mark.parametrize("name", ["carl", "percy"])
def test_its_holder_or_a_privacy_officer_ends_it(cast: Cast, as_: Client, name: str) -> None:
    listed(cast)
    access = opened(cast)
    address = f"{API}/emergency-accesses/{access.pk}/end/"
    assert as_(name).post(address).json()["state"] == "ended"
    assert codes(as_(name).post(address)) == (409, "emergency_over")
    assert as_("carl").get(f"{API}/patients/{cast.pat.pk}/").status_code == 404


def test_nothing_lengthens_it(cast: Cast) -> None:
    listed(cast)
    access = end_emergency(access=opened(cast), by=TESTER)
    rows = EmergencyAccess.objects.filter(pk=access.pk)
    changes: list[dict[str, Any]] = [
        {"ends_at": access.ends_at + MINUTE},
        {"starts_at": access.starts_at - MINUTE},
        {"staff": cast.clara},
        {"patient": cast.quinn},
        {"reason": REASON + "."},
        {"nature": "other"},
    ]
    for change in changes:
        with pytest.raises(IntegrityError, match="never extended"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="emergency accesses stay"), transaction.atomic():
        rows._raw_delete("default")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("emergencyaccess_a_few_hours", {"ends_at": dt.timedelta(hours=24, microseconds=1)}),
        ("emergencyaccess_a_few_hours", {"ends_at": dt.timedelta(0)}),
        ("emergencyaccess_has_a_reason", {"reason": "too short"}),
        ("emergencyaccess_one_unjudged", {"starts_at": dt.timedelta(days=1), "ends_at": dt.timedelta(days=1, hours=1)}),
        ("emergencyaccess_judged_whole", {"verdict": "justified"}),
    ],
)
def test_the_database_refuses_it(cast: Cast, name: str, values: dict[str, Any]) -> None:
    listed(cast)
    access = opened(cast)
    fields = {"center": cast.center, "patient": cast.pat, "staff": cast.carl, "nature": "other", "reason": REASON}
    spans: dict[str, Any] = {"starts_at": dt.timedelta(days=-2), "ends_at": dt.timedelta(days=-2, hours=1)}
    if "one_unjudged" not in name:
        fields["staff"] = cast.sue
    start = access.starts_at
    if set(values) == {"ends_at"}:
        values = {"ends_at": dt.timedelta(days=-2) + values["ends_at"]}
    moments = {key: start + span for key, span in (spans | values).items() if isinstance(span, dt.timedelta)}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        EmergencyAccess.objects.create(**fields | values | moments)


def test_two_never_overlap_though_both_are_judged(cast: Cast) -> None:
    listed(cast)
    access = opened(cast)
    review_emergency(access=access, verdict="justified", note="", reviewer=cast.percy, by=TESTER)
    again = {name: getattr(access, name) for name in ("center", "patient", "staff", "nature", "reason", "starts_at")}
    with pytest.raises(IntegrityError, match="emergencyaccess_no_overlap"), transaction.atomic():
        EmergencyAccess.objects.create(**again, ends_at=access.ends_at - HOUR)


# --- the log ---


def test_every_read_inside_is_labeled(cast: Cast, as_: Client) -> None:
    listed(cast)
    listed(cast, "sue")
    for name in ("carl", "sue"):
        access = opened(cast, name)
        client = as_(name)
        for path in (f"patients/{cast.pat.pk}/", "patients/", "episodes/", "levels-of-care/"):
            assert client.get(f"{API}/{path}").status_code == 200, path
        assert client.post(f"{API}/patients/search/", {"words": "quill"}).status_code == 200
        reads = LogEntry.objects.filter(actor_id=str(cast.staff[name].pk), kind__in=["read", "search"])
        naming = reads.naming(cast.pat.pk)
        assert naming.count() == 5
        assert set(naming.values_list("purpose", flat=True)) == {f"emergency:{access.pk}"}
        others = reads.naming(cast.quinn.pk)
        assert others
        assert set(others.values_list("purpose", flat=True)) == {""}


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_report_over_many_labels_the_one(cast: Cast, as_: Client, form: str) -> None:
    listed(cast, "sue")
    access = opened(cast, "sue")
    query = {"center": str(cast.center.pk), "from": "2026-03-02", "to": "2026-03-09", "format": form}
    assert as_("sue").get(f"{API}/weekly-hours/", query).status_code == 200
    reads = LogEntry.objects.filter(actor_id=str(cast.sue.pk), action="read")
    assert set(reads.naming(cast.pat.pk).values_list("purpose", flat=True)) == {f"emergency:{access.pk}"}
    assert set(reads.naming(cast.quinn.pk).values_list("purpose", flat=True)) == {""}


def test_reads_before_and_after_bear_no_label(cast: Cast, as_: Client) -> None:
    listed(cast, "sue")
    as_("sue").get(f"{API}/patients/{cast.pat.pk}/")
    access = opened(cast, "sue")
    with frozen(access.ends_at):
        as_("sue").get(f"{API}/patients/{cast.pat.pk}/")
    assert set(LogEntry.objects.filter(kind="read").values_list("purpose", flat=True)) == {""}


def test_what_is_refused_inside_is_labeled_too(cast: Cast, as_: Client) -> None:
    listed(cast)
    access = opened(cast)
    as_("carl").patch(f"{API}/patients/{cast.pat.pk}/", {}, format="json")
    assert LogEntry.objects.get(kind="refuse").purpose == f"emergency:{access.pk}"


def test_the_reach_stays_one_statement(cast: Cast) -> None:
    listed(cast)
    access = opened(cast)
    cast.carl.forget_reach()
    with CaptureQueriesContext(connection) as asked:
        assert reach_of(cast.carl).purposes == {cast.pat.pk: f"emergency:{access.pk}"}
    assert len(asked) == 1


# --- the review queue ---


def test_a_privacy_officer_sees_who_when_why_and_what_was_read(cast: Cast, as_: Client) -> None:
    listed(cast)
    access = opened(cast)
    as_("carl").get(f"{API}/patients/{cast.pat.pk}/")
    as_("clara").get(f"{API}/patients/{cast.pat.pk}/")
    shown = as_("percy").get(f"{API}/emergency-accesses/{access.pk}/").json()
    assert (shown["staff_name"], shown["record_number"], shown["reason"]) == ("Carl Caster", "000731", REASON)
    assert shown["entries"] == 1
    entries = as_("percy").get(shown["entries_url"]).json()["results"]
    assert [entry["actor_id"] for entry in entries] == [str(cast.carl.pk)]


def test_others_see_their_own_alone(cast: Cast, as_: Client) -> None:
    listed(cast)
    listed(cast, "sue")
    own, others = opened(cast), opened(cast, "sue")
    seen = {name: as_(name).get(f"{API}/emergency-accesses/").json()["results"] for name in ("carl", "percy", "clara")}
    assert [{row["id"] for row in rows} for rows in seen.values()] == [
        {str(own.pk)},
        {str(own.pk), str(others.pk)},
        set(),
    ]
    assert "note" not in seen["carl"][0]
    assert "note" in seen["percy"][0]


@pytest.mark.parametrize(
    ("state", "count"), [("open", 1), ("ended", 1), ("awaiting_review", 1), ("reviewed", 1), ("nonsense", None)]
)
def test_the_queue_is_asked_by_state(cast: Cast, as_: Client, state: str, count: int | None) -> None:
    listed(cast)
    listed(cast, "sue")
    first = end_emergency(access=opened(cast), by=TESTER)
    opened(cast, "sue")
    review_emergency(access=first, verdict="justified", note="", reviewer=cast.percy, by=TESTER)
    answer = as_("percy").get(f"{API}/emergency-accesses/", {"state": state})
    assert len(answer.json().get("results", [])) == (count or 0)
    assert answer.status_code == (200 if count else 400)


def test_it_stays_open_until_another_has_judged_it(cast: Cast, as_: Client) -> None:
    assign_role(staff=cast.carl, center=cast.center, role=RoleName.PRIVACY_OFFICER, by=TESTER)
    listed(cast)
    access = opened(cast)
    address = f"{API}/emergency-accesses/{access.pk}/"
    body = {"verdict": "justified", "note": "It was so."}
    assert codes(as_("carl").post(f"{address}review/", body)) == (403, "review_of_oneself")
    assert codes(as_("clara").post(f"{address}review/", body)) == (404, "not_found")
    with frozen(access.ends_at + dt.timedelta(days=90)):
        queue = as_("percy").get(f"{API}/emergency-accesses/", {"state": "awaiting_review"}).json()["results"]
        assert [row["id"] for row in queue] == [str(access.pk)]
        judged = as_("percy").post(f"{address}review/", body)
        assert (judged.status_code, judged.json()["reviewed_by"]) == (200, str(cast.percy.pk))
        assert codes(as_("percy").post(f"{address}review/", body)) == (409, "reviewed_already")
        assert as_("percy").get(f"{API}/emergency-accesses/", {"state": "awaiting_review"}).json()["results"] == []


def test_nobody_judges_their_own_in_the_database_either(cast: Cast) -> None:
    listed(cast)
    rows = EmergencyAccess.objects.filter(pk=opened(cast).pk)
    with pytest.raises(IntegrityError, match="emergencyaccess_judged_by_another"), transaction.atomic():
        rows.update(reviewed_at=now(), reviewed_by=cast.carl, verdict="justified")
    rows.update(reviewed_at=now(), reviewed_by=cast.percy, verdict="justified")
    for change in ({"verdict": "not_justified"}, {"note": "x"}, {"reviewed_at": None, "verdict": ""}):
        with pytest.raises(IntegrityError, match="verdict stands"), transaction.atomic():
            rows.update(**change)


def test_one_found_not_justified_ends_at_once(cast: Cast) -> None:
    listed(cast)
    access = review_emergency(
        access=opened(cast), verdict="not_justified", note="Curiosity.", reviewer=cast.percy, by=TESTER
    )
    assert not access.is_open
    assert not cast.carl.has_perm("patients.view_patient", cast.pat)


def test_the_queue_takes_a_constant_number_of_statements(cast: Cast, as_: Client) -> None:
    counts = []
    for names in (("carl",), ("sue", "clara")):
        for name in names:
            listed(cast, name)
            opened(cast, name)
            opened(cast, name, "731")
        with CaptureQueriesContext(connection) as asked:
            as_("percy").get(f"{API}/emergency-accesses/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_grants_of_emergencies_agree_with_their_records(cast: Cast) -> None:
    listed(cast)
    access = opened(cast)
    assert differences({**role_grants(), **wanted_grants()}) == []
    end_emergency(access=access, by=TESTER)
    assert differences({**role_grants(), **wanted_grants()}) == []


@pytest.mark.parametrize(("hours", "faults"), [(0, 1), (1, 0), (24, 0), (25, 1)])
def test_the_hours_are_bounded(settings: Settings, hours: int, faults: int) -> None:
    settings.EMERGENCY_HOURS = hours
    assert len(check_emergency_settings(None)) == faults


def test_a_patient_of_elsewhere_is_not_of_the_center(cast: Cast) -> None:
    values = {"nature": "other", "reason": REASON, "staff": cast.carl, "ends_at": now() + HOUR}
    with pytest.raises(IntegrityError, match="same"), transaction.atomic():
        EmergencyAccess.objects.create(center=cast.center, patient=cast.stranger, **values)
    assert Patient.objects.filter(pk=cast.stranger.pk).exists()
