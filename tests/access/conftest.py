"""One scene for all cells of the table; each cell runs in a savepoint, so that none sees what another wrote."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from backend.api.clock import frozen
from backend.api.ids import new_id
from backend.api.recorder import acting_as
from tests.access.scene import NOON, Scene, set_up
from tests.access.world import World, build
from tests.cast import TESTER, assembled
from tests.scheduling.conftest import at

NEW_YEAR = at(dt.date(2026, 1, 2), 12)


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """The scene, in a transaction that is rolled back after the last cell."""
    with django_db_blocker.unblock(), transaction.atomic():
        with acting_as(TESTER):
            with frozen(NEW_YEAR):
                cast = assembled()
            scene = set_up(cast)
        yield scene
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def built(standing: Scene, django_db_blocker: DjangoDbBlocker) -> World:
    """The matrix's world, on top of the scene."""
    with django_db_blocker.unblock(), acting_as(TESTER):
        return build(standing)


@pytest.fixture
def db(standing: Scene, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In place of pytest-django's: a savepoint within the scene's transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def scene(db: None, standing: Scene, settings: Settings) -> Iterator[Scene]:
    """The scene on Tuesday at noon; what happens to it is undone."""
    own = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(new_id())}
    settings.CACHES = {"default": own}
    cache.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with frozen(NOON):
        yield standing


@pytest.fixture
def world(built: World, scene: Scene) -> World:
    """The world; what happens to it is undone."""
    return built
