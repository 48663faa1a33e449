"""What an export is made of: columns, each with its meaning and unit, over one SELECT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from riskreg.models import Reference, Register

WORDS = "words"
NUMBER = "number"
DAY = "date, 2017-04-03"
PARTIAL = "date as far as it is known: 2018-03-31, 2018-03 or 2018"
MOMENT = "London time, 2017-04-03 09:30:00"
YES_NO = "yes or no"
RAG = "RED, AMBER or GREEN"
POUNDS = "£"
PERCENT = "percent"
FIGURE = "in the indicator's unit"
STRUCTURE = "JSON"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of a file: its name, what it is taken from, what it means, and its unit."""

    name: str
    taken_from: Any
    meaning: str
    unit: str = WORDS


@dataclass(frozen=True, slots=True)
class Export:
    """One file that can be taken out. `joined` turns the select of the columns into the whole statement."""

    name: str
    meaning: str
    columns: Sequence[ExportColumn]
    joined: Callable[[Select[Any]], Select[Any]]

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    def statement(self) -> Select[Any]:
        """The SELECT whose rows are the rows of the file, in order."""
        return self.joined(select(*(column.taken_from.label(column.name) for column in self.columns)))


ref = aliased(Reference)
reg = aliased(Register)


def reference_of(number: Any) -> ColumnElement[str]:
    """Return a reference of the register that is joined, from its number: CYPE 01."""
    nought = case((number < 10, literal("0")), else_=literal(""))
    return reg.prefix + literal(" ") + nought + cast(number, String)


REFERENCE = reference_of(ref.number)


def counted(owner: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> Any:
    """Return a subquery of how many rows each owner has: join it on `owner` and read `n`."""
    return select(owner.label("owner"), func.count().label("n")).where(*conditions).group_by(owner).subquery()


def newest(owner: InstrumentedAttribute[Any], by: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> Any:
    """Return a subquery of each owner's greatest `by`: join it on `owner` and read `top`."""
    return select(owner.label("owner"), func.max(by).label("top")).where(*conditions).group_by(owner).subquery()
