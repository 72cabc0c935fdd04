"""The sessions to come brought in line with their series: who staffs them, and how many seats they have."""

from django.db import transaction
from django.db.models import Count, F, Q

from backend.api.clock import now
from backend.api.recorder import Actor, Event, acting_as, record
from scheduling.actions.calendar import staff_of
from scheduling.models import Series, Session, SessionStaff
from scheduling.querysets import SessionQuerySet


@transaction.atomic(savepoint=False)
def restaff(*, series: Series, by: Actor) -> None:
    """Give the sessions of a series that have not begun the people who lead it on their days, whatever their status.

    Who leads no longer is taken off, so that they see no session they will not hold; substitutions stay. Sessions are
    locked in id order. Raises IntegrityError where somebody is in another session at the time.
    """
    sessions = list(_to_come(series).locked())
    wanted = {(row.session_id, row.staff_id): row for row in staff_of(series, sessions)}
    rows = list(SessionStaff.objects.filter(session__in=[session.pk for session in sessions]))
    gone = [row for row in rows if _is_regular(row) and (row.session_id, row.staff_id) not in wanted]
    known = {(row.session_id, row.staff_id) for row in rows}
    new = [row for key, row in wanted.items() if key not in known]
    changed = {row.session_id for row in (*gone, *new)}
    if not changed:
        return
    with acting_as(by):
        SessionStaff.objects.filter(pk__in=[row.pk for row in gone]).delete()
        SessionStaff.objects.bulk_create(sorted(new, key=lambda row: row.session_id))
        Session.objects.filter(pk__in=changed).update(version=F("version") + 1)
        record(
            Event(
                action="bulk",
                kind="scheduling.sessionstaff",
                object_id=str(series.pk),
                center_id=series.center_id,
                details={"verb": "restaff", "series": str(series.pk), "added": len(new), "removed": len(gone)},
            )
        )


@transaction.atomic(savepoint=False)
def reseat(*, series: Series, by: Actor) -> None:
    """Give the sessions of a series that have not begun its seats, whatever their status.

    One in which more people have a place by now, guests among them, keeps a seat for each of them. Sessions are locked
    in id order.
    """
    with acting_as(by):
        sessions = Session.objects.filter(pk__in=[one.pk for one in _to_come(series).locked()])
        for session in sessions.annotate(taken=Count("attendances", filter=Q(attendances__occupies=True))):
            seats = max(series.seats, vars(session)["taken"])
            if session.seats != seats:
                session.seats = seats
                session.bump()
                session.save(update_fields=["seats", "version"])


def _to_come(series: Series) -> SessionQuerySet:
    return Session.objects.filter(series=series, starts_at__gt=now())


def _is_regular(row: SessionStaff) -> bool:
    """Whether somebody is there because they lead the series: neither a substitute nor one who is substituted."""
    return row.is_active and row.replaces_id is None
