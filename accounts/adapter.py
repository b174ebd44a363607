from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from accounts.invitations import invitation_find

INVITATION_SESSION_KEY = "invitation"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is open by setting, and for the one address that an invitation is for."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP_OPEN) or _invited_address(request) is not None

    def validate_unique_email(self, email: str) -> str:
        """Asked at sign-up: while it is closed, an invitation opens it for its own address only."""
        invited = _invited_address(self.request)
        if not settings.SIGN_UP_OPEN and (invited or "").lower() != email.lower():
            raise ValidationError(f"Your invitation is for {invited}. Sign up with that address.")
        return str(super().validate_unique_email(email))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, {**context, "public_url": settings.PUBLIC_URL})


def _invited_address(request: HttpRequest) -> str | None:
    invitation = invitation_find(request.session.get(INVITATION_SESSION_KEY, ""))
    return invitation.email if invitation else None
