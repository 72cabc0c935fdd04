"""Django's `has_perm` answered by the gate; apart from it, since this module needs the user model to be loaded."""

from django.contrib.auth.backends import BaseBackend
from django.db import models

from backend.api.gate import User, allows


class GateBackend(BaseBackend):
    """Answers Django's `has_perm` from the gate: for one object only, never for a model as a whole."""

    def has_perm(self, user_obj: User, perm: str, obj: models.Model | None = None) -> bool:
        """Whether the user holds the codename at the end of `perm` ("app.codename" or "codename") on `obj`."""
        return isinstance(obj, models.Model) and allows(user_obj, perm.rpartition(".")[2], obj)
