"""Where what is known of people must not turn up, and how each place is watched while tests run.

Each sink is watched where everything passes on its way there, whoever sends it: the record factory of `logging`, the
cursor, the producer of the broker, the connection to Valkey, the handler that answers, the start of a process.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.core.handlers.base import BaseHandler
from django.core.mail import EmailMessage
from django.db.backends.utils import CursorWrapper
from kombu.messaging import Producer
from redis.connection import AbstractConnection

from reminders.channels.sandbox import SandboxSms
from tests.canary_outputs import watched_processes
from tests.canary_tally import WATCH

# The log of who read and changed what, and what is kept of a browser.
TABLES = ("audit_logentry", "django_session")
WRITES = ("INSERT", "UPDATE")
# Of a list's next page, and where a page of the admin leads, sends and loads from.
LINKS = re.compile(rb'"(?:next|previous)": ?"([^"]*)"|\b(?:href|action|formaction|src|data-ajax--url)="([^"]*)"')


@contextmanager
def watched() -> Iterator[None]:
    """All sinks, for as long as this lasts."""
    factory = logging.getLogRecordFactory()
    with pytest.MonkeyPatch.context() as patch:
        logging.setLogRecordFactory(_watched_records(factory))
        for owner, name, before in SINKS:
            patch.setattr(owner, name, _before(getattr(owner, name), before))
        patch.setattr(BaseHandler, "get_response", _watched_answers(BaseHandler.get_response))
        watched_processes(patch)
        yield
        logging.setLogRecordFactory(factory)


def look_at_answer(request: Any, response: Any) -> None:
    """The address and the headers of every answer; the body of what was refused; the links of a page."""
    WATCH.look("address", request.get_full_path())
    WATCH.look("outgoing header", str(response.headers), str(response.cookies))
    body = b"" if response.streaming else response.content
    if response.status_code >= 400:
        WATCH.look("error page", body)
        return
    for paths in LINKS.findall(body):
        WATCH.look("link", *paths)


def _before(original: Callable[..., Any], look: Callable[..., None]) -> Callable[..., Any]:
    def watched_call(*args: Any, **kwargs: Any) -> Any:
        look(*args, **kwargs)
        return original(*args, **kwargs)

    return watched_call


def _watched_records(factory: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = factory(*args, **kwargs)
        WATCH.look("log", made.getMessage())
        if made.exc_info:
            WATCH.look("log", logging.Formatter().formatException(made.exc_info))
        return made

    return record


def _watched_answers(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_response(self: BaseHandler, request: Any) -> Any:
        response = original(self, request)
        look_at_answer(request, response)
        return response

    return get_response


def _statement(_cursor: Any, sql: Any, params: Any = None, *_args: Any, **_kwargs: Any) -> None:
    if not (isinstance(sql, str) and params and sql.startswith(WRITES)):
        return
    for table in TABLES:
        if table in sql[:60]:
            WATCH.look(f"table {table}", *(params if isinstance(params, list | tuple) else [params]))


def _published(_producer: Any, body: Any, *args: Any, **kwargs: Any) -> None:
    WATCH.look("broker", body, args, kwargs)


def _commanded(_connection: Any, command: Any, *_args: Any, **_kwargs: Any) -> None:
    WATCH.look("Valkey", b"".join(command) if isinstance(command, list) else command)


def _keyed(_cache: Any, key: Any, *_args: Any, **_kwargs: Any) -> None:
    WATCH.look("cache key", str(key))


def _cached(_cache: Any, _key: Any, value: Any, *_args: Any, **_kwargs: Any) -> None:
    WATCH.look("cache value", value)


def _mailed(mail: EmailMessage, *_args: Any, **_kwargs: Any) -> None:
    WATCH.look("mail", str(mail.subject), str(mail.body), str(mail.from_email), mail.extra_headers)


def _texted(_sms: Any, message: Any, key: str) -> None:
    WATCH.look("text", message.body, message.sender, key)


SINKS: list[tuple[Any, str, Callable[..., None]]] = [
    (CursorWrapper, "execute", _statement),
    (CursorWrapper, "executemany", _statement),
    (Producer, "publish", _published),
    (AbstractConnection, "send_packed_command", _commanded),
    (BaseCache, "make_key", _keyed),
    *((cache, name, _cached) for cache in (LocMemCache, RedisCache) for name in ("add", "set")),
    (EmailMessage, "message", _mailed),
    (SandboxSms, "send", _texted),
]
