from django.urls import path

from campaigns.views import content, lists, preview, resend, resend_across, runs, steps

urlpatterns = [
    path("campaigns/", lists.campaigns, name="campaigns"),
    path("campaigns/new/", lists.create, name="campaign_new"),
    path("campaigns/<int:campaign>/setup/", steps.setup, name="campaign_setup"),
    path("campaigns/<int:campaign>/audience/", steps.audience, name="campaign_audience"),
    path("campaigns/<int:campaign>/recipients/", steps.recipients, name="campaign_recipients"),
    path("campaigns/<int:campaign>/content/", content.content, name="campaign_content"),
    path("campaigns/<int:campaign>/content/preview/", preview.preview, name="campaign_preview"),
    path("campaigns/<int:campaign>/content/people/", preview.people, name="campaign_people"),
    path("campaigns/<int:campaign>/content/test/", preview.test, name="campaign_test"),
    path("campaigns/<int:campaign>/content/test/<int:run>/", preview.test_result, name="campaign_test_result"),
    path("campaigns/<int:campaign>/content/authentication/", content.authenticate, name="campaign_authenticate"),
    path("campaigns/<int:campaign>/content/template/", content.use_template, name="campaign_use_template"),
    path("campaigns/<int:campaign>/content/curl/", content.paste_curl, name="campaign_paste_curl"),
    path("campaigns/<int:campaign>/save-template/", content.save_template, name="campaign_save_template"),
    path("campaigns/<int:campaign>/schedule/", steps.schedule, name="campaign_schedule"),
    path("campaigns/<int:campaign>/review/", steps.review, name="campaign_review"),
    path("campaigns/<int:campaign>/launch/", steps.launch, name="campaign_launch"),
    path("campaigns/<int:campaign>/unschedule/", steps.unschedule, name="campaign_unschedule"),
    path("campaigns/<int:campaign>/duplicate/", lists.duplicate, name="campaign_duplicate"),
    path("campaigns/<int:campaign>/delete/", lists.delete, name="campaign_delete"),
    path("campaigns/<int:campaign>/archive/", lists.archive, name="campaign_archive"),
    path("campaigns/runs/<int:run>/", runs.run_detail, name="run_detail"),
    path("campaigns/runs/<int:run>/resend/", resend.run_resend_page, name="run_resend"),
    path("notifications/resend/", resend_across.log_resend, name="log_resend"),
    path("campaigns/runs/<int:run>/live/", runs.run_live, name="run_live"),
    path("campaigns/runs/<int:run>/pause/", runs.control, {"action": "pause"}, name="run_pause"),
    path("campaigns/runs/<int:run>/resume/", runs.control, {"action": "resume"}, name="run_resume"),
    path("campaigns/runs/<int:run>/stop/", runs.control, {"action": "stop"}, name="run_stop"),
]
