"""Readers of single cells: from the text of a cell to a typed value, or what is wrong with it."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, time
from functools import cache
from importlib import resources
from typing import NoReturn

from backend.imports.export import WEEKDAYS, Moment, Phone
from backend.imports.faults import Kind
from backend.imports.phones import e164
from centers.wall_time import is_zone

Reader = Callable[[str], object]

LARGEST = 2_147_483_647
LONGEST_ADDRESS, LONGEST_PHONE = 254, 50
# Days no export reaches; between them zones can be reckoned with.
LONG_AGO, FAR_AHEAD = date(1900, 1, 1), date(2200, 1, 1)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@(?=.{4,253}$)[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,8}|[xi](?=-))(?:-[A-Za-z0-9]{1,8})*")
# What a message may quote: no more digits than a date has, so no phone number; no capitals, so no name.
_PLAIN = re.compile(r"(?=(?:[^0-9]*[0-9]){0,8}[^0-9]*$)[0-9:T./ +-]{1,24}|[0-9]{4}-[0-9T:-]{1,18}")
_CODE = re.compile(r"[a-z_.:-][a-z0-9_.:-]{1,24}|[A-Za-z]+/[A-Za-z_/+-]{1,32}")
_PRIVATE = frozenset({Kind.BAD_EMAIL, Kind.BAD_PHONE})


class CellError(ValueError):
    """The cell does not read as its type; says of which kinds the faults are and what was expected."""

    def __init__(self, expected: str, *kinds: Kind) -> None:
        """Keep what was expected, and at least one kind."""
        super().__init__(expected)
        self.expected = expected
        self.kinds = kinds


def _refuse(expected: str, *kinds: Kind) -> NoReturn:
    """Say that the cell does not read."""
    raise CellError(expected, *kinds)


def shown(cell: str, kind: Kind) -> str:
    """Quote a cell in a message that can only be a date, time, number or code; of others tell the length."""
    quotable = kind not in _PRIVATE and (_PLAIN.fullmatch(cell) or _CODE.fullmatch(cell))
    return f"'{cell}'" if quotable else f"a text of {len(cell)} characters"


def text(cell: str) -> str:
    """Take free text, a name or a code that another row declares; it may hold anything a database can store."""
    return cell


def upto(limit: int) -> Reader:
    """Read text that the database keeps in no more than `limit` characters."""

    def read(cell: str) -> str:
        if len(cell) > limit:
            _refuse(f"expected no more than {limit} characters", Kind.TOO_LONG)
        return cell

    return read


@cache
def day(cell: str) -> date:
    """Read `YYYY-MM-DD`."""
    if not _DATE.fullmatch(cell):
        _refuse("expected a date YYYY-MM-DD", Kind.BAD_DATE)
    try:
        return date.fromisoformat(cell)
    except ValueError:
        _refuse("expected a date of the calendar", Kind.BAD_DATE)


def dated(cell: str) -> date:
    """Read a date that zones can reckon with: from 1900 to 2199."""
    value = day(cell)
    if not LONG_AGO <= value < FAR_AHEAD:
        _refuse("expected a date from 1900 to 2199", Kind.BAD_DATE)
    return value


def clock(cell: str) -> time:
    """Read `HH:MM` of 24 hours."""
    if not _TIME.fullmatch(cell):
        _refuse("expected a time HH:MM from 00:00 to 23:59", Kind.BAD_TIME)
    return time.fromisoformat(cell)


@cache
def moment(cell: str) -> Moment:
    """Read `YYYY-MM-DDTHH:MM`; names the half that is wrong, or both."""
    wrong: list[Kind] = []
    first, _, second = cell.partition("T")
    for part, reader in ((first, dated), (second, clock)):
        try:
            reader(part)
        except CellError as fault:
            wrong.extend(fault.kinds)
    if wrong:
        _refuse("expected a wall time YYYY-MM-DDTHH:MM", *wrong)
    return Moment(dated(first), clock(second))


def number(low: int, high: int = LARGEST) -> Reader:
    """Read a whole number within bounds, in ASCII digits."""

    def read(cell: str) -> int:
        if not (cell.isascii() and cell.isdigit() and len(cell) <= len(str(LARGEST)) and low <= int(cell) <= high):
            _refuse(f"expected a whole number from {low} to {high}", Kind.BAD_NUMBER)
        return int(cell)

    return read


def choice(values: Collection[str]) -> Reader:
    """Read one code of a list, spelled exactly."""

    def read(cell: str) -> str:
        if cell not in values:
            _refuse(f"expected one of {', '.join(sorted(values))}", Kind.UNKNOWN_VALUE)
        return cell

    return read


def weekday(cell: str) -> int:
    """Read mon..sun as 0..6."""
    if cell not in WEEKDAYS:
        _refuse(f"expected one of {', '.join(WEEKDAYS)}", Kind.UNKNOWN_VALUE)
    return WEEKDAYS.index(cell)


def yes_no(cell: str) -> bool:
    """Read yes or no in any letter case."""
    if cell.lower() not in ("yes", "no"):
        _refuse("expected yes or no", Kind.UNKNOWN_VALUE)
    return cell.lower() == "yes"


def items(cell: str) -> Iterable[str]:
    """Yield the items of a `;` list once each, in order, without empty ones."""
    return dict.fromkeys(item for item in (part.strip() for part in cell.split(";")) if item)


def choices(values: Collection[str]) -> Reader:
    """Read a list of codes."""
    read_one = choice(values)

    def read(cell: str) -> tuple[str, ...]:
        return tuple(str(read_one(item)) for item in items(cell))

    return read


def address(cell: str) -> str:
    """Read an e-mail address as it is written."""
    if (
        len(cell) > LONGEST_ADDRESS
        or not _EMAIL.fullmatch(cell)
        or ".." in cell
        or cell.startswith(".")
        or ".@" in cell
    ):
        _refuse("expected an e-mail address", Kind.BAD_EMAIL)
    return cell


def own_address(cell: str) -> str:
    """Read the address that is a person's key; the same in any letter case."""
    return address(cell).lower()


def colleague(cell: str) -> str:
    """Read the name of a staff row; whether there is such a row is asked later."""
    return cell.lower()


def colleagues(cell: str) -> tuple[str, ...]:
    """Read a list of staff."""
    return tuple(dict.fromkeys(item.lower() for item in items(cell)))


def zone(cell: str) -> str:
    """Read the name of an IANA zone."""
    if not is_zone(cell):
        _refuse("expected the name of an IANA time zone", Kind.BAD_TIMEZONE)
    return cell


@cache
def _countries() -> frozenset[str]:
    """ISO 3166 codes of two letters, as the zone database lists them."""
    table = (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in table.splitlines() if not line.startswith("#"))


def country(cell: str) -> str:
    """Read an ISO 3166 code."""
    if cell not in _countries():
        _refuse("expected an ISO 3166 country code of two capital letters", Kind.UNKNOWN_VALUE)
    return cell


def language(cell: str) -> str:
    """Read a BCP 47 tag by its shape."""
    if not _LANGUAGE.fullmatch(cell):
        _refuse("expected a BCP 47 language tag", Kind.UNKNOWN_VALUE)
    return cell


def phone(home: str | None) -> Reader:
    """Read a phone number; `home` is the country of numbers without `+`, None if that is not known."""

    def read(cell: str) -> Phone:
        dialed = e164(cell, home) if len(cell) <= LONGEST_PHONE else None
        if dialed is None:
            _refuse("expected a phone number of the center's country, or one with +", Kind.BAD_PHONE)
        return Phone(cell, dialed)

    return read
