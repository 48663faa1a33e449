"""What the rows of somebody's list of risks mean here: which risk, whose, and how it is rated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.exempt import paragraph_of
from riskreg.domain.keeping import ResponseKind
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag, rag_of_score, score
from riskreg.exchange.mapping import ColumnMapping, ReadLine
from riskreg.exchange.risk_rows import Rated, Source
from riskreg.exchange.tables import Problem, quoted
from riskreg.extensions import db
from riskreg.models import Division, Holding, Person, Post, PostRole, Reference, Register, Risk, Service
from riskreg.queries.people import held_on

MEANINGS = {
    **dict.fromkeys(("very high", "critical", "severe", "extreme", "high"), Rag.RED),
    **dict.fromkeys(("medium", "moderate"), Rag.AMBER),
    **dict.fromkeys(("low", "very low", "insignificant", "negligible"), Rag.GREEN),
}
"""What the words of other registers are taken for, unless somebody says otherwise."""
LARGEST_NUMBER = 99_999
LARGEST_SCORE = 25
TENTHS = ((7, "high"), (4, "medium"), (0, "low"))  # SimpleRisk's own bands of its scores from 0 to 10
TEXTS = ("title", "cause", "event", "consequence", "category", "objective")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the person said about the whole list. `meanings`: the RAG of each word; `change`: risks held already."""

    source: Source
    owner_post_id: int | None = None
    division_id: int | None = None
    meanings: Mapping[str, Rag] = field(default_factory=dict)
    change: bool = False
    leave_out: bool = False


@dataclass(frozen=True, slots=True)
class OwningPost:
    """A post that can own a risk."""

    id: int
    title: str
    division_id: int | None


@dataclass(frozen=True, slots=True)
class Around:
    """What rows are understood by: the register with its policy, and the names of posts, people and places."""

    register: Register
    policy: Policy
    today: date
    references: Mapping[int, Reference]
    risks: Mapping[int, Risk]
    titles: Mapping[str, Risk]
    posts: Mapping[str, OwningPost]
    divisions: Mapping[str, Division]
    services: Mapping[tuple[int, str], Service]


@dataclass(frozen=True, slots=True)
class Level:
    """A rating as it will be stored: with both levels, or as a RAG alone."""

    rag: Rag
    likelihood: int | None = None
    impact: int | None = None


@dataclass(slots=True)
class Meant:
    """What a row means. `existing`: the risk that is held already; `remarks`: what the reader must know."""

    line: ReadLine
    values: Mapping[str, Any]
    number: int | None = None
    existing: Risk | None = None
    owner: OwningPost | None = None
    division: Division | None = None
    service: Service | None = None
    current: Level | None = None
    target: Level | None = None
    assumed: bool = False
    remarks: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def texts(self) -> dict[str, str]:
        """What is written of the risk, by the names of our columns."""
        return {name: self.values.get(name.capitalize(), "") for name in TEXTS}

    @property
    def responds(self) -> bool:
        """Whether a response is recorded: for what is tolerated, only where it says until when."""
        kind = self.values.get("Response")
        return kind is not None and (kind is ResponseKind.TOLERATE) == (self.values.get("Tolerated until") is not None)

    @property
    def status(self) -> RiskStatus:
        """Where it is to stand; open unless the list says otherwise."""
        return RiskStatus(self.values.get("Status") or RiskStatus.OPEN)


def what_is_around(register_id: int, policy: Policy, today: date) -> Around:
    """Load what rows are understood by: seven queries for any number of rows."""
    risks = db.session.execute(
        select(Reference.number, Risk).join(Risk.reference).where(Risk.register_id == register_id)
    ).all()
    divisions = {one.name.casefold(): one for one in db.session.scalars(select(Division))}
    return Around(
        register=db.session.get_one(Register, register_id),
        policy=policy,
        today=today,
        references={
            one.number: one for one in db.session.scalars(select(Reference).where(Reference.register_id == register_id))
        },
        risks={number: risk for number, risk in risks},  # noqa: C416 - rows are no tuples to mypy
        titles={risk.title.casefold(): risk for _, risk in risks},
        posts=_owning_posts(today),
        divisions=divisions,
        services={(one.division_id, one.name.casefold()): one for one in db.session.scalars(select(Service))},
    )


def _owning_posts(today: date) -> dict[str, OwningPost]:
    """Return the posts that can own a risk by title, by code, and by the name of who holds only this one of them."""
    owning = select(Post).join(PostRole).where(PostRole.role == Role.RISK_OWNER)
    posts = {one.id: OwningPost(one.id, one.title, one.division_id) for one in db.session.scalars(owning)}
    codes = select(Post.code, Post.id).where(Post.id.in_(posts))
    found = {code.casefold(): posts[post_id] for code, post_id in db.session.execute(codes)}
    found |= {one.title.casefold(): one for one in posts.values()}
    held = select(Person.name, Holding.post_id).join(Person).where(held_on(today), Holding.deputy.is_(False))
    holders: dict[str, list[int]] = {}
    for name, post_id in db.session.execute(held):
        if post_id in posts:
            holders.setdefault(name.casefold(), []).append(post_id)
    return {name: posts[ids[0]] for name, ids in holders.items() if len(ids) == 1} | found


class Reader:
    """Finds out what row after row means, remembering the references and titles that were there."""

    def __init__(self, file: str, mapping: ColumnMapping, around: Around, choices: Choices) -> None:
        self.file, self.mapping, self.around, self.choices = file, mapping, around, choices
        self.rows: dict[object, int] = {}
        prefix = re.escape(around.register.prefix)
        self.own = re.compile(rf"{prefix}[\s-]*0*([1-9][0-9]*)", re.IGNORECASE | re.ASCII)

    def meant(self, line: ReadLine) -> Meant:
        """Return what a row means, with everything that is wrong with it."""
        meant = Meant(line, line.values, problems=list(line.problems))
        if not meant.texts["title"] and not any(one.column.endswith("(Title)") for one in line.problems):
            self._wrong(meant, "Title", "there is no title.")
        self._identify(meant)
        self._place(meant)
        meant.current = self._level(meant, "", ("Likelihood", "Impact", "Rating"))
        if meant.current is None and not meant.problems:
            self._wrong(meant, "Rating", "there is no rating: give likelihood and impact, a score or a RAG.")
        meant.target = self._level(meant, "target ", ("Target likelihood", "Target impact", "Target rating"))
        self._check_rest(meant)
        return meant

    def _wrong(self, meant: Meant, column: str, message: str) -> None:
        heading = self.mapping.headings.get(column, column)
        cell = meant.line.cells.get(column)
        if cell is None:
            meant.problems.append(Problem(self.file, meant.line.number, heading, message, self.mapping.sheet))
        else:
            meant.problems.append(cell.problem(self.file, heading, message))

    def _identify(self, meant: Meant) -> None:
        """Find out whether the risk is held, and which reference it gets: its own one where that was never given."""
        said, title = meant.values.get("Reference") or "", meant.texts["title"].casefold()
        found = self.own.fullmatch(said)
        number = int(found[1]) if found else 0
        self._refuse_twice(meant, "Reference", ("reference", number or said) if said else None)
        self._refuse_twice(meant, "Title", title)
        if number > LARGEST_NUMBER:
            self._wrong(meant, "Reference", f"{quoted(said)} is too large a number.")
        elif number in self.around.references:
            meant.existing = self.around.risks.get(number)
            if meant.existing is None:
                self._wrong(meant, "Reference", f"{quoted(said)} was given before and is never given again.")
        elif number:
            meant.number = number
        else:
            meant.existing = self.around.titles.get(title)
            meant.remarks += [f"Its reference there is {said}."] if said and meant.existing is None else []

    def _refuse_twice(self, meant: Meant, column: str, key: object) -> None:
        first = self.rows.setdefault(key, meant.line.number) if key else meant.line.number
        if first != meant.line.number:
            self._wrong(meant, column, f"row {first} has the same {column.lower()}.")

    def _place(self, meant: Meant) -> None:
        around, choices = self.around, self.choices
        said = meant.values.get("Owner") or ""
        meant.owner = around.posts.get(said.casefold())
        if meant.owner is None:
            meant.owner = next((one for one in around.posts.values() if one.id == choices.owner_post_id), None)
            why = f"no post that can own a risk is called {quoted(said)}" if said else "no owner is named"
            if meant.owner is None:
                self._wrong(meant, "Owner", f"{why}. Choose who owns such risks.")
            elif meant.existing is None:
                meant.assumed = True
                meant.remarks.append(f"Given to the {meant.owner.title}: {why}.")
        place = meant.values.get("Division") or ""
        meant.division = around.divisions.get(place.casefold()) or self._likely_division(meant)
        if meant.division is None:
            why = f"no division is called {quoted(place)}" if place else "no division is named"
            self._wrong(meant, "Division", f"{why}. Choose where such risks belong.")
            return
        if place and place.casefold() not in around.divisions and meant.existing is None:
            meant.assumed = True
            meant.remarks.append(f"Put under {meant.division.name}: no division is called {quoted(place)}.")
        service = meant.values.get("Service") or ""
        meant.service = around.services.get((meant.division.id, service.casefold()))
        if service and meant.service is None:
            self._wrong(meant, "Service", f"{meant.division.name} has no service called {quoted(service)}.")

    def _likely_division(self, meant: Meant) -> Division | None:
        wanted = (meant.owner.division_id if meant.owner else None) or self.choices.division_id
        return next((one for one in self.around.divisions.values() if one.id == wanted), None)

    def _level(self, meant: Meant, which: str, columns: tuple[str, str, str]) -> Level | None:
        likelihood, impact, rating = (meant.values.get(name) for name in columns)
        said = self._rag(meant, columns[2], rating) if rating else None
        if isinstance(likelihood, int) and isinstance(impact, int):
            rag = rag_of_score(score(likelihood, impact), self.around.policy)
            if said and said is not rag:
                meant.remarks.append(f"Its {which}rating there is {said}; {likelihood} × {impact} is {rag} here.")
            return Level(rag, likelihood, impact)
        if likelihood is not None or impact is not None:
            if said is None:
                self._wrong(meant, columns[0], "likelihood and impact are not both a level from 1 to 5.")
            else:
                meant.remarks.append(
                    f"Its {which}likelihood and impact are no levels from 1 to 5; only the RAG is kept."
                )
        return Level(said) if said else None

    def _rag(self, meant: Meant, column: str, rating: Rated) -> Rag | None:
        word, points = rating.word, rating.points
        if points is not None and self.choices.source is Source.SIMPLERISK:
            word = next(name for floor, name in TENTHS if points >= floor)
        elif points is not None:
            if points != int(points) or not 1 <= points <= LARGEST_SCORE:
                self._wrong(meant, column, f"“{points:f}” is not a score from 1 to {LARGEST_SCORE}.")
                return None
            rag = rag_of_score(int(points), self.around.policy)
            if word and (read := self._word(word)) and read is not rag:
                meant.remarks.append(f"{quoted(word)} stands there; a score of {int(points)} is {rag} here.")
            return rag
        if (read := self._word(word)) is None:
            self._wrong(meant, column, f"{quoted(word)} is no rating known here. Choose what it means.")
        elif word.upper() not in Rag.__members__:
            meant.assumed = True
            meant.remarks.append(f"{quoted(word.capitalize())} was read as {read}.")
        return read

    def _word(self, word: str) -> Rag | None:
        return Rag(word.upper()) if word.upper() in Rag.__members__ else self.choices.meanings.get(word)

    def _check_rest(self, meant: Meant) -> None:
        for column in ("Last review", "Closed on"):
            on = meant.values.get(column)
            if on is not None and on > self.around.today:
                self._wrong(meant, column, "the day is still to come.")
        if meant.status is RiskStatus.MERGED and meant.existing is None:
            self._wrong(meant, "Status", "a merged risk comes back only with the whole register.")
        if (why := meant.values.get("Exempt")) and paragraph_of(why) is None:
            self._wrong(meant, "Exempt", "write “paragraph 3: …” with the reason, by paragraph 1 to 7.")
        until = meant.values.get("Tolerated until")
        if until is not None and until <= self.around.today:
            self._wrong(meant, "Tolerated until", "the day until which a risk is tolerated must be after today.")
        if meant.values.get("Response") and not meant.responds:
            meant.remarks.append(
                "Its response is not recorded: only what is tolerated has a day until which, and needs it."
            )
        if travel := meant.values.get("Direction of travel"):
            meant.remarks.append(f"Direction of travel there: {travel}.")
