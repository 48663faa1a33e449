"""How the audit trail reads: what was done in the past tense, what it was done to by name, the old and the new."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from riskreg.domain.access import Permission, Role
from riskreg.domain.sentences import day
from riskreg.queries.audit import AuditLine
from riskreg.services.outbox import STATE_WORDS
from riskreg.web.access import may

# What is stored as a command or a noun; the rest of the verbs are stored as they read.
DONE = {
    "sign in": "signed in",
    "refuse a sign-in": "refused a sign-in",
    "ask for a new password": "asked for a new password",
    "set the password": "chose a password",
    "add a person": "added a person",
    "hand over a post": "handed over a post",
    "end a holding": "ended somebody’s time in a post",
    "set roles": "changed what a post brings",
    "deactivate a person": "ended somebody’s access",
    "reactivate a person": "gave access again",
    "send again": "had a message sent again",
    "dropped": "dropped a message",
    "came back": "had a message come back",
    "left out": "left something out of a message",
    "was delayed": "heard that a message is delayed",
    "plan loaded": "loaded the plan",
    "withdraw": "withdrew the escalation",
    "propose de-escalation": "proposed de-escalation",
    "keep": "took back the proposal to de-escalate",
}
OF_RISK = {"escalation": "escalation of", "review": "review of", "assessment": "rating of", "risk": "risk"}
OF_RISK |= {"control": "control of", "response": "response to"}
PAGES = {
    "escalation": ("escalations.escalation", "escalation_id", Permission.READ_REGISTER),
    "action": ("risks.action", "action_id", Permission.READ_REGISTER),
    "risk": ("risks.risk", "risk_id", Permission.READ_REGISTER),
    "contract": ("contracts.contract", "contract_id", Permission.READ_REGISTER),
    "indicator": ("indicators.indicator", "indicator_id", Permission.READ_REGISTER),
    "post": ("admin.post", "post_id", Permission.READ_REGISTER),
    "person": ("admin.person", "person_id", Permission.MANAGE_PEOPLE),
    "meeting": ("meetings.meeting", "meeting_id", Permission.READ_QUEUE),
    "pack": ("meetings.pack", "pack_id", Permission.READ_QUEUE),
    "report": ("reports.report", "report_id", Permission.READ_REGISTER),
    "message": ("admin.message", "message_id", Permission.MANAGE_MAIL),
}
PAIRS = (("before", "after"), ("old", "new"), ("was", "is"))
# Numbers of rows, and counts of them: what they stand for is in the sentence or in the link.
NUMBERS = frozenset({"result", "holdings", "person", "added", "action", "into", "merged", "evidence"})
NAMES = {"rag": "RAG", "due_on": "Due date", "from_on": "From", "until_on": "Until", "value": "Typed as"}
NAMES |= {"line": "Line of the plan", "error": "Last error", "email": "E-mail address"}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event was about: its words, and the address of its page, empty where there is none to open."""

    words: str
    address: str


def done(verb: str) -> str:
    """Return what was done in the past tense."""
    return DONE.get(verb, verb)


def subject(line: AuditLine, names: Mapping[str, str]) -> Subject:
    """Return what an event was about. `names` holds the names by subject, as queries.audit.subject_names gives them."""
    kind, _, key = line.subject.partition(":")
    if kind == "register":
        return Subject("the register", "")
    if not key.isdecimal():
        return Subject(f"{kind} {key}", "")
    words = names.get(line.subject, "")
    if line.verb == "made a report":
        kind = "report"  # it is kept among the packs
    if kind in OF_RISK and line.reference:
        words = f"{OF_RISK[kind]} {line.reference}"
    return Subject(words or f"{kind} {key}", _address(kind, int(key)))


def _address(kind: str, key: int) -> str:
    """Return the address of a thing's page, or nothing where there is none that the reader may open."""
    if kind not in PAGES or not may(PAGES[kind][2]):
        return ""
    values: dict[str, Any] = {PAGES[kind][1]: key}
    return url_for(PAGES[kind][0], **values)


def changes(line: AuditLine, people: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return the old and new values of an event as a reader can take them in: a name and its words each.

    What the sentence says already is left out, and so are the numbers of rows.
    """
    told: list[tuple[str, str]] = []
    rest = {name: value for name, value in line.detail.items() if name not in NUMBERS}
    for before, after in PAIRS:
        if before in rest and after in rest:
            told += _pair(line, rest.pop(before), rest.pop(after), people)
    told += [(_name(name), _words(value)) for name, value in rest.items() if not _said(value, line.sentence)]
    return told


def seen(facts: Mapping[str, Any]) -> str:
    """Return what DMT saw when it decided: the two ratings, where it stood, and why it was there."""
    parts = [
        f"rating shown {_words(facts.get('effective_rag'))}, the owner’s own {_words(facts.get('own_rag'))}",
        _words(facts.get("status")),
    ]
    if facts.get("reason"):
        parts.append(f"reason given: {facts['reason']}")
    parts += [
        one["sentence"] + (f" ({one['state']})" if one.get("state", "stands") != "stands" else "")
        for one in facts.get("signals", ())
    ]
    return "; ".join(parts)


def _said(value: Any, sentence: str) -> bool:
    if isinstance(value, list):
        return all(_said(one, sentence) for one in value)
    return value in (None, "", {}) or (isinstance(value, str) and _words(value) in sentence)


def _pair(line: AuditLine, before: Any, after: Any, people: Mapping[int, str]) -> list[tuple[str, str]]:
    """Set the old beside the new; of a record, only what changed."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return [(_name(name), _turn(before.get(name), after.get(name))) for name in names]
    if line.verb == "hand over a post":
        return [("Holder", _turn(people.get(before or 0), people.get(after or 0)))]
    if line.verb == "set roles":
        return [("Roles", _turn(_titles(before), _titles(after)))]
    if line.subject.startswith("message:"):
        return [("State", _turn(STATE_WORDS.get(before, before), STATE_WORDS.get(after, after)))]
    return [("Changed", _turn(before, after))]


def _titles(roles: Collection[str]) -> list[str]:
    known = {str(role): role.title for role in Role}
    return [known.get(role, role) for role in roles]


def _turn(before: Any, after: Any) -> str:
    return f"{_words(before)} → {_words(after)}"


def _name(name: str) -> str:
    words = NAMES.get(name, name.replace("_", " "))
    return words[:1].upper() + words[1:]


def _words(value: Any) -> str:
    """A stored value in words: nothing, yes or no, a day, a list, or what it is."""
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and DAY.fullmatch(value):
        return day(date.fromisoformat(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')}: {_words(one)}" for name, one in value.items())
    return "; ".join(_words(one) for one in value) if isinstance(value, list) else str(value)
