"""What messages about a risk before DMT say of an earlier decision, of a vacant post, and of the next review."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from riskreg.domain.lifecycle import DecisionKind
from riskreg.mail.rendering import Rendered, render
from tests.mail.examples import DECISION, ESCALATION, HANDED_BACK, PERSON, WITHDRAWAL

DECIDED = {
    "decision": "confirm",
    "reason": "The fall is real",
    "decided_on": "2017-04-03",
    "due_on": "2017-04-28",
    "meeting_on": None,
}
AGAIN = {**ESCALATION, "review_due_on": "2017-05-14", "again": DECIDED}


def written(app: Flask, kind: str, facts: dict[str, Any]) -> tuple[str, str, str]:
    """The subject, the text and the HTML, the latter two in one line each; neither has a gap before a full stop."""
    rendered: Rendered = render(kind, facts, PERSON)
    text = " ".join(rendered.text.split())
    assert " ." not in text
    return rendered.subject, text, " ".join(rendered.html.split())


def test_a_risk_that_comes_back_says_again_what_dmt_had_decided_and_what_is_owed(app: Flask) -> None:
    subject, text, html = written(app, "escalation_raised", {"for": "owner", "escalations": [AGAIN]})
    assert subject == "CYPE 20 before DMT again, RED: Take-up <of> free places"
    assert "1 risk that you own came before the Directorate Management Team (DMT) again." in text
    assert "The rating: RED, as it was shown already; awaiting DMT again." in text
    assert "raised from" not in text.lower()
    said = "DMT had decided on 3 April 2017: confirmed. The fall is real. The answer that it asked for by 28 April 2017"
    owed = "is still owed: the next review gives it."
    assert f"{said} {owed}" in text
    assert f"{said} {owed}" in html
    assert "Review CYPE 20 by 14 May 2017" in text


def test_dmt_hears_that_the_owner_has_not_answered_yet(app: Flask) -> None:
    subject, text, html = written(app, "escalation_raised", {"for": "dmt", "escalations": [AGAIN]})
    assert subject == "CYPE 20 before DMT again, RED, DMT to decide: Take-up <of> free places"
    for part in (text, html):
        assert "The owner’s answer, asked for by 28 April 2017, has not come yet." in part


def test_of_several_risks_each_says_whether_it_came_back(app: Flask) -> None:
    _, text, _ = written(app, "escalation_raised", {"for": "dmt", "escalations": [ESCALATION, AGAIN]})
    assert "2 risks came before the Directorate Management Team (DMT). Please" in text
    assert "The rating: raised from AMBER to RED, awaiting DMT." in text
    assert text.count("awaiting DMT again") == 1


@pytest.mark.parametrize(
    ("decided", "says"),
    [
        (None, "DMT had not decided on it."),
        (
            {**DECIDED, "decision": "defer to a meeting", "due_on": None, "meeting_on": "2017-05-09"},
            "DMT had put it off to its meeting of 9 May 2017 on 3 April 2017. That falls away.",
        ),
        (
            {**DECIDED, "decision": "return to the owner"},
            "DMT had returned it to the owner on 3 April 2017. The answer that it asked for is not needed.",
        ),
    ],
)
def test_a_withdrawal_says_what_dmt_had_decided(app: Flask, decided: object, says: str) -> None:
    facts = {"for": "owner", "escalations": [{**WITHDRAWAL, "decided": decided}]}
    _, text, html = written(app, "escalation_withdrawn", facts)
    for part in (text, html):
        assert says in part
        assert "and DMT had not confirmed it." in part
        assert ("DMT had not decided on it" in part) is (decided is None)


@pytest.mark.parametrize("kind", [kind for kind in DecisionKind if kind is not DecisionKind.CLOSE])
def test_a_decision_gives_one_date_for_the_next_review(app: Flask, kind: DecisionKind) -> None:
    asks = kind in (DecisionKind.CONFIRM, DecisionKind.RETURN)
    facts = {
        **DECISION,
        "decision": kind,
        "due_on": "2017-05-05" if asks else None,
        "meeting_on": "2017-05-09" if kind is DecisionKind.DEFER else None,
        "review_due_on": "2017-05-05" if asks else "2017-05-03",
    }
    _, text, html = written(app, "decision_made", facts)
    for part in (text, html):
        assert ("The next review is due by 3 May 2017." in part) is not asks
        assert ("Answer by completing a review by 5 May 2017" in part) is asks


def test_a_review_whose_day_has_passed_is_said_to_be_late_and_led_to(app: Flask) -> None:
    late = {"review_due_on": "2017-03-03", "late": True}
    facts = {**DECISION, "decision": "refer to the corporate register", "due_on": None, **late}
    for kind, told in (("decision_made", facts), ("referral_answered", {**HANDED_BACK, **late})):
        _, text, html = written(app, kind, told)
        for part in (text, html):
            assert "The review that was due by 3 March 2017 is late." in part
            assert "next review" not in part
            assert f"/risks/{told['risk_id']}/review" in part
    _, text, html = written(app, "escalation_raised", {"for": "owner", "escalations": [{**ESCALATION, **late}]})
    for part in (text, html):
        assert "Review CYPE 20, which was due by 3 March 2017" in part


def test_a_closed_risk_has_no_next_review(app: Flask) -> None:
    facts = {**DECISION, "decision": "close the risk", "due_on": None, "review_due_on": None}
    _, text, _ = written(app, "decision_made", facts)
    assert "next review" not in text


def test_an_answer_that_brings_a_risk_back_gives_the_day_of_its_review(app: Flask) -> None:
    _, text, html = written(app, "referral_answered", {**HANDED_BACK, "review_due_on": "2017-04-17"})
    for part in (text, html):
        assert "The risk is before DMT again, which decides. The next review is due by 17 April 2017." in part


def test_who_owns_one_risk_and_stands_in_for_another_hears_both_reasons(app: Flask) -> None:
    vacant = {**ESCALATION, "id": 8, "risk_id": 4, "vacant": "Head of Provision"}
    other = {**ESCALATION, "id": 9, "risk_id": 5, "vacant": "Head of Places"}
    subject, text, _ = written(app, "escalation_raised", {"for": "owner", "escalations": [ESCALATION, vacant]})
    assert subject == "Risk register: 2 risks escalated"
    assert "because you hold the post that owns a risk, and because the post that owns" in text
    _, text, _ = written(app, "escalation_raised", {"for": "owner", "escalations": [vacant, other]})
    assert "because the posts that own the risks, Head of Places and Head of Provision, are vacant and their" in text


DEPUTY = {**ESCALATION, "deputy_of": "Head of Provision"}


def test_a_deputy_reads_for_whom_and_an_owner_that_it_is_the_own_risk(app: Flask) -> None:
    subject, text, html = written(app, "escalation_raised", {"for": "owner", "escalations": [DEPUTY]})
    assert subject.startswith("CYPE 20 escalated to RED")
    for part in (text, html):
        assert "1 risk of the Head of Provision, for whom you deputise, came before" in part
        assert "because you are a deputy of the Head of Provision, who owns the risk." in part
    _, text, _ = written(app, "escalation_raised", {"for": "owner", "escalations": [ESCALATION]})
    assert "1 risk that you own came before" in text
    assert "because you hold the post that owns the risk." in text
    assert "deputy" not in text
    subject, text, _ = written(app, "escalation_raised", {"for": "owner", "escalations": [DEPUTY, ESCALATION]})
    assert subject == "Risk register: 2 risks escalated"
    assert "2 risks that you own or answer for came before" in text
    assert "you hold the post that owns a risk, and because you are a deputy of the Head of Provision, who owns" in text


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("decision_made", DECISION),
        ("referral_answered", HANDED_BACK),
        ("escalation_withdrawn", {"for": "owner", "escalations": [{**WITHDRAWAL, "deputy_of": "Head of Provision"}]}),
    ],
)
def test_every_message_to_an_owner_says_when_it_comes_to_a_deputy(app: Flask, kind: str, facts: dict[str, Any]) -> None:
    _, text, html = written(app, kind, {"audience": "owner", "deputy_of": "Head of Provision", **facts})
    for part in (text, html):
        assert "because you are a deputy of the Head of Provision, who owns the risk." in part
