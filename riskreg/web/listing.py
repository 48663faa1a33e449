"""What lists share: what the address asks for, pages of rows, and addresses that differ a little from the present."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from werkzeug.exceptions import NotFound

from riskreg.database import LARGEST_ID
from riskreg.domain.sentences import listed, plural

ROWS = 50
LONGEST = 200


def asked(name: str, default: str = "") -> str:
    """Return what the address asks for under a name: trimmed, not too long, nothing that no database can hold."""
    return request.args.get(name, default).replace("\x00", "").strip()[:LONGEST]


def asked_one_of(name: str, known: set[str] | frozenset[str] | tuple[str, ...] | list[str], default: str = "") -> str:
    """Return what the address asks for if it is one of the known words, else the default."""
    words = asked(name)
    return words if words in known else default


def asked_id(name: str) -> int | None:
    """Return the id that the address asks for; None when there is none or it is no number."""
    words = asked(name)
    return int(words) if re.fullmatch(r"[0-9]{1,9}", words) else None


def left_aside(understood: Mapping[str, object], names: Mapping[str, str]) -> str:
    """Say which filters of the address were not understood; nothing when all of them were.

    `understood` holds what was made of each filter, empty for nothing; `names` what the page calls it.
    """
    odd = [f"{names[name]} “{asked(name)}”" for name, taken in understood.items() if asked(name) and not taken]
    if not odd:
        return ""
    was, is_ = ("was", "is") if len(odd) == 1 else ("were", "are")
    return f"{listed(odd)} {was} not understood and {is_} left aside."


def asked_page() -> int:
    """Return the number of the page asked for, 1 by default. Raises NotFound for what is no page number."""
    words = asked("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", words):
        raise NotFound(f"There is no page “{words}”. Pages are numbered from 1.")
    return int(words)


def address_with(**changes: object) -> str:
    """Return the present address with some of its query changed; None takes a part away, and the page is the first."""
    query: dict[str, object] = {name: values for name, values in request.args.lists() if name != "page"}
    query.update(changes)
    kept = {name: value for name, value in query.items() if value not in (None, "", [""])}
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **kept})


def addresses(endpoint: str, name: str) -> Callable[[int], str]:
    """Return what makes the address of any id under `name`: for a list, in which each by itself would take long."""
    one: dict[str, Any] = {name: LARGEST_ID}
    before, after = url_for(endpoint, **one).split(str(LARGEST_ID))
    return lambda key: f"{before}{key}{after}"


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a list. `number` is the present one, from 1; `total` counts the rows of all pages."""

    number: int
    total: int
    size: int = ROWS

    @classmethod
    def asked(cls, total: int, size: int = ROWS) -> Pages:
        """Return the page that the address asks for. Raises NotFound, with a sentence, for one beyond the last."""
        pages = cls(asked_page(), total, size)
        if pages.number > pages.count:
            raise NotFound(f"There is no page {pages.number:,}: this list has {plural(pages.count, 'page')}.")
        return pages

    @classmethod
    def nearest(cls, total: int, size: int = ROWS) -> Pages:
        """Return the page that the address asks for, or the last one when the list has become shorter."""
        last = cls(1, total, size).count
        return cls(min(asked_page(), last), total, size)

    @property
    def count(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """The number of the first row of this page, 0 in an empty list."""
        return self.offset + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The number of the last row of this page."""
        return min(self.offset + self.size, self.total)

    @property
    def links(self) -> list[int | None]:
        """The page numbers to link: the first, the last and those around this one; None stands for what is left out."""
        near = {1, self.count, *range(self.number - 1, self.number + 2)}
        shown: list[int | None] = []
        for number in sorted(one for one in near if 1 <= one <= self.count):
            last = shown[-1] if shown else None
            if last is not None and number > last + 1:
                shown.append(None)
            shown.append(number)
        return shown
