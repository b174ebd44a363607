from typing import Any

from django import forms
from django.http import HttpRequest

from accounts.models import User


class SignUpNameForm(forms.Form):
    """What sign-up asks beside e-mail and password."""

    name = forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def signup(self, request: HttpRequest, user: User) -> Any:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
