"""What the rows of somebody's list of risks mean here: which risk, whose, and how it is rated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from riskreg.domain.exempt import paragraph_of
from riskreg.domain.keeping import ResponseKind
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.scoring import Rag, rag_of_score, score
from riskreg.domain.sentences import rows_named, shortest
from riskreg.exchange.mapping import ColumnMapping, ReadLine
from riskreg.exchange.risk_rows import Rated, Source
from riskreg.exchange.tables import Problem, quoted
from riskreg.models import Division, Risk, Service
from riskreg.services.importing_around import Around, OwningPost
from riskreg.services.proposing import TEXTS

MEANINGS = {
    **dict.fromkeys(("very high", "critical", "severe", "extreme", "high"), Rag.RED),
    **dict.fromkeys(("medium", "moderate"), Rag.AMBER),
    **dict.fromkeys(("low", "very low", "insignificant", "negligible"), Rag.GREEN),
}
"""What the words of other registers are taken for, unless somebody says otherwise."""
UNRATED = "--"
LARGEST_NUMBER = 99_999
LARGEST_SCORE = 25
NO_DAY = "That it is tolerated is not recorded: the list does not say until when."
NOT_TOLERATED = "Its response is not recorded: only a risk that is tolerated has a day until which it is."
LARGEST_TENTH = 10  # of a score of SimpleRisk's
TENTHS = ((7, "high"), (4, "medium"), (0, "low"))  # SimpleRisk's own bands of its scores from 0 to 10


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
class Level:
    """A rating as it will be stored: with both levels, or as a RAG alone."""

    rag: Rag
    likelihood: int | None = None
    impact: int | None = None

    @property
    def score(self) -> int | None:
        """Likelihood by impact; None for a RAG alone."""
        return score(self.likelihood, self.impact) if self.likelihood and self.impact else None

    def __str__(self) -> str:
        """The RAG, with likelihood and impact where there are any."""
        return f"{self.rag} {self.likelihood} × {self.impact}" if self.score else str(self.rag)


@dataclass(slots=True)
class Meant:
    """What a row means. `existing`: the risk that is held already; `remarks`: what the reader must know.

    `is_unrated`: the list says itself that the risk is not rated yet; such a row is left out.
    """

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
    is_unrated: bool = False
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


class Reader:
    """Finds out what row after row means, remembering the references and titles that were there.

    `refuse_twins` is for when all rows have been looked at.
    """

    def __init__(self, file: str, mapping: ColumnMapping, around: Around, choices: Choices) -> None:
        self.file, self.mapping, self.around, self.choices = file, mapping, around, choices
        self.rows: dict[tuple[str, object], list[Meant]] = {}
        prefix = re.escape(around.register.prefix)
        self.own = re.compile(rf"{prefix}[\s-]*0*([1-9][0-9]*)", re.IGNORECASE | re.ASCII)

    def meant(self, line: ReadLine) -> Meant:
        """Return what a row means, with everything that is wrong with it."""
        meant = Meant(line, line.values, problems=list(line.problems))
        if not meant.texts["title"]:
            self._wrong(meant, "Title", "there is no title.")
        self._identify(meant)
        self._place(meant)
        meant.current = self._level(meant, "", ("Likelihood", "Impact", "Rating"))
        meant.is_unrated = meant.current is None and self._says_unrated(line)
        if meant.is_unrated:
            meant.problems.clear()
            meant.remarks.clear()
            return meant
        if meant.current is None and not meant.problems:
            self._wrong(meant, "Rating", "there is no rating: give likelihood and impact, a score or a RAG.")
        meant.target = self._level(meant, "target ", ("Target likelihood", "Target impact", "Target rating"))
        self._check_rest(meant)
        return meant

    def _says_unrated(self, line: ReadLine) -> bool:
        """Whether CISO Assistant's own sign for a risk that is not rated yet stands there."""
        rating = line.cells.get("Rating")
        return self.choices.source is Source.CISO and rating is not None and rating.words == UNRATED

    def refuse_twins(self) -> None:
        """Refuse all rows of one reference or title: which is meant, nobody can tell."""
        for (column, _), twins in self.rows.items():
            for one in twins if len(twins) > 1 else ():
                others = rows_named([f"row {other.line.number}" for other in twins if other is not one])
                self._wrong(one, column, f"the same {column.lower()} is in {others} too.")

    def _wrong(self, meant: Meant, column: str, message: str) -> None:
        """Keep what is wrong with a row. Of a cell that could not be read the real fault is told already."""
        if column not in meant.values:
            return
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
        for column, key in (("Reference", number or said.casefold()), ("Title", title)):
            if key:
                self.rows.setdefault((column, key), []).append(meant)
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

    def _place(self, meant: Meant) -> None:
        """Find out whose it is and where it belongs; one that is held stays where it is unless the row says where."""
        owner, place = meant.values.get("Owner") or "", meant.values.get("Division") or ""
        meant.owner = self.around.posts.get(owner.casefold())
        meant.division = self.around.divisions.get(place.casefold())
        no_owner = f"no post that can own a risk is called {quoted(owner)}" if owner else "no owner is named"
        no_place = f"no division is called {quoted(place)}" if place else "no division is named"
        if meant.existing is not None:
            meant.remarks += [f"Its owner stays: {no_owner}."] if owner and meant.owner is None else []
            meant.remarks += [f"It stays where it is: {no_place}."] if place and meant.division is None else []
        else:
            self._assume(meant, no_owner, no_place if place else "")
            if meant.division is None:
                self._wrong(meant, "Division", f"{no_place}. Choose where such risks belong.")
        service = meant.values.get("Service") or ""
        if meant.division is not None:
            meant.service = self.around.services.get((meant.division.id, service.casefold()))
            if service and meant.service is None:
                self._wrong(meant, "Service", f"{meant.division.name} has no service called {quoted(service)}.")

    def _assume(self, meant: Meant, no_owner: str, no_place: str) -> None:
        """Give a new risk that names no owner or no place known here to what was chosen for such."""
        if meant.owner is None:
            chosen = self.choices.owner_post_id
            meant.owner = next((one for one in self.around.posts.values() if one.id == chosen), None)
            if meant.owner is None:
                self._wrong(meant, "Owner", f"{no_owner}. Choose who owns such risks.")
            else:
                meant.assumed = True
                meant.remarks.append(f"Given to the {meant.owner.title}: {no_owner}.")
        if meant.division is None:
            meant.division = self._likely_division(meant)
            if no_place and meant.division is not None:
                meant.assumed = True
                meant.remarks.append(f"Put under {meant.division.name}: {no_place}.")

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
            if said is None and columns[1] in meant.values:
                self._wrong(meant, columns[0], "likelihood and impact are not both a level from 1 to 5.")
            elif said is not None:
                meant.remarks.append(
                    f"Its {which}likelihood and impact are no levels from 1 to 5; only the RAG is kept."
                )
        return Level(said) if said else None

    def _rag(self, meant: Meant, column: str, rating: Rated) -> Rag | None:
        word, points = rating.word, rating.points
        if points is not None and self.choices.source is Source.SIMPLERISK:
            return self._tenths(meant, column, points)
        if points is not None:
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

    def _tenths(self, meant: Meant, column: str, points: Decimal) -> Rag | None:
        """A score of SimpleRisk's, which it words by bands of its own."""
        said = shortest(points)
        if not 0 <= points <= LARGEST_TENTH:
            self._wrong(meant, column, f"{said} is no SimpleRisk score (0 to {LARGEST_TENTH}).")
            return None
        word = next(name for floor, name in TENTHS if points >= floor)
        if (read := self._word(word)) is None:
            self._wrong(meant, column, f"the score {said} reads as {word.capitalize()} there. Choose what that means.")
        else:
            meant.assumed = True
            meant.remarks.append(f"The score {said} was read as {word.capitalize()}, which is {read} here.")
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
            meant.remarks.append(NO_DAY if until is None else NOT_TOLERATED)
        if travel := meant.values.get("Direction of travel"):
            meant.remarks.append(f"Direction of travel there: {travel}.")
