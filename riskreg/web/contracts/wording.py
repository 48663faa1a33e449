"""How the pages of contracts put things: the plan's words beside what was read from them, and what recording did."""

from __future__ import annotations

from collections.abc import Iterable

from riskreg.domain.dates import PartialDate
from riskreg.domain.sentences import listed, plural
from riskreg.models import Contract, Escalation
from riskreg.services.evaluation import Evaluation
from riskreg.web.pages import money

NO_DATE = "no date: these words give no signal"


def plan_says(contract: Contract) -> list[tuple[str, str, str]]:
    """Return what the plan says about what, in its words, and what was read from them; only what it speaks of."""
    dates = (
        ("Start", contract.start_printed, contract.start),
        ("End", contract.end_printed, contract.end),
        ("Review", contract.review_printed, contract.review),
    )
    rows = [
        ("Provider", contract.provider, "taken as printed" if contract.provider_known else "not known yet"),
        ("Value", contract.value_printed, _value(contract)),
        *((name, words, _date(stored)) for name, words, stored in dates),
        (
            "Manager",
            contract.manager_printed,
            f"words only; the register goes by the post: {contract.owner_post.title}",
        ),
        ("Consultation", contract.consultation_printed, "taken as printed"),
    ]
    return [row for row in rows if row[1]]


def _date(stored: str) -> str:
    return str(PartialDate(stored)) if stored else NO_DATE


def _value(contract: Contract) -> str:
    amounts = []
    if contract.value_total is not None:
        amounts.append(money(contract.value_total))
    if contract.value_yearly is not None:
        amounts.append(f"{money(contract.value_yearly)} a year")
    text = ", ".join(amounts) or "no amount"
    return f"{text}. {contract.value_note}" if contract.value_note else text


def told(done: Evaluation) -> str:
    """Return what evaluating did: which risks were escalated, proposed for de-escalation or withdrawn from DMT."""
    parts = []
    if done.raised:
        names = _references(one.escalation for one in done.raised)
        parts.append(f"{plural(len(done.raised), 'risk')} escalated: {names}")
    if done.proposed:
        parts.append(f"de-escalation proposed for {_references(done.proposed)}")
    if done.withdrawn:
        parts.append(f"escalation withdrawn for {_references(done.withdrawn)}")
    if done.joined:
        parts.append(f"{plural(done.joined, 'signal')} joined an escalation")
    if not parts:
        return "Recorded. No escalation changed."
    text = "; ".join(parts)
    return f"Recorded. {text[0].upper()}{text[1:]}."


def _references(escalations: Iterable[Escalation]) -> str:
    return listed([str(one.risk.reference) for one in escalations])
