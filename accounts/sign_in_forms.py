"""The forms of allauth in our words: sentence case, no placeholders that repeat a label."""

from typing import Any

from allauth.account import forms as allauth_forms

LABELS = {
    "login": "E-mail address",
    "email": "E-mail address",
    "remember": "Stay signed in",
    "oldpassword": "Current password",
}
NEW_PASSWORD_LABELS = {"password1": "New password", "password2": "New password, again"}


class OurWords:
    """Mixed into a form of allauth."""

    labels = LABELS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = getattr(self, "fields")  # noqa: B009 (a form's, known only once mixed in)
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)


class SignInForm(OurWords, allauth_forms.LoginForm):  # type: ignore[misc]
    pass


class SignUpForm(OurWords, allauth_forms.SignupForm):  # type: ignore[misc]
    field_order = ["name", "email", "password1"]


class ResetPasswordForm(OurWords, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(OurWords, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    labels = LABELS | NEW_PASSWORD_LABELS


class NewPasswordForm(OurWords, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    labels = LABELS | NEW_PASSWORD_LABELS
