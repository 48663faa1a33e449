"""What may become of a referral: the whole table, so that a change of it is a change of this file."""

from __future__ import annotations

import pytest

from riskreg.domain.errors import RuleBroken
from riskreg.domain.referrals import Answer, ReferralState, answer_referral, end_referral

A, S = Answer, ReferralState
LEADS_TO = {
    (S.PROPOSED, A.ACCEPT): S.ACCEPTED,
    (S.PROPOSED, A.DECLINE): S.DECLINED,
    (S.ACCEPTED, A.HAND_BACK): S.ENDED,
}


@pytest.mark.parametrize("answer", Answer, ids=str)
@pytest.mark.parametrize("state", ReferralState, ids=str)
def test_each_answer_is_given_only_where_the_table_says(state: ReferralState, answer: Answer) -> None:
    if (state, answer) in LEADS_TO:
        assert answer_referral(state, answer, "It concerns all of us.") is LEADS_TO[state, answer]
        return
    with pytest.raises(RuleBroken, match=f"A referral that is {state} cannot be answered by “{answer}”") as refused:
        answer_referral(state, answer, "It concerns all of us.")
    assert refused.value.field == "kind"


@pytest.mark.parametrize("said", ["", "  ", "\n"])
@pytest.mark.parametrize(("state", "answer"), LEADS_TO, ids=str)
def test_every_answer_needs_a_sentence(state: ReferralState, answer: Answer, said: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        answer_referral(state, answer, said)
    assert refused.value.field == "said"


def test_only_what_stands_ends() -> None:
    assert end_referral(S.PROPOSED) is end_referral(S.ACCEPTED) is S.ENDED
    for state in (S.DECLINED, S.ENDED):
        with pytest.raises(RuleBroken, match="cannot end again"):
            end_referral(state)
