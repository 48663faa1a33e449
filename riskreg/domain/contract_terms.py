"""What is kept of a contract: its terms, what may not be so, and what changed between two states of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal

from riskreg.domain.dates import PartialDate, add_months

KINDS = ("external", "internal", "commissioning")
CODE = re.compile(r"[A-Za-z0-9]+([-/.][A-Za-z0-9]+)*")
LONGEST_CODE, LINE, PASSAGE = 30, 300, 4_000
MOST_EXTENSIONS, MOST_MONTHS = 20, 240
KIND_OF_SUM_NOT_SAID = "Whether this is a total or a yearly amount is not said."  # kept with the value, in words
NOT_KNOWN = "TBC"  # what a plan prints where no provider has been found

Broken = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """The terms of a contract as they stand. Amounts are in pounds; None and nothing mean that it is not known.

    `end` is the end before any extension. `extensions` is how often it may be extended in all, each time by
    `extension_months`, of which the provider must have notice `notice_months` before the end. `rolling`: no end.
    """

    code: str = ""
    kind: str = ""
    service_area: str = ""
    title: str = ""
    description: str = ""
    provider: str = ""
    provider_number: str = ""
    provider_is_small: bool | None = None
    provider_is_voluntary: bool | None = None
    value_total: Decimal | None = None
    value_yearly: Decimal | None = None
    irrecoverable_vat: Decimal | None = None
    value_note: str = ""
    start: PartialDate | None = None
    end: PartialDate | None = None
    review: PartialDate | None = None
    needed_from: PartialDate | None = None
    rolling: bool = False
    extensions: int = 0
    extension_months: int | None = None
    notice_months: int | None = None
    tier: int | None = None
    procurement_route: str = ""
    safeguarding_critical: bool = False
    owner_post_id: int | None = None


LABELS = {
    "code": "Reference",
    "kind": "Kind",
    "service_area": "Service area",
    "title": "Title",
    "description": "Description",
    "provider": "Provider",
    "provider_number": "Provider's registration number",
    "provider_is_small": "Small or medium-sized enterprise",
    "provider_is_voluntary": "Voluntary or community organisation",
    "value_total": "Value in total",
    "value_yearly": "Value a year",
    "irrecoverable_vat": "VAT that cannot be recovered",
    "value_note": "Value in words",
    "start": "Start",
    "end": "End",
    "review": "Review",
    "needed_from": "Needed from",
    "rolling": "Rolling agreement",
    "extensions": "Extensions allowed",
    "extension_months": "Months of each extension",
    "notice_months": "Notice of an extension in months",
    "tier": "Tier",
    "procurement_route": "Procurement route",
    "safeguarding_critical": "Safeguarding-critical",
    "owner_post_id": "Managed by",
}
AMOUNTS = ("value_total", "value_yearly", "irrecoverable_vat")


def is_named(provider: str) -> bool:
    """Whether a provider is there, and not the word for none."""
    return provider.strip().upper() not in ("", NOT_KNOWN)


def provider_known(kind: str, provider: str) -> bool:
    """Whether a provider has been found; only what is delivered externally needs one."""
    return kind != "external" or is_named(provider)


def what_is_wrong(terms: ContractTerms) -> list[Broken]:
    """Return each rule that the terms break: the sentence and the name of the term."""
    return [*_wording(terms), *_lengths(terms), *_amounts(terms), *_dates(terms), *_extensions(terms)]


def _wording(terms: ContractTerms) -> Iterator[Broken]:
    if terms.code and (not CODE.fullmatch(terms.code) or len(terms.code) > LONGEST_CODE):
        yield f"The reference has letters, figures and hyphens, {LONGEST_CODE} at most, such as EXT-20.", "code"
    if terms.kind not in KINDS:
        yield "Choose the kind of contract.", "kind"
    for name, sentence in (("title", "Enter the title."), ("service_area", "Enter the service area.")):
        if not getattr(terms, name).strip():
            yield sentence, name
    if terms.owner_post_id is None:
        yield "Choose the post that manages the contract.", "owner_post_id"
    if terms.tier is not None and terms.tier not in (1, 2, 3):
        yield "The tier is 1, 2 or 3.", "tier"


def _lengths(terms: ContractTerms) -> Iterator[Broken]:
    for field in fields(terms):
        words = getattr(terms, field.name)
        most = PASSAGE if field.name in ("description", "value_note") else LINE
        if isinstance(words, str) and len(words) > most:
            yield f"{LABELS[field.name]}: {most:,} characters at most.", field.name


def _amounts(terms: ContractTerms) -> Iterator[Broken]:
    for name in AMOUNTS:
        value = getattr(terms, name)
        if value is not None and value < 0:
            yield f"{LABELS[name]}: an amount cannot be negative.", name


def _dates(terms: ContractTerms) -> Iterator[Broken]:
    start, end = terms.start, terms.end
    if terms.rolling and end:
        yield "A rolling agreement has no end: leave the end empty.", "end"
    elif start and end and end.last_day < start.first_day:
        yield f"The end must not come before the start, {start}.", "end"
    if start and terms.review and terms.review.last_day < start.first_day:
        yield f"The review must not come before the start, {start}.", "review"


def _extensions(terms: ContractTerms) -> Iterator[Broken]:
    start, end = terms.start, terms.end
    if not 0 <= terms.extensions <= MOST_EXTENSIONS:
        yield f"The extensions allowed are a number from 0 to {MOST_EXTENSIONS}.", "extensions"
    for name, lowest in (("extension_months", 1), ("notice_months", 0)):
        months = getattr(terms, name)
        if months is not None and not lowest <= months <= MOST_MONTHS:
            yield f"{LABELS[name]}: a number from {lowest} to {MOST_MONTHS}.", name
        elif months is not None and not terms.extensions:
            yield f"{LABELS[name]}: say how many extensions are allowed, or leave it empty.", name
    if terms.extensions and terms.rolling:
        yield "A rolling agreement has no end that could be extended.", "extensions"
    elif terms.extensions and terms.extension_months is None:
        yield "Say by how many months each extension is.", "extension_months"
    notice = terms.notice_months or 0
    if start and end and start.first_day <= end.last_day and _before(end.last_day, notice) < start.first_day:
        yield "The notice is longer than the contract.", "notice_months"


def _before(last_day: date, months: int) -> date:
    """The day by which notice has to be given for the day after the last one."""
    return add_months(last_day + timedelta(days=1), -min(max(months, 0), MOST_MONTHS))


def last_day_extended(end: PartialDate, months: int) -> date:
    """The last day of a contract with this end once it is extended: what follows it begins so many months later.

    So the end of a month stays one: 28 February extended by a month is 31 March.
    """
    return add_months(end.last_day + timedelta(days=1), months) - timedelta(days=1)


def is_beyond(new_end: PartialDate, end: PartialDate | None, months: int | None) -> bool:
    """Whether no day that a new end can mean is within one extension. What is not known holds nothing to it."""
    return end is not None and months is not None and new_end.first_day > last_day_extended(end, months)


def changed_terms(before: ContractTerms, after: ContractTerms) -> list[str]:
    """Return the names of the terms that differ, in order."""
    return [field.name for field in fields(before) if getattr(before, field.name) != getattr(after, field.name)]


def in_words(value: object, name: str = "") -> str:
    """Return a term as a sentence has it. The post that manages the contract is for the caller to name."""
    match value:
        case None | "":
            return "not stated"
        case bool():
            return "yes" if value else "no"
        case Decimal() if name in AMOUNTS:
            return f"£{value:,f}"
        case _:
            return str(value)
