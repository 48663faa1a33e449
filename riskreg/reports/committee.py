"""The report to the Cabinet Committee as blocks: how the register is kept, what happened, and the register."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from riskreg.domain.exempt import LAW
from riskreg.domain.sentences import listed, plural
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
    rating_cell,
    risk_cell,
)

KIND = "committee"


def title(content: Content) -> str:
    """What the report is called."""
    return f"Report to the Cabinet Committee, {day(content['since'])} to {day(content['as_at'])}"


def standing(content: Content) -> str:
    """One sentence on what the report shows, and as at when."""
    register = content["register"]
    return (
        f"The risk register of {register['name']} ({register['prefix']}) from {day(content['since'])} to"
        f" {day(content['as_at'])}, both days included, and as it stood at the end of the last."
    )


def outline(content: Content) -> list[Block]:
    """Return the whole report as blocks."""
    return [
        *_how_kept(content),
        *_glance(content),
        Heading("Movements in the period", "movements"),
        *movements(content),
        *_escalations(content),
        *_waiting(content),
        *above_target(content),
        *_reviews(content),
        *_late(content),
        *_signals(content),
        *appendix(content),
    ]


def _how_kept(content: Content) -> Iterator[Block]:
    rules = content["rules"]
    red, amber, green = ("month" if months == 1 else f"{months} months" for months in rules["months"])
    yield Heading("What the register is and how it is kept", "kept")
    yield Text(
        "The register holds the risks of the directorate. Each is owned by a post, which rates it for likelihood and"
        " impact, each from 1 to 5. The score is the one times the other, and gives a rating, its RAG:"
        f" GREEN below {rules['amber']}, AMBER from {rules['amber']}, RED from {rules['red']}."
    )
    yield Text(
        f"The owner reviews a RED risk every {red}, an AMBER one every {amber} and a GREEN one every {green}."
        " When a performance indicator slips or a contract runs out of time, the risks that depend on it are put before"
        " the Directorate Management Team (DMT). Until that escalation ends, such a risk is shown one rating worse than"
        " its owner had rated it, RED at most. Until DMT has decided, it is to be reviewed within"
        f" {plural(rules['escalated_days'], 'day')} of coming before DMT."
    )
    yield Text(f"These are the rules of version {content['policy']} of the register’s policy.")
    yield from (Text(words) for words in left_out(content["exempt"]))


def left_out(exempt: Content) -> list[str]:
    """Say how much is not shown because it is exempt, and by which paragraphs; never what it is."""
    said = []
    if exempt["risks"]:
        number = sum(exempt["risks"].values())
        is_ = "is" if number == 1 else "are"
        said.append(f"{plural(number, 'risk')} {is_} not shown because {_exempt(number, list(exempt['risks']))}.")
    number = exempt["controls"] + exempt["actions"]
    if number:
        parts = [plural(exempt[f"{part}s"], part) for part in ("control", "action") if exempt[f"{part}s"]]
        by = exempt.get("paragraphs", ())  # a report that was made before they were told has none
        is_ = "is" if number == 1 else "are"
        said.append(f"{listed(parts)} of the risks shown {is_} left out because {_exempt(number, by)}.")
    return said


def _exempt(number: int, paragraphs: Collection[object]) -> str:
    noun = "paragraph" if len(paragraphs) == 1 else "paragraphs"
    by = f" ({noun} {listed([str(one) for one in paragraphs])} of {LAW})"
    return f"{'it is' if number == 1 else 'they are'} exempt{by if paragraphs else ''}"


def _glance(content: Content) -> Iterator[Block]:
    yield Heading("At a glance", "glance")
    within, reviews = _within(content), content["reviews"]
    late = sum(one["days"] > 0 for one in reviews)
    yield Bullets(
        [
            Cell(f"{plural(len(content['risks']), 'open risk')}.", to="register"),
            Cell(f"{plural(len(content['movements']), 'movement')}.", to="movements"),
            Cell(f"{plural(len(within), 'escalation')} to DMT.", to="escalations"),
            Cell(f"{plural(len(content['above_target']), 'risk')} above target.", to="above-target"),
            Cell(f"{plural(len(reviews), 'review')} done, {late} of them late.", to="reviews"),
            *_left_at_the_end(content),
            Cell(f"{plural(len(content['signals']), 'signal')} from indicators and contracts.", to="signals"),
        ]
    )
    if not content["counts_before"]:
        yield Text(f"The register was begun after {day(content['since'])} began, so there are no counts from before.")
    yield from counts(content)


def _left_at_the_end(content: Content) -> Iterator[Cell]:
    """What was overdue and what waited when the period ended. Reports made before tell neither."""
    if "waiting" in content:
        parts = [plural(len(content[part]), *words) for part, words in LATE.items()]
        overdue = len(content["overdue_results"])
        yield Cell(f"Overdue at the end: {listed(parts)}.", to="late")
        if overdue:
            yield Cell(f"{plural(overdue, 'result')} overdue at the end.", to="results")
        waiting = len(content["waiting"])
        words = f"{plural(waiting, 'risk')} waited for a decision of DMT at the end."
        yield Cell(words, to="waiting" if waiting else "escalations")


def _within(content: Content) -> list[Content]:
    return [one for one in content["escalations"] if one["within"]]


def _escalations(content: Content) -> Iterator[Block]:
    yield Heading("Escalations to the Directorate Management Team", "escalations")
    within = _within(content)
    kinds = [" and ".join(one["by"]) or "the register itself" for one in within]
    by = listed([f"{kinds.count(kind)} by {kind}" for kind in sorted(set(kinds))])
    yield Text(f"{plural(len(within), 'escalation')} in the period{f': {by}' if by else ''}.")
    if not content["escalations"]:
        return
    rows = [
        [
            risk_cell(one),
            Cell(one["title"]),
            Cell(day(one["on"])),
            rating_cell(one["before"], one["after"]),
            Cell(" ".join(one["reasons"])),
            Cell("\n".join(_decided(decision) for decision in one["decisions"]) or "no decision in the period"),
        ]
        for one in content["escalations"]
    ]
    head = ("Reference", "Risk", "Before DMT since", "Rating", "Reason", "What DMT decided")
    yield Table("Risks that came before DMT or were decided on", head, rows, widths=(7, 16, 10, 9, 28, 30))


def _waiting(content: Content) -> Iterator[Block]:
    """The risks on which DMT had still to decide when the period ended. Reports made before have none."""
    waiting = content.get("waiting")
    if waiting:
        rows = [
            [
                risk_cell(one),
                Cell(one["title"]),
                Cell(tag=one["rag"]),
                Cell(one["status"]),
                Cell(day(one["since"])),
                Cell(plural(one["days"], "day")),
            ]
            for one in waiting
        ]
        head = ("Reference", "Risk", "Rating shown", "Stands", "Waits since", f"Waited by {day(content['as_at'])}")
        caption = "Risks that waited for a decision of DMT when the period ended"
        yield Table(caption, head, rows, key="waiting", widths=(8, 40, 9, 15, 14, 14))
    elif waiting is not None:
        yield Text("No risk waited for a decision of DMT when the period ended.")


def _decided(decision: Content) -> str:
    return f"{day(decision['on'])}: {decision['kind']}. {decision['reason']}"


def _reviews(content: Content) -> Iterator[Block]:
    yield Heading("Reviews", "reviews")
    reviews = content["reviews"]
    late = sum(one["days"] > 0 for one in reviews)
    if not reviews:
        yield Text("No review was done in the period.")
        return
    yield Text(f"{plural(len(reviews), 'review')}: {len(reviews) - late} on time, {late} late.")
    rows = [
        [
            risk_cell(one),
            Cell(one["title"]),
            Cell(day(one["due_on"])),
            Cell(day(one["done_on"])),
            Cell(f"{plural(one['days'], 'day')} late" if one["days"] else "on time"),
        ]
        for one in reviews
    ]
    head = ("Reference", "Risk", "Due", "Done", "On time")
    yield Table("Reviews done in the period", head, rows, widths=(8, 47, 15, 15, 15))


def _late(content: Content) -> Iterator[Block]:
    """What was overdue when the period ended. Of a report that was made before it was told, nothing is said."""
    if "waiting" not in content:
        return
    yield Heading(f"Overdue at the end of {day(content['as_at'])}", "late")
    yield from late_parts(content)
    yield from overdue_results(content)


def _signals(content: Content) -> Iterator[Block]:
    yield Heading("Signals from indicators and contracts", "signals")
    if not content["signals"]:
        yield Text("No indicator and no contract signalled in the period.")
        return
    told = all("before_dmt" in one for one in content["signals"])  # a report that was made before has none
    rows = [
        [
            Cell(one["sentence"]),
            Cell(one["kind"]),
            Cell(day(one["since"])),
            Cell(one["state"]),
            Cell(", ".join(one["risks"])),
            *([Cell(before_dmt(one))] if told else ()),
        ]
        for one in content["signals"]
    ]
    head = ("Signal", "From", "Found", "At the end", "Risks", *(["Put before DMT"] if told else ()))
    widths = (40, 9, 13, 10, 14, 14) if told else (52, 9, 14, 10, 15)
    yield Table("Signals found in the period", head, rows, row_heads=False, widths=widths)
