"""The page that shows the policy in force."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.queries.policies import policy_on
from riskreg.queries.register import only_register
from riskreg.web.access import needs
from riskreg.web.pages import page
from riskreg.web.policy.wording import GROUPS

blueprint = Blueprint("policy", __name__)


@blueprint.get("/policy")
@needs(Permission.READ_REGISTER)
def in_force() -> ResponseReturnValue:
    """Show every number that the rules go by today."""
    register = only_register()
    if register is None:
        raise NotFound("There is no register yet, and so no policy.")
    policy = policy_on(register.id, clock.today())
    return page("policy/in_force.html", policy=policy, groups=[(title, rules(policy)) for title, rules in GROUPS])
