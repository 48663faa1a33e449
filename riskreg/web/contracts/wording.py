"""How the pages of contracts put things: the plan's words beside what was read from them, and what recording did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from riskreg.domain.contract_terms import LABELS
from riskreg.domain.contracts import ContractFacts, RouteStage
from riskreg.domain.dates import PartialDate
from riskreg.domain.policy import WITHOUT_TIER
from riskreg.domain.sentences import day, listed, plural
from riskreg.domain.signals import Reach
from riskreg.models import Contract
from riskreg.queries.contract import DependentRisk
from riskreg.services.contracts import STAGES
from riskreg.web.pages import money

NO_DATE = "no date: these words give no signal"
ROLLS_ON = "no end: it rolls on"
REACHES = {int(reach): reach.who for reach in Reach}  # as signals are stored


def end_in_words(contract: Contract, facts: ContractFacts, today: date) -> str:
    """Say when the contract ends, and by what: what was recorded comes before what the plan says."""
    if contract.closed_on:
        return f"Closed on {day(contract.closed_on)}: {contract.closed_why}"
    if contract.rolling:
        said = f" The plan says “{contract.end_printed}”." if contract.end_printed else ""
        return f"It rolls on: it has reviews and no end.{said}"
    end = facts.current_end
    if end is None:
        return f"The date of the end is not known: {_plan_gives(contract.end_printed)}."
    moved = [one for one in contract.routes if one.stage == RouteStage.AWARDED and one.new_end == end.text]
    by = f", by the extension awarded on {day(moved[-1].on)}" if moved else ""
    return f"{'Ended' if end.last_day < today else 'Ends'} {_when(end)}{by}."


def review_in_words(contract: Contract, facts: ContractFacts) -> str:
    """Say when the next review falls, or what is known instead: the last review that was held, or the plan's words."""
    if facts.current_review:
        return f"The review is due {_when(facts.current_review)}."
    if facts.reviews:
        return f"Reviewed on {day(facts.reviews[-1].on)}; no further review is set."
    if contract.review_printed:
        return f"The date of the review is not known: {_plan_gives(contract.review_printed)}."
    return "No review is set."


def not_known(contract: Contract, facts: ContractFacts) -> list[str]:
    """Return what has no date although the plan or a record speaks of it, one sentence each; it gives no signal."""
    found = []
    if facts.current_end is None and contract.end_printed and not contract.rolling:
        found.append(f"The date of the end is not known: {_plan_gives(contract.end_printed)}. It gives no signal.")
    if facts.current_review is None and (facts.reviews or contract.review_printed):
        found.append(f"{review_in_words(contract, facts)} It gives no signal.")
    return found


def route_in_words(facts: ContractFacts) -> str:
    """Say which of the recorded routes counts for the present end."""
    route = facts.route
    if route is None:
        return "No route counts for the present end yet."
    counts = f"The route that counts now: {route.kind}, {STAGES[route.stage]} on {day(route.on)}."
    return f"{counts} Of the routes of the latest kind, the furthest stage counts."


def dmt_is_told(risks: Sequence[DependentRisk]) -> str:
    """Say through which risks DMT hears of a signal, or that it does not."""
    names = listed([risk.reference for risk in risks if risk.lets_dmt_know])
    if not names:
        return "No risk heeds this contract, so DMT is not told."
    return f"DMT is told through the risks that depend on it: {names}."


def _when(date_known: PartialDate) -> str:
    """On a day, or in a month or a year."""
    return f"{'on' if date_known.text == date_known.last_day.isoformat() else 'in'} {date_known}"


def _plan_gives(words: str) -> str:
    return f"the plan says “{words}”" if words else "the plan gives none"


def plan_says(contract: Contract, facts: ContractFacts) -> list[tuple[str, str, str]]:
    """Return what the plan says about what, in its words, and what is kept now; only what it speaks of."""
    dates = (
        ("Start", contract.start_printed, _date(contract.start, None)),
        ("End", contract.end_printed, ROLLS_ON if contract.rolling else _date(contract.end, facts.current_end)),
        ("Review", contract.review_printed, _date(contract.review, facts.current_review)),
    )
    rows = [
        ("Value", contract.value_printed, value_in_words(contract)),
        *dates,
        (
            "Manager",
            contract.manager_printed,
            f"words only; the register goes by the post: {contract.owner_post.title}",
        ),
        ("Consultation", contract.consultation_printed, "taken as printed"),
    ]
    return [row for row in rows if row[1]]


def _date(stored: str, current: PartialDate | None) -> str:
    """The date that was read from the words, and the one that holds by what was recorded since."""
    if current is None or current.text == stored:
        return _known(stored) or NO_DATE
    return f"{_known(stored) or 'no date in these words'}; by what was recorded since, {current}"


def value_in_words(contract: Contract) -> str:
    """Say what the contract is worth: in total, a year, and what there is to know of it."""
    amounts = []
    if contract.value_total is not None:
        amounts.append(money(contract.value_total))
    if contract.value_yearly is not None:
        amounts.append(f"{money(contract.value_yearly)} a year")
    text = ", ".join(amounts)
    return ". ".join(one for one in (text, contract.value_note) if one) or "no amount"


def what_is_kept(contract: Contract, facts: ContractFacts) -> list[tuple[str, str]]:
    """Return what is kept of the contract beside its title and its dates, each with what it is about."""
    said = {True: "yes", False: "no", None: ""}
    rows = [
        ("Provider", contract.provider or ("none is known" if not contract.provider_known else "")),
        (LABELS["provider_number"], contract.provider_number),
        (LABELS["provider_is_small"], said[contract.provider_is_small]),
        (LABELS["provider_is_voluntary"], said[contract.provider_is_voluntary]),
        ("Value", value_in_words(contract)),
        (LABELS["irrecoverable_vat"], money(contract.irrecoverable_vat, "")),
        ("Start", _known(contract.start)),
        (LABELS["needed_from"], _known(contract.needed_from)),
        ("Tier", _tier(contract)),
        ("Extensions", "" if contract.rolling else extensions_in_words(contract, facts)),
        (LABELS["procurement_route"], contract.procurement_route),
        (LABELS["safeguarding_critical"], "yes" if contract.safeguarding_critical else ""),
    ]
    return [row for row in rows if row[1]]


def _known(stored: str) -> str:
    return str(PartialDate(stored)) if stored else ""


def _tier(contract: Contract) -> str:
    return str(contract.tier) if contract.tier else f"not set: it counts as tier {WITHOUT_TIER}"


def extensions_in_words(contract: Contract, facts: ContractFacts) -> str:
    """Say how often it may be extended, how often it was, and until when notice of the next one has to be given."""
    used = facts.extensions_used
    if not contract.extensions:
        return f"none is known to be allowed; {used} awarded" if used else "none is known to be allowed"
    length = plural(contract.extension_months or 0, "month")
    said = f"{plural(contract.extensions, 'extension')} of {length} allowed, {used} used"
    if contract.notice_months is None:
        return f"{said}; no notice is known to be needed"
    said += f"; notice {plural(contract.notice_months, 'month')} before the end"
    return f"{said}, by {day(facts.notice_by)}" if facts.notice_by else said
