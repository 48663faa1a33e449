"""The tokens in reset and invitation links: made anew from the stored reset whenever one is needed, never stored."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from riskreg.extensions import db
from riskreg.models import PasswordReset

SALT = "riskreg.password-reset"


def reset_token(reset: PasswordReset) -> str:
    """Return the token of a stored reset, signed with the application's key; always the same for the same reset."""
    return signer(SALT).dumps([reset.id, reset.person_id, int(reset.expires_at.timestamp())])


def hash_of(token: str) -> str:
    """The hash under which a token is known to the database."""
    return hashlib.sha256(token.encode()).hexdigest()


def reset_of(token: str) -> PasswordReset | None:
    """Return the reset that a token was made for, used or run out though it may be; None for a token we never made."""
    try:
        reset_id, _person, _expires = signer(SALT).loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    reset = db.session.get(PasswordReset, reset_id)
    return reset if reset and hmac.compare_digest(reset.token_hash, hash_of(token)) else None


def signer(salt: str) -> URLSafeSerializer:
    """Return what signs; what one salt signed, no other one reads."""
    return URLSafeSerializer(
        str(current_app.config["SECRET_KEY"]), salt=salt, signer_kwargs={"digest_method": hashlib.sha256}
    )
