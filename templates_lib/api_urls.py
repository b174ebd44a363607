from django.urls import path

from templates_lib import api

urlpatterns = [
    path("templates", api.TemplateList.as_view(), name="api_templates"),
    path("templates/<int:template>", api.TemplateDetail.as_view(), name="api_template"),
]
