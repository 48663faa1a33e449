"""The chart of ratings: what is drawn, what is said, and that it stays on the paper and within the page policy."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from riskreg.rating_chart import LEVELS, Span, Step, rating_chart
from tests.test_charts import drawn

BEGAN, NOW = datetime(2016, 4, 3, tzinfo=UTC), datetime(2017, 4, 3, tzinfo=UTC)
OWN = [Step(BEGAN, "AMBER", "3 April 2016: AMBER")]
SHOWN = [*OWN, Step(BEGAN + timedelta(days=90), "RED", "2 July 2016: RED")]
SPANS = [Span(BEGAN + timedelta(days=90), None, "Before DMT from 2 July 2016, awaiting DMT")]


def test_a_chart_is_named_described_and_says_each_step() -> None:
    svg = drawn(str(rating_chart("Ratings of CYPE 01", OWN, SHOWN, SPANS, until=NOW, key="r")))
    assert svg.get("aria-labelledby") == "r-title r-desc"
    assert (svg[0].text, svg[1].get("id")) == ("Ratings of CYPE 01", "r-desc")
    assert svg[1].text == (
        "The owner's own rating: 3 April 2016: AMBER. The rating shown: 2 July 2016: RED. "
        "Before DMT from 2 July 2016, awaiting DMT. The table gives every step."
    )
    assert [group[0].text for group in svg.iter("g")] == [SPANS[0].words, SHOWN[0].words, SHOWN[1].words]


def test_a_worse_rating_stands_higher_and_the_line_steps() -> None:
    markup = str(rating_chart("R", OWN, SHOWN, [], until=NOW))
    paths = re.findall(r'class="app-chart__line" d="M[\d.]+ ([\d.]+)H[\d.]+V([\d.]+)H', markup)
    amber, red = map(float, paths[0])
    assert red < amber


def test_the_legend_names_what_is_drawn_and_nothing_else() -> None:
    def legend(*spans: Span) -> list[str]:
        markup = str(rating_chart("R", OWN, SHOWN, spans, until=NOW))
        return re.findall(r"</svg>([^<]+)</li>", markup)

    assert legend() == ["rating shown", "own rating", "shown as RED", "shown as AMBER"]
    assert legend(*SPANS)[-1] == "before DMT"


def test_nothing_is_drawn_for_nothing_and_words_are_escaped() -> None:
    assert rating_chart("R", [], [], [], until=NOW) == ""
    steps = [Step(BEGAN, "RED", "<b>")]
    markup = str(rating_chart("<b>", steps, steps, [Span(BEGAN, None, "<b>")], until=NOW))
    assert "<b>" not in markup
    drawn(markup)


@given(
    days=st.lists(st.tuples(st.integers(0, 4000), st.sampled_from(LEVELS)), min_size=1, max_size=12),
    span=st.tuples(st.integers(0, 4000), st.integers(0, 400)),
    until=st.integers(0, 4000),
)
def test_whatever_is_drawn_stays_on_the_paper_and_within_the_policy(
    days: list[tuple[int, str]], span: tuple[int, int], until: int
) -> None:
    steps = [Step(BEGAN + timedelta(days=day), level, level) for day, level in sorted(days)]
    begins = BEGAN + timedelta(days=span[0])
    spans = [Span(begins, begins + timedelta(days=span[1]), "span"), Span(begins, None, "open")]
    markup = str(rating_chart("R", steps, steps, spans, until=BEGAN + timedelta(days=until)))
    assert "style" not in markup
    assert "nan" not in markup
    for element in drawn(markup).iter():
        for name, edge in (("x", 420), ("cx", 420), ("y", 190), ("cy", 190)):
            if place := element.get(name):
                assert -1 <= float(place) + float(element.get("width", 0)) * (name == "x") <= edge + 1
