"""The frozen content of a pack as blocks, in the order in which DMT reads it: numbers, decisions, news, what is late.

What is frozen for the Cabinet Committee has an order of its own, in `committee`.
"""

from __future__ import annotations

from collections.abc import Iterator

from riskreg.domain.escalation import rating_moved
from riskreg.domain.sentences import listed, plural
from riskreg.reports import committee
from riskreg.reports.blocks import Block, Bullets, Cell, Heading, Table, Text
from riskreg.reports.sections import (
    LATE,
    Content,
    above_target,
    appendix,
    before_dmt,
    counts,
    day,
    late_parts,
    movements,
    overdue_results,
)


def _of_committee(content: Content) -> bool:
    return content.get("kind") == committee.KIND


def title(content: Content) -> str:
    """What the pack or the report is called."""
    if _of_committee(content):
        return committee.title(content)
    meeting = f" for the meeting of {day(content['held_on'])}" if content["held_on"] else ""
    return f"DMT pack{meeting}"


def standing(content: Content) -> str:
    """What it shows, and as at when."""
    if _of_committee(content):
        return committee.standing(content)
    register = content["register"]
    return (
        f"The risk register of {register['name']} ({register['prefix']}) as it stood on {day(content['as_at'])},"
        f" by version {content['policy']} of its policy. DMT is the Directorate Management Team."
        " Each risk is rated RED, AMBER or GREEN (its RAG)."
    )


def outline(content: Content) -> list[Block]:
    """Return the whole pack or report as blocks."""
    if _of_committee(content):
        return committee.outline(content)
    return [
        *_glance(content),
        *_decisions(content),
        Heading(f"Movements {_since(content)}", "movements"),
        *([Text("What happened on the day of that meeting is included.")] if content["since"] else ()),
        *movements(content),
        *above_target(content),
        Heading("Late reviews, answers to DMT and actions by owner", "late"),
        *late_parts(content),
        *_signals(content),
        *appendix(content),
    ]


def _glance(content: Content) -> Iterator[Block]:
    yield Heading("At a glance", "glance")
    waiting, late = len(content["decisions"]), sum(len(content.get(of, ())) for of in LATE)
    above, exempt = content["above_target"], [one["reference"] for one in content["risks"] if one.get("exempt")]
    past = sum(one["late"] for one in above)
    late_of = f", {past} of them past the timescale" if past else ""
    yield Bullets(
        [
            Cell(f"{plural(len(content['risks']), 'open risk')}.", to="register"),
            Cell(f"{plural(waiting, 'decision')} needed from DMT.", to="decisions"),
            Cell(f"{plural(len(content['movements']), 'movement')} {_since(content)}.", to="movements"),
            Cell(f"{plural(len(above), 'risk')} above target{late_of}.", to="above-target"),
            Cell(f"{plural(late, 'review, answer or action', 'reviews, answers and actions')} overdue.", to="late"),
            Cell(f"{plural(len(content['signals']), 'signal')} from indicators and contracts.", to="signals"),
            *([Cell(f"Exempt from public papers: {listed(exempt)}.", to="register")] if exempt else ()),
        ]
    )
    yield from counts(content)


def _since(content: Content) -> str:
    return f"since the meeting of {day(content['since'])}" if content["since"] else "since the register was begun"


def _decisions(content: Content) -> Iterator[Block]:
    yield Heading("Decisions needed", "decisions")
    if not content["decisions"]:
        yield Text("Nothing waits for DMT.")
    for one in content["decisions"]:
        yield Heading(f"{one['reference']} {one['title']}", f"escalation-{one['escalation_id']}", level=3)
        rating = rating_moved(one["own_rag"], one["rag"])
        yield Text(f"{rating[0].upper()}{rating[1:]}", lead="Rating")
        yield Text(one["owner"], lead="Owner")
        waited = f"{plural(one['days'], 'day')} on the day of the pack" if one["days"] else "the day of the pack"
        yield Text(f"{day(one['since'])} ({waited}), {one['status']}", lead="Before DMT since")
        if one.get("waiting_since"):
            yield Text(day(one["waiting_since"]), lead="Waits for a decision since")
        proposed = [f"De-escalation is proposed. {one['proposal']}"] if one["proposal"] else []
        yield Bullets([Cell(words) for words in (*one["reasons"], *proposed)])
        said, decided = one["said"], one["decided"]
        words = f"{said['text']} ({said['kind']}, {said['name']})" if said else "Nothing yet"
        yield Text(words, lead="What the owner last said")
        if decided:
            yield Text(f"{decided['kind'].capitalize()}: {decided['text']} ({decided['name']})", lead="Last decision")


def _signals(content: Content) -> Iterator[Block]:
    yield Heading("Signals from indicators and contracts", "signals")
    yield from _standing_signals(content)
    yield from overdue_results(content)


def _standing_signals(content: Content) -> Iterator[Block]:
    if not content["signals"]:
        yield Text("No signal stands.")
        return
    told = all("before_dmt" in one for one in content["signals"])  # a pack that was made before has none
    rows = [
        [
            Cell(one["sentence"]),
            Cell(one["kind"]),
            Cell(day(one["since"])),
            Cell(", ".join(one["risks"])),
            *([Cell(before_dmt(one))] if told else ()),
        ]
        for one in content["signals"]
    ]
    head = ("Signal", "From", "Since", "Risks", *(["Can put before DMT"] if told else ()))
    widths = (47, 9, 14, 14, 16) if told else (60, 9, 14, 17)
    yield Table("Signals that stand", head, rows, row_heads=False, widths=widths)
