"""What is kept out of public papers, and why: the seven descriptions of the law.

Source: Local Government Act 1972, Schedule 12A, Part 1 (Descriptions of exempt information: England), paragraphs 1 to
7, as substituted by the Local Government (Access to Information) (Variation) Order 2006 (S.I. 2006/88). Paragraphs 4
and 6 are shortened.
"""

from __future__ import annotations

import re

from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import check_reason

LAW = "Schedule 12A of the Local Government Act 1972"
PARAGRAPHS: dict[int, str] = {
    1: "Information relating to any individual.",
    2: "Information which is likely to reveal the identity of an individual.",
    3: (
        "Information relating to the financial or business affairs of any particular person"
        " (including the authority holding that information)."
    ),
    4: (
        "Information relating to any consultations or negotiations in connection with any labour relations matter"
        " arising between the authority or a Minister of the Crown and employees of the authority."
    ),
    5: (
        "Information in respect of which a claim to legal professional privilege could be maintained in legal"
        " proceedings."
    ),
    6: (
        "Information which reveals that the authority proposes to give a notice by which requirements are imposed on"
        " a person, or to make an order or direction."
    ),
    7: (
        "Information relating to any action taken or to be taken in connection with the prevention, investigation or"
        " prosecution of crime."
    ),
}
_WRITTEN = re.compile(r"paragraph ([1-7]): ")


def exemption(paragraph: int | None, reason: str) -> str:
    """Return why something is exempt, as it is stored: “paragraph 3: …”. Raises RuleBroken naming the field."""
    if paragraph not in PARAGRAPHS:
        raise RuleBroken("Choose the paragraph by which it is exempt.", "paragraph")
    return f"paragraph {paragraph}: {check_reason(reason, 'Say why it is exempt.')}"


def paragraph_of(why: str) -> int | None:
    """Return the number of the paragraph by which something is exempt; None when it is not."""
    found = _WRITTEN.match(why)
    return int(found[1]) if found else None


def exempt_word(why: str) -> str:
    """The marking as a word that may stand where the reason may not: “exempt, paragraph 3”; empty when not exempt."""
    return f"exempt, paragraph {paragraph_of(why)}" if why else ""


def check_not_exempt(why: str) -> None:
    """Raise RuleBroken when something is exempt already, saying why."""
    if why:
        raise RuleBroken(f"This is marked exempt already, by {why}")


def check_exempt(why: str) -> None:
    """Raise RuleBroken when something is not exempt, so that there is nothing to take back."""
    if not why:
        raise RuleBroken("This is not marked exempt.")
