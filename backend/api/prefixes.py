"""Looking for text by how it begins, in a way that an index serves behind the wall as well."""

import sys
from typing import TYPE_CHECKING, Any

from django.db.models import Lookup

if TYPE_CHECKING:
    # Generic to the type checker only.
    _Base = Lookup[Any]
else:
    _Base = Lookup

SURROGATES = range(0xD800, 0xE000)


class BeginsWith(_Base):
    """Text that begins with a prefix, as a stretch of code points: `prefix <= text < successor`.

    LIKE is not leakproof, so under a policy it is asked of every row the policy lets through, one by one; these two
    comparisons are, and an index of `text_pattern_ops` holds their order in every collation.
    """

    lookup_name = "begins_with"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The condition; a prefix that nothing follows has no upper end."""
        text, params = self.process_lhs(compiler, connection)
        first, end = str(self.rhs), successor(str(self.rhs))
        if not end:
            return f"{text} ~>=~ %s", (*params, first)
        return f"({text} ~>=~ %s AND {text} ~<~ %s)", (*params, first, *params, end)


def successor(prefix: str) -> str:
    """The least text that is greater than every text that begins with `prefix`; empty when there is none.

    The last character that is not the highest one is raised by one, over the surrogates, which no text holds.
    """
    kept = prefix.rstrip(chr(sys.maxunicode))
    if not kept:
        return ""
    point = ord(kept[-1]) + 1
    return kept[:-1] + chr(SURROGATES.stop if point in SURROGATES else point)
