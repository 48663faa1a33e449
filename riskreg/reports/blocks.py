"""What a report is made of. Page, PDF and Word each show the same blocks in their own way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, or an item of a list. `tag` is a rating as a word.

    Where links lead somewhere, `risk_id` makes the text a link to the risk, `to` one to a heading or table by its key.
    """

    text: str = ""
    tag: str = ""
    risk_id: int | None = None
    to: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 2 or 3; `key` is its anchor."""

    text: str
    key: str
    level: int = 2
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `lead` stands before it in bold."""

    text: str
    lead: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences in a list."""

    items: Sequence[Cell]
    kind: str = "bullets"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption. `row_heads`: the first cell of each row is its heading; `key` is its anchor.

    `widths`: how much of a page's width each column takes on paper, in per cent; empty leaves it to what is in them.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    row_heads: bool = True
    key: str = ""
    widths: Sequence[int] = ()
    kind: str = "table"


Block = Heading | Text | Bullets | Table
