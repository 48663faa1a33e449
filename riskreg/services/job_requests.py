"""Asking for a job to be run now. The scheduler that leads does it, so that it never overlaps with a run of its own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from riskreg.domain.access import Permission
from riskreg.domain.errors import RuleBroken
from riskreg.queries.jobs import ASKED, asked_runs, last_run_id
from riskreg.services.actors import Actor
from riskreg.services.audit import record


def ask_for_run(actor: Actor, name: str, names: Collection[str], now: datetime) -> None:
    """Ask for a job to be run. Raises NotPermitted, RuleBroken for one of no such name or asked for already.

    Two who ask at once are both answered by the one run that begins afterwards.
    """
    actor.require(Permission.MANAGE_MAIL)
    if name not in names:
        raise RuleBroken("There is no such job.")
    if name in asked_runs(names, now):
        raise RuleBroken(f"A run of {name} was asked for already.")
    sentence = f"A run of the job {name} was asked for."
    record(actor, ASKED, f"job:{name}", sentence, now=now, after=last_run_id(name))
