"""What templates refuse, in words."""

from webhooks_platform.base.errors import InvalidInput, NotFound, StaleState


class TemplateNotFound(NotFound):
    code = "template_not_found"
    title = "No such template"


class TemplateInvalid(InvalidInput):
    code = "template_invalid"
    title = "The template can't be saved"


class TemplateNameTaken(InvalidInput):
    """Offer to save a new version of ``template_id``, or ask for another name."""

    code = "template_name_taken"
    title = "This name is taken"

    def __init__(self, message: str, *, template_id: int) -> None:
        super().__init__(message, field="name")
        self.template_id = template_id


class TemplateArchived(StaleState):
    code = "template_archived"
    title = "This template is archived"


class TemplateInUse(StaleState):
    code = "template_in_use"
    title = "This template is in use"


class PresetNotFound(NotFound):
    code = "preset_not_found"
    title = "No such preset"
