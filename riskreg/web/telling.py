"""Who is told by e-mail of what was just saved, as the message after saving says it."""

from __future__ import annotations

from datetime import date

from riskreg.domain.access import Role
from riskreg.domain.sentences import listed
from riskreg.models import Risk
from riskreg.queries.staff import Owners, Staff


def owner_is_told(risk: Risk, today: date) -> str:
    """Say that the owner of a risk is told, or who is instead while that post is vacant; by at most four queries."""
    owners = Staff(today, [risk.owner_post_id]).owners(risk.owner_post_id)
    return _instead(owners, risk) if owners.vacant else "The owner is told by e-mail."


def owner_and_dmt_are_told(risk: Risk, today: date, both: str, members: str) -> str:
    """Say that the owner and DMT are told, in the words of `both`, or who really is; `members` names those of DMT."""
    staff = Staff(today, [risk.owner_post_id])
    owners, on_dmt = staff.owners(risk.owner_post_id), staff.with_role(Role.DMT_MEMBER)
    if on_dmt and not owners.vacant:
        return f"{both} are told by e-mail."
    dmt = f"{members} are told by e-mail." if on_dmt else "Nobody is on DMT at present to be told."
    return f"{dmt} {_instead(owners, risk) if owners.vacant else 'The owner is told by e-mail.'}"


def _instead(owners: Owners, risk: Risk) -> str:
    vacant = f"The post that owns the risk, {risk.owner_post.title}, is vacant"
    if not owners.people:
        return f"{vacant}, and nobody above it is there to be told."
    names = listed([one.name for one in owners.people])
    are = "are" if len(owners.people) > 1 else "is"
    leads = "as nobody is above it" if owners.lone else "to whom its line leads"
    return f"{vacant}: {names} {are} told by e-mail instead, {leads}."
