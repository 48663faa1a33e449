"""The order of a digest: under each heading what presses most comes first, and no heading grows without end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from riskreg.services.digest_items import GROUPS, Line

# Of one heading. Mail programs cut messages of about 100 kB; three headings of so many items stay below.
MOST = 20


def in_groups(lines: Iterable[Line], message_id: int) -> list[dict[str, Any]]:
    """Return the headings that have something, each with its most pressing items in order of day, those without last.

    `more` counts the others; they stand on the message's own page, among all that it tells.
    """
    groups: dict[str, list[Line]] = {heading: [] for heading in GROUPS}
    for line in sorted(lines, key=lambda one: (one.on is None, one.on or date.min)):
        groups[line.heading].append(line)
    return [
        {
            "heading": heading,
            "items": [line.item for line in found[:MOST]],
            "more": max(len(found) - MOST, 0),
            "page": ["own_message", message_id],
        }
        for heading, found in groups.items()
        if found
    ]
