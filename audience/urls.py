from django.urls import path

from audience.views import profiles, rules

urlpatterns = [
    path("profiles/", profiles.profiles, name="profiles"),
    path("profiles/new/", profiles.profile_new, name="profile_new"),
    path("profiles/<int:profile>/", profiles.profile_detail, name="profile_detail"),
    path("profiles/<int:profile>/edit/", profiles.profile_edit, name="profile_edit"),
    path("profiles/<int:profile>/delete/", profiles.profile_delete, name="profile_delete"),
    path("profiles/<int:profile>/test/", profiles.profile_test, name="profile_test"),
    path("audience/count/", rules.audience_count, name="audience_count"),
    path("audience/rules/", rules.audience_rules, name="audience_rules"),
]
