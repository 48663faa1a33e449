"""The words of one item of a digest: what, by when, why it came, and where it is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskreg.domain.choices import Told
from riskreg.domain.notices import NoticeKind
from riskreg.domain.sentences import FILLED_BY, MAY_ACT, day, plural, shortened, the
from riskreg.queries.due import Due
from riskreg.queries.staff import Telling

LATE, TO_DO, TO_KNOW = GROUPS = ("Late", "To do", "To know")
OWNS = {
    NoticeKind.REVIEW: "owns the risk",
    NoticeKind.ACTION: "owns the action",
    NoticeKind.CONTRACT_REVIEW: "manages the contract",
    NoticeKind.MILESTONE: "manages the contract",
}
# What is asked of those above the owner.
SEE_TO = {
    NoticeKind.REVIEW: "Please see that the review is done.",
    NoticeKind.ACTION: "Please see that the action is done.",
    NoticeKind.CONTRACT_REVIEW: "Please see that the review of the contract is held.",
    NoticeKind.MILESTONE: "Please see that it is recorded what is to follow this contract.",
}
NAMED = 3  # of many results the first few are named
LONGEST = 600  # characters of one text in an item; the page that it leads to has the whole


@dataclass(frozen=True, slots=True)
class Line:
    """An item under its heading. `on`: the day by which it presses; None for what happened and asks nothing."""

    heading: str
    on: date | None
    item: dict[str, Any]


def due_lines(found: Iterable[tuple[Due, Telling]], today: date) -> Iterator[Line]:
    """Return the lines of what falls due, each as the person is told of it; the results of one period in one line."""
    results: dict[date | None, list[tuple[Due, Telling]]] = defaultdict(list)
    for due, telling in found:
        if due.kind is NoticeKind.RESULT:
            results[due.period_end].append((due, telling))
        else:
            yield due_line(due, telling, today)
    for some in results.values():
        yield due_line(*some[0], today) if len(some) == 1 else _results_line(some, today)


def due_line(due: Due, telling: Telling, today: date) -> Line:
    """Return the line of a thing that falls due."""
    own = telling.acts
    stands = due.kind is NoticeKind.MILESTONE  # a signal is no date: its sentence names the days that matter
    # What is only to be known of belongs to a risk or a contract: results are told to those who publish them.
    see = ("risk", due.risk_id) if due.risk_id else ("contract", due.page[1])
    heading = LATE if due.pressing < today else TO_DO if own else TO_KNOW
    item = {
        "kind": due.kind,
        "what": due.what,
        "title": due.text,
        "rag": due.rag,
        "by": None if stands else due.due_on.isoformat(),
        "when": "" if stands else lateness((today - due.due_on).days),
        "why": why(due, telling),
        "detail": [*due.detail, *([] if own else [SEE_TO[due.kind]])],
        "do": due.do if own else "See where it stands",
        "page": list(due.page if own else see),
        "risk_id": due.risk_id,
    }
    return Line(heading, due.pressing, _bounded(item))


def _results_line(some: Sequence[tuple[Due, Telling]], today: date) -> Line:
    """The results of a period that are asked for on one day: they are published in one table."""
    first, telling = some[0]
    ended = first.period_end or first.due_on
    names = [due.text for due, _ in some[:NAMED]]
    more = [f"and {len(some) - NAMED} more"] if len(some) > NAMED else []
    item = {
        "what": f"{plural(len(some), 'result')} for the period to {day(ended)}",
        "title": "; ".join([*names, *more]),
        "detail": [],
        "do": "Publish them in one table",
        "page": ["publish_period", ended.isoformat()],
    }
    line = due_line(first, telling, today)
    return Line(line.heading, line.on, _bounded({**line.item, **item}))


def event_line(kind: str, facts: Mapping[str, Any]) -> Line:
    """Return the line of something that happened."""
    plain: dict[str, Any] = {"title": "", "rag": None, "by": None, "when": "", "detail": [], "risk_id": None}
    by = facts.get("by")
    item = _bounded({**plain, **facts, "kind": kind})
    return Line(TO_DO if by else TO_KNOW, date.fromisoformat(by) if by else None, item)


def _bounded(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item with its long texts cut."""
    detail = [shortened(sentence, LONGEST) for sentence in item["detail"]]
    return {**item, "title": shortened(item["title"], LONGEST), "detail": detail}


def lateness(days_late: int) -> str:
    """How far a due date is away: “in 3 days”, “today” or “7 days late”."""
    if days_late == 0:
        return "today"
    return f"{plural(days_late, 'day')} late" if days_late > 0 else f"in {plural(-days_late, 'day')}"


def why(due: Due, telling: Telling) -> str:
    """Why a thing that falls due is told to this person."""
    if telling.told is Told.PERFORMANCE_OFFICER:
        return "You are told as a performance officer."
    owner, owns = the(due.owner), OWNS[due.kind]
    if telling.told is Told.OWNER:
        return f"You are told as {'a deputy of ' if telling.deputy else ''}{owner}, who {owns}."
    if telling.vacant:
        acts = MAY_ACT if telling.acts else FILLED_BY
        return f"You are told because the post that {owns}, {due.owner}, is vacant. {acts}"
    if telling.told is Told.LINE_DIRECTOR:
        return f"You are told as the line director of {owner}, who {owns}."
    role = "a risk co-ordinator" if telling.told is Told.COORDINATOR else "a member of DMT"
    return f"You are told as {role}; {owner} {owns}."
