"""Who acts when a command runs: the command, on behalf of the operating-system user who started it."""

import getpass
import os

from backend.api.recorder import Actor


def operator(command: str) -> Actor:
    """The actor of a command; containers may run under a user id that has no name."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"uid {os.getuid()}"
    return Actor(id=f"system:{command}", name=name, role="operator")
