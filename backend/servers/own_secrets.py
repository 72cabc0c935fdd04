"""Secrets of a development installation: made on first use, kept under the data folder for its owner's eyes only."""

import os
import secrets
from pathlib import Path


def own_secret(data: Path, name: str) -> str:
    """The secret of that name, made of letters, digits, `-` and `_`; the first of several askers at once makes it."""
    folder = data / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    fresh = path.with_name(f".{name}.{os.getpid()}")
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="utf-8").strip()
