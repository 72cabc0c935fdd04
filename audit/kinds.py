"""The families of log entries, and the family each action belongs to."""

from django.db.models import TextChoices


class Kind(TextChoices):
    """The families of entries a reviewer asks for."""

    CHANGE = "change", "change"
    BULK = "bulk", "change of many rows at once"
    IMPORT = "import", "import"
    READ = "read", "read"
    SEARCH = "search", "search"
    EXPORT = "export", "export"
    DISCLOSURE = "disclosure", "disclosure"
    REFUSE = "refuse", "refusal"
    SIGN_IN = "sign_in", "sign-in"
    SIGN_OUT = "sign_out", "sign-out"
    GRANT = "grant", "grant of access"
    OTHER = "other", "other"


_KIND_OF = {
    "create": Kind.CHANGE,
    "update": Kind.CHANGE,
    "delete": Kind.CHANGE,
    "list": Kind.READ,
    "retrieve": Kind.READ,
    "replay": Kind.READ,
    "revoke": Kind.GRANT,
    "sign_in_failed": Kind.SIGN_IN,
    "sign_in_resumed": Kind.SIGN_IN,
    "sign_in_slowed": Kind.SIGN_IN,
    "device_revoked": Kind.SIGN_OUT,
    "password_reset_asked": Kind.SIGN_IN,
    "password_reset": Kind.SIGN_IN,
    "second_factor_given": Kind.SIGN_IN,
    "second_factor_failed": Kind.SIGN_IN,
    "second_factor_added": Kind.SIGN_IN,
    "second_factor_removed": Kind.SIGN_IN,
    "second_factor_reset": Kind.SIGN_IN,
    "recovery_codes_made": Kind.SIGN_IN,
}


def kind_of(action: str) -> Kind:
    """The family of an event's action; an action that is no family's own name and not listed here is `other`."""
    if action in Kind.values:
        return Kind(action)
    return _KIND_OF.get(action, Kind.OTHER)
