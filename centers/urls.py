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
router.register("devices", views.DeviceViewSet, basename="device")
router.register("role-assignments", views.RoleAssignmentViewSet, basename="role-assignment")
router.register("service-accounts", views.ServiceAccountViewSet, basename="service-account")
router.register("service-tokens", views.ServiceTokenViewSet, basename="service-token")
router.register("emergency-listings", views.EmergencyListingViewSet, basename="emergency-listing")

# The tails are allauth's own (auth/login, auth/session, account/password/change), so that its later steps, such as
# auth/2fa/authenticate, find their places; a slash at the end is welcome.
urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^auth/login/?$", sign_in_pages.login, name="sign-in"),
    re_path(r"^auth/session/?$", sign_in_pages.session, name="session"),
    re_path(r"^account/password/change/?$", sign_in_pages.change_password, name="change-password"),
    re_path(r"^auth/reauthenticate/?$", sign_in_pages.reauthenticate, name="reauthenticate"),
    re_path(r"^auth/2fa/authenticate/?$", sign_in_pages.authenticate, name="second-factor"),
    re_path(r"^auth/2fa/reauthenticate/?$", sign_in_pages.reauthenticate_by_code, name="second-factor-again"),
    re_path(r"^auth/webauthn/authenticate/?$", sign_in_pages.authenticate_by_key, name="key"),
    re_path(r"^auth/webauthn/reauthenticate/?$", sign_in_pages.reauthenticate_by_key, name="key-again"),
    re_path(r"^auth/password/request/?$", views.AskForReset.as_view(), name="ask-for-reset"),
    re_path(r"^auth/password/reset/?$", views.ResetPassword.as_view(), name="reset-password"),
    re_path(r"^account/authenticators/?$", sign_in_pages.authenticators, name="authenticators"),
    re_path(r"^account/authenticators/totp/?$", sign_in_pages.totp, name="authenticator-app"),
    re_path(r"^account/authenticators/recovery-codes/?$", sign_in_pages.recovery_codes, name="recovery-codes"),
    re_path(r"^account/authenticators/webauthn/?$", sign_in_pages.keys, name="keys"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("invitations/accept/", views.AcceptInvitation.as_view(), name="accept-invitation"),
    *router.urls,
]
