"""A picture of one thing with all that is linked to it, as SVG: a box on the left, a line to each box on the right.

On a telephone another one stands in its place, with the box above those that hang from it. Like the charts it knows
nothing of the register and carries classes only. It stands beside the list of the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten, wrap

from markupsafe import Markup, escape

from riskreg.charts import shape

LINE, PAD, GAP, EDGE = 18.0, 12.0, 14.0, 8.0


# More boxes than this are no picture any more; the list beside it has them all.
MOST = 40


@dataclass(frozen=True, slots=True)
class Node:
    """A box: its name, the line beneath it (“RED, heeds any slip”), its RAG, and whether the link is only watched."""

    name: str
    words: str
    rag: str | None = None
    watched: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    node: Node
    lines: tuple[str, ...]
    said: tuple[str, ...]

    @property
    def height(self) -> float:
        return 2 * PAD + LINE * (len(self.lines) + len(self.said))


@dataclass(frozen=True, slots=True)
class Layout:
    """How a picture is laid out: its width, where boxes begin, and how many letters a line of each has room for."""

    css: str
    width: float
    centre: float
    centre_letters: int
    spokes: float
    spoke_letters: int
    most_lines: int
    above: bool


WIDE = Layout("", 760.0, 236.0, 24, 330.0, 50, 2, above=False)
NARROW = Layout(" app-picture--narrow", 340.0, 324.0, 34, 36.0, 32, 3, above=True)
REACH, MOST_LINES = 40.0, 6


def link_pictures(name: str, centre: Node, spokes: Sequence[Node]) -> Markup:
    """Return the picture twice, once for telephones; the style sheet shows one of them. Nothing for nothing."""
    narrow = link_picture(name, centre, spokes, made=NARROW, key="picture-narrow")
    return link_picture(name, centre, spokes) + narrow


def link_picture(
    name: str, centre: Node, spokes: Sequence[Node], *, made: Layout = WIDE, key: str = "picture"
) -> Markup:
    """Return the picture; nothing when nothing is linked. `key` makes the ids unique on a page with several."""
    if not spokes:
        return Markup("")
    middle = _box(centre, made.centre_letters, MOST_LINES)
    boxes = [_box(one, made.spoke_letters, made.most_lines) for one in spokes[:MOST]]
    tall = sum(box.height for box in boxes) + GAP * (len(boxes) - 1)
    height = (tall + middle.height + GAP if made.above else max(tall, middle.height)) + 2 * EDGE
    at = EDGE + middle.height + GAP if made.above else (height - tall) / 2
    top = EDGE if made.above else (height - middle.height) / 2
    parts = []
    for box in boxes:
        begin = top + middle.height if made.above else height / 2
        parts.append(_line(begin, at + box.height / 2, box.node, made))
        parts.append(_drawn(box, made.spokes, at, made.width - made.spokes - EDGE, ""))
        at += box.height + GAP
    parts.append(_drawn(middle, EDGE, top, made.centre, " app-picture__box--centre"))
    svg = (
        f'<svg class="app-picture{made.css}" viewBox="0 0 {made.width:g} {height:g}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" focusable="false">'
        f'<title id="{key}-title">{escape(name)}</title>'
        f'<desc id="{key}-desc">{escape(_description(centre, spokes))}</desc>{"".join(parts)}</svg>'
    )
    return Markup(svg)  # noqa: S704 - figures of ours, and words that were escaped


def _box(node: Node, letters: int, most: int) -> _Box:
    lines = wrap(node.name, letters, max_lines=most, placeholder=" …") or [""]
    return _Box(node, tuple(lines), tuple(wrap(node.words, letters)) or ("",))


def _drawn(box: _Box, x: float, y: float, width: float, centre: str) -> str:
    left, below = x + PAD, y + PAD + LINE * len(box.lines)
    text = _text("name", left, y + PAD, box.lines) + _text("words", left + 22, below, box.said)
    mark = shape("app-chart", left + 7, below + LINE / 2 + 1, box.node.rag, 6)
    return (
        f'<g><rect class="app-picture__box{centre}" x="{x:g}" y="{y:.1f}" width="{width:g}" height="{box.height:g}" '
        f'rx="4"/>{text}{mark}</g>'
    )


def _text(css: str, left: float, top: float, lines: Sequence[str]) -> str:
    return "".join(
        f'<text class="app-picture__{css}" x="{left:g}" y="{top + LINE * number - 4:.1f}">{escape(line)}</text>'
        for number, line in enumerate(lines, 1)
    )


def _line(start: float, end: float, node: Node, made: Layout) -> str:
    kind = " app-picture__line--watched" if node.watched else ""
    if made.above:
        way = f"M{2 * EDGE:g} {start:.1f}V{end:.1f}H{made.spokes:g}"
    else:
        right, left = EDGE + made.centre, made.spokes
        way = f"M{right:g} {start:.1f}C{right + REACH:g} {start:.1f} {left - REACH:g} {end:.1f} {left:g} {end:.1f}"
    return f'<path class="app-picture__line{kind}" d="{way}"/>'


def _description(centre: Node, spokes: Sequence[Node]) -> str:
    told = [f"{shorten(one.name, 80, placeholder=' …')}: {one.words}." for one in spokes[:MOST]]
    left = len(spokes) - len(told)
    rest = [f"{left} more are in the list."] if left else []
    return " ".join([f"{centre.name}: {centre.words}.", *told, *rest])
