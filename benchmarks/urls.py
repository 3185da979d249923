"""The site's addresses, and the bare views that its pages are measured against."""

from django.urls import include, path

from benchmarks import views

urlpatterns = [
    path("bare/raw/<int:pk>/", views.raw),
    path("bare/orm/<int:pk>/", views.orm),
    path("bare/away/", views.away),
    path("bare/empty/", views.empty),
    path("", include("config.urls")),
]
