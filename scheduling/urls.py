"""The addresses of the calendar, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from scheduling import views

router = SimpleRouter()
router.register("series", views.SeriesViewSet, basename="series")
router.register("patterns", views.PatternViewSet, basename="pattern")
router.register("sessions", views.SessionViewSet, basename="session")
router.register("attendances", views.AttendanceViewSet, basename="attendance")
router.register("weekly-hours", views.WeeklyHoursViewSet, basename="weekly-hours")
router.register("attendance-summary", views.AttendanceSummaryViewSet, basename="attendance-summary")
urlpatterns = router.urls
