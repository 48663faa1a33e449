"""Charts as SVG, drawn on the server: classes only, so that the strict page policy lets them through.

They know nothing of the register: the caller says what to draw and in which words. Every chart has a title and a
description; a RAG is a shape as well as a colour. Beside a chart always stands the table of its figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import floor, log10
from typing import NamedTuple

from markupsafe import Markup, escape

WIDTH, HEIGHT = 420.0, 280.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 16.0, 18.0, 30.0
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 110.0, 28.0, 4.0
MOST_YEARS = 8
MOST_TICKS = 6
CROSS, PLUS = "l10 10m0 -10l-10 10", "m5 0v10m-5 -5h10"
LINE = '<path class="app-chart__line app-chart__{}" d="M{}"/>'
KEYS = (
    (LINE.format("line--target", "0 6H30"), "target"),
    (LINE.format("line--floor", "0 6H30"), "floor{}"),
    (LINE.format("cross", f"10 1{CROSS}"), "national figure"),
    (LINE.format("plus", f"10 1{PLUS}"), "statistical neighbours"),
    (LINE.format("line--forecast", "0 6H30"), "forecast: a straight line, with its range"),
)
KINDS = {"RED": "red", "AMBER": "amber", "GREEN": "green"}


class Mark(NamedTuple):
    """A result: its day, its figure, its words (“December 2016: 70%, RED”) and its RAG, None when it is not rated."""

    on: date
    value: Decimal
    words: str
    rag: str | None = None


class Level(NamedTuple):
    """A figure that holds for a year: a target, a floor or a national figure."""

    year: int
    value: Decimal


class Span(NamedTuple):
    """A forecast for a day, and its range."""

    on: date
    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where a year and a figure lie on the paper."""

    first: int
    last: int
    low: float
    high: float

    def x(self, year: float) -> float:
        """The distance from the left of a moment, in years."""
        return LEFT + (year - self.first) / (self.last + 1 - self.first) * (WIDTH - LEFT - RIGHT)

    def y(self, value: Decimal | float) -> float:
        """The distance from the top of a figure."""
        return TOP + (self.high - float(value)) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)


def sparkline(values: Sequence[Decimal | float | None], rag: str | None = None, words: str = "") -> Markup:
    """Return a line of the values, oldest first, its last point shaped by the RAG; nothing for no values.

    `words` say it to who cannot see it; without them it is left out for them, for then the figures stand beside it.
    """
    known = [float(value) for value in values if value is not None]
    if not known:
        return Markup("")
    low, high = min(known), max(known)
    step = (SPARK_WIDTH - 2 * SPARK_EDGE) / max(1, len(known) - 1)
    height = SPARK_HEIGHT - 2 * SPARK_EDGE
    places = [
        (
            SPARK_WIDTH - SPARK_EDGE - (len(known) - 1 - at) * step,
            SPARK_EDGE + ((high - value) / (high - low) if high > low else 0.5) * height,
        )
        for at, value in enumerate(known)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    said = f'role="img" aria-label="{escape(words)}"' if words else 'aria-hidden="true"'
    return Markup(  # noqa: S704 - figures of ours, and words that were escaped
        f'<svg class="app-sparkline" viewBox="0 0 {SPARK_WIDTH:g} {SPARK_HEIGHT:g}" {said} focusable="false">'
        f'<polyline class="app-sparkline__line" points="{line}"/>{shape("app-sparkline", *places[-1], rag, 3.5)}</svg>'
    )


def indicator_chart(
    name: str,
    results: Sequence[Mark],
    *,
    targets: Sequence[Level] = (),
    floors: Sequence[Level] = (),
    national: Sequence[Level] = (),
    neighbours: Sequence[Level] = (),
    forecast: Sequence[Span] = (),
    floors_assumed: bool = False,
    suffix: str = "",
    key: str = "chart",
) -> Markup:
    """Return a figure with the results, targets, floors, others' figures and forecast of one indicator, and its legend.

    `suffix` follows every figure on the axis (“%”); `key` makes the ids unique when a page has several charts.
    Nothing is drawn when there is nothing to draw.
    """
    levels = [*targets, *floors, *national, *neighbours]
    if not results and not levels:
        return Markup("")
    results = sorted(results)
    scale = _scale_of(results, levels, forecast)
    drawn = "".join(
        (
            *(_grid(scale, suffix), _steps(scale, floors, "floor"), _steps(scale, targets, "target")),
            *(_at_a_year(scale, one, CROSS, "cross") for one in national),
            *(_at_a_year(scale, one, PLUS, "plus") for one in neighbours),
            *(_ahead(scale, results, forecast), _results(scale, results), _labels(scale, results, targets, suffix)),
        )
    )
    svg = (
        f'<svg class="app-chart" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" focusable="false">'
        f'<title id="{key}-title">{escape(name)}</title>'
        f'<desc id="{key}-desc">{escape(_description(results, targets, suffix))}</desc>{drawn}</svg>'
    )
    legend = _legend(results, (targets, floors, national, neighbours, forecast), floors_assumed)
    return Markup(f'<figure class="app-chart-figure">{svg}{legend}</figure>')  # noqa: S704 - words were escaped


def _moment(on: date) -> float:
    return on.year + (on.timetuple().tm_yday - 1) / 366


def _scale_of(results: Sequence[Mark], levels: Sequence[Level], forecast: Sequence[Span]) -> _Scale:
    days = [one.on for one in results] + [one.on for one in forecast]
    years = [on.year for on in days] + [one.year for one in levels]
    values = [float(one.value) for one in results] + [float(one.value) for one in levels]
    low, high = min(values), max(values)
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    bottom = max(0.0, low - room) if low >= 0 else low - room
    return _Scale(min(years), max(years), bottom, high + room)


def _ticks(low: float, high: float) -> list[float]:
    """Round figures between two others, at most MOST_TICKS."""
    rough = (high - low) / (MOST_TICKS - 1)
    size = 10.0 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    first = -(-low // step)
    return [tick for n in range(MOST_TICKS + 1) if (tick := round((first + n) * step, 6)) <= high]


def _say(value: Decimal | float, suffix: str) -> str:
    text = f"{Decimal(str(value)).normalize():,f}"
    return f"{text}{suffix}"


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    classes = "app-chart__label" + (f" app-chart__label--{kind}" if kind else "")
    return f'<text class="{classes}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def _grid(scale: _Scale, suffix: str) -> str:
    parts = []
    for tick in _ticks(scale.low, scale.high):
        y = scale.y(tick)
        parts.append(f'<path class="app-chart__grid" d="M{LEFT:g} {y:.1f}H{WIDTH - RIGHT:g}"/>')
        parts.append(_text(LEFT - 6, y + 5, _say(tick, suffix), "end"))
    bottom = HEIGHT - BOTTOM
    parts.append(f'<path class="app-chart__axis" d="M{LEFT:g} {TOP:g}V{bottom:g}H{WIDTH - RIGHT:g}"/>')
    every = 1 + (scale.last - scale.first) // MOST_YEARS
    parts += [
        _text(scale.x(year + 0.5), HEIGHT - 9, str(year), "middle")
        for year in range(scale.first, scale.last + 1)
        if (scale.last - year) % every == 0
    ]
    return "".join(parts)


def _steps(scale: _Scale, levels: Sequence[Level], kind: str) -> str:
    """A step a year; a year that is missing breaks the line."""
    path = ""
    before: int | None = None
    for year, value in sorted(levels):
        y = scale.y(value)
        path += f"V{y:.1f}" if before == year - 1 else f"M{scale.x(year):.1f} {y:.1f}"
        path += f"H{scale.x(year + 1):.1f}"
        before = year
    return f'<path class="app-chart__line app-chart__line--{kind}" d="{path}"/>' if path else ""


def _at_a_year(scale: _Scale, level: Level, shape: str, kind: str) -> str:
    """A figure of others, in the middle of its year."""
    x, y = scale.x(level.year + 0.5), scale.y(level.value)
    return LINE.format(kind, f"{x - 5:.1f} {y - 5:.1f}{shape}")


def _ahead(scale: _Scale, results: Sequence[Mark], forecast: Sequence[Span]) -> str:
    """The line from the last result on, and a bar for the range at each day, as far as they lie on the paper."""
    if not forecast:
        return ""
    known = [(one.on, one.value) for one in results[-1:]]
    points = [*known, *((one.on, one.value) for one in forecast)]
    path = "L".join(f"{scale.x(_moment(on)):.1f} {scale.y(value):.1f}" for on, value in points)
    bars = "".join(
        f"M{x - 4:.1f} {high:.1f}h8m-4 0V{low:.1f}m-4 0h8"
        for one in forecast
        for x, low, high in [(scale.x(_moment(one.on)), scale.y(one.low), scale.y(one.high))]
    )
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    box = f'x="{LEFT:g}" y="{TOP:g}" width="{width:g}" height="{height:g}"'
    drawn = LINE.format("line--forecast", f"{path}{bars}")
    return f'<svg {box} viewBox="{LEFT:g} {TOP:g} {width:g} {height:g}">{drawn}</svg>'


def _results(scale: _Scale, results: Sequence[Mark]) -> str:
    places = [(scale.x(_moment(one.on)), scale.y(one.value)) for one in results]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    joined = f'<polyline class="app-chart__line" points="{line}"/>' if len(places) > 1 else ""
    points = (
        f"<g><title>{escape(one.words)}</title>{shape('app-chart', x, y, one.rag, 5.5)}</g>"
        for one, (x, y) in zip(results, places, strict=True)
    )
    return joined + "".join(points)


def shape(block: str, x: float, y: float, rag: str | None, size: float) -> str:
    """A square for RED, a triangle for AMBER, a disc for GREEN, a ring for what is not rated."""
    kind = KINDS.get(rag or "", "none")
    classes = f"{block}__point {block}__point--{kind}"
    if kind == "red":
        half = size * 0.9
        corner, side = f'x="{x - half:.1f}" y="{y - half:.1f}"', f"{2 * half:.1f}"
        return f'<rect class="{classes}" {corner} width="{side}" height="{side}"/>'
    if kind == "amber":
        return f'<path class="{classes}" d="M{x:.1f} {y - size:.1f}l{size:.1f} {size * 1.8:.1f}h{-2 * size:.1f}z"/>'
    return f'<circle class="{classes}" cx="{x:.1f}" cy="{y:.1f}" r="{size * 0.9:.1f}"/>'


def _labels(scale: _Scale, results: Sequence[Mark], targets: Sequence[Level], suffix: str) -> str:
    """The figures that matter most: the latest result and the last target."""
    words = ""
    if results:
        last = results[-1]
        fell = len(results) > 1 and results[-2].value > last.value
        y = scale.y(last.value) + (22 if fell else -11)  # away from the line that leads to it
        words += _text(scale.x(_moment(last.on)), y, _say(last.value, suffix), "middle")
    if targets:
        goal = max(targets)
        words += _text(scale.x(goal.year + 1), scale.y(goal.value) - 7, _say(goal.value, suffix), "end")
    return words


def _description(results: Sequence[Mark], targets: Sequence[Level], suffix: str) -> str:
    told = []
    if results:
        count = f"{len(results)} results, the latest: " if len(results) > 1 else "One result: "
        told.append(f"{count}{results[-1].words}.")
    if targets:
        first, last = min(targets), max(targets)
        span = f"for {first.year}" if first == last else f"from {first.year} to {last.year}"
        figures = (
            _say(first.value, suffix) if first == last else f"{_say(first.value, suffix)} to {_say(last.value, suffix)}"
        )
        told.append(f"Targets {span}: {figures}.")
    return " ".join([*told, "The table gives every figure."])


def _legend(results: Sequence[Mark], beside: Sequence[Sequence[object]], floors_assumed: bool) -> str:
    rags = {one.rag for one in results}
    entries = [
        (shape("app-chart", 15, 6, rag, 5), f"{rag} result" if rag else "result, not rated")
        for rag in ("RED", "AMBER", "GREEN", None)
        if rag in rags
    ]
    assumed = ", assumed" if floors_assumed else ""
    entries += [(mark, words.format(assumed)) for (mark, words), held in zip(KEYS, beside, strict=True) if held]
    items = (
        f'<li><svg class="app-chart-key__mark" viewBox="0 0 30 12" aria-hidden="true" focusable="false">{mark}</svg>'
        f"{escape(words)}</li>"
        for mark, words in entries
    )
    return f'<ul class="app-chart-key">{"".join(items)}</ul>'
