from django.urls import path

from audience import api

urlpatterns = [
    path("profiles", api.ProfilesView.as_view(), name="api_profiles"),
    path("profiles/bulk", api.ProfilesBulkView.as_view(), name="api_profiles_bulk"),
    # A user_id is the customer's own: it may hold any character, also a slash.
    path("profiles/<path:user_id>", api.ProfileView.as_view(), name="api_profile"),
    path("erasures", api.ErasuresView.as_view(), name="api_erasures"),
    path("erasures/<int:erasure>", api.ErasureView.as_view(), name="api_erasure"),
    path("segments", api.SegmentsView.as_view(), name="api_segments"),
]
