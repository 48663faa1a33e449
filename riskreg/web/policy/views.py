"""The page that shows the policy in force."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from riskreg.domain.access import Permission
from riskreg.web.access import needs
from riskreg.web.in_force import present_policy
from riskreg.web.pages import page
from riskreg.web.policy.wording import GROUPS

blueprint = Blueprint("policy", __name__)


@blueprint.get("/policy")
@needs(Permission.READ_REGISTER)
def in_force() -> ResponseReturnValue:
    """Show every number that the rules go by today."""
    policy = present_policy()
    return page("policy/in_force.html", policy=policy, groups=[(title, rules(policy)) for title, rules in GROUPS])
