from typing import Any

from django import forms

from templates_lib.models import Template
from templates_lib.services import DESCRIPTION_LENGTH, NAME_LENGTH


class TemplateForm(forms.Form):
    """Name and description of a template."""

    name = forms.CharField(max_length=NAME_LENGTH)
    description = forms.CharField(
        max_length=DESCRIPTION_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What it does, and what to write as the message text.",
    )

    @classmethod
    def of(cls, template: Template, data: Any = None) -> "TemplateForm":
        return cls(data, initial={"name": template.name, "description": template.description})
