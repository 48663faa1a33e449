"""Charts: what is drawn, what is said, and that nothing in them breaks the page policy."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from riskreg.charts import Level, Mark, Span, indicator_chart, sparkline

D = Decimal
TAKE_UP = [
    Mark(date(2016, 8, 31), D(74), "2016: 74%, GREEN", "GREEN"),
    Mark(date(2016, 12, 31), D(70), "December 2016: 70%, RED", "RED"),
]
TARGETS = [Level(2016, D(74)), Level(2017, D(78)), Level(2018, D(80)), Level(2020, D(85))]
figures = st.decimals(min_value=-100_000, max_value=100_000, places=1)


def drawn(markup: str) -> ET.Element:
    """Parse the drawing; what is not well formed fails here."""
    svg = re.search(r"<svg class=\"app-chart\".*?</svg>(?=<ul)", markup, re.DOTALL)
    assert svg
    return ET.fromstring(svg[0])


def chart(**changes: object) -> str:
    given_: dict[str, object] = {"targets": TARGETS, "suffix": "%", **changes}
    return str(indicator_chart("Take-up by two year olds", TAKE_UP, **given_))  # type: ignore[arg-type]


def test_a_chart_is_named_and_described() -> None:
    svg = drawn(chart(key="c1"))
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "c1-title c1-desc"
    assert (svg[0].get("id"), svg[0].text) == ("c1-title", "Take-up by two year olds")
    assert svg[1].text == (
        "2 results, the latest: December 2016: 70%, RED. Targets from 2016 to 2020: 74% to 85%. "
        "The table gives every figure."
    )


def test_every_result_says_its_own_figure() -> None:
    told = [group[0].text for group in drawn(chart()).iter("g")]
    assert told == ["2016: 74%, GREEN", "December 2016: 70%, RED"]


def test_a_rag_is_a_shape_as_well_as_a_colour() -> None:
    marks = [
        Mark(date(2015 + at, 1, 1), D(at), str(rag), rag) for at, rag in enumerate(["RED", "AMBER", "GREEN", None])
    ]
    svg = drawn(str(indicator_chart("All", marks)))
    shapes = [(group[1].tag, group[1].get("class", "").split("--")[-1]) for group in svg.iter("g")]
    assert shapes == [("rect", "red"), ("path", "amber"), ("circle", "green"), ("circle", "none")]


def test_a_year_without_a_target_breaks_its_line() -> None:
    path = next(one for one in drawn(chart()).iter("path") if "--target" in one.get("class", ""))
    assert path.get("d", "").count("M") == 2, "2019 is missing, so 2020 begins anew"


def test_the_legend_names_what_is_drawn_and_nothing_else() -> None:
    markup = chart(floors=[Level(2017, D("70.2"))], national=[Level(2016, D(68))], floors_assumed=True)
    legend = re.findall(r"</svg>([^<]+)</li>", markup)
    assert legend == ["RED result", "GREEN result", "target", "floor, assumed", "national figure"]
    assert re.findall(r"</svg>([^<]+)</li>", chart(targets=[])) == ["RED result", "GREEN result"]


def test_a_forecast_is_a_line_of_its_own_with_a_bar_for_its_range_and_neighbours_are_marked() -> None:
    ahead = [Span(date(2017 + at, 12, 31), D(68), D(60), D(76)) for at in range(2)]
    markup = chart(forecast=ahead, neighbours=[Level(2016, D(69))])
    legend = re.findall(r"</svg>([^<]+)</li>", markup)
    assert legend[-2:] == ["statistical neighbours", "forecast: a straight line, with its range"]
    (line,) = (one for one in drawn(markup).iter("path") if "--forecast" in one.get("class", ""))
    assert line.get("d", "").count("L") == 2, "from the last result to each day ahead"
    assert line.get("d", "").count("V") == 2
    assert "--forecast" not in chart()


def test_the_range_of_a_forecast_is_cut_off_at_the_paper_and_never_makes_the_axis() -> None:
    def axis(svg: ET.Element) -> list[str]:
        return [one.text or "" for one in svg.iter("text") if one.get("class", "").endswith("--end")]

    svg = drawn(chart(forecast=[Span(date(2020, 12, 31), D(50), D(9), D(100))]))
    assert axis(svg) == axis(drawn(chart()))
    (paper,) = svg.findall("svg")
    assert [one.get("class", "").split("--")[-1] for one in paper] == ["forecast"]
    assert [paper.get(name) for name in ("x", "y", "width", "height", "viewBox")] == [
        "50", "18", "354", "232", "50 18 354 232",
    ]  # fmt: skip


def test_nothing_is_drawn_for_nothing() -> None:
    assert indicator_chart("Nothing", []) == ""
    assert sparkline([]) == ""
    assert sparkline([None, None]) == ""


def test_words_are_escaped() -> None:
    marks = [Mark(date(2016, 1, 1), D(1), "<b>1</b>", None)]
    assert "<b>" not in indicator_chart("<b>Name</b>", marks, suffix="<b>")
    assert "<b>" not in sparkline([D(1)], words='"<b>')
    drawn(str(indicator_chart("<b>Name</b> & co", marks)))


def test_a_sparkline_is_hidden_from_readers_unless_it_says_something() -> None:
    assert 'aria-hidden="true"' in sparkline([D(70), D(74)], "GREEN")
    assert 'role="img" aria-label="70, 74"' in sparkline([D(70), D(74)], "GREEN", words="70, 74")


@given(
    results=st.lists(st.tuples(st.dates(date(1990, 1, 1), date(2060, 1, 1)), figures), max_size=12),
    levels=st.lists(st.tuples(st.integers(1990, 2060), figures), max_size=8, unique_by=lambda one: one[0]),
)
def test_whatever_is_drawn_stays_on_the_paper_and_within_the_policy(
    results: list[tuple[date, Decimal]], levels: list[tuple[int, Decimal]]
) -> None:
    marks = [Mark(on, value, f"{value}", "RED") for on, value in results]
    steps = [Level(*one) for one in levels]
    markup = str(indicator_chart("Anything", marks, targets=steps, floors=steps, national=steps))
    if not marks and not steps:
        assert markup == ""
        return
    assert "style" not in markup
    assert "nan" not in markup
    for element in drawn(markup).iter():
        for name, edge in (("x", 420), ("cx", 420), ("y", 280), ("cy", 280)):
            if place := element.get(name):
                assert -1 <= float(place) <= edge + 1


@given(st.lists(figures, min_size=1, max_size=30))
def test_a_sparkline_fits_its_box(values: list[Decimal]) -> None:
    points = re.search(r'points="([^"]+)"', sparkline(values))
    assert points
    places = [tuple(map(float, pair.split(","))) for pair in points[1].split()]
    assert len(places) == len(values)
    assert all(0 <= x <= 110 and 0 <= y <= 28 for x, y in places)
