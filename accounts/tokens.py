"""API tokens: made, shown once, revoked."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.authentication import token_digest
from accounts.checks import name_checked, role_checked
from accounts.errors import TokenInvalid
from accounts.models import ApiToken
from accounts.permissions import permit

NAME_LIMIT, PREFIX_LENGTH = 80, 8


@transaction.atomic
def api_token_create(*, actor: Actor, name: str, role: str) -> tuple[ApiToken, str]:
    """The token and its text, which is nowhere to be had again. Raises TokenInvalid naming the field."""
    permit(actor, "token.edit")
    name = name_checked(name, limit=NAME_LIMIT, error=TokenInvalid, what="the token")
    role_checked(actor, role, TokenInvalid)
    text = ApiToken.new_text()
    token = ApiToken(
        workspace=actor.workspace,
        name=name,
        role=role,
        prefix=text[:PREFIX_LENGTH],
        digest=token_digest(text),
        created_by=actor.user,
    )
    _save_unique(token)
    audit(actor, "api_token.created", token, role=role)
    return token, text


@transaction.atomic
def api_token_revoke(*, actor: Actor, token: ApiToken) -> None:
    """Refused from the next call on; revoking twice changes nothing."""
    permit(actor, "token.edit")
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit(actor, "api_token.revoked", token)


def _save_unique(token: ApiToken) -> None:
    try:
        with transaction.atomic():
            token.save()
    except IntegrityError as error:
        if "api_token_name_unique" not in str(error):
            raise
        raise TokenInvalid(f"There is a token called “{token.name}” already. Use another name.", field="name") from None
