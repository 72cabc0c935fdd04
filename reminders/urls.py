"""The addresses of reminders, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from reminders import planned_views, views

router = SimpleRouter()
router.register("reminders", views.ReminderViewSet, basename="reminder")
router.register("reminder-rules", views.ReminderRuleViewSet, basename="reminder-rule")
router.register("reminder-switches", views.SwitchViewSet, basename="reminder-switch")
router.register("planned-reminders", planned_views.PlannedReminderViewSet, basename="planned-reminder")
urlpatterns = router.urls
