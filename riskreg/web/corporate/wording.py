"""How pages speak of a referral to the corporate register; both sides read the same."""

from __future__ import annotations

from riskreg.domain.dates import day_of
from riskreg.domain.referrals import ReferralState
from riskreg.domain.sentences import day
from riskreg.queries.referrals import Referred


def referral_words(one: Referred) -> str:
    """Say or two where a referral stands, since when, by whom and why."""
    if one.state == ReferralState.PROPOSED:
        return f"Proposed to the corporate register on {day(day_of(one.proposed_at))}; it has not answered yet."
    if one.state == ReferralState.ACCEPTED:
        return f"{_accepted(one)}: {one.answer}"
    if one.state == ReferralState.DECLINED:
        return f"Declined by the corporate register{_when(one)}: {one.answer}"
    over = f"No longer in the corporate register since {day(day_of(one.ended_at))}. " if one.ended_at else ""
    return f"{over}{one.ended_why}" + (f" {_accepted(one)}." if one.corporate else "")


def _accepted(one: Referred) -> str:
    return f"Accepted in the corporate register as {one.corporate}{_when(one)}"


def _when(one: Referred) -> str:
    return f" on {day(day_of(one.answered_at))} by {one.answered_by}" if one.answered_at else ""
