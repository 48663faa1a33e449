"""Who may do what: the whole table, so that a change of it is a change of this file."""

from __future__ import annotations

import pytest

from riskreg.domain.access import GRANTS, Permission, Role, holds, may, require
from riskreg.domain.errors import NotPermitted, RuleBroken

P = Permission
ALL = set(Role)
GRANTED: dict[Permission, set[Role]] = {
    P.READ_REGISTER: ALL,
    P.EXPORT: ALL,
    P.READ_QUEUE: ALL,
    P.SEE_OWN_WORK: ALL,
    P.READ_AUDIT: {Role.DMT_MEMBER, Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR},
    P.UPDATE_ACTION: {Role.RISK_OWNER, Role.ACTION_OWNER},
    P.REVIEW_RISK: {Role.RISK_OWNER},
    P.RAISE_ESCALATION: {Role.RISK_OWNER, Role.DMT_MEMBER, Role.COORDINATOR},
    P.READ_PROPOSALS: {Role.RISK_OWNER, Role.DMT_MEMBER, Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR},
    P.PROPOSE_RISK: {Role.RISK_OWNER, Role.COORDINATOR},
    P.KEEP_RISK: {Role.RISK_OWNER, Role.COORDINATOR},
    P.ADD_EVIDENCE: {Role.RISK_OWNER, Role.ACTION_OWNER, Role.DMT_MEMBER, Role.COORDINATOR},
    P.KEEP_REGISTER: {Role.COORDINATOR},
    P.DECIDE: {Role.DMT_MEMBER},
    P.ANSWER_REFERRAL: {Role.CORPORATE_COORDINATOR},
    P.MANAGE_MEETINGS: {Role.COORDINATOR},
    P.SET_POLICY: {Role.COORDINATOR},
    P.PUBLISH_RESULT: {Role.PERFORMANCE_OFFICER},
    P.ADD_INDICATOR: {Role.PERFORMANCE_OFFICER, Role.CONTRACT_MANAGER},
    P.KEEP_INDICATOR: {Role.PERFORMANCE_OFFICER},
    P.RECORD_CONTRACT: {Role.CONTRACT_MANAGER},
    P.KEEP_CONTRACT: {Role.CONTRACT_MANAGER, Role.COORDINATOR},
    P.KEEP_ANY_CONTRACT: {Role.COORDINATOR},
    P.ESCALATE_ANY: {Role.COORDINATOR, Role.DMT_MEMBER},
    P.MANAGE_PEOPLE: {Role.ADMINISTRATOR},
    P.MANAGE_MAIL: {Role.ADMINISTRATOR},
}
READS = {P.READ_REGISTER, P.EXPORT, P.READ_QUEUE, P.SEE_OWN_WORK, P.READ_AUDIT, P.READ_PROPOSALS}
CHANGES = set(Permission) - READS


@pytest.mark.parametrize("permission", Permission, ids=lambda one: one.name.lower())
@pytest.mark.parametrize("role", Role, ids=lambda one: one.name.lower())
def test_each_role_may_do_exactly_what_the_table_says(role: Role, permission: Permission) -> None:
    assert may([role], permission) is (role in GRANTED[permission])


def test_every_role_is_in_the_table_and_has_a_title() -> None:
    assert set(GRANTS) == ALL
    assert len({role.title for role in Role}) == len(ALL)
    assert Role.COORDINATOR.title == "risk co-ordinator"


def test_who_has_no_role_may_do_nothing() -> None:
    assert not any(may([], permission) for permission in Permission)


def test_two_roles_together_may_do_what_either_may() -> None:
    both = [Role.AUDITOR, Role.CONTRACT_MANAGER]
    assert may(both, P.READ_AUDIT)
    assert may(both, P.RECORD_CONTRACT)
    assert not may(both, P.DECIDE)


def test_an_auditor_changes_nothing() -> None:
    assert not any(may([Role.AUDITOR], permission) for permission in CHANGES)


def test_only_a_dmt_member_decides_for_dmt() -> None:
    assert [role for role in Role if may([role], P.DECIDE)] == [Role.DMT_MEMBER]


@pytest.mark.parametrize(
    ("posts", "owners", "held"),
    [([1, 2], [2], True), ([1, 2], [3, 1], True), ([1, 2], [3], False), ([], [1], False), ([1], [], False)],
)
def test_a_thing_is_held_with_any_of_its_posts(posts: list[int], owners: list[int], held: bool) -> None:
    assert holds(posts, *owners) is held


def test_a_thing_without_an_owner_is_nobodys() -> None:
    assert not holds([1], None)
    assert holds([1], None, 1)


def test_what_is_not_allowed_is_refused_with_the_sentence() -> None:
    require(allowed=True, sentence="Nothing to say.")
    with pytest.raises(NotPermitted, match="Only the owner may do this") as refused:
        require(allowed=False, sentence="Only the owner may do this.")
    assert isinstance(refused.value, RuleBroken)
    assert refused.value.sentence == "Only the owner may do this."
