from webhooks_platform.base.errors import InvalidInput, NotFound, StaleState


class WorkspaceInvalid(InvalidInput):
    title = "This workspace can't be saved"


class MemberInvalid(InvalidInput):
    title = "This member can't be changed"


class LastOwner(InvalidInput):
    title = "A workspace needs an owner"


class InvitationInvalid(InvalidInput):
    title = "This invitation can't be made"


class InvitationUnusable(StaleState):
    title = "This invitation can't be used"


class TokenInvalid(InvalidInput):
    title = "This API token can't be created"


class AccountInvalid(InvalidInput):
    title = "Your account can't be saved"


class NotInWorkspace(NotFound):
    title = "Not found in this workspace"


class SavedViewInvalid(InvalidInput):
    title = "This view can't be saved"


class SavedViewGone(StaleState):
    title = "This view changed meanwhile"


class WorkspaceChanged(StaleState):
    title = "Somebody else changed these settings"
