"""Ways to put one fault into a sound center; each says where it must be found."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from backend.imports import tables
from backend.imports.tables import Table
from tests.imports.generator import Cells, Center, at, starts

Expected = tuple[str, Cells, str, str]
Mutation = Callable[[Center, random.Random], Expected]

TABLES: tuple[Table[Any], ...] = (
    tables.center("US"), tables.PROGRAMS, tables.ROOMS, tables.CLOSURES, tables.STAFF, tables.patients("US"),
    tables.LEAVES, tables.GROUPS, tables.BLOCKS, tables.ENROLLMENTS, tables.INDIVIDUAL, tables.EXCEPTIONS,
    tables.ATTENDANCE, tables.MAKEUPS,
)  # fmt: skip
# Cells that do not read, by kind. Keys are left alone: were one unreadable, nobody could tell what the rows that name
# it refer to.
UNREADABLE = {
    "bad_date": ("2026-02-30", "10/05/2026", "0000-01-01", "2026-1-5", "\uff12\uff10\uff12\uff16-01-05"),
    "bad_time": ("24:00", "25:61", "9:00", "09:00:00", "noon"),
    "bad_number": ("-1", "1.5", "sixty", "99999999999999999999", "\uff11\uff12", "1e3", "+5"),
    "bad_email": ("no.at.sign", "a@b@example.org", "two words@example.org", "x@example..org", "@example.org"),
    "bad_phone": ("12", "n/a", "+999 1", "+", "706 555 0100 706 555 0100"),
    "bad_timezone": ("America/New_Yrok", "localtime", "../etc/passwd", "EST5", "america/new_york"),
    "unknown_value": ("Yoga", "maybe", "MON", "0", "9"),
}
COLUMNS = {
    "bad_date": "covers_from covers_to effective_from date birth_date text_consent_on admitted_on discharged_on from"
    " valid_from valid_to",
    "bad_time": "start break_start",
    "bad_number": "weekly_minutes_min weekly_minutes_max min_days capacity min_size minutes break_minutes new_minutes"
    " collaterals",
    "bad_email": "patients.csv:email",
    "bad_phone": "phone phone_mobile phone_other",
    "bad_timezone": "timezone",
    "unknown_value": "week_starts_on level_of_care breaks_count uncounted_kinds role text_consent contact_preference"
    " discharge_reason membership kind weekday action status country",
}
REFERENCES = (
    "staff.csv:supervisor", "patients.csv:program", "patients.csv:care_team", "leaves.csv:mrn", "groups.csv:program",
    "groups.csv:lead", "groups.csv:co_facilitator", "blocks.csv:room", "individual.csv:staff", "individual.csv:room",
    "exceptions.csv:new_room", "exceptions.csv:substitute", "attendance.csv:recorded_by", "makeups.csv:approved_by",
)  # fmt: skip


def unreadable() -> Iterator[tuple[str, str, str]]:
    """All (file, column, kind) whose cells can be made unreadable."""
    for kind, names in COLUMNS.items():
        for table in TABLES:
            for column in table.columns:
                if column.name in names.split() or f"{table.file}:{column.name}" in names.split():
                    if kind == "bad_date" and table.file == "closures.csv" and column.name == "from":
                        continue
                    yield table.file, column.name, kind


def required() -> Iterator[tuple[str, str]]:
    """All (file, column) that must be filled and name no row."""
    names = {"mrn", "code", "email", "group", "series", "original_start", "missed_series", "attended_series"}
    for table in TABLES:
        yield from ((table.file, col.name) for col in table.columns if col.required and col.name not in names)


def spoil(center: Center, rng: random.Random, file: str, column: str, kind: str) -> Expected:
    """Make one cell of some row unreadable."""
    row = rng.choice(center.files[file])
    row[column] = rng.choice(UNREADABLE[kind])
    return file, row, column, kind


def patient_of(center: Center, group: str) -> list[str]:
    """The members of a group."""
    return [row["mrn"] for row in center.files["enrollments.csv"] if row["group"] == group]


def too_few_cells(center: Center, rng: random.Random) -> Expected:
    """Cut a row short."""
    row = rng.choice(center.files["rooms.csv"])
    del row["capacity"]
    return "rooms.csv", row, "", "column_count"


def too_many_cells(center: Center, rng: random.Random) -> Expected:
    """Add a cell."""
    row = rng.choice(center.files["patients.csv"])
    row["more"] = "x"
    return "patients.csv", row, "", "column_count"


def bytes_that_are_no_text(center: Center, rng: random.Random) -> Expected:
    """Put Latin-1 into free text."""
    file, column = rng.choice((("rooms.csv", "name"), ("patients.csv", "last_name"), ("attendance.csv", "note")))
    row = rng.choice(center.files[file])
    row[column] = "Caf\udce9 \udcff"
    return file, row, column, "not_utf8"


def nul(center: Center, rng: random.Random) -> Expected:
    """Put a NUL into free text."""
    row = rng.choice(center.files["staff.csv"])
    row["last_name"] = "a\0b"
    return "staff.csv", row, "last_name", "not_utf8"


def consent_without_date(center: Center, rng: random.Random) -> Expected:
    """Forget the day of a consent."""
    row = rng.choice(center.files["patients.csv"])
    row["text_consent_on"] = ""
    return "patients.csv", row, "text_consent_on", "missing_value"


def discharge_without_reason(center: Center, rng: random.Random) -> Expected:
    """Forget the reason of a discharge."""
    row = next(row for row in center.files["patients.csv"] if row["discharged_on"])
    row["discharge_reason"] = ""
    return "patients.csv", row, "discharge_reason", "missing_value"


def unknown_reference(center: Center, rng: random.Random, place: str) -> Expected:
    """Name a row that does not exist."""
    file, column = place.split(":")
    row = rng.choice([row for row in center.files[file] if row[column]])
    row[column] = "nobody@example.org" if "@" in row[column] else "NONE"
    return file, row, column, "unknown_reference"


def unknown_member(center: Center, rng: random.Random) -> Expected:
    """Enroll somebody who does not exist."""
    row = center.add("enrollments.csv", group="G0", mrn="999999", from_=str(center.covers_from))
    return "enrollments.csv", row, "mrn", "unknown_reference"


def unknown_group(center: Center, rng: random.Random) -> Expected:
    """Let a group that does not exist meet."""
    row = center.files["blocks.csv"][0] | {"group": "G9", "valid_from": str(center.covers_to)}
    center.files["blocks.csv"].append(row)
    return "blocks.csv", row, "group", "unknown_reference"


def used_key(center: Center, rng: random.Random) -> Expected:
    """Repeat a row."""
    file, column = rng.choice(
        (("programs.csv", "effective_from"), ("rooms.csv", "code"), ("staff.csv", "email"), ("patients.csv", "mrn"),
         ("groups.csv", "code"), ("attendance.csv", "mrn"), ("makeups.csv", "missed_start")),
    )  # fmt: skip
    row = dict(rng.choice(center.files[file]))
    if file == "staff.csv":
        row |= {"email": row["email"].upper(), "supervisor": ""}
    center.files[file].append(row)
    return file, row, column, "duplicate_key"


def used_code(center: Center, rng: random.Random) -> Expected:
    """Call an individual session what a group is called."""
    row = center.files["individual.csv"][0] | {"code": "G1", "weekday": "mon", "start": "04:00"}
    center.files["individual.csv"].append(row)
    return "individual.csv", row, "code", "duplicate_key"


def reversed_range(center: Center, rng: random.Random) -> Expected:
    """Let something end before it begins, or a maximum be under its minimum."""
    first, last = str(center.covers_from), str(center.covers_from - timedelta(days=rng.choice((0, 1))))
    file, column, cells = rng.choice((
        ("closures.csv", "to", {"date": first, "from": "15:00", "to": rng.choice(("13:00", "15:00")), "reason": "x"}),
        ("closures.csv", "to", {"date": first, "to": "00:00", "reason": "x"}),
        ("leaves.csv", "to", {"mrn": "00001", "from": first, "to": last, "reason": "x"}),
        ("enrollments.csv", "to", {"group": "G1", "mrn": "00000", "from": first, "to": last}),
        ("blocks.csv", "valid_to", center.files["blocks.csv"][0] | {"valid_from": first, "valid_to": last}),
        ("individual.csv", "valid_to",
         center.files["individual.csv"][0] | {"code": "X", "valid_from": first, "valid_to": last}),
        ("programs.csv", "weekly_minutes_max",
         center.files["programs.csv"][0] | {"code": "X", "weekly_minutes_min": "600", "weekly_minutes_max": "599"}),
        ("groups.csv", "capacity", center.files["groups.csv"][0] | {"code": "X", "capacity": "1", "min_size": "2"}),
        ("patients.csv", "discharged_on",
         center.files["patients.csv"][0]
         | {"mrn": "X", "admitted_on": first, "discharged_on": last, "discharge_reason": "2"}),
    ))  # fmt: skip
    return file, center.add(file, **cells), column, "range_reversed"


def reversed_cover(center: Center, rng: random.Random) -> Expected:
    """Let the exported days end before they begin."""
    row = center.files["center.csv"][0]
    row["covers_to"] = row["covers_from"]
    return "center.csv", row, "covers_to", "range_reversed"


def overlapping_leave(center: Center, rng: random.Random) -> Expected:
    """Grant a leave within another."""
    first = center.covers_from + timedelta(days=10)
    row = center.add("leaves.csv", mrn="00000", from_=str(first), to=str(first + timedelta(days=5)), reason="x")
    return "leaves.csv", row, "from", "overlapping_range"


def overlapping_enrollment(center: Center, rng: random.Random) -> Expected:
    """Enroll a member again."""
    mrn = rng.choice(patient_of(center, "G0"))
    row = center.add("enrollments.csv", group="G0", mrn=mrn, from_=str(center.covers_from), to="")
    return "enrollments.csv", row, "from", "overlapping_range"


def enrollment_before_admission(center: Center, rng: random.Random) -> Expected:
    """Enroll somebody before they came."""
    row = center.add("enrollments.csv", group="G1", mrn="00000", from_="2025-11-30", to="2025-12-01")
    return "enrollments.csv", row, "from", "outside_admission"


def one_too_many(center: Center, rng: random.Random) -> Expected:
    """Fill a group of six with four members up, on days long before the export, and enroll one more."""
    for mrn in ("00003", "00006"):
        center.add("enrollments.csv", group="G1", mrn=mrn, from_="2025-12-20", to="2025-12-22")
    row = center.add("enrollments.csv", group="G1", mrn="00000", from_="2025-12-19", to="2025-12-21")
    return "enrollments.csv", row, "group", "over_capacity"


def late_break(center: Center, rng: random.Random) -> Expected:
    """Let a break end a minute after its session, or begin before it."""
    row = rng.choice(center.files["blocks.csv"])
    hour, minute = (int(part) for part in row["start"].split(":"))
    begin = (hour * 60 + minute + rng.choice((141, 150, -1))) % 1440
    row["break_start"] = f"{begin // 60:02}:{begin % 60:02}"
    return "blocks.csv", row, "break_start", "break_outside_session"


def individual_clash(center: Center, rng: random.Random) -> Expected:
    """Take a member of the staff, a room or a patient at a time they have."""
    free = {"code": "X", "staff": "staff7@example.org", "room": "R5", "mrn": "00009"}
    other = rng.choice([row for row in center.files["individual.csv"] if row["mrn"] != "00009"])
    column = rng.choice(("staff", "room", "mrn"))
    day = str(center.days("sun")[0])
    cells = other | free | {column: other[column], "valid_from": day, "valid_to": "", "minutes": "30"}
    return "individual.csv", center.add("individual.csv", **cells), column, "double_booked"


def clash_with_a_group(center: Center, rng: random.Random) -> Expected:
    """Take a leader, a room or a member of a group while it meets, maybe past midnight of the evening before."""
    block = rng.choice(center.files["blocks.csv"])
    column, name = rng.choice((
        ("staff", f"staff{block['group'][1]}@example.org"), ("room", block["room"]),
        ("mrn", rng.choice([mrn for mrn in patient_of(center, block["group"]) if mrn != "00011"])),
    ))  # fmt: skip
    hour, minute = (int(part) for part in block["start"].split(":"))
    begin = hour * 60 + minute + rng.choice((-29, 149))
    day = (_weekday(block["weekday"]) + begin // 1440) % 7
    cells = {"code": "X", "staff": "staff7@example.org", "room": "R5", "mrn": "00011", "kind": "family",
             "weekday": ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day], "minutes": "30",
             "start": f"{begin % 1440 // 60:02}:{begin % 60:02}"}  # fmt: skip
    if column != "mrn":
        cells["mrn"] = next(mrn for mrn in ("00000", "00001", "00002") if mrn not in patient_of(center, block["group"]))
    return "individual.csv", center.add("individual.csv", **(cells | {column: name})), column, "double_booked"


def two_groups_in_a_room(center: Center, rng: random.Random) -> Expected:
    """Let a group meet where another one does."""
    other = rng.choice([row for row in center.files["blocks.csv"] if row["group"] == "G1"])
    center.add("groups.csv", code="G9", name="x", program="P1", membership="closed", capacity="9", min_size="0",
               lead="staff7@example.org")  # fmt: skip
    row = center.add("blocks.csv", **(other | {"group": "G9"}))
    return "blocks.csv", row, "room", "double_booked"


def two_groups_of_a_leader(center: Center, rng: random.Random) -> Expected:
    """Let a leader be in two groups at once."""
    other = rng.choice([row for row in center.files["blocks.csv"] if row["group"] == "G1"])
    center.add("groups.csv", code="G9", name="x", program="P1", membership="closed", capacity="9", min_size="0",
               lead="staff7@example.org", co_facilitator="staff1@example.org")  # fmt: skip
    row = center.add("blocks.csv", **(other | {"group": "G9", "room": "R5"}))
    return "blocks.csv", row, "group", "double_booked"


def two_groups_of_a_patient(center: Center, rng: random.Random) -> Expected:
    """Enroll somebody in two groups that meet at once."""
    other = rng.choice([row for row in center.files["blocks.csv"] if row["group"] == "G1"])
    center.add("groups.csv", code="G9", name="x", program="P1", membership="closed", capacity="9", min_size="0",
               lead="staff7@example.org")  # fmt: skip
    center.add("blocks.csv", **(other | {"group": "G9", "room": "R5"}))
    day = next(day for day in center.days(other["weekday"]))
    row = center.add("enrollments.csv", group="G9", mrn="00001", from_=str(day), to=str(day + timedelta(days=1)))
    return "enrollments.csv", row, "mrn", "double_booked"


def ring_of_supervisors(center: Center, rng: random.Random) -> Expected:
    """Let the head be supervised by the last of the chain."""
    head = next(row for row in center.files["staff.csv"] if row["email"] == "staff1@example.org")
    last = center.add("staff.csv", email="new@example.org", first_name="x", last_name="y", role="nurse",
                      supervisor="staff6@example.org")  # fmt: skip
    head["supervisor"] = last["email"].upper()
    return "staff.csv", last, "supervisor", "supervisor_cycle"


def no_such_session(center: Center, rng: random.Random) -> Expected:
    """Name a session a minute late, on another day, or outside the exported days."""
    start = rng.choice(starts(center, "G0"))
    day = date.fromisoformat(start[:10])
    wrong = rng.choice((at(day, "03:33"), at(day + timedelta(days=1), start[11:]), at(center.covers_to, start[11:])))
    if wrong in starts(center, "G0"):
        wrong = at(day, "03:33")
    file, column, cells = rng.choice((
        ("exceptions.csv", "original_start", {"series": "G0", "original_start": wrong, "action": "cancelled"}),
        ("attendance.csv", "original_start", {"series": "G0", "original_start": wrong, "mrn": "00000",
                                              "status": "present", "recorded_by": "staff0@example.org"}),
        ("makeups.csv", "attended_start", center.files["makeups.csv"][0]
         | {"attended_series": "G0", "attended_start": wrong}),
    ))  # fmt: skip
    if file == "makeups.csv":
        row = center.files[file][0]
        row |= cells
        guest = center.files["attendance.csv"].pop()
        assert guest["mrn"] == "00001"
        return file, row, column, "unknown_session"
    return file, center.add(file, **cells), column, "unknown_session"


def attendance_of_a_cancelled_session(center: Center, rng: random.Random) -> Expected:
    """Record somebody in a session that was cancelled."""
    row = center.add("attendance.csv", series="G1", original_start=starts(center, "G1")[-1], mrn="00001",
                     status="present", recorded_by="staff0@example.org")  # fmt: skip
    return "attendance.csv", row, "original_start", "unknown_session"


def not_on_roster(center: Center, rng: random.Random) -> Expected:
    """Record somebody of another group."""
    row = center.add("attendance.csv", series="G1", original_start=starts(center, "G1")[1], mrn="00002",
                     status="no_show", recorded_by="staff0@example.org")  # fmt: skip
    return "attendance.csv", row, "mrn", "not_on_roster"


def left_before_arrived(center: Center, rng: random.Random) -> Expected:
    """Let somebody leave a minute before they came, or before the session began."""
    row = rng.choice([row for row in center.files["attendance.csv"] if row["arrived"]])
    if rng.random() < 0.5:
        row["left"], row["arrived"] = row["arrived"], row["left"]
    else:
        row |= {"arrived": "", "left": row["original_start"][:10] + "T00:01"}
    return "attendance.csv", row, "left", "left_before_arrived"


def times_on_absence(center: Center, rng: random.Random) -> Expected:
    """Give a time to somebody who did not come."""
    row = rng.choice([row for row in center.files["attendance.csv"] if row["arrived"]])
    column = rng.choice(("arrived", "left"))
    row |= {"status": rng.choice(("no_show", "excused_absence", "cancelled_by_program")), "arrived": "", "left": ""}
    row[column] = row["original_start"]
    return "attendance.csv", row, column, "times_on_absence"


def not_missed(center: Center, rng: random.Random) -> Expected:
    """Make up a session that was attended, or for which nothing is recorded."""
    missed = rng.choice((starts(center, "G1")[1], starts(center, "G1")[4]))
    row = center.files["makeups.csv"][0] | {"missed_start": missed}
    center.files["makeups.csv"].append(row)
    return "makeups.csv", row, "missed_start", "not_missed"


def _weekday(name: str) -> int:
    """The number of a weekday."""
    return ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(name)


MUTATIONS: tuple[Mutation, ...] = (
    too_few_cells, too_many_cells, bytes_that_are_no_text, nul, consent_without_date, discharge_without_reason,
    unknown_member, unknown_group, used_key, used_code, reversed_range, reversed_cover, overlapping_leave,
    overlapping_enrollment, enrollment_before_admission, one_too_many, late_break, individual_clash,
    clash_with_a_group, two_groups_in_a_room, two_groups_of_a_leader, two_groups_of_a_patient, ring_of_supervisors,
    no_such_session, attendance_of_a_cancelled_session, not_on_roster, left_before_arrived, times_on_absence,
    not_missed,
)  # fmt: skip
