"""Fixtures of centers: rate limits counted apart from other tests, clients signed in by a real token, a center."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from backend.api.ids import new_id
from centers.models import Center, SignIn, Staff
from centers.roles import RoleName
from centers.tokens import hashed
from tests.factories import CenterFactory, staff_with_role

API = "/api/v1"
SignedIn = Callable[[Staff], APIClient]


@pytest.fixture(autouse=True)
def counters_of_their_own(settings: Settings) -> None:
    """Every test counts its attempts from zero."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(new_id())}
    }
    cache.clear()


@pytest.fixture
def center(db: None) -> Center:
    center: Center = CenterFactory()
    return center


@pytest.fixture
def client_of() -> SignedIn:
    def signed_in(staff: Staff) -> APIClient:
        token = f"token-of-{staff.pk}-{new_id()}"
        SignIn.objects.create(staff=staff, token_hash=hashed(token))
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return signed_in


@pytest.fixture
def administrator(center: Center) -> Staff:
    return staff_with_role(center, RoleName.ADMINISTRATOR)


@pytest.fixture
def counselor(center: Center) -> Staff:
    return staff_with_role(center, RoleName.COUNSELOR)


@pytest.fixture
def api(administrator: Staff, client_of: SignedIn) -> APIClient:
    """A client signed in as an administrator of the center."""
    return client_of(administrator)
