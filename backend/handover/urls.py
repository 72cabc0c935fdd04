"""The address of handing over, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from backend.handover.views import HandoverViewSet

router = SimpleRouter()
router.register("handovers", HandoverViewSet, basename="handover")
urlpatterns = router.urls
