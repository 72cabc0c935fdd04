"""Every way round: the requests by which one may try to reach a thing at an address."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backend.api.ids import new_id
from tests.access import requests
from tests.access.answers import ASKED_ONE, PEOPLE, Address, answer, sees
from tests.access.asking import API, filled

CONDITIONAL = ("PUT", "PATCH", "DELETE")
# Where HEAD is answered like GET; nowhere else is it answered at all.
HEADED = (
    *("centers", "programs", "program-rules", "rooms", "closures", "staff", "role-assignments", "audit-entries"),
    *("emergency-listings", "emergency-accesses", "service-accounts", "service-tokens"),
)
# Gwen's and Dee's sessions were in January.
JANUARY = "2026-01-01T00:00:00-05:00"
SINCE = {"sessions/": JANUARY, "attendances/": JANUARY, "weekly-hours/": "2026-01-05"}
WRONG_TAG = '"0-wrong"'
# Lists that are asked by a reference, and what it is the id of.
FILTERS: dict[str, dict[str, str]] = {
    "programs/": {"center": "center"},
    "program-rules/": {"center": "center", "program": "program"},
    "rooms/": {"center": "center"},
    "closures/": {"center": "center"},
    "staff/": {"center": "center"},
    "role-assignments/": {"center": "center", "staff": "newcomer"},
    "emergency-listings/": {"center": "center"},
    "service-accounts/": {"center": "center"},
    "service-tokens/": {"account": "service"},
    "emergency-accesses/": {"center": "center"},
    "patients/": {"center": "center"},
    "episodes/": {"center": "center", "patient": "pat", "program": "program"},
    "levels-of-care/": {"patient": "pat", "episode": "episode"},
    "care-team-members/": {"center": "center", "patient": "pat"},
    "contact-points/": {"patient": "pat"},
    "leaves/": {"center": "center", "patient": "pat"},
    "staff-tasks/": {"center": "center", "patient": "pat"},
    "series/": {"center": "center", "program": "program"},
    "patterns/": {"center": "center", "series": "series"},
    "sessions/": {"center": "center", "series": "series"},
    "attendances/": {"center": "center", "patient": "pat", "session": "session"},
    "weekly-hours/": {"patient": "pat"},
    "groups/": {"center": "center", "program": "program"},
    "enrollments/": {"center": "center", "group": "group", "patient": "pat"},
    "facilitators/": {"center": "center", "group": "group"},
    "reminders/": {"center": "center", "patient": "pat", "session": "session"},
    "reminder-rules/": {"center": "center"},
    "audit-entries/": {"center": "center", "patient": "pat"},
}


@dataclass(frozen=True)
class Ask:
    """One request, and the status it is to be answered with."""

    way: str
    method: str
    path: str
    status: int
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_denied(self) -> bool:
        return self.status >= 400


def encoded(ask: Ask) -> dict[str, Any]:
    """The request as the test client takes it."""
    sent: dict[str, Any] = {"headers": ask.headers}
    if ask.query:
        sent["query_params"] = ask.query
    if ask.body is not None:
        sent |= {"data": json.dumps(ask.body), "content_type": "application/json"}
    return sent


def asks(name: str, address: Address, target: str, ids: dict[str, str], tag: str) -> Iterator[Ask]:
    """The ways at one address, of one person, to one target; `ids` say which thing each name is."""
    if not address.is_detail:
        of_many = _of_search if address.method == "POST" else _of_list
        yield from (of_many if address.is_list else _of_new)(name, address, target, ids)
    elif address.method == "GET":
        yield from _of_reading(name, address, target, ids, tag)
    else:
        yield from _of_verb(name, address, target, ids, tag)


def path_of(address: Address, ids: dict[str, str]) -> str:
    """The path to a thing."""
    about = "session" if address.route.startswith("sessions/{id}/attendance/{") else subject_of(address)
    return API + address.route.format(id=ids.get(about, ""), patient=ids["pat"])


def subject_of(address: Address) -> str:
    """The name of the thing in the path, or of what a new one would belong to."""
    return {"later": "later_session", "explained": "pat"}.get(address.about, address.about)


def with_absent(address: Address, ids: dict[str, str]) -> dict[str, str]:
    """The ids, with that of the subject replaced by one of nothing's."""
    name = "pat" if address.route.startswith("sessions/{id}/attendance/{") else subject_of(address)
    name = {"sums": "center", "planned": "center", "unattended": "center"}.get(name, name)
    return ids | {name: ABSENT} | ({"words": "Nobody Atall", "mrn": "000000"} if name == "pat" else {})


def _of_reading(name: str, address: Address, target: str, ids: dict[str, str], tag: str) -> Iterator[Ask]:
    path, status = path_of(address, ids), answer(name, address, target)
    known = PEOPLE[name].is_known
    yield Ask("detail", "GET", path, status)
    yield Ask("head", "HEAD", path, status if address.resource in HEADED or not known else 405)
    yield Ask("parameter", "GET", path, 400 if known else 401, query={"unknown": "1"})
    if address.route.endswith(("{id}/", "{patient}/", "{id}/attendance/")):
        yield Ask(
            "any tag",
            "GET",
            path,
            304 if status == 200 and _is_tagged(address) else status,
            headers={"If-None-Match": "*"},
        )
        if status >= 400:
            yield Ask("true tag", "GET", path, status, headers={"If-None-Match": tag})
    if "{patient}" in address.route:
        yield from _nested(address, ids, known=known)
    yield Ask("method", "TRACE", path, 405 if known else 401)
    yield Ask("options", "OPTIONS", path, 405 if known else 401)


def _nested(address: Address, ids: dict[str, str], *, known: bool) -> Iterator[Ask]:
    """A person who is not in the session, and a session that does not exist with a person who does."""
    nobody_in_it = ids | {"pat": ids["quinn"] if ids["pat"] != ABSENT else ABSENT}
    for way, named in (("nested person", nobody_in_it), ("nested parent", ids | {"session": ABSENT})):
        yield Ask(way, "GET", path_of(address, named), 404 if known else 401)


def references(name: str, address: Address, target: str, ids: dict[str, str], far: dict[str, str]) -> Iterator[Ask]:
    """What may be sent, but with one reference to a thing of another center in it."""
    sent = requests.BODY.get((address.method, address.route), {})
    if answer(name, address, target) >= 400 or address.method in CONDITIONAL:
        return
    body = filled(sent, ids)
    for field_name, value in sent.items():
        reference = value[1:] if isinstance(value, str) and value.startswith("$") else ""
        if reference and reference != subject_of(address):
            there = far.get(reference, ABSENT)
            yield Ask(f"reference {field_name}", "POST", path_of(address, ids), 400, body=body | {field_name: there})


def _is_tagged(address: Address) -> bool:
    return not address.route.endswith("{patient}/")


def _of_verb(name: str, address: Address, target: str, ids: dict[str, str], tag: str) -> Iterator[Ask]:
    path, status = path_of(address, ids), answer(name, address, target)
    body = filled(requests.BODY.get((address.method, address.route)), ids)
    if address.route == "centers/{id}/" and target == "elsewhere" and "name" in body:
        body |= {"name": "Other Center"}
    conditional = address.method in CONDITIONAL
    tagged = {"If-Match": tag} if conditional else {}
    is_done = status < 400
    yield Ask("write", address.method, path, status, body=body, headers=tagged)
    if body:
        yield Ask("odd body", address.method, path, 400 if is_done else status, body={"unknown": 1}, headers=tagged)
        yield Ask("no object", address.method, path, 400 if is_done else status, body=[1], headers=tagged)
    if conditional:
        yield Ask("no tag", address.method, path, 428 if is_done else status, body=body)
        yield Ask(
            "wrong tag", address.method, path, 412 if is_done else status, body=body, headers={"If-Match": WRONG_TAG}
        )
    elif not is_done:
        yield Ask("key", "POST", path, status, body=body, headers={"Idempotency-Key": "a-key"})


def _of_new(name: str, address: Address, target: str, ids: dict[str, str]) -> Iterator[Ask]:
    status = answer(name, address, target)
    body = filled(requests.BODY.get((address.method, address.route)), ids)
    path = API + address.route
    if address.route == "emergency-accesses/":
        body |= {"record_number": ids["unknown_mrn"]}
    yield Ask("foreign key", "POST", path, status, body=body)
    if status >= 400 and body:
        yield Ask("key", "POST", path, status, body=body, headers={"Idempotency-Key": "a-key"})
        yield Ask("odd body", "POST", path, status, body=body | {"unknown": 1})


def _of_search(name: str, address: Address, target: str, ids: dict[str, str]) -> Iterator[Ask]:
    path, status = API + address.route, answer(name, address, target)
    yield Ask("search", "POST", path, status, body={"words": ids["words"]})
    yield Ask("filter number", "POST", path, status, body={"words": ids["mrn"]})
    known = PEOPLE[name].is_known
    yield Ask("odd body", "POST", path, 400 if known else 401, body={"words": ids["words"], "unknown": 1})
    yield Ask("center of", "POST", path, 200 if known else 401, body={"words": ids["words"], "center": ids["center"]})


def _of_list(name: str, address: Address, target: str, ids: dict[str, str]) -> Iterator[Ask]:
    path, status = API + address.route, answer(name, address, target)
    base = filled(requests.QUERY.get(address.route, {}), ids)
    if address.route in SINCE:
        base |= {"from": SINCE[address.route]}
    if "page_size" not in base and address.about not in ASKED_ONE:
        base |= {"page_size": "100"}
    yield Ask("list", "GET", path, status, query=base)
    known = PEOPLE[name].is_known
    yield Ask("ordering", "GET", path, 400 if known else 401, query=base | {"ordering": "id"})
    for parameter, kind in FILTERS.get(address.route, {}).items():
        yield Ask(f"filter {parameter}", "GET", path, status, query=base | {parameter: ids[kind]})
    if address.about not in ASKED_ONE:
        seen = sees(name, address.does, address.about, target)
        cursor = f"a{ids['position' if address.about == 'newcomer' else address.about].replace('-', '')}"
        yield Ask("cursor", "GET", path, (200 if seen else 400) if known else 401, query=base | {"cursor": cursor})


ABSENT = str(new_id())
