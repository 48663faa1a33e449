"""A review left half way: the answers are kept for the one who typed them, shown again, and gone when it is done."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from riskreg import models
from riskreg.extensions import db
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from tests import factories as make
from tests.web.before_dmt import escalated, fresh, signed_in_as
from tests.web.browsing import post, problems, words
from tests.web.test_review import CALM, as_owner, saved

HALF: dict[str, Any] = {
    "still_right": "yes",
    "controls_work": "",
    "note": "The provider <b>may</b> leave.",
    "rating": "assess",
    "likelihood": "4",
    "escalate": "y",
    "revision": 0,
    "later": "1",
}


def drafts() -> list[models.ReviewDraft]:
    """The drafts that are stored."""
    fresh()
    return list(db.session.scalars(select(models.ReviewDraft)))


def test_what_was_typed_is_kept_however_incomplete_and_filled_in_again(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    answer = post(client, address, **HALF)
    assert answer.status_code == 302
    assert "Your answers are kept. Finish the review by 3 July 2017." in words(client.get(answer.location))
    assert saved() == []
    page = client.get(address)
    assert "You began this review on" in words(page)
    assert "The provider &lt;b&gt;may&lt;/b&gt; leave." in page.text
    assert 'value="4" selected' in page.text
    assert page.text.count(" checked") == 3
    assert "The risk has changed since you began" not in words(page)
    assert db.session.scalar(select(func.count(models.AuditEvent.id))) == 0


def test_answers_kept_again_take_the_place_of_the_earlier_ones(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    post(client, address, **HALF)
    post(client, address, **{**HALF, "note": "Later words.", "escalate": ""})
    assert [(one.answers["note"], one.seen_revision) for one in drafts()] == [("Later words.", 0)]


def test_a_review_that_is_overdue_says_so(app: Flask) -> None:
    client, address = as_owner(app, make.RiskFactory(review_due_on=make.TODAY.replace(year=2016)))
    answer = post(client, address, **HALF)
    assert "The review was due on 3 April 2016: finish it soon." in words(client.get(answer.location))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"note": "x" * 4_001}, "The sentence must be 4,000 characters or fewer. You typed 4,001."),
        ({"revision": "x"}, "Open the page again: it does not say which state of the record you saw."),
    ],
)
def test_a_text_that_is_too_long_is_refused_and_stays(
    app: Flask, risk: models.Risk, fields: dict[str, Any], sentence: str
) -> None:
    client, address = as_owner(app, risk)
    answer = post(client, address, **{**HALF, **fields})
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    assert drafts() == []


def test_an_answer_that_was_never_offered_is_not_kept(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    assert post(client, address, **{**HALF, "likelihood": "x" * 9_000}).status_code == 302
    assert drafts()[0].answers["likelihood"] == ""


def test_completing_the_review_takes_the_draft_away(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    post(client, address, **HALF)
    assert post(client, address, **CALM).status_code == 302
    assert (len(saved()), drafts()) == (1, [])
    assert "You began this review" not in words(client.get(address))


def test_a_review_that_was_refused_keeps_the_draft(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    post(client, address, **HALF)
    assert post(client, address, **{**CALM, "note": ""}).status_code == 422
    assert len(drafts()) == 1


def test_starting_again_throws_the_draft_away(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    post(client, address, **HALF)
    answer = post(client, f"{address}/start-again")
    assert answer.status_code == 302
    assert answer.location == address
    assert drafts() == []
    assert "The provider" not in client.get(address).text
    assert post(client, f"{address}/start-again").status_code == 302


def test_what_changed_since_the_draft_is_shown(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    post(client, address, **HALF)
    row = db.session.scalars(select(models.Risk)).one()
    record(SYSTEM, "noted", f"risk:{row.id}", "A signal joined the escalation.", now=make.NOW, risk=row)
    db.session.commit()
    text = words(client.get(address))
    assert "The risk has changed since you began this review" in text
    assert "A signal joined the escalation." in text
    assert post(client, address, **{**CALM, "revision": 1}).status_code == 302


def test_only_who_typed_it_sees_it(app: Flask, risk: models.Risk) -> None:
    deputy = make.PersonFactory(deputising=risk.owner_post)
    who = f"{deputy.id}:{deputy.session_stamp}"
    client, address = as_owner(app, risk)
    post(client, address, **HALF)
    with client.session_transaction() as session:
        session["_user_id"] = who
    assert "You began this review" not in words(client.get(address))
    post(client, address, **{**HALF, "note": "The deputy's words."})
    assert len(drafts()) == 2


@pytest.mark.parametrize("roles", [("risk_owner",), ("coordinator",), ("auditor",)])
def test_only_the_owner_keeps_or_discards_answers(app: Flask, risk: models.Risk, roles: tuple[str, ...]) -> None:
    address, client = f"/risks/{risk.id}/review", signed_in_as(app, *roles)
    fresh()
    assert post(client, address, **HALF).status_code == 403
    assert post(client, f"{address}/start-again").status_code == 403
    assert drafts() == []


def test_a_closed_risk_keeps_no_answers(app: Flask) -> None:
    client, address = as_owner(app, make.RiskFactory(closed=True))
    answer = post(client, address, **HALF)
    assert answer.status_code == 422
    assert "The risk is closed; it is no longer reviewed." in words(answer)


def keeper(app: Flask, risk: models.Risk) -> tuple[FlaskClient, int]:
    """A risk with a draft, and the co-ordinator's browser."""
    client, address = as_owner(app, risk)
    post(client, address, **HALF)
    return signed_in_as(app, "coordinator"), int(address.split("/")[2])


def test_closing_merging_and_handing_over_take_every_draft_away(app: Flask, risk: models.Risk) -> None:
    other, heir = make.RiskFactory(register=risk.register), make.PostFactory(bringing=("risk_owner",))
    heir_id, into = heir.id, str(other.reference)
    steps = {"owner": {"owner": heir_id}, "merge": {"into": into}, "close": {}}
    for step, fields in steps.items():
        row = make.RiskFactory(register=other.register)
        client, risk_id = keeper(app, row)
        assert len(drafts()) == 1
        answer = post(client, f"/risks/{risk_id}/{step}", reason="So it is.", revision=0, **fields)
        assert answer.status_code == 302, words(answer)
        assert drafts() == []


def test_a_decision_that_closes_the_risk_takes_every_draft_away(app: Flask) -> None:
    row = escalated()
    escalation_id = row.id
    keeper(app, row.risk)
    member = signed_in_as(app, "dmt_member")
    answer = post(member, f"/escalations/{escalation_id}", kind="close the risk", reason="It is over.", revision=0)
    assert answer.status_code == 302, words(answer)
    assert drafts() == []


def test_the_enter_key_completes_the_review(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    text = client.get(address).text
    assert text.index("Complete the review</button>") < text.index("Save and finish later</button>")
