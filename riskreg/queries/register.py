"""The register as a list: filtered, searched, sorted and counted in the database, for any number of risks."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, false, func, or_, select, true
from sqlalchemy.orm import aliased

from riskreg.database import LARGEST_ID
from riskreg.domain.lifecycle import LEFT, LIVE, OPEN_ACTIONS, RiskStatus
from riskreg.domain.scoring import Rag
from riskreg.extensions import db
from riskreg.models import Action, Division, Escalation, Post, Reference, Register, Risk
from riskreg.queries.before_dmt import STANDING, Standing
from riskreg.queries.keeping import discarded
from riskreg.queries.matching import RISK_TEXTS, read_words, says

Rows = Select[*tuple[Any, ...]]
SORTS = ("reference", "-reference", "rag", "-rag", "review", "-review", "title", "-title")
SHOWN = (RiskStatus.OPEN, *LEFT)
FEW = 1000  # so many risks are fetched by their ids; looking through the texts once more takes longer
REFERENCE = re.compile(r"(?:(?P<prefix>[a-z]{1,12})[\s-]*)?0*(?P<number>[1-9][0-9]{0,8})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class RegisterName:
    """A register: the prefix of its references, and its name."""

    id: int
    prefix: str
    name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader wants to see of the register. `status` empty: open and closed, which a merged one is.

    `search`: every word or quoted phrase of it occurs in the risk, or is its reference.
    """

    rag: str = ""
    division_id: int | None = None
    owner_id: int | None = None
    status: str = RiskStatus.OPEN
    escalated: bool = False
    overdue: bool = False
    late_actions: bool = False
    search: str = ""


@dataclass(frozen=True, slots=True)
class RiskLine:
    """One risk in the list, with its live escalation if it has one."""

    id: int
    number: int
    title: str
    status: str
    own_rag: str
    effective_rag: str
    review_due_on: date
    owner: str
    division: str
    escalation_id: int | None
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that the list can be narrowed to."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Found:
    """How many risks were found by each effective RAG, and which: None when that is not worth knowing."""

    by_rag: dict[str, int]
    ids: Collection[int] | None


@dataclass(frozen=True, slots=True)
class UsedReference:
    """A reference that was used before and belongs to no risk of the register."""

    number: int
    note: str
    source_line: str


_Child = aliased(Register)
DIRECTORATE = (
    select(Register.id, Register.prefix, Register.name)
    .where(~select(_Child.id).where(_Child.parent_id == Register.id).exists())
    .order_by(Register.id)
    .limit(1)
)


def only_register() -> RegisterName | None:
    """Return the register that the pages show, by one query; None before anything is loaded.

    It is the directorate's own: a register that is the parent of another holds no risks, only what others refer to it.
    """
    row = db.session.execute(DIRECTORATE).first()
    return RegisterName(*row) if row else None


def risks_found(register: RegisterName, wanted: Wanted, today: date) -> Found:
    """Count all the wanted risks by effective RAG, whatever RAG is wanted, by one query. Every RAG is a key.

    When words were looked for and few risks of the wanted RAG have them, it is known which those are.
    """
    columns: list[ColumnElement[Any]] = [Risk.effective_rag.expression, func.count()]
    if wanted.search:
        columns.append(func.aggregate_strings(cast(Risk.id, String), ","))
    query = _narrowed(select(*columns), register, wanted, today).group_by(Risk.effective_rag)
    rows = {row[0]: row for row in db.session.execute(query)}
    by_rag = {str(rag): int(rows[rag][1]) if rag in rows else 0 for rag in reversed(Rag)}
    if not wanted.search or (by_rag[wanted.rag] if wanted.rag else sum(by_rag.values())) > FEW:
        return Found(by_rag, None)
    return Found(by_rag, [int(key) for rag in rows if wanted.rag in ("", rag) for key in rows[rag][2].split(",")])


# Built once and not for every page: building a statement takes longer than running it.
_LINES = (
    select(Risk.id, Reference.number, Risk.title, Risk.status, Risk.own_rag, Risk.effective_rag, Risk.review_due_on)
    .add_columns(Post.title, Division.name, Escalation.id, *STANDING)
    .select_from(Risk)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(Post, Post.id == Risk.owner_post_id)
    .join(Division, Division.id == Risk.division_id)
    .outerjoin(Escalation, and_(Escalation.risk_id == Risk.id, Escalation.status.in_(LIVE)))
)


def risk_lines(
    register: RegisterName,
    wanted: Wanted,
    sort: str,
    today: date,
    *,
    limit: int,
    offset: int,
    among: Collection[int] | None = None,
) -> list[RiskLine]:
    """Return one page of the wanted risks, by one query. `sort` is one of SORTS; a minus turns it round.

    `among`: the ids of the wanted risks where they are known already.
    The page is found by its ids alone, so that sorting ten thousand risks does not carry their texts along.
    """
    found = select(Risk.id)
    if among is not None:
        found = found.where(Risk.id.in_(among))
    else:
        found = _narrowed(found, register, wanted, today)
        if wanted.rag:
            found = found.where(Risk.effective_rag == wanted.rag)
    if sort.removeprefix("-") == "reference":
        found = found.join(Reference, Reference.id == Risk.reference_id)
        found = found.where(Reference.register_id == register.id)  # lets the database walk the index of the references
    page = _sorted(found, sort).limit(limit).offset(offset).subquery()
    query = _sorted(_LINES.join(page, page.c.id == Risk.id), sort)
    return [_line(row) for row in db.session.execute(query)]


def _line(row: Any) -> RiskLine:
    """Read a row: what is known of the risk, its escalation, then how that stands."""
    known, how = row[: -len(STANDING)], row[-len(STANDING) :]
    return RiskLine(*(*known, Standing(*how) if known[-1] is not None else None))


def _narrowed(query: Rows, register: RegisterName, wanted: Wanted, today: date) -> Rows:
    """Keep what is wanted, apart from the RAG, which the counts leave open."""
    query = query.where(Risk.register_id == register.id)
    if wanted.status == RiskStatus.CLOSED:
        query = query.where(Risk.status.in_(LEFT), ~discarded())
    else:
        shown = Risk.status == wanted.status if wanted.status else and_(Risk.status.in_(SHOWN), ~discarded())
        query = query.where(shown)
    if wanted.division_id is not None:
        query = query.where(Risk.division_id == wanted.division_id)
    if wanted.owner_id is not None:
        query = query.where(Risk.owner_post_id == wanted.owner_id)
    if wanted.overdue:
        query = query.where(Risk.review_due_on < today, Risk.status == RiskStatus.OPEN)
    if wanted.late_actions:
        late = select(Action.risk_id).where(Action.status.in_(OPEN_ACTIONS), Action.due_on < today)
        query = query.where(Risk.id.in_(late), Risk.status == RiskStatus.OPEN)
    if wanted.escalated:
        query = query.where(Risk.id.in_(select(Escalation.risk_id).where(Escalation.status.in_(LIVE))))
    for word in read_words(wanted.search):
        query = query.where(or_(says(RISK_TEXTS, word), _is_called(word, register)))
    return query


def _is_called(word: str, register: RegisterName) -> ColumnElement[bool]:
    """Whether the word is the risk's reference, or a part of it: CYPE, 20, 04 or CYPE20."""
    if word.lower() == register.prefix.lower():
        return true()
    number = read_reference(word, register.prefix)
    if number is None:
        return false()
    return Risk.reference_id.in_(
        select(Reference.id).where(Reference.register_id == register.id, Reference.number == number)
    )


def _sorted(query: Rows, sort: str) -> Rows:
    """Put the risks in order; those alike in the order in which their references were given."""
    name, down = sort.removeprefix("-"), sort.startswith("-")
    keys: dict[str, ColumnElement[Any]] = {
        "reference": Reference.number.expression,
        "rag": case({str(rag): -rag.severity for rag in Rag}, value=Risk.effective_rag),
        "review": Risk.review_due_on.expression,
        "title": func.lower(Risk.title),
    }
    first = keys[name].desc() if down else keys[name].asc()
    return query.order_by(first) if name == "reference" else query.order_by(first, Risk.reference_id)


_DIVISIONS = (
    select(Division.id, Division.name)
    .where(select(Risk.id).where(Risk.division_id == Division.id).exists())
    .order_by(Division.name)
)


def risk_divisions() -> Sequence[Choice]:
    """Return the divisions that have a risk, in order of name, by one query."""
    return [Choice(*row) for row in db.session.execute(_DIVISIONS)]


def used_references(register: RegisterName) -> Sequence[UsedReference]:
    """Return the references that no risk of the register holds, by one query."""
    held = select(Risk.id).where(Risk.reference_id == Reference.id).exists()
    rows = db.session.execute(
        select(Reference.number, Reference.note, Reference.source_line)
        .where(Reference.register_id == register.id, ~held)
        .order_by(Reference.number)
    )
    return [UsedReference(*row) for row in rows]


def read_reference(words: str, prefix: str) -> int | None:
    """Return the number that a reference means, written in any way: CYPE 20, cype20, 20, 04. None for anything else."""
    found = REFERENCE.fullmatch(words.strip())
    if not found or (found["prefix"] or prefix).lower() != prefix.lower():
        return None
    number = int(found["number"])
    return number if number <= LARGEST_ID else None


@dataclass(frozen=True, slots=True)
class Named:
    """What a reference stands for: a risk, or None for a reference used before with the note that says so.

    `entered`: whether the risk is or was in the register, which a draft and a proposal are not.
    """

    risk_id: int | None
    entered: bool
    note: str
    source_line: str


def find_reference(register: RegisterName, number: int) -> Named | None:
    """Return what a number of the register stands for, by one query; None when it was never given."""
    row = db.session.execute(
        select(Risk.id, and_(Risk.status.in_(SHOWN), ~discarded()), Reference.note, Reference.source_line)
        .select_from(Reference)
        .outerjoin(Risk, Risk.reference_id == Reference.id)
        .where(Reference.register_id == register.id, Reference.number == number)
    ).first()
    return Named(row[0], bool(row[1]), *row[2:]) if row else None


def reference_ranges(numbers: Sequence[int]) -> list[str]:
    """Write numbers in order as a register does: 04, 09, 11–17, 21. Two in a row stay two."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts: list[str] = []
    for run in runs:
        parts += [f"{run[0]:02d}–{run[-1]:02d}"] if len(run) > 2 else [f"{number:02d}" for number in run]
    return parts
