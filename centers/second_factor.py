"""Second factors: encrypted at rest, checked under a lock, each code good once whatever the cache does."""

import base64
import hashlib
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import constant_time_compare

from backend.api.clock import now
from backend.api.errors import Refused
from centers.models import SignIn, Staff
from centers.roles import SECOND_FACTOR_ROLES

Kind = Authenticator.Type
# A recovery code opens once where one of these was lost; alone it is no second factor.
FACTORS = (Kind.TOTP, Kind.WEBAUTHN)
# The time step of the last code of an app, and the number of answers a key had given.
LAST_COUNTER, LAST_COUNT = "last_counter", "last_count"


class SecondFactorAdapter(DefaultMFAAdapter):
    """allauth's hooks: secrets are encrypted, names come from the installation and not from a header."""

    def encrypt(self, text: str) -> str:
        """Under the newest key."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Under whichever key it was encrypted. Raises InvalidToken when that key is gone."""
        return _keys().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """The host people sign in at: names no center and no purpose."""
        return _host()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Keys are bound to the installation's own host, whatever Host a request bears."""
        return {"id": _host(), "name": _host()}


def reencrypt() -> int:
    """Put every stored secret under the newest key; returns how many rows changed."""
    changed = 0
    for row in Authenticator.objects.exclude(type=Kind.WEBAUTHN).select_for_update():
        name = "secret" if row.type == Kind.TOTP else "seed"
        row.data[name] = _keys().rotate(row.data[name].encode()).decode()
        row.save(update_fields=["data"])
        changed += 1
    return changed


def has_factor(staff: Any) -> bool:
    """Whether somebody has a second factor enrolled."""
    return Authenticator.objects.filter(user_id=staff.pk, type__in=FACTORS).exists()


def matching(staff: Any, code: str) -> Any:
    """The authenticator a code belongs to, which then takes that code no more; None when there is none.

    Rows are locked first: of two requests with one code, one is late.
    """
    kinds = (Kind.TOTP, Kind.RECOVERY_CODES)
    for row in Authenticator.objects.filter(user_id=staff.pk, type__in=kinds).order_by("pk").select_for_update():
        row.user = staff
        fits = _spend_totp(row, code) if row.type == Kind.TOTP else RecoveryCodes(row).validate_code(code)
        if fits:
            return row
    return None


def counter_of(secret: str, code: str) -> int | None:
    """The time step a code is for, if any near the present one."""
    for counter in yield_hotp_counters_from_time():
        if constant_time_compare(format_hotp_value(hotp_value(secret, counter)), code.strip()):
            return int(counter)
    return None


def counts_on(row: Any, count: int) -> bool:
    """Whether a key has counted on since its last answer, which a copy of it has not; keys that never count say 0."""
    last = row.data.get(LAST_COUNT, 0)
    if (count or last) and count <= last:
        return False
    row.data[LAST_COUNT] = count
    row.save(update_fields=["data"])
    return True


def enroll(staff: Staff, kind: Kind, data: dict[str, Any], device: SignIn | None) -> tuple[Authenticator, bool]:
    """Add a second factor, with recovery codes if there are none yet; says whether there were none.

    Devices that gave no second factor are signed out, but for the one it is enrolled on, which just has.
    """
    locked(staff)
    row = Authenticator.objects.create(user=staff, type=kind, data=data, last_used_at=now())
    has_codes = Authenticator.objects.filter(user_id=staff.pk, type=Kind.RECOVERY_CODES).exists()
    if not has_codes:
        RecoveryCodes.activate(staff)
    if device is not None:
        SignIn.objects.filter(pk=device.pk).update(second_factor_at=now())
    SignIn.objects.revoke(staff_id=staff.pk, second_factor_at__isnull=True)
    return row, not has_codes


def remove(staff: Staff, rows: list[Authenticator], role_names: tuple[str, ...]) -> None:
    """Take second factors off. Raises Refused for the last one of somebody whose roles want one."""
    locked(staff)
    left = Authenticator.objects.filter(user_id=staff.pk, type__in=FACTORS).exclude(pk__in=[row.pk for row in rows])
    is_last = not left.exists()
    if is_last and settings.SECOND_FACTOR_REQUIRED and not SECOND_FACTOR_ROLES.isdisjoint(role_names):
        raise Refused("last_second_factor", HTTPStatus.CONFLICT)
    for row in rows:
        row.delete()
    if is_last:
        forget(staff)


def forget(staff: Staff) -> int:
    """Delete every second factor and recovery code of somebody; returns how many."""
    deleted, _ = Authenticator.objects.filter(user_id=staff.pk).delete()
    return deleted


def locked(staff: Any) -> None:
    """Let changes of one person's second factors wait for one another."""
    Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)


def _spend_totp(row: Authenticator, code: str) -> bool:
    counter = counter_of(SecondFactorAdapter().decrypt(row.data["secret"]), code)
    if counter is None or counter <= row.data.get(LAST_COUNTER, -1):
        return False
    row.data[LAST_COUNTER] = counter
    row.save(update_fields=["data"])
    return True


def _keys() -> MultiFernet:
    """Fernet wants 32 bytes; the keys of settings are random text of any length."""
    digests = [hashlib.sha256(f"second factor {key}".encode()).digest() for key in settings.SECOND_FACTOR_KEYS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
