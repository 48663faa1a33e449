"""What an indicator that is added here says of itself, and what may not be so.

How it measures is settled when it is added: another unit or another way round would rewrite what was published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from riskreg.domain.periods import Basis
from riskreg.domain.targets import Polarity

UNITS = ("percent", "number", "points", "score", "rate")
FREQUENCIES = (1, 3, 4, 6, 12)  # months
MOST_DECIMALS = 3
LINE, PASSAGE = 200, 2_000
STATED = "stated"  # which way is better: neither derived from targets nor assumed, but said by who added it

Broken = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorTerms:
    """What may be put right later without touching its past. `contract_id`: the contract that it measures."""

    name: str
    service_group: str
    origin: str
    description: str = ""
    contract_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How it measures, which stays. Not `is_rated`: it is for information, without targets and so without a RAG."""

    unit: str
    decimals: int
    polarity: str
    basis: str
    frequency_months: int
    is_rated: bool = True


LABELS = {
    "name": "Name",
    "service_group": "Service group",
    "origin": "Where its figures come from",
    "description": "Description",
    "contract_id": "Contract it measures",
}


def wrong_terms(terms: IndicatorTerms) -> Iterator[Broken]:
    """Yield each rule that the terms break: the sentence and the name of the term."""
    needed = {
        "name": "Enter the name.",
        "service_group": "Choose the service group, or enter another.",
        "origin": "Say where its figures come from.",
    }
    for name, sentence in needed.items():
        if not getattr(terms, name).strip():
            yield sentence, name
    for name in (*needed, "description"):
        most = PASSAGE if name == "description" else LINE
        if len(getattr(terms, name)) > most:
            yield f"{LABELS[name]}: {most:,} characters at most.", name


def wrong_measure(measure: Measure) -> Iterator[Broken]:
    """Yield each rule that the measure breaks: the sentence and the name of the field."""
    if measure.unit not in UNITS:
        yield "Choose the unit.", "unit"
    if not 0 <= measure.decimals <= MOST_DECIMALS:
        yield f"The decimals are a number from 0 to {MOST_DECIMALS}.", "decimals"
    elif measure.unit == "number" and measure.decimals:
        yield "A count is a whole number: it has 0 decimals.", "decimals"
    if measure.polarity not in list(Polarity):
        yield "Choose which way is better.", "polarity"
    if measure.basis not in list(Basis):
        yield "Choose what a result is measured over.", "basis"
    if measure.frequency_months not in FREQUENCIES:
        yield "Choose how often a result is published.", "frequency_months"


def changed_terms(before: IndicatorTerms, after: IndicatorTerms) -> list[str]:
    """Return the names of the terms that differ, in order."""
    return [field.name for field in fields(before) if getattr(before, field.name) != getattr(after, field.name)]
