"""A pytest plugin that watches, while any test runs, every place where what is known of people must not turn up.

Logs, the audit table, the session table, the broker, the cache, the addresses of what was answered, headers, errors,
the links of pages, and what is sent to people. A canary there fails the test that is running, told by sink and form.
"""

import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache.backends.base import BaseCache
from django.core.handlers.base import BaseHandler
from django.core.mail import EmailMessage
from django.db.backends.utils import CursorWrapper
from kombu.messaging import Producer

from reminders.channels.sandbox import SandboxSms
from tests.canaries import found_in

TABLES = ("audit_logentry", "django_session")
WRITES = ("INSERT", "UPDATE")
LINKS = re.compile(rb'"(?:next|previous)": ?"([^"]*)"')


class Watch:
    """What has been seen since the last look."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def look(self, sink: str, *parts: object) -> None:
        """Search the parts of something that reached a sink."""
        for part in parts:
            text = part if isinstance(part, str) else repr(part)
            found = found_in(text) if text else None
            if found:
                self.seen.append(f"{sink}: {found[1]!r} as {found[0]!r}")

    def taken(self) -> list[str]:
        """What was seen; forgotten with this."""
        seen, self.seen = self.seen, []
        return seen


WATCH = Watch()


def check() -> None:
    """Raise AssertionError for what was seen."""
    seen = WATCH.taken()
    assert not seen, "a canary got out: " + "; ".join(seen[:5])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """What the test and its set-up let out fails it."""
    result = yield
    check()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """What was let out afterwards fails as well."""
    result = yield
    check()
    return result


@pytest.fixture(scope="session", autouse=True)
def _sinks_are_watched() -> Iterator[None]:
    factory = logging.getLogRecordFactory()
    with pytest.MonkeyPatch.context() as patch:
        logging.setLogRecordFactory(_watched_records(factory))
        for owner, name, before in SINKS:
            patch.setattr(owner, name, _before(getattr(owner, name), before))
        patch.setattr(BaseHandler, "get_response", _watched_answers(BaseHandler.get_response))
        yield
        logging.setLogRecordFactory(factory)


def _before(original: Callable[..., Any], look: Callable[..., None]) -> Callable[..., Any]:
    def watched(*args: Any, **kwargs: Any) -> Any:
        look(*args, **kwargs)
        return original(*args, **kwargs)

    return watched


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


def look_at_answer(request: Any, response: Any) -> None:
    """The headers; the address of what was answered; the body of what was refused; the links of a page."""
    WATCH.look("outgoing header", str(response.headers), str(response.cookies))
    body = b"" if response.streaming else response.content
    if response.status_code >= 400:
        WATCH.look("error page", body.decode(errors="replace"))
        return
    # An attack's address is refused; one that is answered is how the service wants to be asked.
    WATCH.look("address", request.get_full_path())
    for link in LINKS.findall(body):
        WATCH.look("link", link.decode(errors="replace"))


def _statement(_cursor: Any, sql: Any, params: Any = None, *_args: Any, **_kwargs: Any) -> None:
    if not (isinstance(sql, str) and params and sql.startswith(WRITES)):
        return
    for table in TABLES:
        if table in sql[:60]:
            WATCH.look(f"table {table}", *(params if isinstance(params, list | tuple) else [params]))


def _published(_producer: Any, body: Any, *args: Any, **kwargs: Any) -> None:
    WATCH.look("broker", body, args, kwargs)


def _cached(_cache: Any, key: Any, *_args: Any, **_kwargs: Any) -> None:
    WATCH.look("cache key", str(key))


def _mailed(mail: EmailMessage, *_args: Any, **_kwargs: Any) -> None:
    WATCH.look("mail", str(mail.subject), str(mail.body), str(mail.from_email), mail.extra_headers)


def _texted(_sms: Any, message: Any, key: str) -> None:
    WATCH.look("text", message.body, message.sender, key)


SINKS: list[tuple[Any, str, Callable[..., None]]] = [
    (CursorWrapper, "execute", _statement),
    (CursorWrapper, "executemany", _statement),
    (Producer, "publish", _published),
    (BaseCache, "make_key", _cached),
    (EmailMessage, "message", _mailed),
    (SandboxSms, "send", _texted),
]
