"""The replay of a draft: what it would have done is on the page, and what is adopted is what was replayed."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.domain.access import Role
from riskreg.domain.choices import Heeds
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.domain.links import LinkTerms
from riskreg.extensions import db
from riskreg.services.actors import Actor
from riskreg.services.escalations import record_decision
from riskreg.services.links import add_link
from riskreg.web.policy.replaying import short_record
from tests import factories as make
from tests.web.before_dmt import counted
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.test_policy_draft import draft, send

SPARING = {"floor_share": "25", "valid_from": ["3", "4", "2017"]}  # by it NEET would have been AMBER and no news


@pytest.fixture(autouse=True)
def _by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hour is that of today otherwise: at night one before the plan was loaded, with no past to replay."""
    monkeypatch.setattr("riskreg.clock.now", lambda: make.NOW + timedelta(hours=1))


def shown(answer: TestResponse) -> dict[str, str]:
    """What the button to adopt sends."""
    form = answer.text.rpartition("<form")[2]
    return dict(re.findall(r'name="(shown|since|revision)"[^>]*value="([^"]*)"', form))


def decline(sentence_of: str, now: datetime = make.NOW) -> models.Escalation:
    """Let DMT decline the escalation whose signal says this."""
    row = db.session.query(models.SignalRow).filter(models.SignalRow.sentence.contains(sentence_of)).one()
    held = db.session.query(models.EscalationSignal).filter_by(signal_id=row.id).one()
    escalation = held.escalation
    person = make.PersonFactory()
    member = Actor(person.id, person.name, frozenset({Role.DMT_MEMBER}), frozenset())
    taken = DecisionTaken(DecisionKind.DECLINE, "It is in hand.")
    record_decision(member, escalation, taken, escalation.risk.revision, now)
    db.session.commit()
    return escalation


def joined_by_a_contract(sentence_of: str, now: datetime) -> None:
    """Let a contract that signals already join the escalation whose signal says this."""
    row = db.session.query(models.SignalRow).filter(models.SignalRow.sentence.contains(sentence_of)).one()
    risk = db.session.query(models.EscalationSignal).filter_by(signal_id=row.id).one().escalation.risk
    contract = db.session.query(models.Contract).filter_by(code="EXT-08").one()
    person = make.PersonFactory()
    actor = Actor(person.id, person.name, frozenset(Role), frozenset({risk.owner_post_id}))
    add_link(actor, risk, contract, LinkTerms("It teaches them.", Heeds.ANY), risk.revision, now)


def test_without_a_draft_there_is_nothing_to_replay(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    answer = client.get("/policy/replay")
    assert answer.status_code == 404
    assert "There is no draft of the policy" in words(answer)


def test_a_draft_that_says_what_holds_makes_no_difference_and_cannot_be_adopted(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    send(client)
    answer = client.get("/policy/replay")
    text = words(answer)
    assert "Raised just the same 4" in text
    assert "Not ended: awaiting DMT. On 3 April 2017 For the same reason. Not ended: awaiting DMT." in text
    for said in (
        "They would have been put before DMT later",
        "the draft is not the reason",
        "Not raised by the draft They",
    ):
        assert said not in text
    assert "so there is nothing to adopt" in text
    assert "Adopt the draft" not in text


NO_PAST = "The draft changes nothing that decides what is put before DMT, so the past stays as it was."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, False),
        ({"late_action_told_second": ["line director", "co-ordinator", "DMT"]}, True),
        ({"new_indicator_link_heeds": "watch", "new_contract_link_heeds": "watch"}, True),
        ({"late_review_told_first": [], "worsening_moves": "3"}, False),
    ],
)
def test_who_is_told_and_what_a_new_link_heeds_change_no_past_and_the_page_says_so(
    client: FlaskClient, typed: dict[str, Any], said: bool
) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    send(client, **typed)
    text = words(client.get("/policy/replay"))
    assert (NO_PAST in text) is said
    assert "Raised just the same 4" in text
    assert "who is told of what is late, and what a new link heeds are not replayed" in text
    assert ("Adopt the draft" in text) is bool(typed)


def test_a_past_that_other_rules_held_in_is_not_said_to_stay(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    rules = {**make.RULES, "worsening_moves": 3}
    db.session.add(models.PolicyVersion(register_id=1, version=2, valid_from=make.TODAY, rules=rules, reason="So."))
    db.session.commit()
    send(client, late_review_told_first=[])
    text = words(client.get("/policy/replay"))
    assert "Late review, first reminder: told besides the owner the line director nobody" in text
    assert NO_PAST not in text


def test_what_the_draft_would_have_spared_dmt_is_shown_beside_what_was(client: FlaskClient) -> None:
    escalation = decline("NEET")
    sign_in_as(client, "Risk Co-ordinator")
    send(client, **SPARING)
    answer = client.get("/policy/replay")
    text = words(answer)
    assert "Raised by signals, as it was 4 Raised by the draft 3 Not raised by the draft 1" in text
    assert "Declined by DMT, and spared by the draft 1" in text
    assert "Declined by DMT on 3 April 2017: It is in hand. Not raised: DMT would have been spared it" in text
    assert f'href="/escalations/{escalation.id}"' in answer.text
    assert f'href="/risks/{escalation.risk_id}"' in answer.text
    assert "A floor standard that is not known, in per cent 10% 25%" in text
    assert "What a replay cannot know" in text
    assert db.session.query(models.PolicyVersion).count() == 1


def test_what_another_reason_raises_later_does_not_stand_for_what_was_declined(client: FlaskClient) -> None:
    joined_by_a_contract("NEET", make.NOW + timedelta(minutes=1))
    escalation = decline("NEET", make.NOW + timedelta(minutes=2))
    assert len(escalation.evidence) == 2
    sign_in_as(client, "Risk Co-ordinator")
    send(client, **SPARING)
    text = words(client.get("/policy/replay"))
    assert "Not raised by the draft 1 Raised by the draft only 1" in text
    assert "Declined by DMT, and spared by the draft 1" in text
    assert "Declined by DMT on 3 April 2017: It is in hand. Not raised: DMT would have been spared it" in text
    assert "Not raised On 3 April 2017 Teaching contract for low incidence needs" in text


def test_what_has_another_reason_or_end_by_the_draft_is_shown_with_both(client: FlaskClient) -> None:
    row = db.session.query(models.Escalation).filter_by(person_id=None).order_by(models.Escalation.id.desc()).first()
    assert row
    row.status, row.ended_at, row.ended_why = "withdrawn", make.NOW, "The figure was wrong."
    db.session.commit()
    sign_in_as(client, "Risk Co-ordinator")
    send(client, **SPARING)
    text = words(client.get("/policy/replay"))
    assert "Raised on the same day, for another reason or with another end 1" in text
    assert "to RED against a target of 78% for 2017" in text
    assert "Withdrawn on 3 April 2017: The figure was wrong. On 3 April 2017 Percentage of eligible children" in text
    assert "to AMBER against a target of 78% for 2017" in text
    assert "the target worsened by 25% of itself. Not ended: awaiting DMT." in text


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2017, 4, 3), "The record begins today, on 3 April 2017. There is no past to replay yet"),
        (date(2017, 4, 4), "The record begins on 3 April 2017, 1 day ago. So short a past tells little of the draft."),
        (date(2017, 5, 2), "The record begins on 3 April 2017, 29 days ago."),
        (date(2017, 5, 3), ""),
    ],
)
def test_a_record_that_has_just_begun_is_said_to_tell_next_to_nothing(day: date, said: str) -> None:
    found = short_record(date(2017, 4, 3), day)
    assert found.startswith(said)
    assert bool(found) is bool(said)


def test_the_page_says_first_that_there_is_no_past_yet(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    send(client, **SPARING)
    text = words(client.get("/policy/replay"))
    assert "Nothing is stored by this. The record begins today, on 3 April 2017." in text


def test_adopting_makes_a_version_and_leaves_what_was_judged(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    send(client, **SPARING)
    before = judgements()
    seen = shown(client.get("/policy/replay"))
    answer = post(client, "/policy/replay", **seen)
    assert (answer.status_code, answer.location) == (302, "/policy/versions")
    assert draft() is None
    assert judgements() == before
    text = words(client.get("/policy/versions"))
    assert "Version 2 of the policy was adopted. It holds from 3 April 2017." in text
    assert "Version 2, from 3 April 2017 in force Adopted by Risk Co-ordinator on 3 April 2017" in text
    assert "Too many were declined." in text
    assert "A floor standard that is not known, in per cent 10% 25%" in text
    assert "Version 1, from 1 April 2017 It came with the register." in text
    assert "worsened by 25% of itself" in words(client.get("/policy"))
    assert post(client, "/policy/replay", **seen).status_code == 404


def judgements() -> list[tuple[object, ...]]:
    db.session.expire_all()
    rows = db.session.query(models.Result).order_by(models.Result.id)
    return [(row.id, row.rag, row.floor_value, row.policy_version) for row in rows]


def test_only_what_was_replayed_is_adopted(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    send(client, **SPARING)
    seen = shown(client.get("/policy/replay"))
    decline("NEET")
    answer = post(client, "/policy/replay", **seen)
    assert answer.status_code == 409
    assert "What this does has changed since you looked at it" in problems(answer)[0]
    assert "DMT would have been spared it" in words(answer)
    assert db.session.query(models.PolicyVersion).count() == 1
    assert post(client, "/policy/replay", **shown(answer)).status_code == 302


def test_a_draft_that_was_changed_meanwhile_is_not_adopted(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    send(client, **SPARING)
    seen = shown(client.get("/policy/replay"))
    send(client, **{**SPARING, "floor_share": "30"})
    answer = post(client, "/policy/replay", **seen)
    assert answer.status_code == 409
    assert "The draft has changed since you opened this page" in words(answer)
    assert db.session.query(models.PolicyVersion).count() == 1


def test_a_draft_whose_day_has_passed_is_refused_with_a_sentence(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    send(client, **SPARING)
    seen = shown(client.get("/policy/replay"))
    found = draft()
    assert found
    found.valid_from = date(2017, 4, 2)
    db.session.commit()
    answer = post(client, "/policy/replay", **seen)
    assert answer.status_code == 422
    assert "not from one that has passed" in problems(answer)[0]


@pytest.mark.parametrize(
    ("since", "sentence"),
    [
        ("soon", "The day must include a month and a year."),
        ("1900-01-01", "The replay can begin on 3 April 2017 at the earliest."),
        ("2018-01-01", "The day must be today, 3 April 2017, or earlier."),
    ],
)
def test_a_day_that_cannot_be_replayed_from_is_refused_with_a_sentence(
    client: FlaskClient, since: str, sentence: str
) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    send(client, **SPARING)
    answer = client.get("/policy/replay", query_string={"since": since})
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    assert client.get("/policy/replay", query_string={"since": "2017-04-03"}).status_code == 200


def test_the_pages_ask_the_database_the_same_for_few_risks_and_for_many(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    send(client, **SPARING)
    sent = []
    for many in (1, 15):
        for number in range(many):
            risk = make.RiskFactory(reference__number=100 * many + number)
            make.LinkFactory(risk=risk, indicator=make.IndicatorFactory())
        db.session.commit()
        with counted() as statements:
            assert client.get("/policy/replay").status_code == 200
        sent.append(len(statements))
        for path in ("/policy", "/policy/versions", "/policy/draft"):
            with counted() as statements:
                assert client.get(path).status_code == 200
            assert len(statements) <= 10, path
    assert sent[0] == sent[1] <= 30
