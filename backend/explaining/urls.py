"""The addresses of explanations, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from backend.explaining.views import AccessViewSet

router = SimpleRouter()
router.register("access", AccessViewSet, basename="access")

urlpatterns = router.urls
