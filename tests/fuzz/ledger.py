"""What a campaign has seen: answers per way, operation and person, and the first of every kind of anomaly."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

MOST_TEXT = 600


@dataclass
class Way:
    """One way of asking at one place: which operations were asked, and which were answered 2xx."""

    requests: int = 0
    asked: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)

    def report(self, labels: list[str]) -> dict[str, Any]:
        """As JSON, with what it has not reached."""
        return {
            "requests": self.requests,
            "operations": len(self.asked),
            "accepted_operations": len(self.accepted),
            "never_asked": sorted(set(labels) - self.asked),
        }


@dataclass
class Ledger:
    """Counts and anomalies."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    ways: defaultdict[str, Way] = field(default_factory=lambda: defaultdict(Way))
    people: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    reread: int = 0
    anomalies: dict[tuple[str, str, int], dict[str, Any]] = field(default_factory=dict)

    def note(self, way: str, person: str, label: str, status: int) -> None:
        """One answer."""
        self.requests += 1
        self.statuses[status] += 1
        self.people[person] += 1
        self.ways[way].requests += 1
        self.ways[way].asked.add(label)
        if 200 <= status < 300:
            self.accept(way, label)

    def accept(self, way: str, label: str) -> None:
        """An operation was answered as who asks rightly is answered."""
        self.accepted[label] += 1
        self.ways[way].accepted.add(label)

    def accuse(self, label: str, kind: str, status: int, *, person: str, told: str) -> None:
        """An anomaly; of those alike the first is kept, and how often it came."""
        kept = self.anomalies.setdefault(
            (label, kind, status), {"operation": label, "kind": kind, "status": status, "person": person, "times": 0}
        )
        kept["times"] += 1
        kept.setdefault("first", told[:MOST_TEXT])

    def never_accepted(self, labels: list[str]) -> list[str]:
        """The operations that have not been answered 2xx."""
        return sorted(label for label in labels if not self.accepted[label])

    def report(self, labels: list[str]) -> dict[str, Any]:
        """All of it as JSON."""
        return {
            "requests": self.requests,
            "operations": len(labels),
            "accepted_operations": len(labels) - len(self.never_accepted(labels)),
            "never_accepted": self.never_accepted(labels),
            "statuses": {str(status): number for status, number in sorted(self.statuses.items())},
            "ways": {name: way.report(labels) for name, way in sorted(self.ways.items())},
            "by_person": dict(sorted(self.people.items())),
            "writes_read_again": self.reread,
            "anomalies": [self.anomalies[key] for key in sorted(self.anomalies)],
        }
