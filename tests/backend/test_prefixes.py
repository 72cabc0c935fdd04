"""A prefix as a stretch of code points: every text that begins with it lies within, and no other."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.api.prefixes import successor
from patients.models import Patient
from tests.cast import Cast, a_patient

HIGHEST = chr(sys.maxunicode)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [("an", "ao"), ("\ud7ff", "\ue000"), (f"a{HIGHEST}", "b"), (HIGHEST, ""), ("a\uffff", "a\U00010000")],
)
def test_the_successor_is_the_next_text(prefix: str, expected: str) -> None:
    assert successor(prefix) == expected


@given(prefix=TEXT, text=TEXT)
def test_what_begins_with_the_prefix_lies_before_its_successor(prefix: str, text: str) -> None:
    end = successor(prefix)
    assert text.startswith(prefix) == (prefix <= text and (not end or text < end))


@pytest.mark.parametrize("words", ["quill", "Quillfeather P", "pat q", "ashgrove"])
def test_names_are_found_as_before(cast: Cast, words: str) -> None:
    a_patient(cast.center, cast.program, "Q1", HIGHEST, HIGHEST)
    found = Patient.objects.found_by(words)
    assert [one.last_name for one in found] == (["Ashgrove"] if words == "ashgrove" else ["Quillfeather"])


def test_the_highest_character_has_no_upper_end(cast: Cast) -> None:
    a_patient(cast.center, cast.program, "Q1", "Zoe", HIGHEST)
    assert Patient.objects.found_by(HIGHEST).count() == 1
    assert Patient.objects.found_by("%").count() == 0
