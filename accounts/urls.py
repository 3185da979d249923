"""Addresses about the person."""

from django.urls import include, path

from accounts.views import demo, first_run, invitation, oidc, profile, security, sessions, way_in

OIDC = {"provider_id": "sso"}  # as django-allauth names it when it asks for these addresses

urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("zone/", profile.zone, name="zone"),
    path("theme/", profile.theme, name="theme"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/others/end/", sessions.end_other_sessions, name="sessions-end-others"),
    path("sessions/<int:pk>/end/", sessions.end_session, name="session-end"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("first-run/", first_run.first_run_page, name="first-run"),
    path("demo/<str:token>/", demo.demo_sign_in, name="demo-sign-in"),
    path("sign-in/<str:token>/", way_in.way_in, name="way-in"),
    path("password/set/", security.set_password, name="account_set_password"),
    path("security/", security.security, name="mfa_index"),
    path("security/webauthn/", security.passkeys, name="mfa_list_webauthn"),
    path("security/", include("allauth.mfa.urls")),
    path("elsewhere/", include("allauth.socialaccount.urls")),
    path("oidc/sso/login/", oidc.login, OIDC, name="openid_connect_login"),
    path("oidc/sso/login/callback/", oidc.callback, OIDC, name="openid_connect_callback"),
    path("", include("allauth.account.urls")),
]
