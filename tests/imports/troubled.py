"""Makes sound exports of centers with much trouble: clock changes, moves, closures, leaves, guests, changing rules."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.imports.generator import NAMES, WEEKDAYS, Cells, Center
from tests.imports.oracle import CAME, DAY, MINUTE, Meeting, Oracle, at, shown

# Zone, country, a number there, and a day on which its clocks change (any day, where they never do).
PLACES = (
    ("America/New_York", "US", "(706) 555-0100", "2026-11-01"),
    ("America/Havana", "CU", "+53 7 8660001", "2026-03-08"),  # the clock skips midnight
    ("America/Havana", "CU", "+53 7 8660001", "2026-11-01"),  # the clock shows midnight twice
    ("America/Santiago", "CL", "+56 2 2123 4567", "2026-04-05"),
    ("America/Santiago", "CL", "+56 2 2123 4567", "2026-09-06"),
    ("Australia/Lord_Howe", "AU", "(02) 5550 1234", "2026-04-05"),  # half an hour
    ("Australia/Lord_Howe", "AU", "(02) 5550 1234", "2026-10-04"),
    ("Pacific/Chatham", "NZ", "+64 3 305 0123", "2026-09-27"),
    ("Antarctica/Troll", "NO", "+47 22 22 22 22", "2026-03-29"),  # two hours
    ("Africa/Casablanca", "MA", "+212 522 123457", "2026-03-22"),
    ("Africa/Cairo", "EG", "+20 2 27901234", "2026-04-24"),
    ("Asia/Kathmandu", "NP", "+977 1 4412346", "2026-06-01"),
    ("Pacific/Kiritimati", "KI", "+686 72021235", "2026-02-01"),
    ("Europe/Dublin", "IE", "+353 1 234 5678", "2026-10-25"),
)
ELSEWHERE = ("", "", "", "Pacific/Pago_Pago", "Pacific/Kiritimati", "Asia/Kolkata", "America/Havana", "Europe/London")
KINDS = ("psychotherapy_group", "skills_group", "psychoeducation", "family", "support_facilitated", "mutual_help")
# Wall-clock stretches a group may begin in; none reaches into the afternoon, which is for individual sessions.
BEGINNINGS = ((0, 165), (420, 540), (1080, 1200), (1320, 1435))
AFTERNOON = (12, 13, 14, 15, 16)
GROUPS, PATIENTS = 5, 18
STATUSES = ("present",) * 5 + ("late", "late", "left_early", "left_early", "excused_absence", "no_show", "no_show", "")


@dataclass
class Maker:
    """A center in the making, in a directory of its own so that the oracle can be asked about it."""

    rng: random.Random
    center: Center
    zone: str
    change: dt.date
    directory: Path
    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def day(self, low: int = -10, high: int = 10) -> dt.date:
        """A day of the window, or up to so many days outside."""
        length = (self.center.covers_to - self.center.covers_from).days
        return self.center.covers_from + self.rng.randint(low, length + high) * DAY

    def oracle(self) -> Oracle:
        """What follows from the rows so far."""
        self.center.write(self.directory)
        return Oracle(self.directory)

    def keep_if_free(self, file: str, row: Cells) -> None:
        """Take a row back where it makes a room or a person be in two sessions at once."""
        if clashing(self.oracle().meetings):
            self.center.files[file].remove(row)


def troubled_center(seed: int, directory: Path) -> None:
    """Write a sound center into a directory; the same seed gives the same center."""
    rng = random.Random(seed)
    zone, country, phone, change = PLACES[seed % len(PLACES)]
    changed = dt.date.fromisoformat(change)
    first = changed - rng.randint(9, 20) * DAY
    center = Center(first, first + rng.randint(30, 40) * DAY)
    center.add("center.csv", name=f"Center {seed}, {NAMES[seed % len(NAMES)]}", discreet_name="Office", timezone=zone,
               week_starts_on=rng.choice(WEEKDAYS), phone=phone, country=country, covers_from=str(first),
               covers_to=str(center.covers_to))  # fmt: skip
    maker = Maker(rng, center, zone, changed, directory)
    _add_house(maker)
    _add_groups(maker)
    for number in range(PATIENTS):
        _add_patient(maker, f"{number:05}", phone)
    _add_closures(maker)
    for _ in range(14):
        _add_exception(maker)
    _add_attendance(maker)
    _add_makeups(maker)
    for rows in center.files.values():
        rng.shuffle(rows)
    center.write(directory)


def clashing(meetings: list[Meeting]) -> bool:
    """Whether a room or a person is in two sessions of the schedule at once."""
    held: dict[tuple[str, str], list[Meeting]] = defaultdict(list)
    for meeting in sorted(meetings, key=lambda one: one.start):
        people = [("staff", one) for one in meeting.staff] + [("mrn", mrn) for mrn in meeting.roster]
        for resource in [("room", meeting.room), *people] if meeting.on else []:
            if held[resource] and held[resource][-1].end > meeting.start:
                return True
            held[resource].append(meeting)
    return False


def _add_house(maker: Maker) -> None:
    """Programs whose versions change in midweek, rooms, and more staff than groups."""
    rng, add = maker.rng, maker.center.add
    for code in ("P0", "P1", "P2"):
        since = ["2020-01-01", *{str(maker.day(0, 0)) for _ in range(rng.randint(0, 2))}]
        for effective in since if code != "P2" else [str(maker.center.covers_from + 10 * DAY)]:
            kinds = rng.sample((*KINDS, "individual"), rng.randint(0, 3))
            add("programs.csv", code=code, name=rng.choice(NAMES), level_of_care="2.1", effective_from=effective,
                weekly_minutes_min=str(rng.choice((0, 120, 300, 540))), min_days=str(rng.randint(0, 4)),
                breaks_count=rng.choice(("yes", "NO")), uncounted_kinds=" ; ".join(kinds))  # fmt: skip
    for number in range(GROUPS + 8):
        add("rooms.csv", code=f"R{number}", name=rng.choice(NAMES), capacity="30")
    for number in range(GROUPS * 2 + 8):
        add("staff.csv", email=f"Staff{number}@example.org", first_name=rng.choice(NAMES), last_name="Ω",
            role=rng.choice(("counselor", "front_desk", "program_director")))  # fmt: skip


def _add_groups(maker: Maker) -> None:
    """Each group has a room, leaders and a time of day of its own; the last meets once a week for a whole day."""
    rng, add = maker.rng, maker.center.add
    for number in range(GROUPS):
        add("groups.csv", code=f"G{number}", name=rng.choice(NAMES), program=rng.choice(("P0", "P1", "P2")),
            membership="open" if number else "closed", capacity="25", min_size="1", lead=f"staff{number}@example.org",
            co_facilitator=rng.choice(("", f"STAFF{GROUPS + number}@example.org")))  # fmt: skip
        for weekday in rng.sample(WEEKDAYS, 1 if number == GROUPS - 1 else 4):
            middle = rng.choice(("", str(maker.day(0, 0))))
            for stretch in ({"valid_to": middle}, {"valid_from": middle})[: 2 if middle else 1]:
                _add_block(maker, number, weekday, stretch)


def _add_block(maker: Maker, number: int, weekday: str, stretch: Cells) -> None:
    rng, low_high = maker.rng, BEGINNINGS[number % 4]
    whole_day = number == GROUPS - 1
    minutes = 1440 if whole_day else rng.choice((45, 60, 90, 120, 150))
    start = rng.randrange(*low_high, 5)
    pause = rng.choice((0, 10, 20))
    lag = rng.randint(0, minutes - pause)
    cells = {"break_start": clock(start + lag), "break_minutes": str(pause)} if pause else {}
    maker.center.add("blocks.csv", group=f"G{number}", weekday=weekday, start=clock(start), minutes=str(minutes),
                     kind=rng.choice(KINDS), room=f"R{number}", topic=rng.choice(NAMES), **cells,
                     **stretch)  # fmt: skip


def clock(minute: int) -> str:
    """Minutes since midnight, on the next day if need be, as a time."""
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def _add_patient(maker: Maker, mrn: str, phone: str) -> None:
    rng, add = maker.rng, maker.center.add
    admitted = rng.choice((maker.center.covers_from - 60 * DAY, maker.day(-3, 3)))
    gone = rng.choice((None, None, max(admitted + DAY, maker.day(0, 5))))
    consent = rng.choice(("yes", "YES", "no", ""))
    add("patients.csv", mrn=mrn, first_name=rng.choice(NAMES), last_name=rng.choice(NAMES), birth_date="1980-02-29",
        phone_mobile=rng.choice((phone, phone, "")), email=rng.choice(("", f"Pat{mrn}@Example.com")), language="ar",
        timezone=rng.choice(ELSEWHERE), text_consent=consent, program=rng.choice(("P0", "P1", "P2")),
        text_consent_on=str(maker.day()) if consent else "", admitted_on=str(admitted),
        discharged_on=str(gone) if gone else "", discharge_reason="7" if gone else "",
        contact_preference=rng.choice(("sms", "sms", "email", "none", "")))  # fmt: skip
    _add_enrollments(maker, mrn, admitted, gone)
    _add_leaves(maker, mrn)
    if int(mrn) % GROUPS != GROUPS - 1:
        add("individual.csv", code=f"I{mrn}", staff=f"staff{GROUPS * 2 + int(mrn) % 4}@example.org", mrn=mrn,
            weekday=WEEKDAYS[int(mrn) % 7], start=f"{AFTERNOON[int(mrn) // 4]}:{rng.choice(('00', '15'))}",
            minutes=rng.choice(("30", "45")), kind=rng.choice(("individual", "family")),
            room=f"R{GROUPS + int(mrn) % 4}")  # fmt: skip


def _add_enrollments(maker: Maker, mrn: str, admitted: dt.date, gone: dt.date | None) -> None:
    """A member of one group, who may leave and come back."""
    end = gone or maker.center.covers_to + 20 * DAY
    days = sorted(maker.rng.sample(range((end - admitted).days + 1), min(4, (end - admitted).days + 1)))
    for since, until in zip(days[::2], days[1::2], strict=False):
        first, last = admitted + since * DAY, admitted + until * DAY
        still = not gone and until == days[-1] and maker.rng.random() < 0.7
        maker.center.add("enrollments.csv", group=f"G{int(mrn) % GROUPS}", mrn=mrn, from_=str(first),
                         to="" if still else str(last))  # fmt: skip


def _add_leaves(maker: Maker, mrn: str) -> None:
    days = sorted({maker.day() for _ in range(maker.rng.choice((0, 0, 2, 4)))})
    for first, last in zip(days[::2], days[1::2], strict=False):
        maker.center.add("leaves.csv", mrn=mrn, from_=str(first), to=str(last), reason="=leave")


def _add_closures(maker: Maker) -> None:
    """Whole days, parts of days, and the hour around the change of the clocks."""
    add = maker.center.add
    add("closures.csv", date=str(maker.day(0, 0)), reason="training")
    add("closures.csv", date=str(maker.day(0, 0)), from_="22:30", reason="early close")
    add("closures.csv", date=str(maker.day(0, 0)), to="01:15")
    add("closures.csv", date=str(maker.change), from_=maker.rng.choice(("00:30", "02:15")), to="03:00")


def _add_exception(maker: Maker) -> None:
    """Change one session; a change that would clash is given up."""
    rng = maker.rng
    meeting = rng.choice(maker.oracle().meetings)
    action = rng.choice(("cancelled", "moved", "moved", "moved", "shortened", "shortened", "substitute"))
    if (*meeting.key, action) in maker.seen:
        return
    maker.seen.add((*meeting.key, action))
    cells: Cells = {"reason": rng.choice(("", "snow"))}
    if action == "moved":
        days = rng.choice((meeting.original_day, maker.change, maker.day(-3, 3)))
        cells |= {"new_start": f"{days}T{clock(rng.randrange(0, 1440, 5))}",
                  "new_room": rng.choice(("", f"R{GROUPS + 4}", f"R{GROUPS + 5}"))}  # fmt: skip
    elif action == "shortened":
        cells["new_minutes"] = str(rng.randint(1, int(meeting.pattern["minutes"])))
    elif action == "substitute":
        cells |= {"substitute": f"staff{GROUPS * 2 + 4 + rng.randrange(4)}@example.org", "replaces": meeting.staff[-1]}
    row = maker.center.add("exceptions.csv", series=meeting.series, original_start=meeting.original, action=action,
                           **cells)  # fmt: skip
    maker.keep_if_free("exceptions.csv", row)


def _add_attendance(maker: Maker) -> None:
    """What became of every expected patient, some sessions called off on the day, some seats unrecorded."""
    for meeting in maker.oracle().meetings:
        called_off = maker.rng.random() < 0.06
        for mrn in meeting.roster:
            status = "cancelled_by_program" if called_off else maker.rng.choice(STATUSES)
            if status:
                mark(maker, meeting, mrn, status)


def mark(maker: Maker, meeting: Meeting, mrn: str, status: str) -> None:
    """Write an attendance row; whoever came may have come early, late or never in time, and left whenever."""
    arrived = left = ""
    if status in CAME:
        come = meeting.start + maker.rng.randint(-15, 60) * MINUTE
        arrived = maker.rng.choice(("", wall(maker, come)))
        since = at(maker.zone, arrived) if arrived else meeting.start
        gone = wall(maker, since + maker.rng.randint(0, 200) * MINUTE)
        left = maker.rng.choice(("", gone)) if since <= at(maker.zone, gone) else ""
    maker.center.add("attendance.csv", series=meeting.series, original_start=meeting.original, mrn=mrn, status=status,
                     arrived=arrived, left=left, recorded_by=meeting.staff[0], note=maker.rng.choice(NAMES),
                     collaterals=maker.rng.choice(("", "0", "2")))  # fmt: skip


def wall(maker: Maker, moment: dt.datetime) -> str:
    """A moment on the center's clock."""
    return shown(maker.zone, moment).isoformat(timespec="minutes")


def _add_makeups(maker: Maker) -> None:
    """Some of what was missed, individual sessions too, is made up; one visit may make up for two sessions."""
    oracle = maker.oracle()
    missed = [row for row in oracle.files["attendance"] if row["status"] in {"excused_absence", "no_show"}]
    for row in maker.rng.sample(missed, min(12, len(missed))):
        visit = next(_visits(maker, oracle, row["mrn"]), None)
        if visit is None:
            continue
        maker.center.add("makeups.csv", mrn=row["mrn"], missed_series=row["series"], attended_series=visit.series,
                         missed_start=row["original_start"], attended_start=visit.original,
                         approved_by="staff0@example.org")  # fmt: skip
        if (*visit.key, row["mrn"]) not in maker.seen:
            maker.seen.add((*visit.key, row["mrn"]))
            mark(maker, visit, row["mrn"], maker.rng.choice(CAME))


def _visits(maker: Maker, oracle: Oracle, mrn: str) -> Iterator[Meeting]:
    """Sessions of open groups a patient in care could have visited; those already visited come first."""
    busy = [one for one in oracle.meetings if mrn in one.roster]
    busy += [one for one in oracle.meetings if (*one.key, mrn) in maker.seen]
    for meeting in sorted(maker.rng.sample(oracle.meetings, 40), key=lambda one: (*one.key, mrn) not in maker.seen):
        free = all(one is meeting or one.end <= meeting.start or meeting.end <= one.start for one in busy)
        is_open = oracle.groups.get(meeting.series, {}).get("membership") == "open"
        if free and is_open and meeting.on and mrn not in meeting.roster and oracle.admitted(mrn, meeting.day):
            yield meeting
