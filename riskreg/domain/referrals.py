"""What may become of a risk that DMT proposed to the corporate register: one table, read by forms and services."""

from __future__ import annotations

from enum import StrEnum

from riskreg.domain.errors import RuleBroken


class ReferralState(StrEnum):
    """Where a referral stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"


STANDING = (ReferralState.PROPOSED, ReferralState.ACCEPTED)


class Answer(StrEnum):
    """What the co-ordinator of the corporate register can say."""

    ACCEPT = "accept"
    DECLINE = "decline"
    HAND_BACK = "hand back"


ANSWERS: dict[ReferralState, dict[Answer, ReferralState]] = {
    ReferralState.PROPOSED: {Answer.ACCEPT: ReferralState.ACCEPTED, Answer.DECLINE: ReferralState.DECLINED},
    ReferralState.ACCEPTED: {Answer.HAND_BACK: ReferralState.ENDED},
    ReferralState.DECLINED: {},
    ReferralState.ENDED: {},
}
WORDS_NEEDED = {
    Answer.ACCEPT: "Say what the corporate register takes on.",
    Answer.DECLINE: "Give the reason for declining.",
    Answer.HAND_BACK: "Give the reason for handing the risk back.",
}


def answer_referral(state: ReferralState, answer: Answer, said: str) -> ReferralState:
    """Return the state that an answer leads to. Raises RuleBroken, naming the field, when it cannot be given so."""
    if answer not in ANSWERS[state]:
        raise RuleBroken(f"A referral that is {state} cannot be answered by “{answer}”.", "kind")
    if not said.strip():
        raise RuleBroken(WORDS_NEEDED[answer], "said")
    return ANSWERS[state][answer]


def end_referral(state: ReferralState) -> ReferralState:
    """Return the state of a referral once DMT takes the risk back. Raises RuleBroken for one that no longer stands."""
    if state not in STANDING:
        raise RuleBroken(f"A referral that is {state} cannot end again.")
    return ReferralState.ENDED
