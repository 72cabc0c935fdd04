"""The addresses of patients, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from patients import views

router = SimpleRouter()
router.register("patients", views.PatientViewSet, basename="patient")
router.register("episodes", views.EpisodeViewSet, basename="episode")
router.register("levels-of-care", views.StayViewSet, basename="level-of-care")
router.register("care-team-members", views.MemberViewSet, basename="care-team-member")
router.register("emergency-accesses", views.EmergencyAccessViewSet, basename="emergency-access")
router.register("contact-points", views.ContactPointViewSet, basename="contact-point")
router.register("leaves", views.LeaveViewSet, basename="leave")
router.register("staff-tasks", views.TaskViewSet, basename="staff-task")

urlpatterns = router.urls
