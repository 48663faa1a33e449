"""The contract register as a spreadsheet: written to be read again, and read from anybody's columns.

Nothing is saved here. What is read goes the way of all changes, by `services.contract_keeping`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from riskreg.domain.contract_terms import KINDS, LABELS, MOST_EXTENSIONS, MOST_MONTHS, ContractTerms, changed_terms
from riskreg.domain.dates import PartialDate
from riskreg.exchange import typed
from riskreg.exchange.cells import choice
from riskreg.exchange.mapping import ColumnMapping, ReadLine, hidden_parts, read_at_once, rows_with_problems
from riskreg.exchange.sheets import Cell, Workbook
from riskreg.exchange.tables import Problem, quoted
from riskreg.exchange.workbooks import NewColumn, NewSheet, write_workbook
from riskreg.extensions import db
from riskreg.models import Contract, Post
from riskreg.queries.performance import performance
from riskreg.services.actors import Actor
from riskreg.services.contract_entries import ContractEntry, there_twice, wrong_entries

SHEET = "Contracts"
NAMES = {label: name for name, label in LABELS.items()}
WIDTHS = {"title": 40, "description": 40, "provider": 30, "value_note": 30, "service_area": 24, "owner_post_id": 34}
TOLD = ("End now", "Next review", "Extensions used", "Closed on", "Performance")
CHOICES = {
    "kind": KINDS,
    "provider_is_small": ("yes", "no"),
    "provider_is_voluntary": ("yes", "no"),
    "rolling": ("yes", "no"),
    "safeguarding_critical": ("yes", "no"),
}
NOTES = (
    "Change what has to be changed, add rows below for new contracts, and upload the file again.",
    "What it does is shown before anything is saved. A contract that is not in the file stays as it is.",
    "An empty cell means that it is not known; a new contract without a reference gets the next one of its kind.",
    f"The columns {', '.join(TOLD)} are only told: they follow from what was recorded, and are not read.",
)


@dataclass(frozen=True, slots=True)
class ContractReading:
    """What a file holds: the entries that can be kept, and what is wrong with the other rows.

    `alike`: how many of the entries say what is kept already; `doubts`: what may not be meant, in sentences.
    """

    entries: tuple[ContractEntry, ...]
    problems: tuple[Problem, ...]
    alike: int = 0
    doubts: tuple[str, ...] = ()

    @property
    def wrong(self) -> int:
        """How many rows have a problem."""
        return rows_with_problems(self.problems)

    @property
    def new(self) -> int:
        """How many of the entries are new contracts."""
        return sum(entry.contract_id is None for entry in self.entries)

    @property
    def changed(self) -> int:
        """How many of the entries change a contract."""
        return len(self.entries) - self.new - self.alike


def contract_workbook() -> bytes:
    """Return every contract as a workbook whose columns are read again; by five queries."""
    rows = db.session.execute(
        select(Contract, performance)
        .options(joinedload(Contract.owner_post), selectinload(Contract.routes), selectinload(Contract.reviews))
        .options(selectinload(Contract.providers))
        .order_by(Contract.position, Contract.id)
    )
    columns = [NewColumn(label, WIDTHS.get(name, 16), choices=CHOICES.get(name, ())) for label, name in NAMES.items()]
    columns += [NewColumn(heading) for heading in TOLD]
    return write_workbook(
        [NewSheet(SHEET, columns, (_line(*row) for row in rows))], title="Contract register", notes=NOTES
    )


def _line(contract: Contract, performs: str) -> Sequence[object]:
    terms, facts = contract.terms(), contract.facts()
    values = [_shown(getattr(terms, name)) for name in LABELS if name != "owner_post_id"]
    told = (
        _shown(facts.current_end),
        _shown(facts.current_review),
        facts.extensions_used,
        contract.closed_on,
        performs,
    )
    return (*values, contract.owner_post.title, *told)


def _shown(value: object) -> object:
    match value:
        case bool():
            return "yes" if value else "no"
        case PartialDate():
            return value.last_day if value.text == value.last_day.isoformat() else str(value)
        case _:
            return value


def read_contracts(book: Workbook, mapping: ColumnMapping, actor: Actor, now: datetime) -> ContractReading:
    """Read a file as its columns are mapped. Raises BrokenTable when that cannot be done at all, or it is too long."""
    lines = read_at_once(book, mapping, PARSERS)
    reader = _Reader.of(book.name, mapping)
    entries = {line.number: entry for line in lines if (entry := reader.entry(line)) is not None}
    by_row = {_row(line.number): line.number for line in lines}
    twice = there_twice([reader.named(line) for line in lines])
    for wrong in [*twice, *wrong_entries(actor, list(entries.values()), now)]:
        reader.refuse(by_row[wrong.row], LABELS.get(wrong.field or "", ""), wrong.sentence)
        entries.pop(by_row[wrong.row], None)
    problems = sorted(reader.problems, key=lambda one: one.row or 0)
    kept = {one.id: one.terms() for one in reader.contracts.values()}
    known = [(kept[one.contract_id], one.terms) for one in entries.values() if one.contract_id is not None]
    alike = sum(not changed_terms(before, terms) for before, terms in known)
    return ContractReading(tuple(entries.values()), tuple(problems), alike, tuple(hidden_parts(book, mapping)))


def _row(number: int) -> str:
    return f"row {number}"


def _yes_no(cell: Cell) -> bool:
    words = typed.words(cell).casefold()
    if words not in ("yes", "no", "y", "n", "true", "false"):
        raise ValueError(f"{quoted(cell.words)} is neither yes nor no.")
    return words in ("yes", "y", "true")


def _kind(words: str) -> str:
    return choice(*KINDS)(words.casefold())


PARSERS: Mapping[str, Any] = {
    label: {
        "kind": typed.filled_or(typed.worded(_kind)),
        "tier": typed.filled_or(typed.whole_figure(1, 3)),
        "extensions": typed.filled_or(typed.whole_figure(0, MOST_EXTENSIONS)),
        "extension_months": typed.filled_or(typed.whole_figure(1, MOST_MONTHS)),
        "notice_months": typed.filled_or(typed.whole_figure(0, MOST_MONTHS)),
        **dict.fromkeys(("start", "end", "review", "needed_from"), typed.filled_or(typed.partial_day)),
        **dict.fromkeys(("value_total", "value_yearly", "irrecoverable_vat"), typed.filled_or(typed.figure("pounds"))),
        **dict.fromkeys(
            ("rolling", "safeguarding_critical", "provider_is_small", "provider_is_voluntary"), typed.filled_or(_yes_no)
        ),
    }.get(name, typed.words)
    for name, label in LABELS.items()
}
EMPTY = {"rolling": False, "safeguarding_critical": False, "extensions": 0, "kind": ""}


@dataclass(slots=True)
class _Reader:
    """Reads row by row, beside the contracts that are kept and the posts that there are."""

    file: str
    mapping: ColumnMapping
    contracts: Mapping[str, Contract]
    posts: Mapping[str, int]
    alike: Mapping[tuple[str, str], str]
    problems: list[Problem]

    @classmethod
    def of(cls, file: str, mapping: ColumnMapping) -> _Reader:
        """Return a reader with what is kept, by two queries."""
        contracts = db.session.scalars(select(Contract)).all()
        posts = {row.title.casefold(): row.id for row in db.session.execute(select(Post.id, Post.title))}
        alike = {(one.title.casefold(), one.provider.casefold()): one.code for one in contracts}
        return cls(file, mapping, {one.code.casefold(): one for one in contracts}, posts, alike, [])

    def entry(self, line: ReadLine) -> ContractEntry | None:
        """Return what a line says of its contract; None when it has a problem, which is kept."""
        values = {NAMES[label]: value for label, value in line.values.items() if label in self.mapping.columns}
        if line.problems:
            self.problems += line.problems
            return None
        try:
            return self._entry(line.number, values)
        except ValueError as error:
            label, sentence = error.args
            self.refuse(line.number, label, sentence)
            return None

    def named(self, line: ReadLine) -> tuple[str, int | None, str]:
        """Return a line's row with the id and the reference of its contract, also where the line has a problem."""
        code = line.values.get(LABELS["code"], "")
        known = self.contracts.get(code.casefold()) if code else None
        return _row(line.number), known.id if known else None, code

    def refuse(self, number: int, label: str, sentence: str) -> None:
        """Keep what is wrong with a row."""
        letters, heading = self.mapping.columns.get(label, ""), self.mapping.headings.get(label, label)
        column = f"{letters} ({heading})" if letters else label
        self.problems.append(Problem(self.file, number, column, sentence, self.mapping.sheet))

    def _entry(self, number: int, values: dict[str, Any]) -> ContractEntry:
        """Raises ValueError with the column and the sentence."""
        code = values.get("code", "")
        known = self.contracts.get(code.casefold()) if code else None
        same = self.alike.get((values.get("title", "").casefold(), values.get("provider", "").casefold()))
        if not code and same:
            raise ValueError(
                LABELS["code"], f"A contract of this title and provider is kept as {same}: give its reference."
            )
        if known:
            values["code"] = known.code
        if "owner_post_id" in values:
            values["owner_post_id"] = self._post(values["owner_post_id"])
        given: dict[str, Any] = {name: EMPTY.get(name) if value is None else value for name, value in values.items()}
        terms = replace(known.terms() if known else ContractTerms(), **given)
        return ContractEntry(terms, known.id if known else None, row=_row(number))

    def _post(self, title: str) -> int | None:
        if not title:
            return None
        if title.casefold() not in self.posts:
            raise ValueError(LABELS["owner_post_id"], f"There is no post {quoted(title)}.")
        return self.posts[title.casefold()]
