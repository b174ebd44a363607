from typing import Any

from django import forms

from templates_lib.models import TAG_LENGTH, TAG_LIMIT, Template
from templates_lib.services import DESCRIPTION_LENGTH, NAME_LENGTH
from webhooks_platform.base.words import words_listed


class TemplateForm(forms.Form):
    """Name, description and tags of a template."""

    name = forms.CharField(max_length=NAME_LENGTH)
    description = forms.CharField(
        max_length=DESCRIPTION_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What it does, and what to write as the message text.",
    )

    tags = forms.CharField(
        max_length=(TAG_LENGTH + 2) * TAG_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"list": "tags-known", "autocomplete": "off"}),
        help_text="Words to find it by, with commas between them.",
    )

    @classmethod
    def of(cls, template: Template, data: Any = None) -> "TemplateForm":
        written = {"name": template.name, "description": template.description, "tags": ", ".join(template.tags)}
        return cls(data, initial=written)

    def clean_tags(self) -> list[str]:
        return words_listed(self.cleaned_data["tags"])
