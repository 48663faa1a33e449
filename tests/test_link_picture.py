"""The picture of links: everything in it is escaped, said in words too, and fits however long the names are."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

from riskreg.link_picture import MOST, Node, link_picture, link_pictures

CENTRE = Node("CYPE 01 Schools going into category", "AMBER", "AMBER")


def test_nothing_is_drawn_for_nothing() -> None:
    assert link_picture("What it depends on", CENTRE, []) == ""


def test_each_thing_has_a_box_a_line_and_its_words() -> None:
    drawn = link_picture("Links", CENTRE, [Node("One", "RED, heeds any slip", "RED"), Node("Two", "GREEN", "GREEN")])
    assert drawn.count('<rect class="app-picture__box') == 3
    assert drawn.count("app-picture__line") == 2
    assert "RED, heeds any slip" in drawn
    assert "One: RED, heeds any slip. Two: GREEN." in drawn


def test_on_a_telephone_another_one_fits_the_screen_and_says_the_same() -> None:
    spokes = [Node("word " * 20, "RED, heeds any slip, since 1 September 2016", "RED"), Node("Two", "GREEN")]
    wide, narrow = (
        ET.fromstring(f"{part}</svg>") for part in link_pictures("Links", CENTRE, spokes).split("</svg>")[:2]
    )
    assert wide.get("class") == "app-picture"
    assert narrow.get("class") == "app-picture app-picture--narrow"
    assert float((narrow.get("viewBox") or "").split()[2]) <= 345
    assert [one.text for one in wide if one.tag in ("title", "desc")] == [one.text for one in narrow[:2]]
    ids = [one.get("id") for part in (wide, narrow) for one in part.iter() if one.get("id")]
    assert len(ids) == len(set(ids)) == 4
    lines = [one.text or "" for one in narrow.iter("text")]
    assert "RED, heeds any slip, since 1" in lines
    assert max(map(len, lines)) <= 34
    rects = [one for one in narrow.iter("rect") if "app-picture__box" in (one.get("class") or "")]
    boxes = [(float(one.get("y") or 0), float(one.get("height") or 0)) for one in rects]
    ends = sorted((top, top + tall) for top, tall in boxes)
    assert all(below[0] >= above[1] for above, below in pairwise(ends))


def test_what_is_only_watched_has_a_broken_line() -> None:
    drawn = link_picture("Links", CENTRE, [Node("One", "RED, watched only", "RED", watched=True)])
    assert "app-picture__line--watched" in drawn


def test_names_are_text_and_never_markup() -> None:
    drawn = link_picture("<b>", Node("<script>", "&"), [Node("a < b & c", "“x”")])
    assert "<script>" not in drawn
    ET.fromstring(str(drawn))


def test_a_long_name_ends_within_its_box() -> None:
    drawn = link_picture("Links", CENTRE, [Node("word " * 80, "not rated")])
    lines = re.findall(r'class="app-picture__name"[^>]*>([^<]*)<', drawn)
    assert max(len(line) for line in lines) <= 50
    assert lines[-2].endswith("…") or lines[1].endswith("…")


def test_a_picture_of_many_says_how_many_more_the_list_has() -> None:
    drawn = link_picture("Links", CENTRE, [Node(f"Thing {at}", "RED", "RED") for at in range(MOST + 3)])
    assert drawn.count("app-picture__line") == MOST
    assert "3 more are in the list." in drawn
