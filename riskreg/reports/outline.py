"""A pack's frozen content as blocks, in the order in which DMT reads it: numbers, decisions, news, what is late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from riskreg.domain import sentences
from riskreg.domain.sentences import plural
from riskreg.reports.blocks import Block, Bullets, Cell, Heading, Table, Text

Content = dict[str, Any]
# More risks than this make no appendix that anyone reads: the spreadsheet has them all.
APPENDIX_RISKS = 200


def day(written: str | None, none: str = "") -> str:
    """A day of the content as the pages write it."""
    return sentences.day(date.fromisoformat(written)) if written else none


def title(content: Content) -> str:
    """What the pack is called."""
    meeting = f" for the meeting of {day(content['held_on'])}" if content["held_on"] else ""
    return f"DMT pack{meeting}"


def standing(content: Content) -> str:
    """One sentence on what the pack shows, and as at when."""
    register = content["register"]
    return (
        f"The risk register of {register['name']} ({register['prefix']}) as it stood on {day(content['as_at'])},"
        f" by version {content['policy']} of its policy. DMT is the Directorate Management Team."
        " Each risk is rated RED, AMBER or GREEN (its RAG)."
    )


def outline(content: Content) -> list[Block]:
    """Return the whole pack as blocks."""
    return [
        *_glance(content),
        *_decisions(content),
        *_movements(content),
        *_above_target(content),
        *_late(content),
        *_signals(content),
        *_appendix(content),
    ]


def _risk(one: Content) -> Cell:
    return Cell(one["reference"], risk_id=one["risk_id"])


def _glance(content: Content) -> Iterator[Block]:
    yield Heading("At a glance", "glance")
    waiting, late = len(content["decisions"]), len(content["late_reviews"]) + len(content["late_actions"])
    yield Bullets(
        [
            f"{plural(len(content['risks']), 'open risk')}.",
            f"{plural(waiting, 'decision')} needed from DMT.",
            f"{plural(len(content['movements']), 'movement')} {_since(content)}.",
            f"{plural(late, 'review or action', 'reviews and actions')} overdue.",
        ]
    )
    counts = [[Cell(tag=rag), Cell(str(number))] for rag, number in content["counts"].items()]
    yield Table("Open risks by the rating shown", ("Rating shown", "Risks"), counts)
    head = ("Likelihood, impact", *(f"{level}, {words}" for level, words in enumerate(content["impact_words"], 1)))
    rows = [
        [Cell(row["words"]), *(Cell(_in_cell(cell), tag=cell["rag"]) for cell in row["cells"])]
        for row in content["matrix"]
    ]
    yield Table("Scored risks by likelihood and impact, as their owners rate them", head, rows)
    yield from _unscored(content["unscored"])


def _unscored(risks: list[Content]) -> Iterator[Block]:
    shown = [
        [_risk(one), Cell(one["title"]), Cell(tag=one["own_rag"]), Cell(tag=one["rag"])]
        for one in risks[:APPENDIX_RISKS]
    ]
    if shown:
        yield Table("Risks with a RAG and no score", ("Reference", "Risk", "Owner’s rating", "Rating shown"), shown)
    if len(risks) > len(shown):
        yield Text(f"{len(risks) - len(shown):,} more without a score: the spreadsheet of this pack holds them all.")


def _in_cell(cell: Content) -> str:
    return ", ".join([str(cell["score"]), *cell["risks"]])


def _since(content: Content) -> str:
    return f"since the meeting of {day(content['since'])}" if content["since"] else "since the register was begun"


def _decisions(content: Content) -> Iterator[Block]:
    yield Heading("Decisions needed", "decisions")
    if not content["decisions"]:
        yield Text("Nothing waits for DMT.")
    for one in content["decisions"]:
        yield Heading(f"{one['reference']} {one['title']}", f"escalation-{one['escalation_id']}", level=3)
        rating = one["rag"] if one["own_rag"] == one["rag"] else f"{one['own_rag']}, raised to {one['rag']}"
        yield Text(rating, lead="Rating")
        yield Text(one["owner"], lead="Owner")
        waited = plural(one["days"], "day") if one["days"] else "today"
        yield Text(f"{day(one['since'])} ({waited}), {one['status']}", lead="Before DMT since")
        yield Bullets(
            [*one["reasons"], *([f"De-escalation is proposed. {one['proposal']}"] if one["proposal"] else [])]
        )
        said, decided = one["said"], one["decided"]
        words = f"{said['text']} ({said['kind']}, {said['name']})" if said else "Nothing yet"
        yield Text(words, lead="What the owner last said")
        if decided:
            yield Text(f"{decided['kind'].capitalize()}: {decided['text']} ({decided['name']})", lead="Last decision")


def _movements(content: Content) -> Iterator[Block]:
    yield Heading(f"Movements {_since(content)}", "movements")
    if not content["movements"]:
        yield Text("Nothing moved.")
        return
    if content["since"]:
        yield Text("What happened on the day of that meeting is included.")
    rows = [
        [
            _risk(one),
            Cell(one["title"]),
            Cell(f"{one['what'][:1].upper()}{one['what'][1:]} on {day(one['on'])}"),
            Cell(f"from {one['before']}" if one["before"] else "no change", tag=one["after"]),
            Cell(one["reason"]),
        ]
        for one in content["movements"]
    ]
    yield Table("Movements with their reasons", ("Reference", "Risk", "What happened", "Rating", "Reason"), rows)


def _above_target(content: Content) -> Iterator[Block]:
    yield Heading("Above target", "above-target")
    if not content["above_target"]:
        yield Text("No risk is rated worse than its target. A risk for which no target was set is not counted.")
        return
    rows = [
        [
            _risk(one),
            Cell(one["title"]),
            Cell(one["owner"]),
            Cell(tag=one["rag"]),
            Cell(tag=one["target"]),
            Cell(day(one["timescale"], "no action open") + (" (past)" if one["late"] else "")),
        ]
        for one in content["above_target"]
    ]
    head = ("Reference", "Risk", "Owner", "Rating shown", "Target", "Timescale")
    yield Text("The timescale is the day by which the last open action is due.")
    yield Table("Risks rated worse than their target", head, rows)


def _late(content: Content) -> Iterator[Block]:
    yield Heading("Late reviews and actions by owner", "late")
    reviews = [
        [Cell(one["owner"]), _risk(one), Cell(one["title"]), Cell(day(one["due_on"])), Cell(plural(one["days"], "day"))]
        for one in content["late_reviews"]
    ]
    actions = [
        [Cell(one["owner"]), _risk(one), Cell(one["text"]), Cell(day(one["due_on"])), Cell(plural(one["days"], "day"))]
        for one in content["late_actions"]
    ]
    if reviews:
        yield Table("Late reviews", ("Owner", "Reference", "Risk", "Due", "Overdue by"), reviews)
    else:
        yield Text("No review is overdue.")
    if actions:
        yield Table("Late actions", ("Owner", "Reference", "Action", "Due", "Overdue by"), actions)
    else:
        yield Text("No action is overdue.")


def _signals(content: Content) -> Iterator[Block]:
    yield Heading("Signals from indicators and contracts", "signals")
    if not content["signals"]:
        yield Text("No signal stands.")
        return
    rows = [
        [Cell(one["sentence"]), Cell(one["kind"]), Cell(day(one["since"])), Cell(", ".join(one["risks"]))]
        for one in content["signals"]
    ]
    yield Table("Signals that stand", ("Signal", "From", "Since", "Risks"), rows, row_heads=False)


def _appendix(content: Content) -> Iterator[Block]:
    yield Heading("Appendix: the register", "register")
    if len(content["risks"]) > APPENDIX_RISKS:
        yield Text(
            f"The register has {len(content['risks']):,} open risks. The spreadsheet of this pack holds them all."
        )
        return
    head = ("Reference", "Risk", "Owner", "Owner’s rating", "Shown", "Target", "Direction", "Controls", "Actions")
    yield Table("Every open risk", head, [_appendix_row(one) for one in content["risks"]])


def _appendix_row(one: Content) -> list[Cell]:
    words = [one["title"], *(one[name] for name in ("cause", "event", "consequence") if one[name])]
    controls = [f"{part['text']}{owned(part['owner'])}" for part in one["controls"]]
    actions = [f"{part['text']}{owned(part['owner'])} by {day(part['due_on'])}" for part in one["actions"]]
    return [
        _risk(one),
        Cell(". ".join(part.rstrip(".") for part in words) + "."),
        Cell(one["owner"]),
        Cell(scored(one["current"]), tag=one["own_rag"]),
        Cell(tag=one["rag"]),
        Cell(scored(one["target"]) if one["target"]["rag"] else "none set", tag=one["target"]["rag"]),
        Cell(one["direction"] or "first rating"),
        Cell("\n".join(controls) or "none recorded"),
        Cell("\n".join(actions) or "none open"),
    ]


def owned(owner: str) -> str:
    """A post behind what it owns: (Head of Service)."""
    return f" ({owner})" if owner else ""


def scored(rating: Content) -> str:
    """The two levels of a rating: 3 × 4; empty for one published without a score."""
    return f"{rating['likelihood']} × {rating['impact']}" if rating["likelihood"] else ""
