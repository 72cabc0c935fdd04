"""The application for a real server, on the day of the scene."""

from contextlib import ExitStack
from typing import Any

from backend.api.clock import frozen
from backend.wsgi import application

# Until the process ends.
STOPPED = ExitStack()


def on_the_day(environ: Any, start_response: Any) -> Any:
    """Answer one request at noon of the scene's Tuesday."""
    return application(environ, start_response)


def _stop_the_clock() -> None:
    from tests.access.scene import NOON

    STOPPED.enter_context(frozen(NOON))


_stop_the_clock()
