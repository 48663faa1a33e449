"""What a page of the dashboard is about: the whole register, a division, or the risks of whoever reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from werkzeug.exceptions import NotFound

from riskreg.domain.access import Role
from riskreg.queries.narrowing import Of, Scope, division_of_posts
from riskreg.queries.register import Choice, RegisterName, only_register, risk_divisions
from riskreg.services.actors import Actor
from riskreg.web.access import current_actor
from riskreg.web.listing import asked

UNKNOWN = "This address names no part of the register. Go to the dashboard and choose what to see."
INDICATORS, CONTRACTS = "indicators", "contracts"
SEE_ALL = frozenset({Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown: `of` as the address says it, None for the whole register; `words` as a sentence says it."""

    scope: Scope
    of: str | None
    words: str

    @property
    def elsewhere(self) -> str:
        """The words that follow the title of a list that is narrowed; nothing for the whole register."""
        return f", {self.words}" if self.of else ""

    def rated_at(self, rag: str | None = None) -> str:
        """The address of the open risks of a rating shown, or of all ratings."""
        if self.scope.of is Of.MINE:
            return url_for("seeing.risks", of=self.of, rag=rag or "all")
        return url_for("register.listing", division=self.scope.division_id, rag=rag)


def present() -> RegisterName:
    """Return the register that the pages show. Raises NotFound before anything is loaded."""
    register = only_register()
    if register is None:
        raise NotFound("The register is empty: nothing has been loaded yet.")
    return register


def asked_scope(register: RegisterName) -> Shown:
    """Return what the address asks for, the whole register where it does not say; at most one query.

    Raises NotFound for what is no part of the register.
    """
    words = asked("of")
    named = words in ("", *Of)
    return scope_of(register, words, () if named else risk_divisions())


def scope_of(register: RegisterName, words: str, divisions: Sequence[Choice]) -> Shown:
    """Return the part of the register that some words of an address name. Raises NotFound for none."""
    if words in ("", Of.WHOLE):
        return Shown(Scope(register.id), None, "the whole register")
    if words == Of.MINE:
        return Shown(Scope(register.id, Of.MINE, posts=current_actor().posts), Of.MINE, "my risks")
    for division in divisions:
        if str(division.id) == words:
            return Shown(Scope(register.id, Of.DIVISION, division.id), words, division.title)
    raise NotFound(UNKNOWN)


def usual(actor: Actor) -> str:
    """Return what the dashboard opens with, by what the roles look after; at most one query."""
    if actor.roles & SEE_ALL:
        return Of.WHOLE
    if Role.DMT_MEMBER in actor.roles:
        division = division_of_posts(actor.posts)
        return str(division) if division else Of.WHOLE
    if Role.RISK_OWNER in actor.roles:
        return Of.MINE
    if Role.PERFORMANCE_OFFICER in actor.roles:
        return INDICATORS
    return CONTRACTS if Role.CONTRACT_MANAGER in actor.roles else Of.WHOLE


def choices(here: str, divisions: Sequence[Choice]) -> list[tuple[str, str, bool]]:
    """Return what the dashboard can show: words, address, and whether it is shown here."""
    named = [(Of.WHOLE.value, "Whole register")]
    if Role.RISK_OWNER in current_actor().roles:
        named.append((Of.MINE, "My risks"))
    named += [(str(division.id), division.title) for division in divisions]
    offered = [(words, url_for("seeing.home", of=of), of == here) for of, words in named]
    return [
        *offered,
        ("Indicators", url_for("seeing.indicators"), here == INDICATORS),
        ("Contracts", url_for("seeing.contracts"), here == CONTRACTS),
    ]
