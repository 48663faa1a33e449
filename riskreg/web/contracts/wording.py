"""How the pages of contracts put things: the plan's words beside what was read from them, and what recording did."""

from __future__ import annotations

from riskreg.domain.dates import PartialDate
from riskreg.models import Contract
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
