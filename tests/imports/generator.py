"""Makes sound exports of invented centers, and writes them as files, for tests that put faults into them."""

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

Cells = dict[str, str]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# zone, country, two numbers of that country: each zone has its own trouble (half hours, no midnight, fourteen hours).
PLACES = (
    ("America/New_York", "US", "(706) 555-0100", "+1 706 555 0101"),
    ("America/Havana", "CU", "07 8660000", "+53 7 8660001"),
    ("Australia/Lord_Howe", "AU", "(02) 5550 1234", "+61 2 5550 1235"),
    ("Asia/Kathmandu", "NP", "01-4412345", "+977 1 4412346"),
    ("Pacific/Kiritimati", "KI", "72021234", "+686 72021235"),
    ("Europe/London", "GB", "020 7946 0123", "+44 20 7946 0124 ext. 3"),
    ("Africa/Casablanca", "MA", "0522 123456", "+212 522 123457"),
)
HEADERS = {
    "center.csv": "name discreet_name timezone week_starts_on phone street city region postal_code country"
    " covers_from covers_to",
    "programs.csv": "code name level_of_care weekly_minutes_min weekly_minutes_max min_days breaks_count"
    " uncounted_kinds effective_from",
    "rooms.csv": "code name capacity",
    "closures.csv": "date from to reason",
    "staff.csv": "email first_name last_name role credentials supervisor",
    "patients.csv": "mrn first_name last_name preferred_name birth_date phone_mobile phone_other email language"
    " timezone text_consent text_consent_on contact_preference program admitted_on discharged_on discharge_reason"
    " care_team",
    "leaves.csv": "mrn from to reason",
    "groups.csv": "code name program membership capacity min_size lead co_facilitator",
    "blocks.csv": "group weekday start minutes break_start break_minutes kind room topic valid_from valid_to",
    "enrollments.csv": "group mrn from to",
    "individual.csv": "code staff mrn weekday start minutes kind room valid_from valid_to",
    "exceptions.csv": "series original_start action new_start new_minutes new_room substitute replaces reason",
    "attendance.csv": "series original_start mrn status arrived left collaterals recorded_by note",
    "makeups.csv": "mrn missed_series missed_start attended_series attended_start approved_by",
}
NAMES = ("Åsa", "Zoë, Jr.", 'Anna "Nan"', "محمد", "राम", "小林", "=Sum(A1)", "O'Brien\r\nSmith", "+Plus", "🙂 Joy")


def at(day: date, clock: str) -> str:
    """Write a wall-clock moment."""
    return f"{day.isoformat()}T{clock}"


@dataclass
class Center:
    """The files of an export: rows by file name, each a mapping from column to cell."""

    covers_from: date
    covers_to: date
    files: dict[str, list[Cells]] = field(default_factory=lambda: {name: [] for name in HEADERS})

    def add(self, file: str, /, **cells: str) -> Cells:
        """Append a row; columns that are not given are empty. A trailing underscore keeps `from` writable."""
        row = dict.fromkeys(HEADERS[file].split(), "") | {name.rstrip("_"): cell for name, cell in cells.items()}
        self.files[file].append(row)
        return row

    def write(self, directory: Path, *, newline: str = "\r\n") -> dict[int, int]:
        """Write all files; return the physical line each row (by its identity) begins on."""
        lines: dict[int, int] = {}
        for name, rows in self.files.items():
            text = io.StringIO()
            writer = csv.writer(text, lineterminator=newline)
            writer.writerow(HEADERS[name].split())
            for row in rows:
                lines[id(row)] = text.getvalue().count("\n") + 1
                writer.writerow(row.values())
            content = text.getvalue().encode("utf-8", "surrogateescape")
            (directory / name).write_bytes(content)
        return lines

    def days(self, weekday: str) -> list[date]:
        """All exported days with a weekday."""
        span = (self.covers_from + timedelta(days=offset) for offset in range((self.covers_to - self.covers_from).days))
        return [day for day in span if WEEKDAYS[day.weekday()] == weekday]


def sound_center(rng: random.Random) -> Center:
    """Return a center without fault: three groups, each with a room, a leader and two evenings of its own."""
    zone, country, phone, mobile = rng.choice(PLACES)
    first = date(2026, 1, 1) + timedelta(days=rng.randrange(330))
    center = Center(first, first + timedelta(days=rng.randrange(35, 60)))
    center.add("center.csv", name="The Center", discreet_name="TC Office", timezone=zone, phone=phone, country=country,
               week_starts_on=rng.choice(WEEKDAYS), covers_from=str(first),
               covers_to=str(center.covers_to))  # fmt: skip
    _add_house(center, rng)
    _add_people(center, rng, mobile)
    _add_pattern(center, rng)
    _add_changes(center, rng)
    _add_marks(center)
    for name, rows in center.files.items():
        if name != "attendance.csv":
            rng.shuffle(rows)
    return center


def _add_house(center: Center, rng: random.Random) -> None:
    """Programs, rooms and staff."""
    for code, since in (
        ("P1", "2020-01-01"),
        ("P1", str(center.covers_from + timedelta(days=9))),
        ("P2", "2020-01-01"),
    ):
        center.add("programs.csv", code=code, name="Program", level_of_care="2.1", weekly_minutes_min="540",
                   weekly_minutes_max=rng.choice(("", "540", "900")), min_days="3", effective_from=since,
                   breaks_count=rng.choice(("yes", "No", "YES")), uncounted_kinds="mutual_help; family")  # fmt: skip
    for number in range(6):
        center.add("rooms.csv", code=f"R{number}", name=rng.choice(NAMES), capacity="12")
    for number in range(8):
        boss = f"Staff{number // 2}@Example.ORG" if number else ""
        center.add("staff.csv", email=f"staff{number}@example.org", first_name=rng.choice(NAMES), last_name="Ω",
                   role="counselor", credentials="LPC", supervisor="" if number == 1 else boss)  # fmt: skip


def _add_people(center: Center, rng: random.Random, mobile: str) -> None:
    """Twelve patients; the last is discharged within the exported days, the first has been on leave."""
    for number in range(12):
        gone = number == 11
        center.add("patients.csv", mrn=f"00{number:03}", first_name=rng.choice(NAMES), last_name=rng.choice(NAMES),
                   birth_date="1980-02-29", phone_mobile=mobile, email=f"p{number}@example.com", language="es-419",
                   text_consent="Yes", text_consent_on="2025-12-01", contact_preference="sms", program="P1",
                   admitted_on="2025-12-01", discharged_on=str(center.covers_to - timedelta(days=3)) if gone else "",
                   discharge_reason="1" if gone else "",
                   care_team="staff0@example.org;; STAFF1@example.org")  # fmt: skip
    for start in (5, 8):
        center.add("leaves.csv", mrn="00000", from_=str(center.covers_from + timedelta(days=start)),
                   to=str(center.covers_from + timedelta(days=start + 3)), reason="travel")  # fmt: skip


def _add_pattern(center: Center, rng: random.Random) -> None:
    """Group n meets on days n and n + 3 in room n under staff n; some run past midnight, and past the week's end."""
    for number in range(3):
        center.add("groups.csv", code=f"G{number}", name=rng.choice(NAMES), program="P2", membership="open",
                   capacity="6", min_size="2", lead=f"staff{number}@example.org",
                   co_facilitator="STAFF3@example.org" if number == 0 else "")  # fmt: skip
        for weekday in (number, number + 3):
            start, pause = rng.choice((("09:00", "10:10"), ("23:30", "00:40"), ("18:15", "18:15")))
            center.add("blocks.csv", group=f"G{number}", weekday=WEEKDAYS[weekday], start=start, minutes="150",
                       break_start=pause, break_minutes="10", kind="skills_group", room=f"R{number}",
                       valid_from="2025-06-02")  # fmt: skip
    for number in range(12):
        gone = number == 11
        center.add("enrollments.csv", group=f"G{number % 3}", mrn=f"00{number:03}", from_="2025-12-20",
                   to=str(center.covers_to - timedelta(days=3)) if gone else "")  # fmt: skip
        center.add("individual.csv", code=f"I{number}", staff=f"staff{4 + number % 3}@example.org",
                   mrn=f"00{number:03}", weekday="sun", start=f"{9 + number:02}:00", minutes="60",
                   kind="individual", room="R3", valid_from="2025-12-01")  # fmt: skip


def starts(center: Center, series: str) -> list[str]:
    """The original starts a group's or an individual session's pattern gives, in order."""
    rows = [row for row in center.files["blocks.csv"] if row["group"] == series]
    rows += [row for row in center.files["individual.csv"] if row["code"] == series]
    return sorted(at(day, row["start"]) for row in rows for day in center.days(row["weekday"]))


def _add_changes(center: Center, rng: random.Random) -> None:
    """One session of each kind of change, all in the last two weeks, and a closure on a day nobody meets."""
    lost, moved, short = (starts(center, series)[-1] for series in ("G1", "I2", "I3"))
    center.add("exceptions.csv", series="G1", original_start=lost, action="cancelled", reason="snow")
    new = datetime.fromisoformat(moved) + timedelta(days=rng.choice((0, 7)))
    center.add("exceptions.csv", series="I2", original_start=moved, action="moved", new_room="R5",
               new_start=at(new.date(), "06:00"))  # fmt: skip
    center.add("exceptions.csv", series="I3", original_start=short, action="shortened", new_minutes="30")
    center.add("exceptions.csv", series="I3", original_start=short, action="substitute",
               substitute="staff7@example.org", replaces="STAFF4@example.org")  # fmt: skip
    sunday = center.days("sun")[0]
    center.add("closures.csv", date=str(sunday), from_="05:00", to="06:00", reason=rng.choice(NAMES))
    center.add("closures.csv", date=str(sunday), from_="23:15", reason="late")
    center.add("closures.csv", date=str(center.covers_from - timedelta(days=2)), to="05:30", reason="early")


def _add_marks(center: Center) -> None:
    """Attendance of the first three sessions of each group without leave, and one make-up."""
    for number in range(3):
        for start in starts(center, f"G{number}")[:3]:
            begin = datetime.fromisoformat(start)
            for patient in range(number, 12, 3):
                away = any(
                    leave["mrn"] == f"00{patient:03}" and leave["from"] <= start[:10] < leave["to"]
                    for leave in center.files["leaves.csv"]
                )
                if not away:
                    _mark(center, f"G{number}", begin, f"00{patient:03}")
    missed, attended = starts(center, "G1")[0], starts(center, "G2")[1]
    row = next(r for r in center.files["attendance.csv"] if (r["original_start"], r["mrn"]) == (missed, "00001"))
    row |= {"status": "no_show", "arrived": "", "left": ""}
    center.add("makeups.csv", mrn="00001", missed_series="G1", missed_start=missed, attended_series="G2",
               attended_start=attended, approved_by="staff2@example.org")  # fmt: skip
    _mark(center, "G2", datetime.fromisoformat(attended), "00001")


def _mark(center: Center, series: str, begin: datetime, mrn: str) -> Cells:
    """Write that a patient came, ten minutes late, and left two hours after."""
    moments = [(begin + timedelta(minutes=minutes)).isoformat(timespec="minutes") for minutes in (0, 10, 130)]
    return center.add("attendance.csv", series=series, original_start=moments[0], mrn=mrn, status="late",
                      arrived=moments[1], left=moments[2], recorded_by="staff0@example.org",
                      note="came late")  # fmt: skip
