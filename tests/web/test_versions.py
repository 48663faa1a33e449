"""The earlier texts of a risk, with the words that changed from each to the next."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import counted, signed_in_as
from tests.web.browsing import post, sign_in_as, words


def version(risk: models.Risk, number: int, **facts: object) -> None:
    """A text of the risk, written that many days after now."""
    known: dict[str, object] = {
        "title": risk.title, "cause": "Births rise.", "event": "Places run out.", "consequence": "", "status": "open",
        "owner_post_id": risk.owner_post_id, "change_reason": f"Reason {number}.",
        "recorded_at": make.NOW + timedelta(days=number), "version": number,
    }  # fmt: skip
    db.session.add(models.RiskVersion(risk_id=risk.id, **{**known, **facts}))
    db.session.flush()


def test_each_text_says_from_when_by_whom_and_why_with_the_changed_words_marked(app: Flask) -> None:
    risk, writer = make.RiskFactory(title="Too few places"), make.PersonFactory(name="The writer")
    heir = make.PostFactory(title="Head of Fair Access")
    version(risk, 1)
    version(risk, 2, cause="Births rise <b>fast</b>.", person_id=writer.id)
    version(risk, 3, cause="Births rise <b>fast</b>.", owner_post_id=heir.id)
    answer = signed_in_as(app, "auditor").get(f"/risks/{risk.id}/versions")
    text = words(answer)
    order = [text.index(f"Version {number}, from") for number in (3, 2, 1)]
    assert order == sorted(order)
    assert "Version 2, from 5 April 2017, 09:30 by The writer Reason 2." in text
    assert "Version 1, from 4 April 2017, 09:30 by the register itself Reason 1." in text
    assert '<del class="app-removed"><span class="govuk-visually-hidden">removed: “</span>rise. <span' in answer.text
    assert "added: “</span>rise &lt;b&gt;fast&lt;/b&gt;.<span" in answer.text
    assert "added: “ Head of Fair Access" in text


def test_the_first_text_is_shown_whole_and_without_marks(app: Flask) -> None:
    risk = make.RiskFactory(title="Too few places")
    version(risk, 1)
    answer = signed_in_as(app, "auditor").get(f"/risks/{risk.id}/versions")
    assert "Title Too few places Cause Births rise. Event Places run out." in words(answer)
    assert "added: “ " not in words(answer)
    assert "The whole of version" not in words(answer)


def test_a_text_in_which_no_words_changed_says_so(app: Flask) -> None:
    risk = make.RiskFactory()
    version(risk, 1)
    version(risk, 2)
    text = words(signed_in_as(app, "auditor").get(f"/risks/{risk.id}/versions"))
    assert "Reason 2. No words changed. The whole of version 2" in text


def test_the_last_of_a_page_is_compared_with_the_first_of_the_next(app: Flask) -> None:
    risk = make.RiskFactory()
    for number in range(1, 23):
        version(risk, number, event=f"Event {number}.")
    client = signed_in_as(app, "auditor")
    with counted() as sent:
        first = words(client.get(f"/risks/{risk.id}/versions"))
    assert len(sent) <= 5
    assert "Event Event removed: “ 2. ” added: “ 3. ”" in first
    assert "Version 2, from" not in first
    assert "Showing 1 to 20 of 22 versions" in first
    second = words(client.get(f"/risks/{risk.id}/versions?page=2"))
    assert "Event Event removed: “ 1. ” added: “ 2. ”" in second
    assert client.get(f"/risks/{risk.id}/versions?page=3").status_code == 404


def test_the_page_of_the_risk_and_its_timeline_lead_here(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    for address in ("/risks/1", "/risks/1/timeline"):
        assert 'href="/risks/1/versions"' in client.get(address).text
    assert "Version 1, from" in words(client.get("/risks/1/versions"))


def test_an_unknown_risk_is_a_page_that_says_so(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    assert client.get("/risks/999999/versions").status_code == 404


def test_what_is_edited_is_marked(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    risk = db.session.get_one(models.Risk, 1)
    place = f"{risk.division_id}-{risk.service_id or ''}"
    fields = {name: getattr(risk, name) for name in ("cause", "event", "consequence", "category", "objective")}
    title, revision = risk.title, risk.revision
    db.session.rollback()
    given = {**fields, "event": fields["event"] or "Something.", "place": place, "revision": revision}
    answer = post(client, "/risks/1/edit", title=f"{title} indeed", reason="To be plain.", **given)
    assert answer.status_code == 302, words(answer)
    assert "added: “ indeed" in words(client.get("/risks/1/versions"))
