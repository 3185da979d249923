"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

handler500 = "meetings.views.health.broken"
urlpatterns = [
    path("admin/", admin.site.urls),
    path("account/", include("accounts.urls")),
    path("", include("meetings.urls")),
]
