"""A chart of a risk's ratings over time as SVG: two lines of steps between three levels, with spans behind them.

Like the other charts it knows nothing of the register, carries classes only, and stands above the table of its figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from markupsafe import Markup, escape

from riskreg.charts import LEFT, RIGHT, TOP, WIDTH, shape

HEIGHT, EDGE = 190.0, 34.0
LEVELS = ("GREEN", "AMBER", "RED")
SIDE = 68.0 - LEFT  # the levels are words, which take more room than figures
SHORTEST = timedelta(days=7)


class Step(NamedTuple):
    """From a moment on the level is this; `words` say it, “3 April 2017: AMBER”."""

    at: datetime
    level: str
    words: str


class Span(NamedTuple):
    """A time behind the lines, until now when it has no end."""

    begins: datetime
    ends: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class _Paper:
    """Where a moment and a level lie."""

    first: datetime
    last: datetime

    def x(self, at: datetime) -> float:
        share = (min(max(at, self.first), self.last) - self.first) / (self.last - self.first)
        return LEFT + SIDE + share * (WIDTH - LEFT - SIDE - RIGHT)

    @staticmethod
    def y(level: str) -> float:
        room = HEIGHT - TOP - EDGE - 30
        return TOP + 12 + (len(LEVELS) - 1 - LEVELS.index(level)) / (len(LEVELS) - 1) * room


def rating_chart(
    name: str, own: Sequence[Step], shown: Sequence[Step], spans: Sequence[Span], *, until: datetime, key: str = "chart"
) -> Markup:
    """Return a figure with the owner's own rating, the rating shown and the times before DMT, up to a moment.

    Steps come oldest first. `key` makes the ids unique when a page has several charts. Nothing is drawn for nothing.
    """
    if not own or not shown:
        return Markup("")
    first = min(own[0].at, shown[0].at)
    until = max(until, first)
    paper = _Paper(min(first, until - SHORTEST), until)
    drawn = [
        *(_span(paper, one, until) for one in spans),
        _axes(paper),
        f'<path class="app-chart__line app-chart__line--target" d="{_path(paper, own, until)}"/>',
        f'<path class="app-chart__line" d="{_path(paper, shown, until)}"/>',
        *(_point(paper, one) for one in shown),
    ]
    svg = (
        f'<svg class="app-chart" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" focusable="false">'
        f'<title id="{key}-title">{escape(name)}</title>'
        f'<desc id="{key}-desc">{escape(_description(own, shown, spans))}</desc>{"".join(drawn)}</svg>'
    )
    return Markup(f'<figure class="app-chart-figure">{svg}{_legend(shown, spans)}</figure>')  # noqa: S704 - escaped


def _path(paper: _Paper, steps: Sequence[Step], until: datetime) -> str:
    path = ""
    for step in steps:
        x, y = paper.x(step.at), paper.y(step.level)
        path += f"H{x:.1f}V{y:.1f}" if path else f"M{x:.1f} {y:.1f}"
    return f"{path}H{paper.x(until):.1f}"


def _point(paper: _Paper, step: Step) -> str:
    mark = shape("app-chart", paper.x(step.at), paper.y(step.level), step.level, 5.5)
    return f"<g><title>{escape(step.words)}</title>{mark}</g>"


def _span(paper: _Paper, span: Span, until: datetime) -> str:
    left, right = paper.x(span.begins), paper.x(span.ends or until)
    size = f'y="{TOP:g}" width="{max(3.0, right - left):.1f}" height="{HEIGHT - TOP - EDGE:g}"'
    left = min(left, WIDTH - RIGHT - 3)
    return f'<g><title>{escape(span.words)}</title><rect class="app-chart__span" x="{left:.1f}" {size}/></g>'


def _axes(paper: _Paper) -> str:
    bottom, left = HEIGHT - EDGE, LEFT + SIDE
    parts = [f'<path class="app-chart__axis" d="M{left:g} {TOP:g}V{bottom:g}H{WIDTH - RIGHT:g}"/>']
    for level in LEVELS:
        y = paper.y(level)
        parts.append(f'<path class="app-chart__grid" d="M{left:g} {y:.1f}H{WIDTH - RIGHT:g}"/>')
        parts.append(_text(left - 9, y + 5, level, "end"))
    middle = paper.first + (paper.last - paper.first) / 2
    for at, kind in ((paper.first, "start"), (middle, "middle"), (paper.last, "end")):
        parts.append(_text(paper.x(at), HEIGHT - 12, f"{at.day} {at:%b %Y}", kind))
    return "".join(parts)


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="app-chart__label app-chart__label--{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def _description(own: Sequence[Step], shown: Sequence[Step], spans: Sequence[Span]) -> str:
    told = [f"The owner's own rating: {own[-1].words}.", f"The rating shown: {shown[-1].words}."]
    told += [f"{span.words}." for span in spans[-1:]]
    return " ".join([*told, "The table gives every step."])


def _legend(shown: Sequence[Step], spans: Sequence[Span]) -> str:
    entries = [
        ('<path class="app-chart__line" d="M0 6H30"/>', "rating shown"),
        ('<path class="app-chart__line app-chart__line--target" d="M0 6H30"/>', "own rating"),
    ]
    rags = {step.level for step in shown}
    entries += [(shape("app-chart", 15, 6, rag, 5), f"shown as {rag}") for rag in reversed(LEVELS) if rag in rags]
    if spans:
        entries.append(('<rect class="app-chart__span" x="0" y="0" width="30" height="12"/>', "before DMT"))
    items = (
        f'<li><svg class="app-chart-key__mark" viewBox="0 0 30 12" aria-hidden="true" focusable="false">{mark}</svg>'
        f"{escape(words)}</li>"
        for mark, words in entries
    )
    return f'<ul class="app-chart-key">{"".join(items)}</ul>'
