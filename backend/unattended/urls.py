"""The address of what is without anybody, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from backend.unattended.views import UnattendedViewSet

router = SimpleRouter()
router.register("unattended", UnattendedViewSet, basename="unattended")
urlpatterns = router.urls
