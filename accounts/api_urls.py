"""Under /api/v1/."""

from django.urls import path

from accounts.api import MeView
from accounts.saved_views_api import SavedViewsView, SavedViewView

urlpatterns = [
    path("me", MeView.as_view(), name="api_me"),
    path("saved-views", SavedViewsView.as_view(), name="api_saved_views"),
    path("saved-views/<int:view>", SavedViewView.as_view(), name="api_saved_view"),
]
