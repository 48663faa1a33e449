"""The audit trail: who did what to what, when, with the old and the new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask.typing import ResponseReturnValue

from riskreg.domain.access import Permission
from riskreg.domain.sentences import day
from riskreg.queries.audit import AuditFilter, audit_count, audit_lines, audit_people, audit_verbs
from riskreg.queries.register import only_register, read_reference
from riskreg.web.access import needs
from riskreg.web.admin.room import blueprint
from riskreg.web.datefields import YEARS
from riskreg.web.listing import Pages, address_with, asked, asked_id, asked_one_of
from riskreg.web.pages import page

PAIRS = (("before", "after"), ("old", "new"), ("was", "is"))


@blueprint.get("/audit")
@needs(Permission.READ_AUDIT)
def audit() -> ResponseReturnValue:
    """Show the audit trail, newest first."""
    people, verbs = audit_people(), audit_verbs()
    names = {0: "The register itself", **dict(people)}
    left_out: list[str] = []
    who = asked_id("person")
    wanted = AuditFilter(
        person_id=who if who in names else None,
        reference=_reference(left_out),
        verb=asked_one_of("verb", verbs),
        from_day=_day("from", left_out),
        to_day=_day("to", left_out),
    )
    pages = Pages.asked(audit_count(wanted))
    return page(
        "admin/audit.html",
        wanted=wanted,
        left_out=left_out,
        in_force=_in_force(wanted, names),
        person_choices=[("", "Everyone"), *((key, name) for key, name in names.items())],
        verb_choices=[("", "All"), *((verb, verb) for verb in verbs)],
        pages=pages,
        lines=[
            (line, changes(line.detail, line.sentence))
            for line in audit_lines(wanted, offset=pages.offset, size=pages.size)
        ],
    )


def _day(name: str, left_out: list[str]) -> date | None:
    """Return the day asked for; what is no day is left out and said so."""
    words = asked(name)
    if not words:
        return None
    try:
        found = date.fromisoformat(words)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        left_out.append(f"“{words}” is not a date such as 2017-04-03, so it does not narrow the list.")
        return None
    return found


def _reference(left_out: list[str]) -> str:
    """Return the reference asked for, written as the register writes it; what is none is left out and said so."""
    words, register = asked("risk"), only_register()
    if not words or register is None:
        return ""
    number = read_reference(words, register.prefix)
    if number is None:
        left_out.append(f"“{words}” is not a reference such as {register.prefix} 01, so it does not narrow the list.")
        return ""
    return f"{register.prefix} {number:02d}"


def _in_force(wanted: AuditFilter, names: Mapping[int, str]) -> list[tuple[str, str]]:
    """The filters in force, each with the address without it."""
    parts = (
        ("person", names[wanted.person_id] if wanted.person_id is not None else ""),
        ("risk", wanted.reference),
        ("verb", wanted.verb),
        ("from", f"From {day(wanted.from_day)}" if wanted.from_day else ""),
        ("to", f"To {day(wanted.to_day)}" if wanted.to_day else ""),
    )
    return [(words, address_with(**{name: None})) for name, words in parts if words]


def changes(detail: Mapping[str, Any], sentence: str) -> list[tuple[str, str]]:
    """Return the old and new values of an event as a reader can take them in: a name and its words each.

    What the sentence says already is left out.
    """
    told: list[tuple[str, str]] = []
    rest = dict(detail)
    for before, after in PAIRS:
        if before in rest and after in rest:
            told += _pair(rest.pop(before), rest.pop(after))
    told += [(_name(name), _words(value)) for name, value in rest.items() if not _said(value, sentence)]
    return told


def _said(value: Any, sentence: str) -> bool:
    if isinstance(value, list):
        return all(_said(one, sentence) for one in value)
    return value in (None, "", {}) or (isinstance(value, str) and value in sentence)


def _pair(before: Any, after: Any) -> list[tuple[str, str]]:
    """Set the old beside the new; of a record, only what changed."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return [(_name(name), _turn(before.get(name), after.get(name))) for name in names]
    return [("Changed", _turn(before, after))]


def _turn(before: Any, after: Any) -> str:
    return f"{_words(before)} → {_words(after)}"


def _name(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _words(value: Any) -> str:
    """A stored value in words: nothing, yes or no, a list, or what it is."""
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{_name(str(name)).lower()}: {_words(one)}" for name, one in value.items())
    return "; ".join(_words(one) for one in value) if isinstance(value, list) else str(value)
