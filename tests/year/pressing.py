"""What could not wait, as the policy says it should be: who is told at once, and what became of it before it left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from riskreg.extensions import db
from riskreg.models import Escalation, Person, Referral, Risk

WAITS = "awaiting DMT"  # only then is an escalation still told as one
ROLES = {"dmt": "dmt_member", "corporate": "corporate_coordinator"}


class Posts(Protocol):
    """Who holds what on a day."""

    def hearing(self, post: int) -> set[int]:
        """Who is told of what a post owns."""

    def role(self, role: str) -> set[int]:
        """Who answers for the posts with a role."""


@dataclass
class Told:
    """One thing told to one person by a message of its own. `event`: the number of what happened, as the audit has it.

    `capacity`: as what the person is told; empty for whoever is told whatever happens.
    """

    kind: str
    words: str
    on: str
    person: int
    event: int
    capacity: str = ""
    risk: int = 0
    escalation: int = 0
    fate: str = "waiting"

    @property
    def audience(self) -> str:
        """The audience that the message itself names."""
        return self.capacity if self.kind.startswith("escalation_") else ""


class Pressing:
    """Every such thing of the year. Right before it leaves it is looked at: is it so, and is it still this person's?"""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.told: list[Told] = []

    def add(self, people: Iterable[int], one: Callable[[int], Told]) -> None:
        """Something happened that people are told of at once."""
        self.told += [one(person) for person in sorted(people)]

    def send(self, staff: Posts, today: str) -> None:
        """Let go what waits, or drop it, and tell whom it concerns by now, whom nobody has told of it."""
        for one in [one for one in self.told if one.fate == "waiting"]:
            people = {one.person} if self._holds(one) else set()
            if people and one.capacity:
                post = db.session.get_one(Risk, one.risk).owner_post_id
                people = staff.role(ROLES[one.capacity]) if one.capacity in ROLES else staff.hearing(post)
            active = db.session.get_one(Person, one.person).active
            one.fate = "told" if one.person in people and active else "dropped"
            if one.fate == "dropped":
                for person in sorted(people - self._who_knows(one) - {one.person}):
                    again = Told(one.kind, one.words, today, person, one.event, one.capacity, one.risk, one.escalation)
                    again.fate = "told"
                    self.told.append(again)

    def _holds(self, one: Told) -> bool:
        if one.kind == "escalation_raised":
            return db.session.get_one(Escalation, one.escalation).status == WAITS
        if one.kind == "referral_proposed":
            referrals = db.session.query(Referral).filter_by(escalation_id=one.escalation).order_by(Referral.id)
            return any(row.state == "proposed" and row.decision.decided_on.isoformat() == one.on for row in referrals)
        return True

    def _who_knows(self, one: Told) -> set[int]:
        same = (one.kind, one.event, one.capacity)
        return {
            two.person
            for two in self.told
            if (two.kind, two.event, two.capacity) == same and two.fate in ("waiting", "told")
        }

    def counted(self, name: Callable[[int], str]) -> Counter[tuple[str, ...]]:
        """How often each thing was told or dropped."""
        return Counter((one.kind, one.words, one.audience, one.on, name(one.person), one.fate) for one in self.told)
