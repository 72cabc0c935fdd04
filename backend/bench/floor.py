"""The floor: a page of sessions by hand, WSGI and psycopg alone, that authenticates, scopes and answers the same bytes.

It asks for the second factor that roles want and stays within the wall, too: less would be another thing to answer.

A page of sessions names no patient, so neither this nor the service has anything to log for it.
"""

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, urlencode

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from backend.api.clock import now
from centers.roles import SECOND_FACTOR_ROLES

# A prepared statement soon gets a generic plan, which knows neither the window nor the center and is slower.
OPTIONS = {"prepare_threshold": None}
POOL: ConnectionPool[Any] = ConnectionPool(
    os.environ["DATABASE_URL"], min_size=0, max_size=8, open=True, kwargs=OPTIONS
)
PAGE = 50
IDLE, OLDEST = dt.timedelta(minutes=60), dt.timedelta(hours=12)
WANT_FACTOR = frozenset(SECOND_FACTOR_ROLES)

SIGN_IN = """
SELECT sign_in.staff_id, sign_in.second_factor_at, staff.first_name, staff.last_name,
       ARRAY(SELECT DISTINCT role.name FROM centers_roleassignment held JOIN centers_role role ON role.id = held.role_id
             WHERE held.staff_id = sign_in.staff_id AND held.starts_at <= %(now)s
               AND (held.ends_at IS NULL OR held.ends_at > %(now)s)) AS roles,
       ARRAY(SELECT held.center_id FROM centers_roleassignment held
             WHERE held.staff_id = sign_in.staff_id AND held.starts_at <= %(now)s
               AND (held.ends_at IS NULL OR held.ends_at > %(now)s)
             UNION SELECT post.center_id FROM centers_position post
             WHERE post.staff_id = sign_in.staff_id AND post.ended_at IS NULL) AS centers
FROM centers_signin sign_in JOIN centers_staff staff ON staff.id = sign_in.staff_id
WHERE sign_in.token_hash = %(token)s AND sign_in.revoked_at IS NULL AND staff.is_active
  AND sign_in.last_seen_at > %(seen)s AND sign_in.created_at > %(oldest)s
"""
WALL = "SELECT set_config('iop.centers', %s::uuid[]::text, true)"
CENTERS = """
SELECT given.content_object_id FROM centers_centergroupgrant given
JOIN auth_permission may ON may.id = given.permission_id AND may.codename = 'view_schedule'
JOIN centers_subjectmembership belongs ON belongs.group_id = given.group_id
WHERE belongs.staff_id = %(staff)s AND belongs.starts_at <= %(now)s
  AND (belongs.expires_at IS NULL OR belongs.expires_at > %(now)s)
  AND given.starts_at <= %(now)s AND (given.expires_at IS NULL OR given.expires_at > %(now)s)
UNION
SELECT given.content_object_id FROM centers_centerusergrant given
JOIN auth_permission may ON may.id = given.permission_id AND may.codename = 'view_schedule'
WHERE given.user_id = %(staff)s AND given.starts_at <= %(now)s
  AND (given.expires_at IS NULL OR given.expires_at > %(now)s)
"""
SESSIONS = """
SELECT session.id, session.center_id AS center, session.series_id AS series, series.code AS series_code,
       session.original_date, session.original_time, session.starts_at, session.ends_at, session.break_starts_at,
       session.break_ends_at, session.local_date, session.minutes, session.break_minutes, session.kind, session.mode,
       session.room_id AS room, room.code AS room_code, session.topic, session.seats, session.status,
       session.status_reason, session.called_off_at
FROM scheduling_session session JOIN scheduling_series series ON series.id = session.series_id
LEFT JOIN centers_room room ON room.id = session.room_id
WHERE session.center_id = ANY(%s) AND session.starts_at >= %s AND session.starts_at < %s
ORDER BY session.starts_at, session.id LIMIT %s
"""
STAFF = """
SELECT held.session_id, held.staff_id AS id, staff.first_name || ' ' || staff.last_name AS name, held.role,
       held.is_active, held.replaces_id AS replaces, held.access_until
FROM scheduling_sessionstaff held JOIN centers_staff staff ON staff.id = held.staff_id
WHERE held.session_id = ANY(%s) ORDER BY held.role, held.id
"""
USES = """
SELECT session_id,
       count(*) FILTER (WHERE status = 'expected') AS expected,
       count(*) FILTER (WHERE status IN ('present', 'late', 'left_early', 'late_and_left_early')) AS came,
       count(*) FILTER (WHERE status IN ('excused_absence', 'no_show')) AS missed,
       count(*) FILTER (WHERE status IN ('cancelled_by_patient', 'cancelled_by_program')) AS canceled
FROM scheduling_attendance WHERE session_id = ANY(%s) GROUP BY session_id
"""
NOBODY = {"expected": 0, "came": 0, "missed": 0, "canceled": 0}

Environ = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], object]


def application(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Answer a page of sessions, or 401."""
    if environ["PATH_INFO"] == "/healthz":
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]
    with POOL.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        body = answer_of(cursor, environ)
    status = "200 OK" if body else "401 Unauthorized"
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def answer_of(cursor: Any, environ: Environ) -> bytes:
    """The body of the page, read in one transaction; empty for a token that signs nobody in."""
    at = now()
    token = hashlib.sha256(environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ").encode()).digest()
    cursor.execute(SIGN_IN, {"token": token, "now": at, "seen": at - IDLE, "oldest": at - OLDEST})
    known = cursor.fetchone()
    if known is None or (known["second_factor_at"] is None and not WANT_FACTOR.isdisjoint(known["roles"])):
        return b""
    cursor.execute(WALL, [known["centers"]])
    return _page(cursor, environ, known["staff_id"], at)


def _page(cursor: Any, environ: Environ, staff: Any, at: dt.datetime) -> bytes:
    cursor.execute(CENTERS, {"staff": staff, "now": at})
    granted = [row["content_object_id"] for row in cursor.fetchall()]
    query = parse_qs(environ["QUERY_STRING"])
    first, last = (dt.datetime.fromisoformat(query[name][0]) for name in ("from", "to"))
    cursor.execute(SESSIONS, [granted, first, last, PAGE + 1])
    rows = cursor.fetchall()
    page = rows[:PAGE]
    ids = [row["id"] for row in page]
    cursor.execute(STAFF, [ids])
    staffed: dict[Any, list[Any]] = {}
    for person in cursor.fetchall():
        staffed.setdefault(person.pop("session_id"), []).append(person)
    cursor.execute(USES, [ids])
    uses = {row.pop("session_id"): row for row in cursor.fetchall()}
    for row in page:
        row |= {"staff": staffed.get(row["id"], []), "roster": uses.get(row["id"], NOBODY)}
    asked = urlencode(sorted((query | {"cursor": [f"a{ids[-1].hex}"]}).items()), doseq=True)
    more = f"http://{environ['HTTP_HOST']}{environ['PATH_INFO']}?{asked}"
    answer = {"results": page, "next": more if len(rows) > PAGE else None, "previous": None}
    return json.dumps(answer, separators=(",", ":"), ensure_ascii=False, default=_text).encode()


def _text(value: object) -> str:
    """Moments as RFC 3339 with a Z; dates, times and ids as their text."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
