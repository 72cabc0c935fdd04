"""Numbers and addresses as they are dialed."""

import phonenumbers

from patients.models import ContactPoint


def dialed(kind: str, value: str, country: str) -> str | None:
    """E.164 for a phone number, without its extension; lower case for an e-mail address. None: it does not read as one.

    `country` (ISO 3166) is that of numbers written without `+`. A number must be possible there; it need not be in use.
    """
    if kind == ContactPoint.Kind.EMAIL:
        return value.strip().lower()
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
