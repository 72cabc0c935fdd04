"""`docs/access.md` says what the tests ask."""

from tests.access import document
from tests.access.answers import RELATIONS


def test_the_access_document_is_the_one_the_tables_give() -> None:
    assert document.PLACE.read_text(encoding="utf-8") == document.text()


def test_every_relation_is_explained_there() -> None:
    assert document.RELATIONS_KNOWN.keys() == RELATIONS.keys()
