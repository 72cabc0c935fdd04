"""The recorder port: who acts now, and where the events they cause are written; filled by the audit app."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

JSON = str | int | float | bool | None | Sequence["JSON"] | Mapping[str, "JSON"]


class NoActorError(RuntimeError):
    """Something was to be recorded while nobody acts."""


class NoRecorderError(RuntimeError):
    """Something was to be recorded before the audit app filled the port."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a staff member's id, or `system:<name>` for a task or a command. Values, never rows."""

    id: str
    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class ActorContext:
    """Who acts, in which request, from which address."""

    actor: Actor
    request_id: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened and is no change of a single registered row: a read, a refusal, a bulk write.

    `details` names and counts; names of people, contact values, search terms and free text never go in.
    """

    action: str
    kind: str = ""
    object_id: str = ""
    center_id: UUID | None = None
    patient_ids: tuple[UUID, ...] = ()
    outcome: str = "ok"
    purpose: str = ""
    details: Mapping[str, JSON] = field(default_factory=dict)


Recorder = Callable[[Event], None]

_acting: ContextVar[ActorContext | None] = ContextVar("acting", default=None)
_port: list[Recorder] = []


def fill(recorder: Recorder) -> None:
    """Set the function that writes events; called once, when apps are ready."""
    _port[:] = [recorder]


def record(event: Event) -> None:
    """Write one event in the current transaction.

    Whatever the recorder raises goes on: what cannot be recorded must not happen.
    """
    if not _port:
        message = "no recorder fills the port"
        raise NoRecorderError(message)
    _port[0](event)


@contextmanager
def acting_as(actor: Actor, *, request_id: str = "", address: str = "") -> Iterator[ActorContext]:
    """Let `actor` act inside the block; an inner block keeps the outer request id and address unless it has its own."""
    outer = _acting.get()
    if outer is not None:
        request_id = request_id or outer.request_id
        address = address or outer.address
    context = ActorContext(actor, request_id, address)
    token = _acting.set(context)
    try:
        yield context
    finally:
        _acting.reset(token)


def current() -> ActorContext:
    """Who acts now. Raises NoActorError when nobody does."""
    context = _acting.get()
    if context is None:
        message = "nobody acts here"
        raise NoActorError(message)
    return context
