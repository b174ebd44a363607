"""The forms of the audience pages. What is allowed is decided in ``values`` and ``attributes``, as for the API."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms

from audience.attributes import kind_of, name_problem, value_parsed, value_problem, value_text
from audience.errors import ProfileInvalid
from audience.fields import STANDARD_LABELS
from audience.models import Profile
from audience.values import CHANGEABLE_FIELDS, PersonValues, standard_problem
from frontend.rows import Row, rows_from

KIND_LABELS = [
    ("text", "Text"),
    ("number", "Number"),
    ("boolean", "True or false"),
    ("date", "Date"),
    ("datetime", "Date and time"),
    ("list", "List (JSON)"),
    ("object", "Object (JSON)"),
]


@dataclass(frozen=True)
class AttributeRow:
    """One line of the attributes' editor, as shown and as typed."""

    name: str = ""
    value: str = ""
    kind: str = "text"
    error: str = ""
    error_part: str = "value"


class StandardField(forms.CharField):
    """A standard field: stripped, and judged by ``standard_problem``."""

    def __init__(self, name: str, *, help_text: str = "", autocomplete: str = "off") -> None:
        super().__init__(
            label=STANDARD_LABELS[name],
            required=name == "user_id",
            help_text=help_text,
            widget=forms.TextInput(attrs={"autocomplete": autocomplete, "spellcheck": "false"}),
        )
        self.error_messages["required"] = standard_problem("user_id", "")
        self.name = name

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        problem = standard_problem(self.name, text)
        if problem:
            raise forms.ValidationError(problem)
        return text


class ProfileForm(forms.Form):
    """A person by hand: standard fields, the test flag, and free typed attributes as rows."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    user_id = StandardField("user_id", help_text="The ID that your own systems know this person by.")
    first_name = StandardField("first_name")
    last_name = StandardField("last_name")
    email = StandardField("email")
    phone = StandardField("phone", help_text="As your receivers expect it, for example +49 30 123456.")
    language = StandardField("language", help_text="For example en or pt-BR.")
    country = StandardField("country", help_text="For example DE.")
    time_zone = StandardField("time_zone", help_text="For example Europe/Berlin.")
    is_test = forms.BooleanField(
        label="Test user", required=False, help_text="Test users can be chosen as a campaign's audience."
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, profile: Profile | None = None) -> None:
        super().__init__(data, initial=_initial(profile) if profile else None)
        self.rows = _posted_rows(data) if data is not None else _rows_of(profile)
        self.attributes: dict[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.rows = [self._judged(row) for row in self.rows]
        if any(row.error for row in self.rows):
            self.add_error(None, "Some attributes can't be saved yet: see the lines below.")
        return cleaned

    def _judged(self, row: AttributeRow) -> AttributeRow:
        problem = "The attribute has no name." if not row.name else name_problem(row.name)
        if not problem and row.name in self.attributes:
            problem = f"“{row.name}” is there twice. Keep one of them."
        if problem:
            return replace(row, error=problem, error_part="name")
        try:
            value = value_parsed(row.value, row.kind)
        except ProfileInvalid as error:
            return replace(row, error=error.message)
        self.attributes[row.name] = value
        return replace(row, error=value_problem(value))

    def values(self) -> PersonValues:
        """What was typed, once the form is valid."""
        cleaned = self.cleaned_data
        return PersonValues(
            user_id=cleaned["user_id"],
            fields={name: cleaned[name] for name in CHANGEABLE_FIELDS},
            attributes=self.attributes,
            is_test=cleaned["is_test"],
        )

    def refuse(self, error: ProfileInvalid) -> None:
        """Shows an error of the service at its field."""
        self.add_error(error.field if error.field in self.fields else None, error.message)


def _initial(profile: Profile) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in (*Profile.STANDARD_FIELDS, "is_test", "revision")}


def _rows_of(profile: Profile | None) -> list[AttributeRow]:
    attributes = profile.attributes if profile else {}
    return [AttributeRow(name, value_text(value), kind_of(value)) for name, value in sorted(attributes.items())]


def _posted_rows(data: Mapping[str, Any]) -> list[AttributeRow]:
    return [_posted_row(row) for row in rows_from(data, "attributes")]


def _posted_row(row: Row) -> AttributeRow:
    known = {kind for kind, _ in KIND_LABELS}
    return AttributeRow(row.name, row.value, row.type if row.type in known else "text")


class ImportForm(forms.Form):
    """A CSV file. What it holds is judged by the service."""

    file = forms.FileField(
        label="CSV file", error_messages={"required": "Choose a CSV file first.", "empty": "This file is empty."}
    )
