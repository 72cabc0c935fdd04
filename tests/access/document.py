"""Writes `docs/access.md` from the tables the tests ask: `python3 -m tests.access.document` from the project's root."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.access import matrix
from tests.access.answers import ADDRESSES, ADMIN, RELATIONS, ROLES, VERBS, Address, grid

PLACE = Path(__file__).parents[2] / "docs" / "access.md"
COLUMNS_OF_PEOPLE = ("series", "session", "later", "roll")

HEADER = """\
# Access

<!-- Written by `python3 -m tests.access.document` from the tables in `tests/access/matrix.py`, every cell of which is
asked by `tests/access/test_matrix.py`. Change those. -->

Nobody sees a row because of who they are in the company. They see it because a dated grant on its center or its
patient says so, and a grant is always the projection of a record: a role assignment, a care-team membership, an
enrollment together with a facilitation. When the record ends, so does the grant; the query decides, not a cleanup
job. `python3 iop.py manage check_grants` compares the two.
"""
ROLES_PROSE = """\
## Roles at a center

What a role opens on its center, and so on every patient of it. A superuser runs the platform and has no way in:
`is_superuser` opens neither the API's nor the admin's rows. Whoever holds no role at a center, or none any more, sees
nothing of it, whatever sessions they staffed there. Every role but the director wants a second factor in production:
without one, every address but those that set it up answers 403, of what there is and of what there is not.

A service account holds grants on its center like any subject; what goes beyond an administrator's own codenames waits
for a privacy officer, and a token opens no more than its scopes, from its addresses, for a year at most.
"""
WORDS_PROSE = """\
## The words

One word for each thing a person may do; `centers/roles.py` has a codename for each.
"""
RELATIONS_PROSE = """\
## What belonging to care opens, on that patient alone

The crosses are not about the patient's record: the series of the patient's group, its session, and everybody in that
session with their name and record number, and recording them.

Emergency access: listed staff who treat at the center; find, view patient, chart, schedule, hours; from opening for
some hours; every read is labeled `emergency:<id>`; waits for a verdict by somebody else. Staffing a session opens it
only while the person treats patients at the center; a substitute's access ends at the stated hour, noon of the next
day unless given. Undoing a discharge resumes what it ended.
"""
RELATIONS_KNOWN = {
    "team": ("on the care team, signing", "joining until leaving, or some days after discharge (a program's rule)"),
    "trainee": ("on the care team, in a role that does not sign", "likewise"),
    "lead": ("leading a group the patient is enrolled in", "while enrollment and facilitation both live"),
    "replaced": ("leading the group, but substituted in the session", "likewise"),
    "staff": ("staffing the session, substitutes included", "12 hours before until 14 days after (a program's rule)"),
    "glass": ("having broken the glass", "some hours; every read is labeled `emergency:<id>`"),
    "until": ("standing in for a session, until the stated hour", "noon of the next day unless given"),
    "past": ("standing in for a session, after that hour", "from that hour"),
    "desk": ("staffing a session, treating nobody at the center", "always"),
    "owner": ("whose device it is", "always"),
    "early": ("staffing the session", "before that"),
    "late": ("staffing the session", "after that"),
    "soon-lead": ("leading the group from tomorrow", "until then"),
    "led": ("leading the group still, the patient being discharged", "while the facilitation lives"),
}
ADDRESSES_PROSE = """\
## What every address asks for

Who may do what the address is for is answered the status in the last column. Who may read the thing but not do this
gets a 403; who may not read it gets the 404 of a thing that does not exist, byte for byte, before any body is read
and whatever tag is sent. A list shows what may be read. A new thing is refused (403) to who holds the word nowhere,
and with the 400 of a reference to nothing to who does not hold it on what the new thing would belong to. Whoever is
not known gets a 401. Of two words with a stroke between them either does; `anybody` is whoever is signed in,
`listed` who may break the glass, `glass` who did, `device` whose device it is. Patients are searched by a body, so
that no name or record number stands in an address.
"""
FIELDS_PROSE = """\
## Which fields a word adds

Fields of the first row of a thing are shown to everybody who may read it; others are absent without the word, not
empty.
"""
ADMIN_PROSE = """\
## The admin

The same accounts, the same gate: the word for seeing a row, for changing it and for adding one. Nothing is deleted
there, and history is read in the log, by who may read the log. The admin opens to whoever holds `places`, `staff`,
`roster`, `plan` or `log` somewhere, as long as the grant lives; `is_staff` alone opens an empty one.
"""
TITLES = """\
## From an export's job titles to roles

A job title opens nothing. An import assigns the role of this table; billing, privacy officer and administrator are
assigned by hand, never by an import.

| title | role | signs notes |
|---|---|---|
| clinical_supervisor | supervisor | yes |
| counselor, family_therapist, nurse, psychiatrist | counselor | yes |
| peer_specialist, trainee | counselor | no |
| front_desk | coordinator | no |
| program_director | director | no |
"""
THINGS = {
    "pat": "patient",
    "nell": "patient",
    "newcomer": "position",
    "stay": "stay at a level of care",
    "point": "contact point",
    "member": "care-team member",
    "assignment": "role assignment",
    "rule": "program rule",
    "reminder_rule": "reminder rule",
    "sums": "sums of the center",
    "planned": "reminders of the center",
    "unattended": "what is without anybody",
    "entry": "log entry",
    "service": "service account",
    "service_token": "service token",
    "listing": "listing for emergencies",
    "emergency": "emergency access",
    "explained": "patient",
    "later": "session to come",
}


def table(heads: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    heads = list(heads)
    rows = [heads, ["---"] * len(heads), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def roles() -> str:
    """Roles across, words down: what each role opens."""
    names = [name for name in ROLES if name != "none"]
    lines = [[f"`{word}`", *("x" if word in ROLES[name] else "" for name in names)] for word in matrix.WORDS]
    return table(["word", *(name.replace("_", " ") for name in names)], lines)


def relations() -> str:
    """What each relation opens, and while what lasts."""
    lines = []
    for name, opened in RELATIONS.items():
        what, until = RELATIONS_KNOWN[name]
        on_patient = ", ".join(f"`{word}`" for word in matrix.WORDS if word in opened) or "nothing"
        marks = ("x" if column in opened else "" for column in COLUMNS_OF_PEOPLE)
        lines.append([what, on_patient, *marks, until])
    return table(["by", "on the patient", "series", "session", "the next", "everybody in it", "while"], lines)


def addresses() -> str:
    """Every address with its words."""
    return table(["", "address", "about", "reading", "this", "answer"], (_address(one) for one in ADDRESSES))


def _address(one: Address) -> Iterator[str]:
    yield one.method
    yield f"`{one.route}`"
    yield THINGS.get(one.about, one.about)
    yield f"`{one.reads}`"
    yield f"`{one.does}`"
    yield str(one.done)


def fields() -> str:
    """Which fields a word adds to a thing."""
    lines = [
        [THINGS.get(about, about), "" if word == "." else f"`{word}`", ", ".join(names)]
        for about, word, *names in grid(matrix.FIELDS)
    ]
    return table(["thing", "word", "fields"], lines)


def pages() -> str:
    """The admin's models with their words."""
    return table(
        ["model", "seeing", "changing", "adding"],
        (
            [label, *("nobody" if word == "-" else f"`{word}`" for word in words)]
            for label, (_, *words) in ADMIN.items()
        ),
    )


def verbs() -> str:
    """What is done on pages of the admin, with its word."""
    rows = ([label, page, f"`{does}`"] for label, pages_of in VERBS.items() for page, does in pages_of.items())
    return table(["model", "page", "word"], rows)


def text() -> str:
    """The whole document."""
    words = table(["word", "what"], ([f"`{word}`", prose] for word, prose in matrix.WORDS.items()))
    parts = [
        HEADER,
        f"{ROLES_PROSE}\n{roles()}",
        f"{WORDS_PROSE}\n{words}",
        f"{RELATIONS_PROSE}\n{relations()}",
        f"{ADDRESSES_PROSE}\n{addresses()}",
        f"{FIELDS_PROSE}\n{fields()}",
        f"{ADMIN_PROSE}\n{pages()}\n{verbs()}",
        TITLES,
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
