"""What `up` prints at the end: where to look, who may sign in, and lines to paste that record a session."""

import json

from django.conf import settings

from backend.api.clock import now
from backend.demo.people import DemoPerson
from centers.models import Staff
from scheduling.models import Attendance, Session
from scheduling.models.attendance import Status

WIDTH = 72
NO_SECOND_FACTOR = "No second factor is asked here; SECOND_FACTOR_REQUIRED=1 asks it."


def introduction(base_url: str, people: list[DemoPerson]) -> str:
    """Addresses and people."""
    lines = [
        "",
        "-" * WIDTH,
        f"  API docs    {base_url}/api/docs/",
        f"  Admin       {base_url}/admin/   (sign in as the administrator)",
        "  Mailbox     python3 iop.py manage mailbox   (e-mails and texts)",
        "",
        "  Who may sign in           e-mail address and password",
        *(f"    {person.role.value:<18}  {person.email}  {person.password}" for person in people),
        *([] if settings.SECOND_FACTOR_REQUIRED else [f"  {NO_SECOND_FACTOR}"]),
        "-" * WIDTH,
    ]
    return "\n".join(lines)


def recording(base_url: str, counselor: DemoPerson, session: Session) -> str:
    """Lines of shell that sign the counselor in, show a session's roster, and record who came."""
    rows = Attendance.objects.filter(session=session, status=Status.EXPECTED).order_by("patient__sort_key")
    marks = [{"patient": str(row.patient_id), "status": "present"} for row in rows]
    if len(marks) > 1:
        marks[-1]["status"] = "no_show"
    sign_in = json.dumps({"email": counselor.email, "password": counselor.password})
    roster = f"{base_url}/api/v1/sessions/{session.id}/attendance/"
    lines = [
        "",
        "Record a session as its counselor; paste these lines:",
        "",
        f"  curl -s {base_url}/api/v1/auth/login -H 'Content-Type: application/json' \\",
        f"    -d '{sign_in}' | tee /tmp/iop-sign-in.json",
        '  TOKEN=$(sed "s/.*session_token\\": *\\"//; s/\\".*//" /tmp/iop-sign-in.json)',
        f'  curl -si {roster} -H "Authorization: Bearer $TOKEN" | tee /tmp/iop-roster.txt',
        "  ETAG=$(grep -i '^etag:' /tmp/iop-roster.txt | cut -d' ' -f2 | tr -d '\\r')",
        f'  curl -s -X PUT {roster} -H "Authorization: Bearer $TOKEN" -H "If-Match: $ETAG" \\',
        f"    -H 'Content-Type: application/json' -d '{json.dumps({'rows': marks})}'",
        "",
    ]
    return "\n".join(lines)


def session_to_record(counselor: Staff) -> Session | None:
    """The latest session of the counselor's that has begun and has somebody still expected."""
    staffed = Session.objects.filter(
        status="scheduled", starts_at__lte=now(), staff__staff=counselor, staff__is_active=True
    )
    return staffed.filter(attendances__status=Status.EXPECTED).order_by("-starts_at").first()
