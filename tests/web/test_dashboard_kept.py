"""What the dashboard keeps of its counting is never stale: it is what counting anew would give, whatever was done."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

from flask import Flask, current_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskreg import models
from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import ResponseKind
from riskreg.extensions import db
from riskreg.queries.narrowing import Of, Scope
from riskreg.services.actors import Actor
from riskreg.services.keeping import Response, close_risk, edit_risk, hand_over_risk, reopen_risk, respond
from riskreg.services.proposing import RiskText
from riskreg.web.seeing.dashboard import KEPT, Figures, figures_of
from tests import factories as make
from tests.queries.test_as_at import act, actor_of, check_own_ratings, entered

WHAT = ("escalate", "decide", "review", "act", "close", "reopen", "hand over", "move", "respond")
STEP = st.tuples(
    st.integers(0, 2), st.integers(0, 2), st.tuples(st.sampled_from(WHAT), st.integers(1, 5), st.integers(1, 5))
)


def counted_anew(scope: Scope, today: date) -> Figures:
    """The figures without anything that was kept."""
    kept = current_app.extensions.pop(KEPT)
    found = figures_of(scope, make.TODAY, today)
    current_app.extensions[KEPT] = kept
    return found


def keep(actor: Actor, risk: models.Risk, what: str, now: datetime, posts: list[int], divisions: list[int]) -> None:
    """Do one thing to a risk itself, as the pages do."""
    if what == "close":
        close_risk(actor, risk, "Over.", risk.revision, now)
    elif what == "reopen":
        reopen_risk(actor, risk, "Again.", risk.revision, now)
    elif what == "hand over":
        hand_over_risk(actor, risk, posts[risk.owner_post_id == posts[0]], "She moved.", risk.revision, now)
    elif what == "move":
        to = divisions[risk.division_id == divisions[0]]
        text = RiskText(risk.title, "", "It may go wrong.", "", "", "", to)
        edit_risk(actor, risk, text, "It moved.", risk.revision, now)
    elif what == "respond":
        respond(actor, risk, Response(ResponseKind.TREAT, "By acting.", now.date()), risk.revision, now)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=12))
def test_what_was_kept_is_what_counting_anew_gives(
    app: Flask, steps: list[tuple[int, int, tuple[str, int, int]]]
) -> None:
    posts = [make.PostFactory(owning=True) for _ in range(2)]
    divisions = [make.DivisionFactory(name=name) for name in ("Here", "There")]
    risks = [entered(owner_post=posts[0], division=divisions[0], own_rag=rag) for rag in ("GREEN", "AMBER", "RED")]
    for risk in risks[:2]:  # the third can be closed at once
        make.ActionFactory(risk=risk, owner_post=posts[0])
    places = [division.id for division in divisions]
    actor, now, register = actor_of(*posts), make.NOW, risks[0].register_id
    scopes = (
        Scope(register), Scope(register, Of.DIVISION, divisions[1].id),
        Scope(register, Of.MINE, posts=frozenset({posts[1].id})),
    )  # fmt: skip
    for which, days, step in steps:
        now += timedelta(days=days, minutes=1)
        with suppress(RuleBroken):
            if (step[0], which) != ("act", 2):
                act(actor, risks[which], step, now)
            keep(actor, risks[which], step[0], now, [post.id for post in posts], places)
        db.session.flush()
        check_own_ratings()
        for scope in scopes:
            assert figures_of(scope, make.TODAY, now.date()) == counted_anew(scope, now.date())
    db.session.rollback()
    current_app.extensions.pop(KEPT)
