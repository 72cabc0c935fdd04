"""What the watch has seen: the canaries that got out since the last look, and how many texts went where in all."""

from collections import Counter

from tests.canaries import found_in

# A run of every test uses all of these; one that was never looked at was not watched.
USED_BY_A_FULL_RUN = frozenset(
    {
        "address",
        "broker",
        "cache key",
        "cache value",
        "captured output",
        "command line",
        "error page",
        "link",
        "log",
        "mail",
        "outgoing header",
        "process output",
        "server log",
        "table audit_logentry",
        "table django_session",
        "text",
        "Valkey",
    }
)
# Between texts that are searched together; no canary reaches over it.
BETWEEN = "\n\n"


class Watch:
    """Looks at what reaches the sinks."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.scanned: Counter[str] = Counter()

    def look(self, sink: str, *parts: object) -> None:
        """Search the parts of something that reached a sink."""
        texts = [text for part in parts if (text := _text(part))]
        self.scanned[sink] += len(texts)
        found = found_in(BETWEEN.join(texts)) if texts else None
        if found:
            self.seen.append((sink, f"{sink}: {found[1]!r} as {found[0]!r}"))

    def taken(self, excused: frozenset[str] = frozenset()) -> list[str]:
        """What was seen in other sinks than the excused ones; all of it is forgotten with this."""
        seen, self.seen = self.seen, []
        return [line for sink, line in seen if sink not in excused]


def _text(part: object) -> str:
    if isinstance(part, bytes | bytearray | memoryview):
        return bytes(part).decode(errors="replace")
    return part if isinstance(part, str) else repr(part)


WATCH = Watch()
