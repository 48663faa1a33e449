"""What an administrator is told of a message that did not get through, as its state is when that is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskreg.domain.sentences import closed
from riskreg.models import Message

# What is known, and what there is to do; of a message that may have arrived nobody can say that it was not sent.
KNOWN: Mapping[str, tuple[str, str]] = {
    "failed": ("A message to {} did not arrive", "Send it again, or let it be"),
    "unknown": ("Nobody knows whether a message to {} arrived", "Ask, then send it again or let it be"),
}


def words_of_lost(message: Message, state: str, error: str) -> dict[str, Any]:
    """Return what an item of a digest says of a message in one of the states LOST, with the error."""
    what, to_do = KNOWN[state]
    return {"what": what.format(message.person.name), "detail": [closed(error)], "do": to_do}
