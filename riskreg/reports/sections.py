"""The parts that every report is made of: counts, matrix, movements, what is above target, and the register itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from riskreg.domain import sentences
from riskreg.domain.escalation import rating_moved
from riskreg.reports.blocks import Block, Bullets, Cell, Heading, Table, Text

Content = dict[str, Any]
# What may be late, and what one and several of it are called. A pack made before answers were told has none of them.
LATE = {
    "late_reviews": ("review", "reviews"),
    "late_answers": ("answer to DMT", "answers to DMT"),
    "late_actions": ("action", "actions"),
}
# More risks than this make no appendix that anyone reads: the spreadsheet has them all.
APPENDIX_RISKS = 200


def day(written: str | None, none: str = "") -> str:
    """A day of the content as the pages write it."""
    return sentences.day(date.fromisoformat(written)) if written else none


def marked(words: str, one: Content) -> str:
    """Words with the marking of what they name behind them, where it is exempt. Packs made before had none."""
    return f"{words} ({one['exempt']})" if one.get("exempt") else words


def rating_cell(before: str, after: str) -> Cell:
    """How a rating moved: its tag and what it was, or that it stays; a dash where the movement is not about ratings."""
    if before == after:
        return Cell(rating_moved(before, after) if after else "–")
    return Cell(f"from {before}" if before else "", tag=after)


def risk_cell(one: Content) -> Cell:
    """The reference of a risk, which leads to it."""
    return Cell(one["reference"], risk_id=one["risk_id"])


def counts(content: Content) -> Iterator[Block]:
    """How many risks there are of each rating, beside how many there were, and where they stand by their scores."""
    before = content.get("counts_before")
    rows = [
        [Cell(tag=rag), Cell(str(number), to=_rows_of(content, rag)), *(_change(before[rag], number) if before else ())]
        for rag, number in content["counts"].items()
    ]
    all_of = sum(content["counts"].values())
    changes = _change(sum(before.values()), all_of) if before else ()
    rows.append([Cell("All"), Cell(str(all_of), to="register"), *changes])
    then = (f"When {day(content['since'])} began", "Change") if before else ()
    yield Table("Open risks by the rating shown", ("Rating shown", f"On {day(content['as_at'])}", *then), rows)
    yield from _matrix(content)
    if content["unscored"]:
        has = "has" if len(content["unscored"]) == 1 else "have"
        words = (
            f"{sentences.plural(len(content['unscored']), 'risk')} {has} a RAG and no score, so no place among these."
        )
        yield Bullets([Cell(words, to="unscored")])


def _change(before: int, now: int) -> tuple[Cell, Cell]:
    change = now - before
    return Cell(str(before)), Cell(f"{abs(change)} {'more' if change > 0 else 'fewer'}" if change else "none")


def _rows_of(content: Content, rag: str) -> str:
    """The key of the table of the appendix that holds the risks of a rating; empty where there is none."""
    if not content["counts"][rag]:
        return ""
    return f"register-{rag.lower()}" if len(content["risks"]) <= APPENDIX_RISKS else "register"


def _matrix(content: Content) -> Iterator[Block]:
    head = ("Likelihood, impact", *(f"{level}, {words}" for level, words in enumerate(content["impact_words"], 1)))
    rows = [
        [Cell(row["words"]), *(Cell(_in_cell(cell), tag=cell["rag"]) for cell in row["cells"])]
        for row in content["matrix"]
    ]
    yield Table("Scored risks by likelihood and impact, as their owners rate them", head, rows, key="matrix")


def _unscored(risks: list[Content]) -> Iterator[Block]:
    shown = [
        [risk_cell(one), Cell(one["title"]), Cell(tag=one["own_rag"]), Cell(tag=one["rag"])]
        for one in risks[:APPENDIX_RISKS]
    ]
    if shown:
        head = ("Reference", "Risk", "Owner’s rating", "Rating shown")
        yield Table("Risks with a RAG and no score", head, shown, key="unscored", widths=(8, 64, 14, 14))
    if len(risks) > len(shown):
        yield Text(f"{len(risks) - len(shown):,} more without a score: the spreadsheet holds them all.")


def _in_cell(cell: Content) -> str:
    return ", ".join([str(cell["score"]), *cell["risks"]])


def movements(content: Content) -> Iterator[Block]:
    """What moved, with its reason."""
    if not content["movements"]:
        yield Text("Nothing moved.")
        return
    rows = [
        [
            risk_cell(one),
            Cell(one["title"]),
            Cell(f"{one['what'][:1].upper()}{one['what'][1:]} on {day(one['on'])}"),
            rating_cell(one["before"], one["after"]),
            Cell(one["reason"]),
        ]
        for one in content["movements"]
    ]
    head = ("Reference", "Risk", "What happened", "Rating", "Reason")
    yield Table("Movements with their reasons", head, rows, widths=(8, 23, 21, 12, 36))


def above_target(content: Content) -> Iterator[Block]:
    """The risks that are rated worse than is aimed for."""
    yield Heading("Above target", "above-target")
    if not content["above_target"]:
        yield Text("No risk is rated worse than its target. A risk for which no target was set is not counted.")
        return
    rows = [
        [
            risk_cell(one),
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
    yield Table("Risks rated worse than their target", head, rows, widths=(8, 38, 20, 9, 9, 16))


def late_parts(content: Content) -> Iterator[Block]:
    """What is overdue, a table for each kind of it."""
    for part, (one_of, all_of) in LATE.items():
        rows = [
            [
                Cell(one["owner"]),
                risk_cell(one),
                Cell(one.get("title") or one["text"]),
                Cell(day(one["due_on"])),
                Cell(sentences.plural(one["days"], "day")),
            ]
            for one in content.get(part, ())
        ]
        if rows:
            what = "Action" if part == "late_actions" else "Risk"
            head = ("Owner", "Reference", what, "Due", f"Overdue on {day(content['as_at'])} by")
            yield Table(f"Late {all_of}", head, rows, widths=(22, 8, 43, 14, 13))
        else:
            yield Text(f"No {one_of} is overdue.")


def overdue_results(content: Content) -> Iterator[Block]:
    """The overdue results behind risks, where there are any. What was made before they were told has none."""
    overdue = content.get("overdue_results")
    if overdue:
        told = [[Cell(one["about"]), Cell(one["sentence"]), Cell(", ".join(one["risks"]))] for one in overdue]
        yield Table(
            "Results that are overdue", ("Indicator", "Since when it is not known", "Risks"), told, key="results"
        )


def before_dmt(signal: Content) -> str:
    """Which risks a signal puts before DMT; or that it puts none there, and who is told where that is not DMT."""
    if signal["before_dmt"]:
        return ", ".join(signal["before_dmt"])
    return f"none: {signal['reaches']} is told" if signal["reaches"] else "none"


def appendix(content: Content) -> Iterator[Block]:
    """Every open risk, a table for each rating shown."""
    yield Heading("Appendix: the register", "register")
    yield from _unscored(content["unscored"])
    if len(content["risks"]) > APPENDIX_RISKS:
        yield Text(f"The register has {len(content['risks']):,} open risks. The spreadsheet holds them all.")
        return
    head = ("Reference", "Risk", "Owner", "Owner’s rating", "Shown", "Target", "Direction", "Controls", "Actions")
    for rag in content["counts"]:
        rows = [_appendix_row(one) for one in content["risks"] if one["rag"] == rag]
        if rows:
            yield Table(
                f"Open risks shown as {rag}", head, rows, key=f"register-{rag.lower()}",
                widths=(7, 17, 12, 7, 7, 7, 8, 17, 18),
            )  # fmt: skip


def _appendix_row(one: Content) -> list[Cell]:
    parts = [f"{name.capitalize()}: {one[name]}" for name in ("cause", "event", "consequence") if one[name]]
    controls = [f"{marked(part['text'], part)}{owned(part['owner'])}" for part in one["controls"]]
    actions = [
        f"{marked(part['text'], part)}{owned(part['owner'])} by {day(part['due_on'])}" for part in one["actions"]
    ]
    return [
        risk_cell(one),
        Cell("\n".join([marked(one["title"], one), *parts])),
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
