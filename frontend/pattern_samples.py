"""What the components of the patterns page show."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils import timezone

from frontend.pills import TONES
from frontend.rows import Row

KINDS = [("json", "JSON"), ("form", "Form"), ("raw", "Raw text"), ("none", "None")]


class SampleForm(forms.Form):
    """A field of each kind. Once something is sent it is refused, at its fields and as a whole."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label="Reason", help_text="Your team reads it in the audit trail.")
    secret = forms.CharField(label="Secret", widget=forms.PasswordInput, required=False)
    kind = forms.ChoiceField(label="Kind", choices=KINDS, required=False)
    notes = forms.CharField(label="Notes", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    answers = forms.MultipleChoiceField(label="Answers", choices=KINDS[:2], widget=forms.CheckboxSelectMultiple)
    agreed = forms.BooleanField(label="I have read the terms", help_text="They open in a new tab.")

    def clean(self) -> None:
        raise forms.ValidationError("Somebody else saved this a minute ago. Reload the page.")


def samples() -> dict[str, Any]:
    """The patterns page's context."""
    return {
        "workspace": SimpleNamespace(name="Acme", slug="acme"),
        "my_workspaces": [SimpleNamespace(name="Acme", slug="acme"), SimpleNamespace(name="Globex", slug="globex")],
        "states": list(TONES),
        "options": KINDS,
        "form": SampleForm(prefix="empty"),
        "refused": SampleForm({}, prefix="refused"),
        "alone": SampleForm(prefix="alone"),
        "view_bars": _view_bars(),
        **_request(),
        **_times(),
        **_variables(),
    }


def _request() -> dict[str, Any]:
    return {
        "headers": [
            Row("Content-Type", "application/json", enabled=True),
            Row("X-Customer", "{{ user_id }}", enabled=True),
            Row("X-Debug", "1", enabled=False),
        ],
        "pairs": [
            Row("name", "{{ first_name }}", enabled=True, type="text"),
            Row("points", "{{ points }}", enabled=True, type="number"),
        ],
        "secret_rows": [Row("X-Api-Key", "", enabled=True)],
        "sent_headers": [
            ("content-type", "application/json"),
            ("webhook-id", "ntf_01JD"),
            ("authorization", "••••••••"),
        ],
        "unclosed": "{{ sender",
        "body": '{"ok": true, "customer": "u_1001", "balance": 60, "tags": ["vip", "newsletter"], "note": null}',
        "source": '{\n  "name": {{ first_name | default("there") | tojson }},\n  "message": {{ message | tojson }}\n}',
    }


def _times() -> dict[str, Any]:
    now = timezone.now()
    return {"moment": now - timedelta(minutes=3), "soon": now + timedelta(hours=2)}


def _variables() -> dict[str, Any]:
    return {
        "variables": [
            {"path": "first_name", "type": "text", "example": "Ada"},
            {"path": "points", "type": "number", "example": "120"},
            {"path": "campaign.name", "type": "text", "example": "Spring sale"},
        ]
    }


def _view_bars() -> dict[str, Any]:
    """The saved views above a list: all rows, one of the views, and filters that no view has yet."""
    own = _tab(1, "Mine this week")
    shared = _tab(2, "Needs approval", shared=True, is_default=True)
    chosen = _tab(2, "Needs approval", shared=True, is_default=True, current=True)
    return {
        "all": SimpleNamespace(tabs=[own, shared]),
        "chosen": SimpleNamespace(tabs=[own, chosen], current=chosen, query="state=draft", may_share=True),
        "filtered": SimpleNamespace(savable=True, page="campaigns", query="state=paused", may_share=True),
    }


def _tab(pk: int, name: str, *, shared: bool = False, is_default: bool = False, current: bool = False) -> Any:
    view = SimpleNamespace(pk=pk, name=name, shared=shared)
    return SimpleNamespace(view=view, url="#views", is_default=is_default, current=current, may_change=True)
