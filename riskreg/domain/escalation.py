"""When signals escalate a risk, and when an escalation falls away again (design, section 3, Automatic escalation,
Reversal).

Two steps, each evaluated as often as one likes with the same outcome: what is stored of a subject is compared with
what is found now, and what stands is compared with what the risk's escalations have already held.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from riskreg.domain.lifecycle import DecisionKind, EscalationStatus
from riskreg.domain.scoring import Rag
from riskreg.domain.signals import Signal, SignalKind


def rating_moved(rag_before: str, rag_after: str) -> str:
    """How an escalation moved a rating: “raised from AMBER to RED”, or “stays RED” when there is nothing above."""
    return f"stays {rag_after}" if rag_before == rag_after else f"raised from {rag_before} to {rag_after}"


class SignalState(StrEnum):
    """What has become of a stored signal."""

    STANDS = "stands"
    OVERTAKEN = "overtaken"
    RECOVERED = "recovered"
    WITHDRAWN = "withdrawn"


GONE = (SignalState.OVERTAKEN, SignalState.WITHDRAWN)
ENDED = (SignalState.RECOVERED, SignalState.WITHDRAWN)  # and nothing took its place


@dataclass(frozen=True, slots=True)
class StoredSignal:
    """A signal as stored: `key` finds it again."""

    key: int
    kind: SignalKind
    fact: str
    severity: int
    sentence: str
    state: SignalState


@dataclass(frozen=True, slots=True)
class Ending:
    """A stored signal whose state changes, and why."""

    key: int
    state: SignalState
    why: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What comparing a subject's stored signals with the found ones asks for."""

    new: tuple[Signal, ...]
    endings: tuple[Ending, ...]


NEVER_WAS = "By the figures and dates as they now stand, the reason was not there when it was found."
POLICY_CHANGED = "The policy changed: by the rules in force now this is no longer a reason."
OVERTAKEN = "Overtaken by a later finding on the same fact."
NOT_GONE = "That it had gone is withdrawn: the reason stands again."


def compare(
    stored: Sequence[StoredSignal],
    found: Sequence[Signal],
    *,
    wording_counts: bool,
    true_of_its_day: Collection[int] = (),
    policy_changed: Collection[int] = (),
) -> Changes:
    """Return the signals to store anew and the stored ones whose state changes.

    `wording_counts`: a changed sentence is a changed fact (figures are in it), which is so for indicators; a
    contract's sentence names days and the contract, which may be called anew. `true_of_its_day`: keys of stored
    signals that today's records still show to have been true when found; such a one has recovered, any other that is
    no longer found is withdrawn.
    `policy_changed`: keys of those that the policy they were found by would still give: only the policy has changed.

    Of an indicator, what stands again after it had recovered shows that a figure was wrong by which it had: the earlier
    signal says so, and the later takes its place. A contract's milestone may be missed, met and missed again.
    """
    live = [one for one in stored if one.state in (SignalState.STANDS, SignalState.RECOVERED)]
    endings = []
    kept: list[Signal] = []
    for one in live:
        if one.state is SignalState.RECOVERED and any(signal.stands and signal.fact == one.fact for signal in found):
            if wording_counts:
                endings.append(Ending(one.key, SignalState.OVERTAKEN, NOT_GONE))
            continue  # how a milestone had ended stays as it was told; that it stands again is a new signal
        match = next((signal for signal in found if _same(one, signal, wording_counts)), None)
        if match:
            kept.append(match)
        ending = _ending(one, match, found, true_of_its_day, policy_changed)
        if ending.state is not one.state:
            endings.append(ending)
    new = tuple(signal for signal in found if signal.stands and signal not in kept)
    return Changes(new, tuple(endings))


def _same(one: StoredSignal, signal: Signal, wording_counts: bool) -> bool:
    alike = (one.kind, one.fact, one.severity) == (signal.kind, signal.fact, signal.severity)
    return alike and (not wording_counts or one.sentence == signal.sentence)


def _ending(
    one: StoredSignal,
    match: Signal | None,
    found: Sequence[Signal],
    true_of_its_day: Collection[int],
    policy_changed: Collection[int],
) -> Ending:
    if match:
        state = SignalState.STANDS if match.stands else SignalState.RECOVERED
        return Ending(one.key, state, match.recovered)
    later = [signal for signal in found if signal.fact == one.fact]
    if one.key in policy_changed and not any(signal.severity > one.severity for signal in later):
        return Ending(one.key, SignalState.RECOVERED, POLICY_CHANGED)
    if any(signal.stands for signal in later):
        return Ending(one.key, SignalState.OVERTAKEN, OVERTAKEN)
    if later:
        return Ending(one.key, SignalState.RECOVERED, later[0].recovered)
    if one.key in true_of_its_day:
        return Ending(one.key, SignalState.RECOVERED, "What was missing has since been recorded.")
    return Ending(one.key, SignalState.WITHDRAWN, NEVER_WAS)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A standing signal that a link of the risk heeds and that no escalation of the risk holds yet."""

    key: int
    subject: str
    kind: SignalKind
    fact: str
    severity: int
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A signal that an escalation of the risk holds.

    `decided` is the number of the last decision taken with it in view, a later one being greater, and `stood` whether
    it still stood then. `live`: the escalation that holds it is the live one; False when it has ended. `why` it ceased
    to stand, in words.
    """

    subject: str
    kind: SignalKind
    fact: str
    severity: int
    state: SignalState
    decided: int | None
    stood: bool = True
    live: bool = True
    sentence: str = ""
    why: str = ""

    @property
    def was_before_dmt(self) -> bool:
        """Whether DMT has had this fact before it: it stood when DMT decided, or it waits there now."""
        return self.stood if self.decided is not None else self.state not in GONE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What candidates do to a risk: `attach` their keys to an escalation, which `opens` or comes `back` to DMT."""

    attach: tuple[int, ...]
    opens: bool
    back: bool


def on_candidates(candidates: Sequence[Candidate], seen: Sequence[Seen], status: EscalationStatus | None) -> Outcome:
    """Return what new signals do to a risk whose live escalation has this status, or that has none.

    The same facts never escalate twice: without a live escalation only news opens one; a confirmed or returned one
    comes back before DMT only on news; otherwise the signal joins quietly. What an escalation that has ended settled
    joins none: it would keep the live one up after its own reasons are gone.
    """
    news = [one for one in candidates if is_news(one, seen)]
    if status is None:
        return Outcome(tuple(one.key for one in news), opens=bool(news), back=False)
    ended = [old for old in seen if not old.live]
    joins = [one for one in candidates if is_news(one, ended)]
    back = bool(news) and status in (EscalationStatus.CONFIRMED, EscalationStatus.RETURNED)
    return Outcome(tuple(one.key for one in joins), opens=False, back=back)


def is_news(one: Candidate, seen: Sequence[Seen]) -> bool:
    """Whether DMT has not had this fact before it, or only a milder form of it.

    A signal that was withdrawn, or overtaken by one that perhaps was withdrawn, counts only when it stood as DMT
    decided. RED again is no news when the last decision on the same subject had already seen it RED.
    """
    same = [old for old in seen if old.subject == one.subject]
    if any(old.was_before_dmt and old.fact == one.fact and old.severity >= one.severity for old in same):
        return False
    if one.kind is not SignalKind.RED:
        return True
    last = max((old.decided for old in same if old.decided is not None), default=None)
    return not any(old.decided == last and old.stood and old.severity == Rag.RED.severity for old in same if last)


def takes_the_place(one: Candidate, seen: Sequence[Seen]) -> bool:
    """Whether the live escalation holds a reason that was overtaken by this one, such as that of a wrong figure."""
    about = (one.subject, one.fact)
    return any(old.live and old.state is SignalState.OVERTAKEN and (old.subject, old.fact) == about for old in seen)


def stands_again(one: Candidate, seen: Sequence[Seen]) -> Seen | None:
    """The reason of the live escalation that this one is, when that was wrongly said to have gone; else None."""
    about = (one.subject, one.fact, one.sentence)
    same = (old for old in seen if old.live and (old.subject, old.fact, old.sentence) == about and NOT_GONE in old.why)
    return next(same, None)


class Fate(StrEnum):
    """What becomes of a live escalation when its signals change."""

    KEEP = "keep"
    PROPOSE = "propose de-escalation"
    WITHDRAW = "withdraw"


def fate(
    status: EscalationStatus,
    states: Sequence[SignalState],
    *,
    raised_by_person: bool,
    confirmed_before: bool = False,
) -> Fate:
    """Return what a live escalation's signals now ask for: only a person ends one that DMT has decided on.

    `confirmed_before`: DMT has confirmed it and news has brought it back; a person's confirmation is not undone by
    the news turning out wrong. Putting a decision off to a meeting decides nothing yet.
    """
    if raised_by_person or not states or SignalState.STANDS in states:
        return Fate.KEEP
    ended = [state for state in states if state is not SignalState.OVERTAKEN]
    undecided = status in (EscalationStatus.AWAITING, EscalationStatus.DEFERRED) and not confirmed_before
    if undecided and all(state is SignalState.WITHDRAWN for state in ended):
        return Fate.WITHDRAW
    return Fate.PROPOSE


LEFT_BY = {DecisionKind.CONFIRM: EscalationStatus.CONFIRMED, DecisionKind.RETURN: EscalationStatus.RETURNED}


def falls_back(last: DecisionKind | None, news: Sequence[SignalState], *, answered: bool) -> EscalationStatus | None:
    """Return where DMT had left an escalation that only wrong news brought back before it; None to leave it there.

    `news` are the states of the signals that joined after the last decision; `answered`: the owner has reviewed since.
    """
    wrong = bool(news) and all(state is SignalState.WITHDRAWN for state in news)
    return LEFT_BY.get(last) if last and wrong and not answered else None
