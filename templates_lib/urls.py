from django.urls import path

from templates_lib import preset_pages, views

urlpatterns = [
    path("templates/", views.templates, name="templates"),
    path("templates/presets/", preset_pages.presets, name="template_presets"),
    path("templates/presets/<slug:preset>/", preset_pages.preset, name="template_preset"),
    path("templates/<int:template>/", views.template_detail, name="template_detail"),
    path("templates/<int:template>/edit/", views.template_edit, name="template_edit"),
    path("templates/<int:template>/duplicate/", views.template_duplicate, name="template_duplicate"),
    path("templates/<int:template>/discard/", views.template_discard, name="template_discard"),
    path("templates/<int:template>/connection/", views.template_connection, name="template_connection"),
    path("templates/<int:template>/archive/", views.template_archive, name="template_archive"),
    path("templates/<int:template>/unarchive/", views.template_unarchive, name="template_unarchive"),
    path(
        "templates/<int:template>/versions/<int:number>/restore/",
        views.template_restore,
        name="template_restore",
    ),
]
