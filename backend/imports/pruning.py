"""The part of an export that stands by itself: sound rows that refer, however indirectly, to sound rows only."""

from backend.imports.export import Export, SessionKey, StaffRow
from backend.imports.schedule import Timetable
from backend.imports.survey import Survey


def sound_export(survey: Survey) -> Export:
    """Return all rows with nothing against them, less those that count on one that is not there."""
    staff = _sound_staff(survey)
    emails = {row.email for row in staff}
    programs = [row for _, row in survey.programs.sound()]
    codes = {row.code for row in programs}
    rooms = [row for _, row in survey.rooms.sound()]
    room_codes = {row.code for row in rooms}
    patients = [row for _, row in survey.patients.sound() if row.program in codes and emails.issuperset(row.care_team)]
    mrns = {row.mrn for row in patients}
    groups = [
        row
        for _, row in survey.groups.sound()
        if row.program in codes and emails.issuperset(filter(None, (row.lead, row.co_facilitator)))
    ]
    group_codes = {row.code for row in groups}
    base = Export(
        centers=[row for _, row in survey.center.sound()],
        programs=programs,
        rooms=rooms,
        closures=[row for _, row in survey.closures.sound()],
        staff=staff,
        patients=patients,
        leaves=[row for _, row in survey.leaves.sound() if row.mrn in mrns],
        groups=groups,
        blocks=[row for _, row in survey.blocks.sound() if row.group in group_codes and row.room in room_codes],
        enrollments=[row for _, row in survey.enrollments.sound() if row.group in group_codes and row.mrn in mrns],
        individual=[
            row
            for _, row in survey.individual.sound()
            if row.staff in emails and row.mrn in mrns and row.room in room_codes
        ],
    )
    return _with_sessions(survey, base, emails, mrns, room_codes)


def _with_sessions(survey: Survey, base: Export, emails: set[str], mrns: set[str], rooms: set[str]) -> Export:
    """Add the rows that name sessions, where the pattern of the export gives them."""
    timetable = Timetable(
        zone=survey.zone, covered=survey.covered, patterns=base.patterns, groups=base.group, exceptions={}, closures=()
    )

    def stands(key: SessionKey) -> bool:
        return timetable.session(key) is not None

    base.exceptions = [
        row
        for _, row in survey.exceptions.sound()
        if stands(row.session)
        and emails.issuperset(filter(None, (row.substitute, row.replaces)))
        and (row.new_room is None or row.new_room in rooms)
    ]
    base.attendance = [
        row
        for _, row in survey.attendance.sound()
        if stands(row.session) and row.mrn in mrns and row.recorded_by in emails
    ]
    marked = {(row.session, row.mrn) for row in base.attendance}
    base.makeups = [
        row
        for _, row in survey.makeups.sound()
        if (row.missed, row.mrn) in marked and stands(row.attended) and row.approved_by in emails
    ]
    base.index()
    return base


def _sound_staff(survey: Survey) -> list[StaffRow]:
    """Return the staff whose supervisors, up the whole chain, are sound."""
    staff = [row for _, row in survey.staff.sound()]
    while True:
        emails = {row.email for row in staff}
        kept = [row for row in staff if row.supervisor is None or row.supervisor in emails]
        if len(kept) == len(staff):
            return staff
        staff = kept
