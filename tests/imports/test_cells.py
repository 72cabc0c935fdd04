"""Cells read as their types, and phone numbers as rule 10 says."""

import pytest

from backend.imports import cells
from backend.imports.cells import CellError, shown
from backend.imports.faults import Kind
from backend.imports.phones import e164


@pytest.mark.parametrize(
    ("written", "country", "dialed"),
    [
        ("(706) 555-0100", "US", "+17065550100"),
        ("1-706.555.0100", "US", "+17065550100"),
        ("+1 706 555 0100 Ext. 39", "US", "+17065550100"),
        ("706 555 0100 EXT12", "US", "+17065550100"),
        ("(706) 555-01", "US", None),
        ("17065550100 2", "US", None),
        ("\u0667\u0660\u0666 \u0665\u0665\u0665 \u0660\u0661\u0660\u0660", "US", "+17065550100"),
        ("0412 345 678", "AU", "+61412345678"),
        ("61 412 345 678", "AU", "+61412345678"),
        ("+61 412 345 678", "US", "+61412345678"),
        ("412 345 678", "AU", None),
        ("+1 706 555 0100", "AU", "+17065550100"),
        ("020 7946 0123", "GB", "+442079460123"),
        ("+44 20 7946 0123", "US", "+442079460123"),
        ("+44 (0)20 7946 0123", "US", "+442079460123"),
        ("030 901820", "DE", "+4930901820"),
        ("0412", "GB", None),
        ("+7065550100", "US", None),
        ("none", "US", None),
        ("ext. 5", "GB", None),
        ("555 0100", None, ""),
        ("+61 412 345 678", None, "+61412345678"),
        ("none", None, None),
    ],
)
def test_phone_numbers(written: str, country: str | None, dialed: str | None) -> None:
    assert e164(written, country) == dialed


@pytest.mark.parametrize(
    "cell",
    [
        "a@example.org",
        "ANNA.Lee+x@Example.COM",
        "o'brien@sub.example.org",
        "用户@例子.测试",
        "a_b-c@ex-ample.org",
        "x@1.example.org",
    ],
)
def test_addresses(cell: str) -> None:
    assert cells.address(cell) == cell


@pytest.mark.parametrize(
    "cell",
    ["", "a", "a@b", "a@@b.org", "a b@c.org", "a@-b.org", "a@b-.org", ".a@b.org", "a.@b.org", "a..b@c.org", "a@b..org",
     "<a@b.org>", "a@b.org,c@d.org", "a@b.org; c@d.org", "x" * 65 + "@b.org", "a@" + "b" * 400 + ".org", "a@b_c@d.org"],
)  # fmt: skip
def test_no_addresses(cell: str) -> None:
    with pytest.raises(CellError) as caught:
        cells.address(cell)
    assert caught.value.kinds == (Kind.BAD_EMAIL,)


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ("2026-02-30T10:00", {Kind.BAD_DATE}),
        ("2026-02-28T24:00", {Kind.BAD_TIME}),
        ("2026-02-28T10:00:00", {Kind.BAD_TIME}),
        ("2026-02-28T10:00Z", {Kind.BAD_TIME}),
        ("2026-02-28", {Kind.BAD_TIME}),
        ("2026-02-28 10:00", {Kind.BAD_DATE, Kind.BAD_TIME}),
        ("soon", {Kind.BAD_DATE, Kind.BAD_TIME}),
        ("9999-12-31T23:59", {Kind.BAD_DATE}),
    ],
)
def test_a_moment_says_which_half_is_wrong(cell: str, kinds: set[Kind]) -> None:
    with pytest.raises(CellError) as caught:
        cells.moment(cell)
    assert set(caught.value.kinds) == kinds


@pytest.mark.parametrize("cell", ["en", "es-419", "zh-Hant-TW", "x-private", "i-klingon", "sr-Latn"])
def test_language_tags(cell: str) -> None:
    assert cells.language(cell) == cell


@pytest.mark.parametrize("cell", ["e", "en_US", "english language", "es-", "x", "en-toolongsubtag"])
def test_no_language_tags(cell: str) -> None:
    with pytest.raises(CellError):
        cells.language(cell)


def test_lists_keep_each_item_once() -> None:
    assert cells.colleagues(" B@x.org;a@x.org ;; b@X.org ") == ("b@x.org", "a@x.org")
    assert cells.choices(("family", "individual"))("family; family;") == ("family",)


@pytest.mark.parametrize("cell", ["us", "USA", "XX", "England"])
def test_no_countries(cell: str) -> None:
    with pytest.raises(CellError):
        cells.country(cell)


@pytest.mark.parametrize("cell", ["2026-02-30", "25:61", "sixty", "yoga", "America/New_Yrok", "10/05/2026", "-1"])
def test_codes_and_dates_are_quoted(cell: str) -> None:
    assert cell in shown(cell, Kind.BAD_DATE)


@pytest.mark.parametrize("cell", ["Robin", "706 555 0100", "7065550100", "a@example.org", "Zoë", "x" * 50])
def test_what_may_be_personal_is_not_quoted(cell: str) -> None:
    assert cell not in shown(cell, Kind.UNKNOWN_VALUE)
    assert "abc" not in shown("abc", Kind.BAD_EMAIL)
