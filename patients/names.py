"""How names are folded, so that a search finds them whatever their case and accents."""

from backend.api.folding import folded

__all__ = ["folded"]
