"""What was shown is told apart from what is so by now, and the same is the same in every process."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from riskreg.domain.errors import ChangedMeanwhile
from riskreg.services.consequences import digest_of, require_as_shown


@dataclass(frozen=True)
class Outcome:
    """Facts without an order."""

    facts: frozenset[int]


def test_the_order_in_which_a_set_happens_to_stand_makes_no_other_outcome() -> None:
    one, other = frozenset((0, 8)), frozenset((8, 0))
    assert list(one) != list(other)  # else this would prove nothing
    assert digest_of(Outcome(one)) == digest_of(Outcome(other))


def test_another_outcome_than_was_shown_is_refused() -> None:
    shown = digest_of(Outcome(frozenset((1,))))
    require_as_shown(Outcome(frozenset((1,))), shown)
    with pytest.raises(ChangedMeanwhile):
        require_as_shown(Outcome(frozenset((2,))), shown)
