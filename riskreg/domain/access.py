"""Who may do what: one table (design, section 1). What is not granted is denied.

“Only the owner” is not a role: the services ask `holds` with the posts that the person holds, as holder or deputy.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from riskreg.domain.errors import NotPermitted


class Role(StrEnum):
    """What a post makes of the person who holds it."""

    RISK_OWNER = "risk_owner"
    ACTION_OWNER = "action_owner"
    PERFORMANCE_OFFICER = "performance_officer"
    CONTRACT_MANAGER = "contract_manager"
    DMT_MEMBER = "dmt_member"
    COORDINATOR = "coordinator"
    CORPORATE_COORDINATOR = "corporate_coordinator"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def title(self) -> str:  # type: ignore[override] # a role has a title; the method of str is of no use here
        """The role as the pages name it."""
        return ROLE_TITLES[self]


ROLE_TITLES = {
    Role.RISK_OWNER: "risk owner",
    Role.ACTION_OWNER: "action owner",
    Role.PERFORMANCE_OFFICER: "performance officer",
    Role.CONTRACT_MANAGER: "contract manager",
    Role.DMT_MEMBER: "DMT member",
    Role.COORDINATOR: "risk co-ordinator",
    Role.CORPORATE_COORDINATOR: "corporate risk co-ordinator",
    Role.AUDITOR: "auditor",
    Role.ADMINISTRATOR: "administrator",
}


class Permission(StrEnum):
    """Something that a person may do."""

    READ_REGISTER = "read the register"
    READ_AUDIT = "read the audit trail"
    EXPORT = "take files out"
    SEE_OWN_WORK = "see my work"
    UPDATE_ACTION = "update an action"
    REVIEW_RISK = "review a risk"
    RAISE_ESCALATION = "put a risk before DMT"
    READ_PROPOSALS = "read proposals and drafts"
    PROPOSE_RISK = "propose a risk"
    KEEP_RISK = "change a risk, its controls and its actions"
    KEEP_REGISTER = "approve, hand over, merge, close or reopen a risk"
    ADD_EVIDENCE = "add or remove evidence"
    READ_QUEUE = "read the DMT queue"
    DECIDE = "decide for DMT"
    ANSWER_REFERRAL = "answer for the corporate register"
    MANAGE_MEETINGS = "manage meetings"
    SET_POLICY = "set the policy"
    PUBLISH_RESULT = "publish a result"
    ADD_INDICATOR = "add an indicator"
    KEEP_INDICATOR = "add, change or end any indicator"
    RECORD_CONTRACT = "record a contract's route or review"
    KEEP_CONTRACT = "add, change or close a contract"
    KEEP_ANY_CONTRACT = "add, change or close any contract"
    ESCALATE_ANY = "put any risk before DMT"
    MANAGE_PEOPLE = "manage people, posts and roles"
    MANAGE_MAIL = "see and send mail and jobs"


# What the line director of a vacant post may do besides: the owner's work of its risks, actions and contracts.
OF_A_VACANT_POST = (Role.RISK_OWNER, Role.ACTION_OWNER, Role.CONTRACT_MANAGER)
P = Permission
EVERYONE = frozenset({P.READ_REGISTER, P.EXPORT, P.READ_QUEUE, P.SEE_OWN_WORK})
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.RISK_OWNER: EVERYONE
    | {P.UPDATE_ACTION, P.REVIEW_RISK, P.RAISE_ESCALATION, P.ADD_EVIDENCE}
    | {P.READ_PROPOSALS, P.PROPOSE_RISK, P.KEEP_RISK},
    Role.ACTION_OWNER: EVERYONE | {P.UPDATE_ACTION, P.ADD_EVIDENCE},
    Role.PERFORMANCE_OFFICER: EVERYONE | {P.PUBLISH_RESULT, P.ADD_INDICATOR, P.KEEP_INDICATOR},
    Role.CONTRACT_MANAGER: EVERYONE | {P.RECORD_CONTRACT, P.KEEP_CONTRACT, P.ADD_INDICATOR},
    Role.DMT_MEMBER: EVERYONE
    | {P.DECIDE, P.READ_AUDIT, P.READ_PROPOSALS, P.RAISE_ESCALATION, P.ESCALATE_ANY, P.ADD_EVIDENCE},
    Role.COORDINATOR: EVERYONE
    | {P.RAISE_ESCALATION, P.ESCALATE_ANY, P.READ_AUDIT, P.MANAGE_MEETINGS}
    | {P.READ_PROPOSALS, P.PROPOSE_RISK, P.KEEP_RISK, P.KEEP_REGISTER, P.ADD_EVIDENCE}
    | {P.KEEP_CONTRACT, P.KEEP_ANY_CONTRACT, P.SET_POLICY},
    Role.CORPORATE_COORDINATOR: EVERYONE | {P.ANSWER_REFERRAL},
    Role.AUDITOR: EVERYONE | {P.READ_AUDIT, P.READ_PROPOSALS},
    Role.ADMINISTRATOR: EVERYONE | {P.MANAGE_PEOPLE, P.MANAGE_MAIL, P.READ_AUDIT, P.READ_PROPOSALS},
}


def may(roles: Collection[Role], permission: Permission) -> bool:
    """Whether any of the roles grants the permission."""
    return any(permission in GRANTS[role] for role in roles)


def holds(posts: Collection[int], *owners: int | None) -> bool:
    """Whether any of the owning posts is among those that the person holds or stands in for."""
    return any(owner in posts for owner in owners if owner is not None)


def require(allowed: bool, sentence: str) -> None:
    """Raise NotPermitted with the sentence unless allowed."""
    if not allowed:
        raise NotPermitted(sentence)
