from django.urls import path

from audience.views import attributes, import_map, imports, profiles, rules, sample_people, segments

urlpatterns = [
    path("profiles/", profiles.profiles, name="profiles"),
    path("profiles/new/", profiles.profile_new, name="profile_new"),
    path("profiles/<int:profile>/", profiles.profile_detail, name="profile_detail"),
    path("profiles/<int:profile>/edit/", profiles.profile_edit, name="profile_edit"),
    path("profiles/<int:profile>/delete/", profiles.profile_delete, name="profile_delete"),
    path("profiles/<int:profile>/test/", profiles.profile_test, name="profile_test"),
    path("profiles/sample/", sample_people.sample_people_add, name="sample_people_load"),
    path("profiles/sample/remove/", sample_people.sample_people_clear, name="sample_people_remove"),
    path("profiles/imports/", imports.imports, name="imports"),
    path("profiles/imports/new/", imports.import_new, name="import_new"),
    path("profiles/imports/sample/", imports.import_sample, name="import_sample"),
    path("profiles/imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("profiles/imports/<int:pk>/columns/", import_map.import_map, name="import_map"),
    path("profiles/imports/<int:pk>/reading/", import_map.import_reading, name="import_reading"),
    path("profiles/imports/<int:pk>/start/", imports.import_begin, name="import_begin"),
    path("profiles/imports/<int:pk>/cancel/", imports.import_stop, name="import_stop"),
    path("profiles/imports/<int:pk>/rejects/", imports.import_rejects, name="import_rejects"),
    path("profiles/attributes/", attributes.attributes, name="attributes"),
    path("profiles/attributes/new/", attributes.attribute_new, name="attribute_new"),
    path("profiles/attributes/numbers/", attributes.attribute_numbers, name="attribute_numbers"),
    path("profiles/attributes/<int:attribute>/", attributes.attribute_edit, name="attribute_edit"),
    path("profiles/attributes/<int:attribute>/delete/", attributes.attribute_delete, name="attribute_delete"),
    path("segments/", segments.segments, name="segments"),
    path("segments/new/", segments.segment_new, name="segment_new"),
    path("segments/<int:segment>/", segments.segment_edit, name="segment_edit"),
    path("segments/<int:segment>/delete/", segments.segment_delete, name="segment_delete"),
    path("audience/count/", rules.audience_count, name="audience_count"),
    path("audience/rules/", rules.audience_rules, name="audience_rules"),
]
