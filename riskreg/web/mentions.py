"""What a field says and asks in which somebody can be mentioned."""

from __future__ import annotations

from typing import Any

from wtforms.validators import ValidationError

from riskreg import clock
from riskreg.domain.mentions import unknown
from riskreg.queries.people import names_to_mention

MENTIONS = "To tell somebody of it, write @ and the name or the post."


def mentions_somebody(_form: Any, field: Any) -> None:
    """Refuse a misspelt name behind an @: whoever is meant would not be told, and nobody would notice."""
    if "@" not in field.data:
        return
    if strangers := unknown(field.data, [name for name, _ in names_to_mention(clock.today())]):
        raise ValidationError(
            f"In “@{strangers[0]}” no person is named, and no post that somebody is in. "
            "Put the name right, or leave a space after the @ to mention nobody."
        )
