"""The contract register as a list, and what it is narrowed to."""

from __future__ import annotations

from itertools import groupby

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.contract_terms import KINDS
from riskreg.domain.policy import Policy
from riskreg.domain.signals import Reach
from riskreg.queries.contract_filters import ContractFilter, Ends
from riskreg.queries.contracts import SORTS, ListedContract, choices, kind_sizes, listed_contracts
from riskreg.queries.performance import WORDS
from riskreg.web.access import needs
from riskreg.web.contracts.room import KIND_WORDS, blueprint
from riskreg.web.contracts.wording import REACHES
from riskreg.web.in_force import present_policy
from riskreg.web.listing import Pages, address_with, asked, asked_id, asked_one_of
from riskreg.web.pages import page

TIER_WORDS = {"1": "tier 1", "2": "tier 2", "3": "tier 3", "none": "no tier set"}
TIERS = tuple(TIER_WORDS)
SORTED = (*SORTS, *(f"-{name}" for name in SORTS))


@blueprint.get("/contracts")
@needs(Permission.READ_REGISTER)
def listing() -> ResponseReturnValue:
    """Show the contracts, by kind and service area."""
    policy, today, known = present_policy(), clock.today(), choices()
    ends_words = _ends_words(policy)
    posts, post = dict(known.posts), asked_id("manager")
    narrowed = ContractFilter(
        words=asked("q"),
        kind=asked_one_of("kind", KINDS),
        area=asked_one_of("area", tuple(known.areas)),
        post_id=post if post in posts else None,
        ends=asked_one_of("ends", tuple(ends_words)),
        signals=asked("signals") == "1",
        tier=asked_one_of("tier", TIERS),
        provider=asked("provider"),
        critical=asked("critical") == "1",
        closed=asked("closed") == "1",
        unheeded=asked("unheeded") == "1",
        performance=asked_one_of("performance", WORDS),
    )
    sort = asked_one_of("sort", SORTED)
    sizes = kind_sizes(narrowed, today, policy)
    pages = Pages.asked(sizes[narrowed.kind] if narrowed.kind else sum(sizes.values()))
    rows = listed_contracts(narrowed, today, policy, limit=pages.size, offset=pages.offset, sort=sort)
    return page(
        "contracts/listing.html",
        kinds=[("", "All", sum(sizes.values()))] + [(key, KIND_WORDS[key], size) for key, size in sizes.items()],
        groups=[("", "", rows)] if sort and rows else _grouped(rows),
        sort=sort,
        pages=pages,
        narrowed=narrowed,
        known=known,
        ends_words=ends_words,
        filters_on=_filters_on(narrowed, posts, ends_words),
        tier_words=TIER_WORDS,
        performance_words=WORDS,
        reaches=REACHES,
        dmt=int(Reach.DMT),
    )


def _grouped(rows: list[ListedContract]) -> list[tuple[str, str, list[ListedContract]]]:
    """The rows by kind and service area, in the order in which they come."""
    groups = groupby(rows, lambda row: (row.kind, row.area))
    return [(KIND_WORDS[kind], area, list(some)) for (kind, area), some in groups]


def _ends_words(policy: Policy) -> dict[Ends, str]:
    soon = max(policy.no_route_months)
    within = sorted({3, 6, 24, soon})
    return {
        **{Ends.SOON if months == soon else Ends(str(months)): f"ends within {months} months" for months in within},
        Ends.PAST: "has ended already",
        Ends.ROLLING: "rolls on, without an end",
        Ends.UNKNOWN: "no date known",
    }


def _filters_on(narrowed: ContractFilter, posts: dict[int, str], ends_words: dict[Ends, str]) -> list[tuple[str, str]]:
    """Return what is filtered, each with the address without it."""
    found = [
        (narrowed.words and f"“{narrowed.words}”", "q"),
        (narrowed.area, "area"),
        (narrowed.post_id is not None and f"managed by the {posts[narrowed.post_id]}", "manager"),
        (narrowed.ends and ends_words[Ends(narrowed.ends)], "ends"),
        (narrowed.tier and TIER_WORDS[narrowed.tier], "tier"),
        (narrowed.provider and f"provider “{narrowed.provider}”", "provider"),
        (narrowed.performance and f"performance: {narrowed.performance}", "performance"),
        (narrowed.critical and "safeguarding-critical", "critical"),
        (narrowed.closed and "closed", "closed"),
        (narrowed.signals and "with standing signals", "signals"),
        (narrowed.unheeded and "with signals for DMT that no risk heeds", "unheeded"),
    ]
    return [(words, address_with(**{name: None})) for words, name in found if words]
