"""A picture of one thing with all that is linked to it, as SVG: a box on the left, a line to each box on the right.

Like the charts it knows nothing of the register and carries classes only. It stands beside the list of the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten, wrap

from markupsafe import Markup, escape

from riskreg.charts import shape

WIDTH, EDGE = 760.0, 8.0
CENTRE, SPOKES, REACH = 236.0, 330.0, 40.0  # the width of the left box, and where the right ones begin
LINE, PAD, GAP = 18.0, 12.0, 14.0
CENTRE_LETTERS, SPOKE_LETTERS, MOST_LINES = 24, 50, 6
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
    height: float


def link_picture(name: str, centre: Node, spokes: Sequence[Node], *, key: str = "picture") -> Markup:
    """Return the picture; nothing when nothing is linked. `key` makes the ids unique on a page with several."""
    if not spokes:
        return Markup("")
    middle = _box(centre, CENTRE_LETTERS, MOST_LINES)
    boxes = [_box(one, SPOKE_LETTERS, 2) for one in spokes[:MOST]]
    tall = sum(box.height for box in boxes) + GAP * (len(boxes) - 1)
    height = max(tall, middle.height) + 2 * EDGE
    at = (height - tall) / 2
    parts = []
    for box in boxes:
        parts += [_line(height / 2, at + box.height / 2, box.node), _drawn(box, SPOKES, at, WIDTH - SPOKES - EDGE, "")]
        at += box.height + GAP
    parts.append(_drawn(middle, EDGE, (height - middle.height) / 2, CENTRE, " app-picture__box--centre"))
    svg = (
        f'<svg class="app-picture" viewBox="0 0 {WIDTH:g} {height:g}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" focusable="false">'
        f'<title id="{key}-title">{escape(name)}</title>'
        f'<desc id="{key}-desc">{escape(_description(centre, spokes))}</desc>{"".join(parts)}</svg>'
    )
    return Markup(svg)  # noqa: S704 - figures of ours, and words that were escaped


def _box(node: Node, letters: int, most: int) -> _Box:
    lines = wrap(node.name, letters, max_lines=most, placeholder=" …") or [""]
    return _Box(node, tuple(lines), 2 * PAD + LINE * (len(lines) + 1))


def _drawn(box: _Box, x: float, y: float, width: float, centre: str) -> str:
    left, below = x + PAD, y + PAD + LINE * len(box.lines)
    text = "".join(
        f'<text class="app-picture__name" x="{left:g}" y="{y + PAD + LINE * number - 4:.1f}">{escape(line)}</text>'
        for number, line in enumerate(box.lines, 1)
    )
    mark = shape("app-chart", left + 7, below + LINE / 2 + 1, box.node.rag, 6)
    words = (
        f'<text class="app-picture__words" x="{left + 22:g}" y="{below + LINE - 4:.1f}">{escape(box.node.words)}</text>'
    )
    return (
        f'<g><rect class="app-picture__box{centre}" x="{x:g}" y="{y:.1f}" width="{width:g}" height="{box.height:g}" '
        f'rx="4"/>{text}{mark}{words}</g>'
    )


def _line(start: float, end: float, node: Node) -> str:
    kind = " app-picture__line--watched" if node.watched else ""
    right = EDGE + CENTRE
    bend = f"C{right + REACH:g} {start:.1f} {SPOKES - REACH:g} {end:.1f} {SPOKES:g} {end:.1f}"
    return f'<path class="app-picture__line{kind}" d="M{right:g} {start:.1f}{bend}"/>'


def _description(centre: Node, spokes: Sequence[Node]) -> str:
    told = [f"{shorten(one.name, 80, placeholder=' …')}: {one.words}." for one in spokes[:MOST]]
    left = len(spokes) - len(told)
    rest = [f"{left} more are in the list."] if left else []
    return " ".join([f"{centre.name}: {centre.words}.", *told, *rest])
