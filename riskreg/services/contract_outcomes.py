"""What keeping contracts does, as plain data: the same before it is saved and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from riskreg.domain.contracts import contract_signals
from riskreg.domain.dates import day_of
from riskreg.domain.signals import Signal
from riskreg.extensions import db
from riskreg.models import Contract
from riskreg.queries.policies import policy_on
from riskreg.services.consequences import Effects, digest_of, effects_of, require_as_shown
from riskreg.services.evaluation import Evaluation, evaluate_register

Told = Callable[[Contract], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Change:
    """A term that changes: its name on the pages, and its words before and after."""

    about: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ContractOutcome:
    """What becomes of one contract. `contract_id` is None for a new one, which has no changes but terms."""

    row: str
    contract_id: int | None
    code: str
    title: str
    changes: tuple[Change, ...]
    begin: tuple[str, ...]
    end: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContractConsequences:
    """What becomes of contracts and of the risks that rely on them. `alike` counts those that stay as they are."""

    contracts: tuple[ContractOutcome, ...]
    alike: int
    effects: Effects

    @property
    def digest(self) -> str:
        """What saving is given to show that this was seen."""
        return digest_of(self)


@dataclass(frozen=True, slots=True)
class KeptContracts:
    """The contracts that were added or changed, and what that did."""

    contracts: tuple[Contract, ...]
    evaluation: Evaluation
    consequences: ContractConsequences


def sentences_of(signals: Sequence[Signal], others: Sequence[Signal]) -> tuple[str, ...]:
    """Return the sentences of the signals that are not among the others, or only in a milder form."""
    known = {(one.kind, one.fact, one.severity) for one in others}
    return tuple(one.sentence for one in signals if (one.kind, one.fact, one.severity) not in known)


class ContractBefore:
    """One contract as it stood before something was recorded of it. `told`: what may differ, each with its words."""

    def __init__(self, register_id: int, contract: Contract, now: datetime, told: Told) -> None:
        self.register_id, self.contract, self.now, self.told = register_id, contract, now, told
        self.said, self.signals = told(contract), self._signals()

    def _signals(self) -> tuple[Signal, ...]:
        today = day_of(self.now)
        return contract_signals(self.contract.facts(), today, policy_on(self.register_id, today))

    def outcome(self, shown: str | None) -> KeptContracts:
        """Evaluate what depends on it by now, and return what that did. Raises ChangedMeanwhile as shown otherwise."""
        contract = self.contract
        db.session.flush()
        evaluation = evaluate_register(self.register_id, self.now, contracts=[contract.id])
        after = self._signals()
        both = zip(self.said, self.told(contract), strict=True)
        told = tuple(Change(about, was, now) for (about, was), (_, now) in both)
        changes = tuple(one for one in told if one.before != one.after) or told
        begin, end = sentences_of(after, self.signals), sentences_of(self.signals, after)
        outcome = ContractOutcome("", contract.id, contract.code, contract.title, changes, begin, end)
        consequences = ContractConsequences((outcome,), 0, effects_of(evaluation))
        require_as_shown(consequences, shown)
        return KeptContracts((contract,), evaluation, consequences)
