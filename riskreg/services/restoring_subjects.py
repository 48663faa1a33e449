"""The indicators and contracts of a whole register that are not held here: the lines that define them, as rows.

One that is held here stays as it is, with all that stands under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from riskreg.domain.contract_terms import ContractTerms, what_is_wrong
from riskreg.domain.dates import PartialDate
from riskreg.domain.indicator_terms import Measure, wrong_measure
from riskreg.exchange.tables import quoted
from riskreg.extensions import db
from riskreg.models import Contract, Indicator
from riskreg.models.contract import PARTIAL
from riskreg.services.restoring_rows import Known
from riskreg.services.whole_register import SheetLine

SAME_TERMS = (
    *("kind", "service_area", "title", "description", "provider", "provider_number", "provider_is_small"),
    *("provider_is_voluntary", "value_total", "value_yearly", "irrecoverable_vat", "value_note", "rolling"),
    *("extensions", "extension_months", "notice_months", "tier", "procurement_route", "safeguarding_critical"),
)
PRINTED = (
    *("value_printed", "start_printed", "end_printed", "review_printed", "manager_printed", "consultation_printed"),
    *("closed_on", "closed_why", "assumed", "note"),
)
MEASURED = ("unit", "decimals", "polarity", "basis", "frequency_months")
DEFINED = ("name", "polarity_basis", "polarity_reason", "comment", "qpr", "qpr_line", "qpr_note", "note")


@dataclass(frozen=True, slots=True)
class Added:
    """The contracts and indicators that are added, by their codes, each with the line that defines it."""

    contracts: Mapping[str, tuple[SheetLine, Contract]]
    indicators: Mapping[str, tuple[SheetLine, Indicator]]

    @property
    def lines(self) -> list[tuple[SheetLine, Contract | Indicator]]:
        """Each with its line, in the order of their sheets."""
        return [*self.contracts.values(), *self.indicators.values()]

    @property
    def rows(self) -> list[Contract | Indicator]:
        """All of them."""
        return [row for _, row in self.lines]

    @property
    def named(self) -> list[str]:
        """Each by its code and name."""
        return [named(row) for row in self.rows]

    def of(self, column: str) -> Mapping[str, tuple[SheetLine, Contract | Indicator]]:
        """Those that a column `contract` or `indicator` names."""
        return self.contracts if column == "contract" else self.indicators


def named(subject: Contract | Indicator) -> str:
    """Return a contract or an indicator by its code and name."""
    return f"{subject.code} {subject.title if isinstance(subject, Contract) else subject.name}"


def make_subjects(lines: Mapping[str, list[SheetLine]], known: Known) -> Added:
    """Make the contracts and indicators that are not held here, and gather what is wrong with their lines."""
    contracts = {
        line["contract"]: (line, _contract(line, position, known))
        for position, line in enumerate(
            _missing(lines["contracts"], "contract", known.contracts, known), _last(Contract)
        )
    }
    last = select(Indicator.service_group, func.max(Indicator.position)).group_by(Indicator.service_group)
    groups: dict[str, int] = {group: position for group, position in db.session.execute(last)}  # noqa: C416
    indicators = {
        line["indicator"]: (line, _indicator(line, groups.get(line["group"], position), contracts, known))
        for position, line in enumerate(
            _missing(lines["indicators"], "indicator", known.indicators, known), _last(Indicator)
        )
    }
    return Added(contracts, indicators)


def _missing(
    lines: Iterable[SheetLine], column: str, held: Mapping[str, int | None], known: Known
) -> Iterator[SheetLine]:
    """Yield the lines of what is not held here; two codes that differ in capitals only are too alike."""
    alike = {code.upper() for code in held}
    seen: set[str] = set()
    for line in lines:
        code = line[column]
        if code.upper() in seen:
            known.wrong(line, column, f"{quoted(code)} is there twice.")
        elif code in held:
            pass
        elif code.upper() in alike:
            known.wrong(line, column, f"{quoted(code)} is held here already, with other capitals.")
        else:
            yield line
        seen.add(code.upper())


def _last(table: type[Contract | Indicator]) -> int:
    """The position behind all that are held."""
    return (db.session.scalar(select(func.max(table.position))) or 0) + 1


def _contract(line: SheetLine, position: int, known: Known) -> Contract:
    kept: dict[str, Any] = {name: line[name] for name in SAME_TERMS}
    kept |= {name: PartialDate(line[name]) if line[name] else None for name in PARTIAL}
    terms = ContractTerms(
        code=line["contract"],
        owner_post_id=known.one(line, "owner", known.posts, "post"),
        **kept,
    )
    for sentence, name in what_is_wrong(terms):
        if name != "owner_post_id":  # which is named by its title already
            known.wrong(line, "contract" if name == "code" else name, sentence)
    _ended(line, "closed_on", "closed_why", known)
    made = Contract(position=position, source_line=line["line"], **{name: line[name] for name in PRINTED})
    made.set_terms(terms)
    return made


def _indicator(
    line: SheetLine, position: int, contracts: Mapping[str, tuple[SheetLine, Contract]], known: Known
) -> Indicator:
    measure = Measure(**{name: line[name] for name in MEASURED}, is_rated=line["rated"])
    for sentence, name in wrong_measure(measure):
        known.wrong(line, name, sentence)
    _ended(line, "ended_on", "ended_why", known)
    new = contracts.get(line["contract"])
    return Indicator(
        code=line["indicator"],
        service_group=line["group"],
        position=position,
        is_rated=line["rated"],
        source_line=line["line"],
        contract=new[1] if new else None,
        contract_id=None if new else known.one(line, "contract", known.contracts, "contract"),
        **{name: line[name] for name in (*MEASURED, *DEFINED, "description", "origin", "ended_on", "ended_why")},
    )


def _ended(line: SheetLine, on: str, why: str, known: Known) -> None:
    if (line[on] is None) != (not line[why]):
        known.wrong(line, why, "what ended says when and why.")
