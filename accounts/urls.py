"""Addresses about the person."""

from django.urls import include, path

from accounts.views import demo, first_run, invitation, profile, sessions

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
    path("", include("allauth.account.urls")),
]
