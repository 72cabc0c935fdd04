"""Whether an embedded database has every migration of this checkout: a digest beside it spares asking Django."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from backend.servers.sharing import ROOT


@dataclass(frozen=True)
class MigrationsMark:
    """The file that says which migrations were applied last."""

    path: Path

    @staticmethod
    def current() -> str:
        """A digest of all migration files and of the pins, since libraries bring migrations too."""
        files = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py"), ROOT / "requirements.txt"]
        digest = hashlib.sha256()
        for file in sorted(files):
            digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()

    def is_current(self) -> bool:
        return self.path.exists() and self.path.read_text(encoding="ascii") == self.current()

    def write(self) -> None:
        self.path.write_text(self.current(), encoding="ascii")
