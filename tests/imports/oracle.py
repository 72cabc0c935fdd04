"""What follows from an export, worked out anew from its files minute by minute, to hold the reports against."""

import csv
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

Row = dict[str, str]
Lines = Counter[tuple[str, ...]]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CAME = ("present", "late", "left_early")
USES = (*CAME, "excused_absence", "no_show", "cancelled_by_program", "unrecorded")
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def rows_of(path: Path) -> list[Row]:
    """The rows of a file, cells without spaces around them."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: cell.strip() for name, cell in row.items()} for row in csv.DictReader(file)]


def items(cell: str) -> set[str]:
    """The items of a list."""
    return {item.strip() for item in cell.split(";") if item.strip()}


def holds(first: str, last: str, day: dt.date) -> bool:
    """Whether a half-open pair of dates holds a day."""
    return (not first or first <= day.isoformat()) and (not last or day.isoformat() < last)


def at(zone: str, wall: str) -> dt.datetime:
    """Rule 1: the instant of a wall time; zoneinfo reads it as the rule wants while fold is 0."""
    return dt.datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def shown(zone: str, moment: dt.datetime) -> dt.datetime:
    """What a clock in a zone shows, without its offset."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def minute_of(clock: str) -> int:
    """Minutes since midnight."""
    return int(clock[:2]) * 60 + int(clock[3:])


@dataclass
class Meeting:
    """One session: what the pattern gave, and what became of it."""

    series: str
    original: str
    pattern: Row
    start: dt.datetime
    end: dt.datetime
    pause: tuple[dt.datetime, dt.datetime] | None
    day: dt.date
    on: bool
    room: str
    staff: list[str]
    roster: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        """Its key for good."""
        return self.series, self.original

    @property
    def original_day(self) -> dt.date:
        """The date the pattern gave."""
        return dt.date.fromisoformat(self.original[:10])

    def minutes(self, since: dt.datetime, until: dt.datetime, *, pauses: bool) -> int:
        """The session's minutes between two instants; those of the break only if breaks count."""
        minute, count = self.start, 0
        while minute < self.end:
            resting = self.pause is not None and self.pause[0] <= minute < self.pause[1]
            count += since <= minute < until and (pauses or not resting)
            minute += MINUTE
        return count


class Oracle:
    """The reports of an export."""

    def __init__(self, directory: Path) -> None:
        """Read the files."""
        self.files = {path.stem: rows_of(path) for path in directory.glob("*.csv")}
        self.center = self.files["center"][0]
        self.zone = self.center["timezone"]
        self.first = dt.date.fromisoformat(self.center["covers_from"])
        self.last = dt.date.fromisoformat(self.center["covers_to"])
        self.patients = {row["mrn"]: row for row in self.files["patients"]}
        self.groups = {row["code"]: row for row in self.files["groups"]}
        self.marks: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
        for row in self.files["attendance"]:
            self.marks[row["series"], row["original_start"]][row["mrn"]] = row
        self.weeks = {self.first + n * DAY: self.week_of(self.first + n * DAY) for n in range(-370, 740)}

    @cached_property
    def meetings(self) -> list[Meeting]:
        """Every session the pattern gives, with its roster as of the day it actually starts."""
        days = [self.first + offset * DAY for offset in range((self.last - self.first).days)]
        return [
            self._meeting(day, row)
            for day in days
            for row in self.files["blocks"] + self.files["individual"]
            if row["weekday"] == WEEKDAYS[day.weekday()] and holds(row["valid_from"], row["valid_to"], day)
        ]

    def _meeting(self, day: dt.date, row: Row) -> Meeting:
        series, original = row.get("group") or row["code"], f"{day}T{row['start']}"
        group = self.groups.get(series)
        changes = {
            change["action"]: change
            for change in self.files["exceptions"]
            if (change["series"], change["original_start"]) == (series, original)
        }
        moved, cut = changes.get("moved", {}), changes.get("shortened", {})
        start = at(self.zone, moved.get("new_start") or original)
        end = start + int(cut.get("new_minutes") or row["minutes"]) * MINUTE
        pause = None
        if row.get("break_start"):
            lag = (minute_of(row["break_start"]) - minute_of(row["start"])) % 1440
            pause = (start + lag * MINUTE, start + (lag + int(row["break_minutes"])) * MINUTE)
        staff = [group["lead"], group["co_facilitator"]] if group else [row["staff"]]
        stand_in = changes.get("substitute", {})
        staff = [stand_in["substitute"] if one == stand_in.get("replaces") else one for one in staff if one]
        meeting = Meeting(
            series, original, row, start, end, pause, shown(self.zone, start).date(),
            "cancelled" not in changes and not self.is_closed(start, end), moved.get("new_room") or row["room"], staff
        )  # fmt: skip
        meeting.roster = self.members(series, meeting.day) if group else [row["mrn"]]
        meeting.roster = [mrn for mrn in meeting.roster if self.expected(mrn, meeting.day)] if meeting.on else []
        return meeting

    def is_closed(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether the center is closed in any minute of a session."""
        for row in self.files["closures"]:
            midnight = dt.date.fromisoformat(row["date"]) + DAY
            since = at(self.zone, f"{row['date']}T{row['from'] or '00:00'}")
            until = at(self.zone, f"{row['date']}T{row['to']}" if row["to"] else f"{midnight}T00:00")
            if max(start, since) < min(end, until):
                return True
        return False

    def enrolled(self, group: str, day: dt.date) -> set[str]:
        """Who is enrolled in a group on a day."""
        rows = self.files["enrollments"]
        return {row["mrn"] for row in rows if row["group"] == group and holds(row["from"], row["to"], day)}

    def members(self, group: str, day: dt.date) -> list[str]:
        """The roster of a group (rule 4)."""
        return [mrn for mrn in self.enrolled(group, day) if self.expected(mrn, day)]

    def admitted(self, mrn: str, day: dt.date) -> bool:
        """Whether a patient is in care."""
        return holds(self.patients[mrn]["admitted_on"], self.patients[mrn]["discharged_on"], day)

    def expected(self, mrn: str, day: dt.date) -> bool:
        """Whether a patient is in care and not on leave."""
        away = any(row["mrn"] == mrn and holds(row["from"], row["to"], day) for row in self.files["leaves"])
        return self.admitted(mrn, day) and not away

    def week_of(self, day: dt.date) -> dt.date:
        """The first day of a day's week."""
        while WEEKDAYS[day.weekday()] != self.center["week_starts_on"]:
            day -= DAY
        return day

    def rule(self, mrn: str, week: dt.date) -> Row:
        """The version of a patient's program that governs a week; the first, in weeks before all versions."""
        versions = [row for row in self.files["programs"] if row["code"] == self.patients[mrn]["program"]]
        versions.sort(key=lambda row: row["effective_from"])
        return [versions[0], *(row for row in versions if row["effective_from"] <= week.isoformat())][-1]

    def took_place(self, meeting: Meeting) -> bool:
        """Whether somebody came."""
        return any(row["status"] in CAME for row in self.marks[meeting.key].values())

    def attended(self, meeting: Meeting, mrn: str) -> int:
        """Rule 6, by the rules of the session's week."""
        row = self.marks[meeting.key].get(mrn)
        if row is None or row["status"] not in CAME:
            return 0
        since = at(self.zone, row["arrived"]) if row["arrived"] else meeting.start
        until = at(self.zone, row["left"]) if row["left"] else meeting.end
        return meeting.minutes(since, until, pauses=self._pauses(mrn, meeting.day))

    def _pauses(self, mrn: str, day: dt.date) -> bool:
        return self.rule(mrn, self.weeks[day])["breaks_count"].lower() == "yes"

    def hours(self) -> Lines:
        """The rows of hours.csv."""
        weeks = sorted({week for day, week in self.weeks.items() if self.first <= day < self.last})
        lines: Lines = Counter()
        for mrn in self.patients:
            for week in weeks:
                stay = sum(self.admitted(mrn, week + n * DAY) for n in range(7))
                if stay:
                    lines[self._hours(mrn, week, partial=stay < 7)] += 1
        return lines

    def _hours(self, mrn: str, week: dt.date, *, partial: bool) -> tuple[str, ...]:
        rule, sums, days = self.rule(mrn, week), Counter[str](), set()
        for meeting in self.meetings:
            if self.weeks[meeting.original_day] == week and self._was_planned(mrn, meeting):
                length = int(meeting.pattern["minutes"])
                pause = int(meeting.pattern.get("break_minutes") or 0)
                sums["planned"] += length if self._pauses(mrn, week) else length - pause
            if self.weeks[meeting.day] != week:
                continue
            if mrn in meeting.roster:
                full = meeting.minutes(meeting.start, meeting.end, pauses=self._pauses(mrn, week))
                sums["scheduled"] += full
                sums["delivered"] += full if self.took_place(meeting) else 0
            minutes = self.attended(meeting, mrn)
            sums["attended"] += minutes
            if minutes and meeting.pattern["kind"] not in items(rule["uncounted_kinds"]):
                sums["counted"] += minutes
                days.add(meeting.day)
        target, wanted = int(rule["weekly_minutes_min"]), int(rule["min_days"])
        measures = (sums[name] for name in ("planned", "scheduled", "delivered", "attended", "counted"))
        told = (*measures, target, sums["counted"] >= target, partial, len(days), wanted, len(days) >= wanted)
        return mrn, str(week), *("yes" if one is True else "no" if one is False else str(one) for one in told)

    def _was_planned(self, mrn: str, meeting: Meeting) -> bool:
        day = meeting.original_day
        if not self.admitted(mrn, day):
            return False
        return meeting.pattern["mrn"] == mrn if "mrn" in meeting.pattern else mrn in self.enrolled(meeting.series, day)

    def roster_at(self, day: dt.date) -> Lines:
        """The rows of roster_at.csv of one day."""
        return Counter((group, str(day), mrn) for group in self.groups for mrn in self.members(group, day))

    def attendance_summary(self) -> Lines:
        """The rows of attendance_summary.csv."""
        return Counter(self._summary(code) for code in self.groups)

    def _summary(self, code: str) -> tuple[str, ...]:
        held = [meeting for meeting in self.meetings if meeting.series == code]
        uses: Counter[str] = Counter()
        guests = minutes = 0
        for meeting in held:
            for mrn in meeting.roster:
                uses[self.marks[meeting.key].get(mrn, {"status": "unrecorded"})["status"]] += 1
            marked = self.marks[meeting.key]
            guests += sum(mrn not in meeting.roster for mrn in marked)
            minutes += sum(self.attended(meeting, mrn) for mrn in marked)
        seats = uses.total()
        known = seats - uses["cancelled_by_program"] - uses["unrecorded"]
        rate = (Decimal(uses["no_show"]) / known).quantize(Decimal("0.0001"), ROUND_HALF_UP) if known else ""
        on = [meeting for meeting in held if meeting.on]
        told = (code, len(held), len(on), sum(map(self.took_place, on)), seats, *(uses[use] for use in USES))
        return tuple(map(str, (*told, guests, minutes, rate)))

    def reminders(self) -> Lines:
        """The rows of reminders.csv."""
        return Counter(line for mrn in self.patients for line in self._reminders(self.patients[mrn]))

    def _reminders(self, patient: Row) -> Iterator[tuple[str, ...]]:
        zone, days = patient["timezone"] or self.zone, set()
        expected = [meeting for meeting in self.meetings if patient["mrn"] in meeting.roster]
        for meeting in sorted(expected, key=lambda one: one.start):
            day = shown(zone, meeting.start).date()
            if day in days:
                continue
            days.add(day)
            for hours in (72, 24):
                due = due_at(zone, meeting.start, hours)
                channel = channel_on(patient, shown(zone, due).date().isoformat())
                if channel:
                    key = "@".join(meeting.key)
                    yield patient["mrn"], key, str(hours), channel, f"{due:%Y-%m-%dT%H:%MZ}"


def due_at(zone: str, start: dt.datetime, hours: int) -> dt.datetime:
    """When a reminder is due: the same wall time days before, outside of quiet hours."""
    due = at(zone, str(shown(zone, start) - hours // 24 * DAY))
    wall = shown(zone, due)
    if 9 <= wall.hour < 20:
        return due
    morning = wall.date() + DAY if wall.hour >= 20 else wall.date()
    later = at(zone, f"{morning}T09:00")
    return later if start - later >= 120 * MINUTE else at(zone, f"{morning - DAY}T19:59")


def channel_on(patient: Row, day: str) -> str:
    """How a patient is reminded on a day; empty for not at all."""
    if patient["contact_preference"] == "none" or day < patient["admitted_on"]:
        return ""
    if patient["contact_preference"] == "email" and patient["email"]:
        return "email"
    agreed = patient["text_consent"].lower() == "yes" and patient["text_consent_on"] <= day
    return "sms" if agreed and patient["phone_mobile"] else ""
