"""What facilitators see follows the dates of facilitation and of enrollment."""

import datetime as dt

import pytest

from backend.api import clock
from backend.api.errors import Refused
from backend.api.grants import differences
from centers.actions import assign_role, end_role
from centers.models import RoleAssignment, Staff
from centers.projection import wanted_grants as role_grants
from centers.roles import RoleName
from groups.actions import appoint_facilitator, end_facilitation, enroll, withdraw
from groups.models import Facilitator, TherapyGroup
from groups.projection import wanted_grants
from patients.models import Patient
from patients.projection import wanted_grants as care_team_grants
from scheduling.models import SeriesStaff
from tests.cast import TESTER, Cast

NEW_YORK_MIDNIGHT = 5  # UTC in winter
FEB, MARCH = dt.date(2026, 2, 3), dt.date(2026, 3, 3)


def sees(staff: Staff, patient: Patient, day: dt.date, hour: int = 12) -> bool:
    with clock.frozen(dt.datetime.combine(day, dt.time(hour), tzinfo=dt.UTC)):
        return staff.has_perm("patients.view_patient", patient)


def test_a_facilitator_sees_a_patient_while_enrolled(cast: Cast, group: TherapyGroup) -> None:
    appoint_facilitator(group=group, staff=cast.carl, starts_on=FEB, by=TESTER)
    held = enroll(group=group, patient=cast.pat, starts_on=FEB, by=TESTER)
    withdraw(enrollment=held, on=MARCH, by=TESTER)
    assert sees(cast.carl, cast.pat, FEB, NEW_YORK_MIDNIGHT)
    assert not sees(cast.carl, cast.pat, FEB, NEW_YORK_MIDNIGHT - 1)
    assert sees(cast.carl, cast.pat, MARCH, NEW_YORK_MIDNIGHT - 1)
    assert not sees(cast.carl, cast.pat, MARCH, NEW_YORK_MIDNIGHT)


def test_a_facilitator_sees_the_roster_while_leading(cast: Cast, group: TherapyGroup) -> None:
    enroll(group=group, patient=cast.pat, starts_on=FEB, by=TESTER)
    leads = appoint_facilitator(group=group, staff=cast.carl, starts_on=FEB, by=TESTER)
    end_facilitation(facilitator=leads, on=MARCH, by=TESTER)
    assert sees(cast.carl, cast.pat, MARCH, NEW_YORK_MIDNIGHT - 1)
    assert not sees(cast.carl, cast.pat, MARCH, NEW_YORK_MIDNIGHT)


def test_a_facilitator_staffs_the_series_meanwhile(cast: Cast, group: TherapyGroup) -> None:
    leads = appoint_facilitator(group=group, staff=cast.carl, starts_on=FEB, role="co_lead", by=TESTER)
    end_facilitation(facilitator=leads, on=MARCH, by=TESTER)
    staff = SeriesStaff.objects.get(series=group.series)
    assert (staff.staff_id, staff.role, staff.starts_on, staff.ends_on) == (cast.carl.pk, "co_lead", FEB, MARCH)


def test_who_never_began_to_lead_leaves_no_trace(cast: Cast, group: TherapyGroup) -> None:
    leads = appoint_facilitator(group=group, staff=cast.carl, starts_on=MARCH, by=TESTER)
    assert end_facilitation(facilitator=leads, on=FEB, by=TESTER) is None
    assert not SeriesStaff.objects.filter(series=group.series).exists()


def test_leading_ends_once(cast: Cast, group: TherapyGroup) -> None:
    leads = appoint_facilitator(group=group, staff=cast.carl, starts_on=FEB, ends_on=MARCH, by=TESTER)
    with pytest.raises(Refused, match="facilitation_over"):
        end_facilitation(facilitator=leads, on=MARCH, by=TESTER)


def test_nobody_leads_backwards(cast: Cast, group: TherapyGroup) -> None:
    with pytest.raises(Refused) as refused:
        appoint_facilitator(group=group, staff=cast.carl, starts_on=MARCH, ends_on=FEB, by=TESTER)
    assert refused.value.errors == {"ends_on": "window_order"}


def test_somebody_of_another_center_does_not_lead(cast: Cast, group: TherapyGroup) -> None:
    with pytest.raises(Refused) as refused:
        appoint_facilitator(group=group, staff=cast.vera, starts_on=FEB, by=TESTER)
    assert refused.value.errors == {"staff": "does_not_exist"}


def test_who_loses_the_last_role_leads_no_longer(cast: Cast, group: TherapyGroup) -> None:
    today = clock.now().date()
    appoint_facilitator(group=group, staff=cast.carl, starts_on=FEB, by=TESTER)
    end_role(assignment=RoleAssignment.objects.get(staff=cast.carl), by=TESTER)
    ends_on = Facilitator.objects.get().ends_on
    assert ends_on is not None
    assert abs((ends_on - today).days) <= 1


def test_who_turns_from_care_to_the_office_leads_and_treats_no_longer(cast: Cast, group: TherapyGroup) -> None:
    appoint_facilitator(group=group, staff=cast.carl, starts_on=FEB, by=TESTER)
    assign_role(staff=cast.carl, center=cast.center, role=RoleName.DIRECTOR, by=TESTER)
    end_role(assignment=RoleAssignment.objects.get(staff=cast.carl, role__name="counselor"), by=TESTER)
    assert Facilitator.objects.get().ends_on is not None
    assert not Patient.objects.visible_to(cast.carl, "view_chart").exists()


def test_stored_grants_and_records_agree(cast: Cast, group: TherapyGroup) -> None:
    appoint_facilitator(group=group, staff=cast.carl, starts_on=FEB, by=TESTER)
    withdraw(enrollment=enroll(group=group, patient=cast.pat, starts_on=FEB, by=TESTER), on=MARCH, by=TESTER)
    assert differences({**role_grants(), **care_team_grants(), **wanted_grants()}) == []
