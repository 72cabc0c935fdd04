"""The addresses of groups, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from groups import views

router = SimpleRouter()
router.register("groups", views.GroupViewSet, basename="group")
router.register("enrollments", views.EnrollmentViewSet, basename="enrollment")
router.register("facilitators", views.FacilitatorViewSet, basename="facilitator")

urlpatterns = router.urls
