"""The box of every page: a reference leads to its risk, anything else is looked for in what is written."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from riskreg.domain.access import Permission
from riskreg.queries.matching import read_words
from riskreg.queries.referrals import accepted_as
from riskreg.queries.register import Named, RegisterName, find_reference, only_register, read_reference
from riskreg.queries.search import Found, Kind, find_texts, read_texts
from riskreg.web.access import may, needs
from riskreg.web.listing import LONGEST, Pages, address_with, asked, asked_one_of, asked_page, left_aside
from riskreg.web.pages import page
from riskreg.web.search.wording import KIND_WORDS, excerpt, marked, place_of

blueprint = Blueprint("search", __name__)
SIZE = 20


@blueprint.get("/search")
@needs(Permission.READ_REGISTER)
def results() -> ResponseReturnValue:
    """Go to a reference, or show what has all the words: at most five queries with the session, however much it is."""
    typed, register = asked("q"), only_register()
    number = read_reference(typed, register.prefix) if register else None
    named = _named(register, number) if register and number else None
    if register and named and named.risk_id:
        return redirect(url_for("risks.risk", risk_id=named.risk_id))
    if register and named:
        return page("search/used_reference.html", register=register, number=number, named=named)
    if number is None and (referral := accepted_as(typed)):
        return redirect(url_for("corporate.referral", referral_id=referral))
    words = read_words(typed)
    if register is None or not words:
        return page("search/hint.html", register=register, typed=typed)
    return _results(register, words, unknown=typed if number else "")


def _named(register: RegisterName, number: int) -> Named | None:
    """What a reference stands for; nothing to whom may not see the risk yet."""
    named = find_reference(register, number)
    hidden = named and named.risk_id and not named.entered and not may(Permission.PROPOSE_RISK)
    return None if hidden else named


def _results(register: RegisterName, words: tuple[str, ...], *, unknown: str) -> ResponseReturnValue:
    """Show the texts that have all the words; `unknown` is a reference that was typed and is none."""
    kind = Kind(name) if (name := asked_one_of("kind", list(Kind))) else None
    found = find_texts(
        register,
        words,
        kind=kind,
        unopened=may(Permission.PROPOSE_RISK),
        limit=SIZE,
        offset=(asked_page() - 1) * SIZE,
    )
    everything = sum(found.counts.values())
    return page(
        "search/results.html",
        register=register,
        typed=asked("q"),
        unknown=unknown,
        words=words,
        kind=kind,
        kinds=_kinds(found, everything),
        pages=Pages.asked(found.counts[kind] if kind else everything, SIZE),
        hits=read_texts(found),
        cut=len(request.args.get("q", "").strip()) > LONGEST,
        longest=LONGEST,
        left_aside=left_aside({"kind": kind}, {"kind": "Kind"}),
        kind_words=KIND_WORDS,
        place_of=place_of,
        marked=marked,
        excerpt=excerpt,
    )


def _kinds(found: Found, everything: int) -> Mapping[str, tuple[str, int, str]]:
    """The kinds of which something was found: words, how much, and the address of these alone."""
    counted = {str(one): (KIND_WORDS[one][1], count) for one, count in found.counts.items() if count}
    whole = {"": ("Everything", everything), **counted}
    return {name: (words, count, address_with(kind=name or None)) for name, (words, count) in whole.items()}
