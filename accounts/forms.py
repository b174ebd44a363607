"""What people enter, as it comes from pages. What is acceptable is decided by the services."""

from typing import Any

from django import forms
from django.http import HttpRequest

from accounts.actors import Actor
from accounts.checks import time_zones
from accounts.models import Role, User, Workspace
from accounts.permissions import allowed
from webhooks_platform.base.errors import ProductError


class SignUpNameForm(forms.Form):
    """What sign-up asks beside e-mail and password."""

    name = forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def signup(self, request: HttpRequest, user: User) -> Any:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class WorkspaceForm(forms.Form):
    name = forms.CharField(label="Name", max_length=80)
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=lambda: [(zone, zone.replace("_", " ")) for zone in time_zones()],
        help_text="Schedules and times are shown in it.",
    )


class WorkspaceSettingsForm(WorkspaceForm):
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    retention_days = forms.TypedChoiceField(
        label="Keep requests and answers for",
        choices=Workspace.RetentionClass.choices,
        coerce=int,
        help_text="Headers and bodies in the notifications log. Applies to new runs.",
    )


class NameForm(forms.Form):
    name = forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class RoleForm(forms.Form):
    """Offers the roles that the actor may give."""

    role = forms.ChoiceField(label="Role", initial=Role.MARKETER)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = roles_offered(actor)


class InvitationForm(RoleForm):
    email = forms.EmailField(label="E-mail address")
    field_order = ["email", "role"]


class ApiTokenForm(RoleForm):
    name = forms.CharField(label="Name", max_length=80, help_text="The program that will use it.")
    field_order = ["name", "role"]


def roles_offered(actor: Actor) -> list[tuple[str, str]]:
    """Nobody hands out more than they have."""
    return [(str(role), role.label) for role in Role if role != Role.OWNER or allowed(actor, "owner.edit")]


def form_refused(form: forms.Form, error: ProductError) -> None:
    """Shows a service's refusal at the field that it names."""
    form.add_error(error.field if error.field in form.fields else None, error.message)
