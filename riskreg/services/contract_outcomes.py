"""What keeping contracts does, as plain data: the same before it is saved and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riskreg.domain.signals import Signal
from riskreg.models import Contract
from riskreg.services.consequences import Effects, digest_of
from riskreg.services.evaluation import Evaluation


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
