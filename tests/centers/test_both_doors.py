"""What takes trust back from somebody closes the API and the admin to them on the very next request."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from centers.models import Center, RoleAssignment
from centers.roles import RoleName
from tests.centers.doors import API, enroll_app, signed_in, status_with
from tests.factories import PASSWORD, staff_with_role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("what", ["second factor", "account", "another role", "role"])
def test_both_doors_close_at_once(what: str, center: Center, api: APIClient) -> None:
    anna = staff_with_role(center, RoleName.COORDINATOR, email="anna@center.example", password=PASSWORD, is_staff=True)
    bearer, admin = signed_in(anna), Client()
    phone = enroll_app(bearer)
    admin.post("/admin/login/", {"username": anna.email, "password": PASSWORD})
    admin.post("/admin/second-factor/", {"code": phone.code()})
    assert (status_with(bearer), admin.get("/admin/").status_code) == (200, 200)
    role = RoleAssignment.objects.get(staff=anna)
    other_role = {"center": str(center.pk), "staff": str(anna.pk), "role": "billing"}
    address, body = {
        "second factor": (f"staff/{anna.pk}/reset-second-factor/", None),
        "account": (f"staff/{anna.pk}/deactivate/", None),
        "another role": ("role-assignments/", other_role),
        "role": (f"role-assignments/{role.pk}/end/", {}),
    }[what]
    assert api.post(f"{API}/{address}", body).status_code in {200, 201}
    assert (status_with(bearer), admin.get("/admin/").status_code) == (401, 302)
