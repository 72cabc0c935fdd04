"""Django's permission questions, answered by the gate."""

from django.contrib.auth.backends import BaseBackend
from django.db import models

from backend.api.gate import User, allows


class GateBackend(BaseBackend):
    """Answers `has_perm` for one object only, never for a model as a whole; it signs nobody in."""

    def has_perm(self, user_obj: User, perm: str, obj: models.Model | None = None) -> bool:
        """Whether the user holds the codename at the end of `perm` ("app.codename" or "codename") on `obj`."""
        return isinstance(obj, models.Model) and allows(user_obj, perm.rpartition(".")[2], obj)
