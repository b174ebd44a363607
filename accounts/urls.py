"""Workspace pages, under /w/<workspace>/."""

from django.urls import path

from accounts.views import api_tokens, members, workspace

urlpatterns = [
    path("", workspace.workspace_home, name="workspace_home"),
    path("settings/general/", workspace.general, name="workspace_settings"),
    path("settings/members/", members.members, name="members"),
    path("settings/members/<int:member>/role/<slug:role>/", members.member_role, name="member_role"),
    path("settings/members/<int:member>/remove/", members.remove_member, name="member_remove"),
    path("settings/invitations/<int:invitation>/withdraw/", members.withdraw_invitation, name="invitation_withdraw"),
    path("settings/api-tokens/", api_tokens.api_tokens, name="api_tokens"),
    path("settings/api-tokens/<int:token>/revoke/", api_tokens.revoke_api_token, name="api_token_revoke"),
    path("settings/audit-trail/", workspace.audit_page, name="audit_trail"),
]
