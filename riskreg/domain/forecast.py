"""Where a straight line through the last results leads. Used for a watch list only; no escalation ever rests on it.

The range is two standard errors of a forecast on either side: how far the results lie from the line (the root of their
squared distances, divided by two fewer than there are), made wider the fewer the results and the farther the day is
from their middle. Results that lie on a line exactly leave no range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from riskreg.domain.dates import add_months
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag
from riskreg.domain.targets import Judgement, Polarity, Target, TargetKind, judge

LEAST, MOST = 3, 8
ERRORS = 2
IN_WORDS = (
    f"A straight line through the last results on the same basis, {LEAST} at least and {MOST} at most, led on to the"
    " same time of year. The range is two standard errors of a forecast on either side: how far the results lie from"
    " the line, wider the fewer they are and the farther ahead the day is. It knows nothing of what is being done."
)


@dataclass(frozen=True, slots=True)
class Point:
    """A published figure and the last day of its period."""

    on: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where the line leads on a day, and its range."""

    on: date
    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Measure:
    """What there is to know of an indicator to write a forecast of it down."""

    unit: str
    decimals: int
    polarity: Polarity

    def bounded(self, value: Decimal) -> Decimal:
        """Return a figure as it could be published: at its precision; no share above 100%, no count below 0."""
        if self.unit in ("percent", "number"):
            value = max(value, Decimal(0))
        if self.unit == "percent":
            value = min(value, Decimal(100))
        return round(value, self.decimals)


@dataclass(frozen=True, slots=True)
class Prospect:
    """A year ahead: the forecast at its precision, and how it would be judged by the target of that year."""

    year: int
    forecast: Forecast
    judgement: Judgement

    @property
    def misses(self) -> bool:
        """Whether a result like this would be rated, and not GREEN."""
        return self.judgement.rag not in (None, Rag.GREEN)


def straight_line(points: Sequence[Point], on: date) -> Forecast | None:
    """Return where the least-squares line through the last points leads; None when there are too few."""
    if len(points) < LEAST:
        return None
    last = sorted(points, key=lambda one: one.on)[-MOST:]
    count = len(last)
    days = [Fraction(one.on.toordinal()) for one in last]
    values = [Fraction(one.value) for one in last]
    day, value = _mean(days), _mean(values)
    places = [(at - day, found - value) for at, found in zip(days, values, strict=True)]
    spread = _mean([x * x for x, _ in places]) * count
    if not spread:
        return None
    slope = _mean([x * y for x, y in places]) * count / spread
    missed = _mean([(y - slope * x) * (y - slope * x) for x, y in places]) * count
    away = on.toordinal() - day
    wider = 1 + Fraction(1, count) + away * away / spread
    error = _decimal(missed / (count - 2) * wider).sqrt()
    found = _decimal(value + slope * away)
    return Forecast(on, found, found - ERRORS * error, found + ERRORS * error)


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def prospects(
    points: Sequence[Point], target_year: int, targets: dict[int, Target], measure: Measure, policy: Policy
) -> list[Prospect]:
    """Return the years ahead that have a figure as target, each with the forecast for it; nothing with too few results.

    `target_year` is the year by whose target the latest result is judged: the others are so many years after it.
    """
    ahead = []
    for year in sorted(one for one in targets if one > target_year):
        target = targets[year]
        if target.kind is not TargetKind.FIGURE or not points:
            continue
        latest = max(point.on for point in points)
        line = straight_line(points, add_months(latest, 12 * (year - target_year)))
        if line is None:
            return []
        low, value, high = (measure.bounded(one) for one in (line.low, line.value, line.high))
        judgement = judge(value, target, measure.polarity, None, policy)
        ahead.append(Prospect(year, Forecast(line.on, value, low, high), judgement))
    return ahead
