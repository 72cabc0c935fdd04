"""Bodies that must not get in: each is refused by a code of its own, and what gets in reads back equal."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.api.errors import Refused
from backend.api.parsers import MAX_BYTES, MAX_DEPTH, BoundedJSONParser, loads


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"a": "\\u0000"}', "forbidden_character"),
        (b'{"a": "\\ud800"}', "forbidden_character"),
        (b'{"\\u0000": 1}', "forbidden_character"),
        (b'[["\\udfff"]]', "forbidden_character"),
        (b'{"a": "\xff"}', "forbidden_character"),
        (b'{"a": "\x00"}', "malformed_json"),
        (b'{"a": NaN}', "malformed_json"),
        (b'{"a": -Infinity}', "malformed_json"),
        (b'{"a": 1e999}', "number_too_large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "number_too_large"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b"{", "malformed_json"),
        (b"", "malformed_json"),
        (b'"text"', "malformed_json"),
        (b"null", "malformed_json"),
    ],
)
def test_a_hostile_body_is_refused_by_its_own_code(body: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        loads(body)
    assert (refused.value.code, refused.value.status) == (code, 400)


def test_brackets_inside_strings_are_no_depth() -> None:
    text = '"' + "[" * 100 + '\\"' + "{" * 100
    assert loads(json.dumps({"a": text}).encode()) == {"a": text}


def test_surrogate_pairs_are_one_character() -> None:
    assert loads(b'{"a": "\\ud83d\\ude00"}') == {"a": "\N{GRINNING FACE}"}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text("xyz", max_size=3), VALUES, max_size=4))
def test_what_is_read_equals_what_was_sent(value: object) -> None:
    assert loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("media_type", "size", "status"),
    [
        ("application/json; charset=latin-1", 2, 415),
        ("application/json; charset=utf-16", 2, 415),
        ("application/json", MAX_BYTES + 1, 413),
    ],
)
def test_other_charsets_and_large_bodies_are_refused(media_type: str, size: int, status: int) -> None:
    stream = io.BytesIO(b"{}" + b" " * (size - 2))
    with pytest.raises(Refused) as refused:
        BoundedJSONParser().parse(stream, media_type)
    assert refused.value.status == status


def test_utf8_however_spelled_is_read() -> None:
    assert BoundedJSONParser().parse(io.BytesIO(b"{}"), 'application/json; charset="UTF-8"') == {}
