"""A contract over time: what was true of it when it was found, and on which days what it signals may change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from riskreg.domain.contracts import ContractFacts, contract_signals
from riskreg.domain.dates import PartialDate, add_months
from riskreg.domain.policy import Policy, of_tier


def was_true(fact: str, found_on: date, facts: ContractFacts, policy: Policy) -> bool:
    """Whether the records still show a signal as true when it was found, by the policy it was found by.

    What was done on that day came after it.
    """
    before = facts.as_at(found_on - timedelta(days=1))
    return any(one.fact == fact for one in contract_signals(before, found_on, policy))


def would_stand(fact: str, severity: int, facts: ContractFacts, on: date, policy: Policy) -> bool:
    """Whether an older policy, the one it was found by, would still give a signal on a day, as bad or worse."""
    found = contract_signals(facts, on, policy)
    return any(one.fact == fact and one.severity >= severity for one in found)


def days_of_change(facts: ContractFacts, policy: Policy) -> set[date]:
    """Return the days on which what a contract signals may begin or end by itself or by what is recorded of it.

    Between two of these days nothing changes, so that nobody needs to look at it.
    """
    days = {day for day in (facts.closed_on, facts.provider_since) if day}
    days |= {one.on for one in facts.routes} | {one.on for one in facts.reviews}
    for review in (facts.review, *(one.next_review for one in facts.reviews)):
        if review:
            days |= {review.last_day + timedelta(days=late) for late in _late_days(policy)}
    for end in (facts.end, *(route.new_end for route in facts.routes)):
        if end:
            days |= set(_before_end(end, facts, policy))
    if facts.needed_from:
        days.add(add_months(facts.needed_from.last_day, -policy.no_provider_months))
    return days


def _late_days(policy: Policy) -> tuple[int, ...]:
    return policy.review_overdue_days_manager, policy.review_overdue_days_head, policy.review_overdue_days_dmt


def _before_end(end: PartialDate, facts: ContractFacts, policy: Policy) -> Iterator[date]:
    for months in (policy.no_route_months, policy.no_approved_route_months, policy.no_award_months):
        yield add_months(end.last_day, -of_tier(months, facts.tier))
    yield end.last_day + timedelta(days=1)
    if facts.notice_months is not None:
        notice = add_months(end.last_day, -facts.notice_months)
        yield notice - timedelta(days=policy.extension_notice_days)
        yield notice + timedelta(days=1)
