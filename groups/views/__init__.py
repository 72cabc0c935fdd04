"""The addresses of groups: groups and their rosters, enrollments, facilitators."""

from groups.views.facilitation import FacilitatorViewSet
from groups.views.groups import GroupViewSet
from groups.views.rosters import EnrollmentViewSet

__all__ = ["EnrollmentViewSet", "FacilitatorViewSet", "GroupViewSet"]
