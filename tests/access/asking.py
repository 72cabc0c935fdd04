"""Asking one cell of the table: the request of its row, sent by one of the cast."""

import json
from dataclasses import dataclass
from typing import Any

from django.core import mail
from rest_framework.test import APIClient

from backend.api.ids import new_id
from backend.api.recorder import acting_as
from centers.actions import ask_for_reset, invite, send_account_mail
from centers.models import Staff
from groups.actions import withdraw
from patients.actions import discharge, do_task
from scheduling.actions import withdraw_session
from tests.access import requests
from tests.access.scene import MONDAY, Scene, token
from tests.cast import PASSWORD, TESTER
from tests.scheduling.conftest import TUESDAY

API = "/api/v1/"
WITHOUT_A_TOKEN = {"auth/login", "invitations/accept/", "auth/password/request", "auth/password/reset"}
DOORS = ("auth/", "account/", "sign-out/", "invitations/")


@dataclass(frozen=True)
class Cell:
    """One person at one address by one method, and what they are answered."""

    method: str
    route: str
    person: str
    answer: str

    @property
    def resource(self) -> str:
        return self.route.split("/")[0]

    @property
    def is_door(self) -> bool:
        return self.route.startswith(DOORS)

    @property
    def subject(self) -> str:
        """The name of the thing that is denied: the one in the address, or what a new thing would belong to."""
        found = requests.OTHER_SUBJECT.get((self.method, self.route)) or requests.SUBJECT[self.resource]
        if self.method == "POST" and "{id}" not in self.route:
            return requests.OWNER.get(self.resource, "center")
        return found


def prepare(cell: Cell, scene: Scene) -> bool:
    """What must have happened before some verbs make sense, if anything; it opens and closes nothing."""
    things = scene.things
    if cell.route == "episodes/{id}/undo-discharge/":
        discharge(episode=things["episode"], on=MONDAY, reason="1", by=TESTER)
    if cell.route == "staff-tasks/{id}/reopen/":
        do_task(task=things["task"], by=TESTER)
    if cell.route == "sessions/{id}/reinstate/":
        withdraw_session(session=things["later_session"], reason="", by=TESTER)
    if cell.route == "enrollments/{id}/reinstate/":
        withdraw(enrollment=things["enrollment"], on=TUESDAY, by=TESTER)
    return cell.route.endswith(("reinstate/", "reopen/", "undo-discharge/"))


def client_of(cell: Cell) -> APIClient:
    """Signed in by a token; the doors make tokens of their own."""
    client = APIClient()
    if cell.person == "nobody" or cell.route in WITHOUT_A_TOKEN:
        return client
    bearer = token(cell.person)
    if cell.is_door:
        body = {"email": f"{cell.person}@example.org", "password": PASSWORD}
        bearer = APIClient().post(f"{API}auth/login", body).json()["meta"]["session_token"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {bearer}")
    return client


def ids_for(cell: Cell, scene: Scene) -> dict[str, str]:
    """The ids and words that stand for `$names`."""
    is_known = cell.person != "nobody"
    words = {"email": f"{cell.person}@example.org", "password": PASSWORD, "invitation": "made-up", "key": "made-up"}
    if is_known and cell.route == "invitations/accept/":
        cast = scene.cast
        words["invitation"] = invite(staff=scene.things["newcomer"], center=cast.center, by=TESTER)
    if is_known and cell.route == "auth/password/reset":
        words["key"] = link_for(scene.cast.staff[cell.person])
    return scene.ids() | words


def link_for(staff: Staff) -> str:
    """The token of the link that somebody asks for."""
    with acting_as(TESTER):
        ask_for_reset(email=staff.email)
    send_account_mail()
    return str(mail.outbox[-1].body).partition("#")[2].split()[0]


def ask(cell: Cell, scene: Scene, client: APIClient, *, absent: bool = False) -> Any:
    """The answer to the row's request; if `absent`, with the subject's id replaced by one of nothing's."""
    ids = ids_for(cell, scene)
    if absent:
        ids[cell.subject] = str(new_id())
    subject = "" if cell.is_door else ids[cell.subject]
    path = API + cell.route.format(id=subject, patient=ids["pat"])
    if cell.method == "GET":
        return client.get(path, filled(requests.QUERY.get(cell.route, {}), ids))
    headers = {}
    if cell.method != "POST":
        headers["If-Match"] = client.get(path).headers.get("ETag", '"1-x"')
    body = filled(requests.BODY.get((cell.method, cell.route)), ids)
    return client.generic(cell.method, path, **_encoded(body), headers=headers)


def filled(value: Any, ids: dict[str, str]) -> Any:
    """The value with every `$name` replaced by what it stands for."""
    if isinstance(value, dict):
        return {name: filled(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    return ids[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def mark_of(cell: Cell, scene: Scene) -> str:
    """What an answer shows that is about the row's subject."""
    ids = scene.ids()
    mark = requests.MARK.get(cell.route) or requests.MARK.get(cell.resource, f"${cell.subject}")
    return str(filled(mark, ids))


def _encoded(body: Any) -> dict[str, Any]:
    if body is None:
        return {}
    return {"data": json.dumps(body), "content_type": "application/json"}
