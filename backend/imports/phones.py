"""Phone numbers as people write them, turned into E.164 (docs/import-format.md, rule 10)."""

import re
import unicodedata

import phonenumbers

_EXTENSION = re.compile(r"ext.*", re.IGNORECASE | re.DOTALL)
# Countries whose numbers the format describes itself: calling code, and what the digits of a number are.
_OWN_RULES = {
    "US": ("+1", re.compile(r"1?([0-9]{10})")),
    "AU": ("+61", re.compile(r"(?:0|61)([0-9]{9})")),
}


def e164(written: str, country: str | None) -> str | None:
    """Return the number to dial, or None where it does not read as one.

    `country` is that of numbers without `+`. For the US and Australia the format has a rule of its own, which takes any
    digits of the right length; all others follow the numbering plans of `phonenumbers`. Where the country is not known
    (the center's own row is at fault) a number without `+` is taken as it is, as the empty text.
    """
    text = _EXTENSION.sub("", unicodedata.normalize("NFKC", written)).strip()
    digits = _digits(text)
    international = text.startswith(("+", "(+"))
    if international:
        country = next((name for name, (code, _) in _OWN_RULES.items() if f"+{digits}".startswith(code)), "")
    if country in _OWN_RULES:
        code, shape = _OWN_RULES[country]
        match = shape.fullmatch(digits)
        return code + match[1] if match else None
    if country is None:
        return "" if digits else None
    return _by_numbering_plan(f"+{digits}" if international else digits, country or None)


def _digits(text: str) -> str:
    """Return the digits of a text, of whatever script, as ASCII."""
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


def _by_numbering_plan(text: str, country: str | None) -> str | None:
    """Read a number by the plan of its country; its length must be possible there, it need not be in use."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
