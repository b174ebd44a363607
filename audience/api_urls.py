from django.urls import path

from audience import api, attributes_api, segments_api

urlpatterns = [
    path("profiles", api.ProfilesView.as_view(), name="api_profiles"),
    path("profiles/bulk", api.ProfilesBulkView.as_view(), name="api_profiles_bulk"),
    # A user_id is the customer's own: it may hold any character, also a slash.
    path("profiles/<path:user_id>", api.ProfileView.as_view(), name="api_profile"),
    path("erasures", api.ErasuresView.as_view(), name="api_erasures"),
    path("erasures/<int:erasure>", api.ErasureView.as_view(), name="api_erasure"),
    path("segments", segments_api.SegmentsView.as_view(), name="api_segments"),
    path("segments/<int:segment>", segments_api.SegmentView.as_view(), name="api_segment"),
    path("attributes", attributes_api.AttributesView.as_view(), name="api_attributes"),
    path("attributes/<str:name>", attributes_api.AttributeView.as_view(), name="api_attribute"),
]
