"""Lists of risks as other programs and councils write them: what their columns are called, and what their words mean.

Sources of the names: docs/exports.md (ours); SimpleRisk's “Export Combined” and its classic scoring; the CSV of a risk
assessment in CISO Assistant (`ref_id;assets;threats;name;…`); Kent County Council's summary risk profile (risk no.,
risk title, current risk rating, target risk rating, direction of travel since).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from riskreg.domain.keeping import ResponseKind
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.scoring import LEVELS
from riskreg.exchange.csv_files import without_apostrophe
from riskreg.exchange.headings import Wanted, plain_heading
from riskreg.exchange.sheets import Cell
from riskreg.exchange.tables import quoted
from riskreg.exchange.typed import NOT_KNOWN, day, filled_or, known_or, words


class Source(StrEnum):
    """Whose list it is."""

    OURS = "our own export"
    SIMPLERISK = "SimpleRisk"
    CISO = "CISO Assistant"
    KENT = "a published summary"
    OTHER = "another register"


ALIASES: dict[str, tuple[str, ...]] = {
    "Reference": ("Risk reference", "Ref", "Risk no", "Risk number", "Risk ID", "Number", "ID"),
    "Title": ("Risk title", "Risk", "Risk name", "Name", "Subject"),
    "Cause": ("Causes", "Risk cause", "Source / cause"),
    "Event": ("Risk event", "Description", "Risk description"),
    "Consequence": ("Consequences", "Effect", "Impact description"),
    "Category": ("Risk category", "Type"),
    "Objective": ("Objectives",),
    "Owner": ("Risk owner",),
    "Division": ("Team", "Department", "Directorate"),
    "Service": (),
    "Likelihood": ("Current likelihood", "Probability"),
    "Impact": ("Current impact",),
    "Rating": ("own_rag", "Current risk rating", "Current rating", "Current RAG", "RAG", "Risk score", "Score"),
    "Rationale": ("Reason for rating",),
    "Target likelihood": (),
    "Target impact": (),
    "Target rating": ("target_rag", "Target risk rating", "Target RAG", "Target score"),
    "Direction of travel": ("Direction of travel since previous year", "Direction", "DoT"),
    "Status": ("Risk status",),
    "Response": ("Treatment", "Risk response"),
    "Tolerated until": (),
    "Controls": ("Existing controls", "Controls in place"),
    "Last review": ("last_review_on", "Last reviewed", "Review date"),
    "Closed on": ("closed_on",),
    "Closing reason": ("closing_reason",),
    "Exempt": (),
    "Note": ("Notes", "Additional notes", "Comments"),
}
PRESETS: dict[Source, Wanted] = {
    Source.SIMPLERISK: {
        "Reference": ("External reference ID", "Reference ID"),
        "Title": ("Subject",),
        "Event": ("Risk assessment",),
        "Category": (),
        "Owner": (),
        "Division": ("Team",),
        "Likelihood": ("Current likelihood", "Classic current likelihood"),
        "Impact": ("Current impact", "Classic current impact"),
        "Rating": ("Calculated risk", "Risk score", "Inherent risk", "Inherent risk current"),
        "Status": (),
        "Response": ("Planning strategy",),
        "Controls": ("Current solution",),
        "Last review": ("Review date", "Management review date"),
        "Closed on": ("Date closed", "Closure date", "Closed date"),
        "Closing reason": ("Close out information", "Close reason"),
        "Note": ("Additional notes",),
    },
    Source.CISO: {
        "Reference": ("ref_id", "rid"),
        "Title": ("name",),
        "Event": ("description",),
        "Likelihood": ("current_proba",),
        "Impact": ("current_impact",),
        "Rating": ("current_risk", "current_level"),
        "Target likelihood": ("residual_proba",),
        "Target impact": ("residual_impact",),
        "Target rating": ("residual_risk", "residual_level"),
        "Response": ("treatment",),
        "Controls": ("existing_controls", "existing_applied_controls"),
        "Owner": (),
        "Rationale": ("justification",),
    },
    Source.KENT: {
        "Reference": ("Risk no", "Risk number", "Number", "No"),
        "Title": ("Risk title",),
        "Rating": ("Current risk rating", "Current rating"),
        "Target rating": ("Target risk rating",),
        "Direction of travel": ("Direction of travel since previous year", "Direction of travel since last year"),
    },
}
LIKELIHOODS = ("very unlikely", "unlikely", "possible", "likely", "very likely")
IMPACTS = ("minor", "moderate", "significant", "serious", "major")
CLASSIC = {
    "Likelihood": ("remote", "unlikely", "credible", "likely", "almost certain"),
    "Impact": ("insignificant", "minor", "moderate", "major", "extreme/catastrophic"),
}
STATUSES = {
    **dict.fromkeys(("open", "new", "active", "live", "mitigation planned", "mgmt reviewed", "reopened"), "open"),
    **dict.fromkeys(("management reviewed", "mitigated", "untreated", "unapproved"), "open"),
    **dict.fromkeys(("closed", "resolved"), "closed"),
    **{str(one): str(one) for one in (RiskStatus.DRAFT, RiskStatus.PROPOSED, RiskStatus.MERGED)},
}
RESPONSES = {
    **{str(kind): kind for kind in ResponseKind},
    **dict.fromkeys(("mitigate", "reduce", "treatment"), ResponseKind.TREAT),
    **dict.fromkeys(("accept", "tolerated", "watch"), ResponseKind.TOLERATE),
    **dict.fromkeys(("share", "transferred"), ResponseKind.TRANSFER),
    **dict.fromkeys(("avoid", "terminated"), ResponseKind.TERMINATE),
    **dict.fromkeys(("open", "research", "consider"), None),
}
NUMBERED = re.compile(r"(?P<before>[^0-9]*?)[\s(–:-]*(?P<points>[0-9]{1,2}(\.[0-9]{1,4})?)[\s)–:-]*(?P<after>[^0-9]*)")


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating as it is written: points, a word in small letters, or both: 16, “high”, “16 (High)”."""

    points: Decimal | None
    word: str


def source_of(headings: Iterable[str]) -> Source:
    """Return the program or council whose names fit most of these headings; ours where its own words are used."""
    plain = {plain_heading(heading) for heading in headings}

    def fitting(wanted: Wanted) -> int:
        names = {plain_heading(other) for name, others in wanted.items() for other in (others or (name,))}
        return len(plain & names)

    if plain_heading("own_rag") in plain:
        return Source.OURS
    best = max(PRESETS, key=lambda source: fitting(PRESETS[source]))
    return best if fitting(PRESETS[best]) > len(plain) / 2 else Source.OTHER


def parsers_for(source: Source) -> Mapping[str, Callable[[Cell], Any]]:
    """Return how each column is read; a cell that says nothing is None, or "" in a column of words."""
    found: dict[str, Callable[[Cell], Any]] = dict.fromkeys(ALIASES, text)
    classic = source is Source.SIMPLERISK
    for column, ours in (("Likelihood", LIKELIHOODS), ("Impact", IMPACTS)):
        found[column] = found[f"Target {column.lower()}"] = _level(CLASSIC[column] if classic else ours)
    found["Rating"] = found["Target rating"] = rated
    found["Status"] = _meaning(STATUSES, "open, closed, draft or proposed")
    found["Response"] = _meaning(RESPONSES, "treat, tolerate, transfer or terminate")
    found["Tolerated until"] = known_or(day)
    found["Last review"] = known_or(day)
    found["Closed on"] = filled_or(day)
    return found


def text(cell: Cell) -> str:
    """Words as they stand; of a CSV file that we wrote, without the apostrophe before what looks like a formula."""
    found = words(cell)
    return found if cell.sheet else without_apostrophe(found)


def _level(names: tuple[str, ...]) -> Callable[[Cell], int | str | None]:
    """Read 1 to 5, “4 Likely” or “likely”. Other words come back as they stand, since they may be a matrix's own."""

    def parsed(cell: Cell) -> int | str | None:
        said = words(cell)
        if not said or said.casefold() in NOT_KNOWN:
            return None
        if said.casefold() in names:
            return names.index(said.casefold()) + 1
        found = NUMBERED.fullmatch(said)
        if found is None:
            return said
        points = Decimal(found["points"])
        if points not in LEVELS:
            raise ValueError(f"{quoted(said)} is not a whole number from 1 to 5.")
        return int(points)

    return parsed


def rated(cell: Cell) -> Rated | None:
    """A rating: points, a word, or both; None where it says N/A, TBC or nothing."""
    said = words(cell)
    if not said or said.casefold() in NOT_KNOWN:
        return None
    found = NUMBERED.fullmatch(said)
    if found is None:
        return Rated(None, said.casefold())
    return Rated(Decimal(found["points"]), (found["before"] or found["after"]).strip(" ()").casefold())


def _meaning(meanings: Mapping[str, Any], choices: str) -> Callable[[Cell], Any]:
    def parsed(cell: Cell) -> Any:
        said = words(cell).casefold()
        if not said or said in NOT_KNOWN:
            return None
        if said not in meanings:
            raise ValueError(f"{quoted(words(cell))} is not known here: write {choices}.")
        return meanings[said]

    return parsed
