"""How often an action slipped: how many of its updates moved its date later than it was before."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from riskreg.models import Action, ActionUpdate

_EARLIER = aliased(ActionUpdate)
_BEFORE = (
    select(_EARLIER.due_on)
    .where(_EARLIER.action_id == ActionUpdate.action_id, _EARLIER.id < ActionUpdate.id)
    .order_by(_EARLIER.id.desc())
    .limit(1)
    .correlate(ActionUpdate)
    .scalar_subquery()
)
# The date an update found: that of the update before it, or the first one. For a query that holds Action.
DUE_BEFORE = func.coalesce(_BEFORE, Action.first_due_on)
# The count for the action of the row of the query around it.
SLIPS = (
    select(func.count(ActionUpdate.id))
    .where(ActionUpdate.action_id == Action.id, ActionUpdate.due_on > DUE_BEFORE)
    .correlate(Action)
    .scalar_subquery()
)
