"""The audit trail: who did what to what, when, with the old and the new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask.typing import ResponseReturnValue

from riskreg.domain.access import Permission
from riskreg.domain.dates import PartialDate, read_partial
from riskreg.domain.sentences import day, written_reference
from riskreg.queries.audit import (
    AuditFilter,
    AuditLine,
    audit_count,
    audit_lines,
    audit_people,
    audit_verbs,
    seen_by_dmt,
    subject_names,
)
from riskreg.queries.register import only_register, read_reference
from riskreg.web.access import needs
from riskreg.web.admin import trail
from riskreg.web.admin.room import blueprint
from riskreg.web.listing import Pages, address_with, asked, asked_id, asked_one_of
from riskreg.web.pages import page

NO_DATE = "“{}” is not a date such as 31 8 2017, so it does not narrow the list."


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
        linked=asked("linked") == "1",
        verb=asked_one_of("verb", verbs),
        from_day=_day("from", left_out),
        to_day=_day("to", left_out),
        sign_ins=asked("sign_ins") == "1",
    )
    pages = Pages.asked(audit_count(wanted))
    return page(
        "admin/audit.html",
        wanted=wanted,
        left_out=left_out,
        in_force=_in_force(wanted, names),
        person_choices=[("", "Everyone"), *((key, name) for key, name in names.items())],
        verb_choices=[("", "All"), *sorted(((verb, trail.done(verb)) for verb in verbs), key=lambda one: one[1])],
        pages=pages,
        done=trail.done,
        lines=_told(audit_lines(wanted, offset=pages.offset, size=pages.size), names),
    )


def _told(
    lines: list[AuditLine], people: Mapping[int, str]
) -> list[tuple[AuditLine, trail.Subject, list[tuple[str, str]]]]:
    """Return each event with what it was about, by name, and with the old and the new."""
    names = subject_names(lines) | {f"person:{key}": name for key, name in people.items() if key}
    decided, told = seen_by_dmt(lines), []
    for line in lines:
        changed = trail.changes(line, people)
        if line.id in decided:
            changed.append(("DMT saw", trail.seen(decided[line.id])))
        told.append((line, trail.subject(line, names), changed))
    return told


def _day(name: str, left_out: list[str]) -> date | None:
    """Return the day asked for; what is no day is left out and said so."""
    words = asked(name)
    if not words:
        return None
    try:
        found: PartialDate | None = read_partial(words)
    except ValueError:
        found = None
    if found is None or found.text != found.last_day.isoformat():
        left_out.append(NO_DATE.format(words))
        return None
    return found.last_day


def _reference(left_out: list[str]) -> str:
    """Return the reference asked for, written as the register writes it; what is none is left out and said so."""
    words, register = asked("risk"), only_register()
    if not words or register is None:
        return ""
    number = read_reference(words, register.prefix)
    if number is None:
        left_out.append(f"“{words}” is not a reference such as {register.prefix} 01, so it does not narrow the list.")
        return ""
    return written_reference(register.prefix, number)


def _in_force(wanted: AuditFilter, names: Mapping[int, str]) -> list[tuple[str, str]]:
    """The filters in force, each with the address without it."""
    parts = (
        ("person", names[wanted.person_id] if wanted.person_id is not None else ""),
        ("risk", wanted.reference),
        ("linked", "with its indicators and contracts" if wanted.linked and wanted.reference else ""),
        ("verb", trail.done(wanted.verb)),
        ("from", f"From {day(wanted.from_day)}" if wanted.from_day else ""),
        ("to", f"To {day(wanted.to_day)}" if wanted.to_day else ""),
        ("sign_ins", "With sign-ins" if wanted.sign_ins else ""),
    )
    return [(words, address_with(**{name: None})) for name, words in parts if words]
