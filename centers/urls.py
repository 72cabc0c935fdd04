"""The addresses of centers, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path, re_path
from rest_framework.routers import SimpleRouter

from centers import sign_in_pages, views

router = SimpleRouter()
router.register("centers", views.CenterViewSet, basename="center")
router.register("programs", views.ProgramViewSet, basename="program")
router.register("program-rules", views.ProgramRuleViewSet, basename="program-rule")
router.register("rooms", views.RoomViewSet, basename="room")
router.register("closures", views.ClosureViewSet, basename="closure")
router.register("staff", views.StaffViewSet, basename="staff")
router.register("role-assignments", views.RoleAssignmentViewSet, basename="role-assignment")

# The tails are allauth's own (auth/login, auth/session, account/password/change), so that its later steps, such as
# auth/2fa/authenticate, find their places; a slash at the end is welcome.
urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^auth/login/?$", sign_in_pages.login, name="sign-in"),
    re_path(r"^auth/session/?$", sign_in_pages.session, name="session"),
    re_path(r"^account/password/change/?$", sign_in_pages.change_password, name="change-password"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("invitations/accept/", views.AcceptInvitation.as_view(), name="accept-invitation"),
    *router.urls,
]
