from django.urls import path

from frontend import views

urlpatterns = [
    path("patterns", views.patterns, name="patterns"),
    path("api/docs/", views.api_reference, name="api_docs"),
]
