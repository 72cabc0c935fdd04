"""Words that stand for people in the tests' data, in every form in which they could get out."""

import base64
import datetime as dt
import html
import json
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

# Of the cast, the factories, the scene and the story: improbable enough to be found nowhere by chance.
NAMES = ("Quillfeather", "Ashgrove", "Faraway", "Zephyrine", "Thistlecrumb", "Vanterpool", "Émondrille")
PHONES = ("(706) 555-0100", "(706) 555-0142", "(706) 555-0187")
ADDRESSES = ("someone@example.org",)
NOTES = (
    "wept about the lighthouse",
    "brought her sister",
    "sees wrenwhistle relatives",
    "found unconscious in the parking lot",
    "tries the group",
)
# How every record number of the factories begins.
NUMBERS = ("QXZ-00", "QXZ-NELL", "QXZ-EVE")
BIRTHS = tuple(
    map(dt.date.fromisoformat, ("1988-07-09", "1990-02-03", "1990-05-01", "1991-02-03", "1992-03-04", "1993-04-05"))
)
WORDS = (*NAMES, *ADDRESSES, *NOTES, *NUMBERS)
# Fewer bytes of a word in base64 would be found by chance.
SHORTEST_SECRET = 6


def plain_forms() -> Iterator[tuple[str, str]]:
    """(form, what it is a form of) for all that is compared without regard to case and accents."""
    for word in WORDS:
        for form in (
            word,
            quote(word, safe=""),
            quote_plus(word),
            html.escape(word),
            json.dumps(word)[1:-1],
            word[::-1],
        ):
            yield folded(form), word
        yield folded(word.encode().hex()), word
    for phone in PHONES:
        digits = "".join(filter(str.isdigit, phone))
        national = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
        for form in (
            phone,
            quote(phone, safe=""),
            quote_plus(phone),
            digits,
            national,
            digits.encode().hex(),
            digits[::-1],
        ):
            yield folded(form), phone
    for birth in BIRTHS:
        slashed = f"{birth.month}/{birth.day}/{birth.year}"
        padded = f"{birth:%m/%d/%Y}"
        written = f"{birth:%B} {birth.day}, {birth.year}"
        for form in (birth.isoformat(), slashed, padded, quote(padded, safe=""), written, repr(birth)):
            yield folded(form), birth.isoformat()


def encoded_forms() -> Iterator[tuple[str, str]]:
    """(form, what it is a form of) in base64, wherever in the stream of bytes it begins."""
    for word in (*WORDS, *PHONES, *(f"+1{''.join(filter(str.isdigit, one))}" for one in PHONES)):
        for shift in range(3):
            padded = b"\0" * shift + word.encode()
            # What the neighbors' bits reach is cut off at both ends.
            core = base64.b64encode(padded).decode().rstrip("=")[-(-shift * 4 // 3) : len(padded) * 8 // 6]
            if len(core) >= SHORTEST_SECRET:
                yield core, word
                yield core.replace("+", "-").replace("/", "_"), word


def folded(text: str) -> str:
    """Without case and accents."""
    if text.isascii():
        return text.casefold()
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()


PLAIN = dict(plain_forms())
ENCODED = dict(encoded_forms())


@lru_cache(maxsize=4096)
def found_in(text: str) -> tuple[str, str] | None:
    """(form, canary) of the first canary in a text, or None."""
    plain = folded(text)
    for form, word in PLAIN.items():
        if form in plain:
            return form, word
    return next(((form, word) for form, word in ENCODED.items() if form in text), None)
