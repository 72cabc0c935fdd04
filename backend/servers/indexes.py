"""Where packages come from: uv reads neither pip's files nor its variables, so what pip was told is passed on."""

import ast
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

# pip's setting and uv's variable for it; both separate several values by blanks.
SETTINGS: Mapping[str, str] = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
}


def pip_settings(pip: list[str]) -> dict[str, str]:
    """What pip's files and variables say, the variables winning as they do in pip."""
    listing = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False).stdout
    found: dict[str, str] = {}
    lines = sorted(listing.splitlines(), key=lambda line: line.startswith(":env:"))
    for line in lines:
        name, _, value = line.partition("=")
        if value.startswith(("'", '"')):
            found[name.rpartition(".")[2]] = " ".join(str(ast.literal_eval(value)).split())
    return found


def uv_environment(pip: list[str]) -> dict[str, str]:
    """The environment for uv. Its own variables, where the user set them, stay."""
    environment = dict(os.environ)
    settings = pip_settings(pip)
    for name, variable in SETTINGS.items():
        if name in settings:
            environment.setdefault(variable, settings[name])
    # As pip does, take the pinned version from whichever index has it; the hashes make that safe.
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    environment["UV_NO_CONFIG"] = "1"
    if not os.access(Path.home(), os.W_OK):
        environment["UV_NO_CACHE"] = "1"
    return environment
