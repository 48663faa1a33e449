"""What ends when, by quarter, with what it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.queries.contract_timeline import Quarter, quarters
from riskreg.web.access import needs
from riskreg.web.contracts.room import blueprint
from riskreg.web.pages import page
from riskreg.web.seeing.wording import quarter_words

LONGEST_BAR = 240  # units of the drawing
LONGEST_GAP = 8  # quarters in which nothing ends, each with a row of its own; more of them share one


@dataclass(frozen=True, slots=True)
class Row:
    """A quarter, or a gap in which nothing ends. `length`: of the bar; `where`: over, now or nothing."""

    words: str
    where: str = ""
    length: int = 0
    found: Quarter | None = None


@blueprint.get("/contracts/timeline")
@needs(Permission.READ_REGISTER)
def timeline() -> ResponseReturnValue:
    """Show in which quarter contracts end: two queries beside those of every page."""
    found, today = quarters(), clock.today()
    most = max((one.contracts for one in found if one.quarter), default=1)
    now = f"{today.year}-{(today.month + 2) // 3}"
    return page(
        "contracts/timeline.html",
        rows=list(_rows(found, now, most)),
        longest=LONGEST_BAR,
        ending=sum(one.contracts for one in found),
    )


def _rows(found: Sequence[Quarter], now: str, most: int) -> Iterator[Row]:
    """Yield a row for each quarter from the first to the last, so that the axis is even."""
    following: int | None = None
    for one in found:
        if one.quarter:
            first, after = _numbers(one.quarter)
            yield from _gap(first if following is None else following, first, now)
            following = max(after, following or 0)
        length = one.contracts * LONGEST_BAR // most
        yield Row(quarter_words(one.quarter), _where(one.quarter, now), length, one)


def _gap(first: int, after: int, now: str) -> Iterator[Row]:
    if after - first > LONGEST_GAP:
        yield Row(f"From {quarter_words(_name(first))} until {quarter_words(_name(after - 1))}")
    else:
        for number in range(first, after):
            yield Row(quarter_words(_name(number)), _where(_name(number), now))


def _numbers(quarter: str) -> tuple[int, int]:
    """The number of a quarter and that of the one after it; of a year without its quarter, twice that of its first."""
    year, _, number = quarter.partition("-")
    first = int(year) * 4
    return (first + int(number) - 1, first + int(number)) if number else (first, first)


def _name(number: int) -> str:
    return f"{number // 4}-{number % 4 + 1}"


def _where(quarter: str, now: str) -> str:
    """Say whether a quarter is over or running; nothing when it is to come or not known."""
    if "-" not in quarter:
        return "over" if quarter and quarter < now[:4] else ""
    if quarter == now:
        return "now"
    return "over" if quarter < now else ""
