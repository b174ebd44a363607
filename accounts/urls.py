"""Workspace pages, under /w/<workspace>/."""

from django.urls import path

from accounts.views import api_tokens, members, palette, saved_views, workspace

urlpatterns = [
    path("", workspace.workspace_home, name="workspace_home"),
    path("palette/", palette.palette, name="palette"),
    path("settings/general/", workspace.general, name="workspace_settings"),
    path("settings/members/", members.members, name="members"),
    path("settings/members/<int:member>/role/<slug:role>/", members.member_role, name="member_role"),
    path("settings/members/<int:member>/remove/", members.remove_member, name="member_remove"),
    path("settings/invitations/<int:invitation>/withdraw/", members.withdraw_invitation, name="invitation_withdraw"),
    path("settings/api-tokens/", api_tokens.api_tokens, name="api_tokens"),
    path("settings/api-tokens/<int:token>/revoke/", api_tokens.revoke_api_token, name="api_token_revoke"),
    path("settings/audit-trail/", workspace.audit_page, name="audit_trail"),
    path("saved-views/", saved_views.save, name="saved_view_save"),
    path("saved-views/<int:view>/rename/", saved_views.rename, name="saved_view_rename"),
    path("saved-views/<int:view>/share/", saved_views.share, {"shared": True}, name="saved_view_share"),
    path("saved-views/<int:view>/unshare/", saved_views.share, {"shared": False}, name="saved_view_unshare"),
    path("saved-views/<int:view>/default/", saved_views.default, {"is_default": True}, name="saved_view_default"),
    path(
        "saved-views/<int:view>/no-default/",
        saved_views.default,
        {"is_default": False},
        name="saved_view_no_default",
    ),
    path("saved-views/<int:view>/delete/", saved_views.remove, name="saved_view_delete"),
    path("saved-views/<int:view>/restore/", saved_views.restore, name="saved_view_restore"),
]
