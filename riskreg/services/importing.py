"""Taking in somebody's list of risks: all rows that are right or none, after what it does has been shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import count, islice
from typing import Any

from sqlalchemy import insert

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.reviews import next_review_due
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import plural
from riskreg.exchange.mapping import ColumnMapping, ReadLine, read_lines
from riskreg.exchange.risk_rows import Source, parsers_for, source_of
from riskreg.exchange.sheets import Workbook
from riskreg.exchange.tables import BrokenTable, Problem, quoted
from riskreg.extensions import Table, db
from riskreg.models import Assessment, Control, Reference, Risk, RiskResponse, RiskVersion
from riskreg.queries.policies import policy_on
from riskreg.services.actors import Actor
from riskreg.services.audit import add_event
from riskreg.services.consequences import digest_of, require_as_shown, tried
from riskreg.services.importing_around import Around, what_is_around
from riskreg.services.importing_changes import change_risk_held, what_differs
from riskreg.services.importing_rows import Choices, Level, Meant, Reader
from riskreg.services.locking import lock_register

MOST_ROWS = 10_000
MEND = "Mend the file and upload it again, or tick that the"
NOTHING = "There is nothing to take in: each row is held already, or has a problem."


class Becomes(StrEnum):
    """What becomes of a row."""

    NEW = "new risk"
    SAME = "held already, the same"
    LEFT = "held already, left as it is"
    CHANGED = "held already, changed"
    UNRATED = "not rated there, left out"
    WRONG = "with a problem"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What becomes of one row; a row with problems is not taken in."""

    row: int
    becomes: Becomes
    reference: str
    title: str
    owner: str
    division: str
    rag: str
    score: int | None
    target: str
    status: str
    remarks: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What taking in a list did, row by row."""

    rows: tuple[RowOutcome, ...]

    @property
    def digest(self) -> str:
        """The same short text for the same outcome."""
        return digest_of(self)

    def count(self, *becomes: Becomes) -> int:
        """How many rows become that."""
        return sum(one.becomes in becomes for one in self.rows)

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong, in the order of the rows."""
        return [problem for one in self.rows for problem in one.problems]


def read_list(book: Workbook, mapping: ColumnMapping, source: Source) -> list[ReadLine]:
    """Return the lines of a list of risks. Raises BrokenTable when it is broken, or has more rows than are taken."""
    lines = list(islice(read_lines(book, mapping, parsers_for(source)), MOST_ROWS + 1))
    if len(lines) > MOST_ROWS:
        why = f"there are more than {MOST_ROWS:,} rows, which are the most that are taken at once. Divide the file."
        raise BrokenTable([Problem(book.name, None, "", why, mapping.sheet)])
    return lines


def likely_source(mapping: ColumnMapping) -> Source:
    """Return whose list it is, by the headings of the columns that were chosen."""
    return source_of(mapping.headings.values())


def words_to_explain(lines: Iterable[ReadLine], source: Source) -> list[str]:
    """Return the words that stand for ratings in a list and are not RED, AMBER or GREEN, each once."""
    ratings = [line.values.get(column) for line in lines for column in ("Rating", "Target rating")]
    found = {
        one.word for one in ratings if one and one.word and (one.points is None or source is not Source.SIMPLERISK)
    }
    if source is Source.SIMPLERISK and any(one and one.points is not None for one in ratings):
        found |= {"high", "medium", "low"}
    return sorted(found - {"red", "amber", "green"})


@dataclass(frozen=True, slots=True)
class RiskList:
    """A list of risks that was read: from which file and by which columns."""

    file: str
    mapping: ColumnMapping
    lines: Sequence[ReadLine]


def preview_import(actor: Actor, register_id: int, given: RiskList, choices: Choices, now: datetime) -> Imported:
    """Return what taking in the list would do, by doing it and taking it back."""
    return tried(lambda: _take_in(actor, register_id, given, choices, now))


def import_risks(
    actor: Actor, register_id: int, given: RiskList, choices: Choices, now: datetime, shown: str | None = None
) -> Imported:
    """Take in a list of risks. Those held already stay as they are, unless the choice is to change them.

    Raises NotPermitted, RuleBroken for rows with problems that nobody chose to leave out and when there is nothing to
    take in, and ChangedMeanwhile when the outcome is another than the one with the digest `shown`.
    """
    done = _take_in(actor, register_id, given, choices, now)
    require_as_shown(done, shown)
    if (wrong := done.count(Becomes.WRONG)) and not choices.leave_out:
        tick = f"{MEND} {'row is' if wrong == 1 else 'rows are'} left out."
        raise RuleBroken(f"{plural(wrong, 'row has', 'rows have')} a problem. {tick}", "leave_out")
    if not done.count(Becomes.NEW, Becomes.CHANGED):
        raise RuleBroken(NOTHING)
    text = f"{plural(done.count(Becomes.NEW), 'risk')} taken in from {quoted(given.file)}."
    add_event(actor, "imported", f"register:{register_id}", text, now=now, file=given.file)
    db.session.flush()
    return done


def _take_in(actor: Actor, register_id: int, given: RiskList, choices: Choices, now: datetime) -> Imported:
    actor.require(Permission.KEEP_REGISTER)
    lock_register(register_id)
    around = what_is_around(register_id, policy_on(register_id, day_of(now)), day_of(now))
    reader = Reader(given.file, given.mapping, around, choices)
    meant = [reader.meant(line) for line in given.lines]
    reader.refuse_twins()
    fine = [one for one in meant if not one.problems and not one.is_unrated]
    made = _enter(actor, [one for one in fine if one.existing is None], around, given.file, now)
    outcomes: list[RowOutcome] = []
    for one in meant:
        if one.is_unrated and not one.problems:
            outcomes.append(_outcome(one, Becomes.UNRATED, one.existing))
        elif one.existing is None or one.problems:
            outcomes.append(_outcome(one, Becomes.WRONG if one.problems else Becomes.NEW, made.get(one.line.number)))
        else:
            outcomes.append(_held(actor, one, one.existing, choices, given.file, now))
    return Imported(tuple(outcomes))


def _held(actor: Actor, meant: Meant, risk: Risk, choices: Choices, file: str, now: datetime) -> RowOutcome:
    """Leave a risk that is held already as it is, or change what differs by the use cases of its pages."""
    differs = what_differs(meant, risk)
    if not differs:
        return _stays(meant, Becomes.SAME, risk)
    meant.remarks.append(differs)
    if not choices.change:
        return _stays(meant, Becomes.LEFT, risk)
    try:
        with db.session.begin_nested():
            change_risk_held(actor, meant, risk, f"As in {quoted(file)}, row {meant.line.number}.", now)
    except RuleBroken as broken:
        meant.problems.append(Problem(file, meant.line.number, "", broken.sentence))
        return _outcome(meant, Becomes.WRONG, risk)
    db.session.flush()
    db.session.refresh(risk)
    return _stays(meant, Becomes.CHANGED, risk)


def _stays(meant: Meant, becomes: Becomes, risk: Risk) -> RowOutcome:
    """What becomes of a risk that is held: it is told as it stands here after that, not as the file has it."""
    level = Level(Rag(risk.own_rag), risk.own_likelihood, risk.own_impact)
    return replace(
        _outcome(meant, becomes, risk),
        title=risk.title,
        owner=risk.owner_post.title,
        division=risk.division.name,
        rag=level.rag,
        score=level.score,
        target="",
        status=risk.status,
    )


def _outcome(meant: Meant, becomes: Becomes, risk: Risk | None) -> RowOutcome:
    level = meant.current
    return RowOutcome(
        row=meant.line.number,
        becomes=becomes,
        reference=str(risk.reference) if risk else "",
        title=meant.texts["title"],
        owner=meant.owner.title if meant.owner else "",
        division=meant.division.name if meant.division else "",
        rag=level.rag if level else "",
        score=level.score if level else None,
        target=meant.target.rag if meant.target else "",
        status=meant.status,
        remarks=tuple(meant.remarks),
        problems=tuple(meant.problems),
    )


def _enter(actor: Actor, rows: Sequence[Meant], around: Around, file: str, now: datetime) -> dict[int, Risk]:
    """Write the new risks, and return them by row. Thousands are written table by table."""
    taken = {*around.references, *(one.number for one in rows if one.number)}
    following = count(max((number for number in taken if number), default=0) + 1)
    risks: dict[int, Risk] = {}
    for one in rows:
        reference = Reference(register=around.register, number=one.number or next(following))
        risks[one.line.number] = _risk(one, reference, around, file, now)
    db.session.add_all(risks.values())
    db.session.flush()
    under: dict[type[Table], list[dict[str, Any]]] = {}
    for one in rows:
        risk = risks[one.line.number]
        for table, columns in _under(actor, one, risk, file, now):
            under.setdefault(table, []).append(columns)
        where = f"{quoted(file)}, row {one.line.number}"
        text = f"{risk.reference} was imported from {where}. {' '.join(one.remarks)}".strip()
        add_event(actor, "imported", f"risk:{risk.id}", text, now=now, risk=risk, file=file, row=one.line.number)
    for table, lines in under.items():
        db.session.execute(insert(table), lines)
    db.session.flush()
    return risks


def _risk(one: Meant, reference: Reference, around: Around, file: str, now: datetime) -> Risk:
    owner, division, current = one.owner, one.division, one.current
    assert owner and division and current  # noqa: S101, PT018 - else the row has a problem
    counted_from = one.values.get("Last review") or around.today
    closed = one.status == "closed"
    said = str(one.values.get("Note") or "")
    said += "." if one.remarks and said[-1:] not in ".!?" else ""
    return Risk(
        register_id=around.register.id,
        reference=reference,
        **one.texts,
        status=one.status,
        owner_post_id=owner.id,
        division_id=division.id,
        service_id=one.service.id if one.service else None,
        own_rag=current.rag,
        own_likelihood=current.likelihood,
        own_impact=current.impact,
        effective_rag=current.rag,
        review_counted_from=counted_from,
        review_due_on=next_review_due(counted_from, current.rag, around.policy, tolerated_until=_tolerated(one)),
        revision=0,
        assumed=one.assumed,
        note=" ".join([said, *one.remarks]).strip(),
        exempt_why=one.values.get("Exempt") or "",
        recorded_at=now,
        closed_on=(one.values.get("Closed on") or around.today) if closed else None,
        closing_reason=(one.values.get("Closing reason") or f"Closed in {quoted(file)}.") if closed else "",
    )


def _tolerated(one: Meant) -> date | None:
    until: date | None = one.values.get("Tolerated until")
    return until if one.responds else None


def _under(
    actor: Actor, one: Meant, risk: Risk, file: str, now: datetime
) -> Iterator[tuple[type[Table], dict[str, Any]]]:
    """Yield what belongs to a new risk, as the columns of a table: its text, ratings, response and controls."""
    as_there = f"As in {quoted(file)}, row {one.line.number}."
    of_risk = {"risk_id": risk.id, "recorded_at": now}
    by = {**of_risk, "person_id": actor.person_id}
    said = {"change_reason": f"Imported from {quoted(file)}, row {one.line.number}.", "version": 1}
    yield RiskVersion, {**by, **one.texts, **said, "status": risk.status, "owner_post_id": risk.owner_post_id}
    rationale = one.values.get("Rationale") or as_there
    for kind, level, why in (("current", one.current, rationale), ("target", one.target, as_there)):
        if level is not None:
            rated = {"likelihood": level.likelihood, "impact": level.impact, "rag": level.rag}
            yield Assessment, {**by, **rated, "kind": kind, "rationale": why, "assessed_on": day_of(now)}
    if one.responds:
        kind, until = one.values["Response"], _tolerated(one)
        yield RiskResponse, {**by, "kind": kind, "until_on": until, "reason": as_there, "decided_on": day_of(now)}
    for words in dict.fromkeys(filter(None, map(str.strip, (one.values.get("Controls") or "").splitlines()))):
        yield Control, {**of_risk, "text": words, "note": as_there}
