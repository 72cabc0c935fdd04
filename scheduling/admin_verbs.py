"""What coordinators do to sessions: the API's own actions, with the forms that ask."""

from functools import partial
from typing import Any

from backend.api.admin_verbs import Verb
from centers.roles import Code
from scheduling import actions
from scheduling.actions.attendance import locked
from scheduling.admin_forms import Move, Shorten, Substitute, Why
from scheduling.models import Session


def _withdraw(session: Session, **values: Any) -> Session:
    return actions.withdraw_session(session=session, **values)


def _reinstate(session: Session, **values: Any) -> Session:
    return actions.reinstate_session(session=session, **values)


def _call_off(session: Session, **values: Any) -> Session:
    return actions.call_off_session(session=session, **values)


def _move(session: Session, **values: Any) -> Session:
    return actions.move_session(session=session, **values)


def _shorten(session: Session, **values: Any) -> Session:
    return actions.shorten_session(session=session, **values)


def _substitute(session: Session, **values: Any) -> Session:
    return actions.substitute(session=session, **values)


def _stands(session: Session) -> bool:
    return session.stands


calendar = partial(Verb, codename=Code.MANAGE_SCHEDULE, lock=locked)
VERBS = (
    calendar("withdraw", "Withdraw", run=_withdraw, form=Why, done="Withdrawn.", is_offered=_stands),
    calendar("call_off", "Call off", run=_call_off, form=Why, done="Called off.", is_offered=_stands),
    calendar("move", "Move", run=_move, form=Move, done="Moved."),
    calendar("shorten", "Shorten", run=_shorten, form=Shorten, done="Shortened.", is_offered=_stands),
    calendar("substitute", "Substitute", run=_substitute, form=Substitute, done="Substituted."),
    calendar("reinstate", "Reinstate", run=_reinstate, done="Reinstated.", is_offered=lambda one: not one.stands),
)
