"""The files that can be taken out of the register: one table of them, which docs/exports.md describes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from riskreg.domain.sentences import listed
from riskreg.extensions import db
from riskreg.queries.export_columns import Export
from riskreg.queries.exports_comments import RESULT_COMMENTS
from riskreg.queries.exports_contract_history import CONTRACT_PROVIDERS, CONTRACT_REVIEWS, CONTRACT_ROUTES
from riskreg.queries.exports_contracts import CONTRACTS, TRANSPARENCY
from riskreg.queries.exports_controls import CONTROLS
from riskreg.queries.exports_dmt import AUDIT, DECISIONS, ESCALATIONS, NOTINGS
from riskreg.queries.exports_evidence import INDICATORS, RESULTS, TARGETS
from riskreg.queries.exports_files import EVIDENCE
from riskreg.queries.exports_history import ASSESSMENTS, PAST_LINKS, REFERENCES, RESPONSES, UPDATES, VERSIONS
from riskreg.queries.exports_meetings import AGENDA, MEETINGS
from riskreg.queries.exports_referrals import REFERRALS
from riskreg.queries.exports_replaced import PAST_NATIONAL, PAST_TARGETS
from riskreg.queries.exports_risks import ACTIONS, LINKS, REVIEWS, RISKS
from riskreg.queries.exports_signals import ESCALATION_SIGNALS, SIGNALS

EXPORTS: dict[str, Export] = {
    export.name: export
    for export in (
        RISKS,
        INDICATORS,
        TARGETS,
        RESULTS,
        RESULT_COMMENTS,
        CONTRACTS,
        TRANSPARENCY,
        LINKS,
        ESCALATIONS,
        DECISIONS,
        NOTINGS,
        REFERRALS,
        CONTROLS,
        ACTIONS,
        REVIEWS,
        EVIDENCE,
        REFERENCES,
        VERSIONS,
        ASSESSMENTS,
        RESPONSES,
        UPDATES,
        PAST_LINKS,
        PAST_TARGETS,
        PAST_NATIONAL,
        CONTRACT_ROUTES,
        CONTRACT_REVIEWS,
        CONTRACT_PROVIDERS,
        SIGNALS,
        ESCALATION_SIGNALS,
        MEETINGS,
        AGENDA,
        AUDIT,
    )
}
ROWS_AT_ONCE = 1000


class UnknownExportError(LookupError):
    """No export has that name; the text is a sentence with the names there are."""


def export_named(name: str) -> Export:
    """Return the export. Raises UnknownExportError."""
    if name not in EXPORTS:
        raise UnknownExportError(f"There is no export “{name}”: choose {listed(list(EXPORTS))}.")
    return EXPORTS[name]


def export_rows(export: Export) -> Iterator[Sequence[Any]]:
    """Yield the rows by one query, from a cursor on the server, so that memory does not grow with them."""
    with db.session.execute(export.statement(), execution_options={"yield_per": ROWS_AT_ONCE}) as rows:
        yield from rows
