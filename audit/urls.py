"""The addresses of the log."""

from rest_framework.routers import SimpleRouter

from audit.views import LogEntryViewSet

router = SimpleRouter()
router.register("audit-entries", LogEntryViewSet, basename="audit-entry")
urlpatterns = router.urls
