"""How names are folded, so that a search finds them, and a list orders them, whatever their case and accents."""

import unicodedata


def folded(text: str) -> str:
    """`text` without case, accents and surplus spaces, at most 200 characters: a stored key that sorts and searches."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(unicodedata.normalize("NFKC", bare).split())[:200]
