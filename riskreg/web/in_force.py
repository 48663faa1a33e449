"""The register that the pages show and the policy it goes by today."""

from __future__ import annotations

from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.policy import Policy
from riskreg.queries.policies import NoPolicyError, policy_on
from riskreg.queries.register import RegisterName, only_register


def present_register() -> RegisterName:
    """Return the register, by one query. Raises NotFound, with a sentence, before anything is loaded."""
    register = only_register()
    if register is None:
        raise NotFound("No register has been loaded yet.")
    return register


def present_policy() -> Policy:
    """Return the policy of the day, by two queries. Raises NotFound, with a sentence, while there is none."""
    return policy_of(present_register().id)


def policy_of(register_id: int) -> Policy:
    """Return a register's policy of the day, by one query. Raises NotFound, with a sentence, while there is none."""
    try:
        return policy_on(register_id, clock.today())
    except NoPolicyError:
        raise NotFound("No policy is in force yet, so nothing can be judged.") from None
