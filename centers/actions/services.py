"""Service accounts and their tokens: asked for by one person, confirmed by another where patients come into view."""

import datetime as dt
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.grants import project
from backend.api.ids import new_id
from backend.api.recorder import Actor, acting_as
from centers.models import Center, ServiceAccount, ServiceToken, Staff
from centers.models.services import LONGEST_LIFE
from centers.projection import ground_of, keys_of_service
from centers.roles import CODENAMES, NO_SERVICE, UNCONFIRMED
from centers.tokens import hashed, new_service_token

# Nothing is ever delivered below .invalid (RFC 2606): nobody can be sent a link that sets a password.
ADDRESS = "{}@service.invalid"


@transaction.atomic
def open_service_account(
    *,
    center: Center,
    name: str,
    purpose: str,
    codenames: Collection[str],
    by: Actor,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
) -> ServiceAccount:
    """Open an account for a program. Until somebody else has confirmed it, it holds what needs no confirmation.

    Raises Refused for codenames no program may hold; IntegrityError for a name that is taken or dates out of order.
    """
    _check_codenames(codenames)
    with acting_as(by):
        account = ServiceAccount.objects.create(
            center=center,
            staff=_user(name),
            name=name,
            purpose=purpose,
            codenames=sorted(set(codenames)),
            starts_at=starts_at or now(),
            ends_at=ends_at,
            requested_by=by.id,
        )
        _project(account)
    return account


@transaction.atomic
def revise_service_account(account: ServiceAccount, *, by: Actor, **fields: Any) -> ServiceAccount:
    """Change purpose, codenames or end; the caller holds the row lock.

    More codenames, or a later end, wait to be confirmed anew, and until then none that need it are held.
    """
    _check_open(account)
    _check_codenames(fields.get("codenames", ()))
    if "codenames" in fields:
        fields["codenames"] = sorted(set(fields["codenames"]))
    if _asks_for_more(account, fields):
        fields |= {"requested_by": by.id, "confirmed_by": "", "confirmed_at": None}
    for name, value in fields.items():
        setattr(account, name, value)
    account.bump()
    with acting_as(by):
        account.save(update_fields=[*fields, "version"])
        _project(account)
    return account


@transaction.atomic
def confirm_service_account(*, account: ServiceAccount, codenames: Collection[str], by: Actor) -> ServiceAccount:
    """Let the account hold what was asked for; `codenames` are those that the confirming person has read.

    Raises Refused for who asked for them, when they are others by now, and when nothing waits.
    """
    account = _locked(account)
    if not account.is_waiting:
        raise Refused("nothing_to_confirm")
    if set(codenames) != set(account.codenames):
        raise Refused("confirmation_of_something_else")
    if account.requested_by == by.id:
        raise Refused("confirmation_of_oneself")
    account.confirmed_by, account.confirmed_at = by.id, now()
    account.bump()
    with acting_as(by):
        account.save(update_fields=["confirmed_by", "confirmed_at", "version"])
        _project(account)
    return account


@transaction.atomic
def close_service_account(*, account: ServiceAccount, by: Actor) -> ServiceAccount:
    """End the account and all its tokens now, for good. Raises Refused when it is closed already."""
    account = _locked(account)
    _check_open(account)
    account.deactivated_at = now()
    account.bump()
    with acting_as(by):
        account.save(update_fields=["deactivated_at", "version"])
        account.staff.is_active = False
        account.staff.bump()
        account.staff.save(update_fields=["is_active", "version"])
        for token in account.tokens.not_over(now()):
            _revoke(token)
        _project(account)
    return account


@transaction.atomic
def issue_service_token(
    *,
    account: ServiceAccount,
    scopes: Collection[str],
    networks: Collection[str],
    expires_at: dt.datetime,
    by: Actor,
) -> tuple[ServiceToken, str]:
    """A new token of the account beside its others, and its text, which nobody can read again.

    One whose scopes open patient data works only once somebody else has confirmed it. Raises Refused for scopes the
    account does not hold or ask for, and for an end that has passed or lies more than a year ahead.
    """
    account = _locked(account)
    _check_open(account)
    _check_token(account, scopes, expires_at)
    text, at = new_service_token(), now()
    with acting_as(by):
        token = ServiceToken.objects.create(
            account=account,
            center_id=account.center_id,
            token_hash=hashed(text),
            scopes=sorted(set(scopes)),
            networks=sorted(set(networks)),
            created_at=at,
            created_by=by.id,
            expires_at=expires_at,
            confirmed_at=at if UNCONFIRMED.issuperset(scopes) else None,
        )
    return token, text


@transaction.atomic
def confirm_service_token(*, token: ServiceToken, by: Actor) -> ServiceToken:
    """Let a token work from now on. Raises Refused for who made it, and when it waits for nothing."""
    token = _locked_token(token)
    if not token.is_waiting:
        raise Refused("nothing_to_confirm")
    if token.created_by == by.id:
        raise Refused("confirmation_of_oneself")
    token.confirmed_by, token.confirmed_at = by.id, now()
    with acting_as(by):
        token.save(update_fields=["confirmed_by", "confirmed_at"])
    return token


@transaction.atomic
def revoke_service_token(*, token: ServiceToken, by: Actor) -> ServiceToken:
    """Let a token never work again; one that is revoked already stays as it is."""
    token = _locked_token(token)
    if token.revoked_at is None:
        with acting_as(by):
            _revoke(token)
    return token


def _user(name: str) -> Staff:
    """The row that stands for the program wherever a user is asked for."""
    user = Staff(email=ADDRESS.format(new_id()), first_name=name, last_name="", is_service=True)
    user.set_unusable_password()
    user.save()
    return user


def _project(account: ServiceAccount) -> None:
    project(ground=ground_of(account), wanted=keys_of_service(account), center_id=account.center_id)


def _revoke(token: ServiceToken) -> None:
    token.revoked_at = now()
    token.save(update_fields=["revoked_at"])


def _locked(account: ServiceAccount) -> ServiceAccount:
    rows = ServiceAccount.objects.select_for_update(no_key=True, of=("self",)).select_related("staff")
    return rows.get(pk=account.pk)


def _locked_token(token: ServiceToken) -> ServiceToken:
    return ServiceToken.objects.select_for_update(no_key=True, of=("self",)).select_related("account").get(pk=token.pk)


def _asks_for_more(account: ServiceAccount, fields: dict[str, Any]) -> bool:
    """Whether a change gives codenames the account does not have, or a later end."""
    ends_at = fields.get("ends_at", account.ends_at)
    is_longer = account.ends_at is not None and (ends_at is None or ends_at > account.ends_at)
    return is_longer or not set(account.codenames).issuperset(fields.get("codenames", ()))


def _check_open(account: ServiceAccount) -> None:
    if account.deactivated_at is not None:
        raise Refused("service_account_closed")


def _check_codenames(codenames: Collection[str]) -> None:
    if not (frozenset(CODENAMES) - NO_SERVICE).issuperset(codenames):
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {"codenames": "invalid_choice"})


def _check_token(account: ServiceAccount, scopes: Collection[str], expires_at: dt.datetime) -> None:
    faults = {}
    if not set(account.codenames).issuperset(scopes):
        faults["scopes"] = "scope_not_held"
    if not now() < expires_at <= now() + LONGEST_LIFE:
        faults["expires_at"] = "within_a_year"
    if faults:
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, faults)
