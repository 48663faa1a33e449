"""Messages as they are read: why it came, what to do, by when, and the link to the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import pytest
from flask import Flask
from jinja2 import TemplateError

from riskreg.domain.lifecycle import DecisionKind
from riskreg.mail.rendering import Rendered, render
from riskreg.models import Person

BASE = "https://risks.kent.example"
PERSON = Person(name="Ann <Owner>", email="ann@kent.example")
ESCALATION = {
    "id": 7,
    "risk_id": 3,
    "reference": "CYPE 20",
    "title": "Take-up <of> free places",
    "rag_before": "AMBER",
    "rag_after": "RED",
    "review_due_on": "2017-04-17",
    "sentences": ["Take-up fell from 74% to 70%, from GREEN to RED."],
}
WITHDRAWAL = {
    "id": 7,
    "risk_id": 3,
    "reference": "CYPE 20",
    "title": "Take-up <of> free places",
    "rag_before": "RED",
    "rag_after": "AMBER",
    "why": "Withdrawn. The figure for December 2016 was corrected from 70% to 79%: A return was late.",
}
DECISION = {
    "escalation_id": 7,
    "risk_id": 3,
    "reference": "CYPE 20",
    "title": "Take-up of free places",
    "decision": "confirm",
    "reason": "The fall is real.",
    "due_on": "2017-05-05",
    "meeting_on": None,
    "decided_by": "Corporate Director",
}
REVIEW = {
    "risk_id": 3,
    "reference": "CYPE 20",
    "title": "Take-up of free places",
    "rag": "RED",
    "due_on": "2017-04-17",
    "days_late": -14,
    "told": "owner",
    "owner": "Head of Early Years",
    "vacant": False,
}
OVERDUE = {
    "indicator_id": 5,
    "code": "EY-05",
    "name": "Take-up <of> free places",
    "group": "Early Years & Childcare",
    "period": "December 2016",
    "due_on": "2017-03-31",
    "sentence": "Not known since 31 December 2016: the next result was due by 31 March 2017 and is 3 days late.",
}
ACCOUNT = {"reset_id": 1, "token": "WzEsMl0.abc-d_e", "expires_at": "2017-04-10T08:30:00+00:00"}
REFERRED = {
    "referral_id": 4,
    "escalation_id": 7,
    "risk_id": 3,
    "reference": "CYPE 20",
    "title": "Take-up <of> free places",
    "own_rag": "AMBER",
    "rag_now": "RED",
}
PROPOSED = {**REFERRED, "reason": "It concerns the whole council.", "decided_by": "Corporate Director"}
ANSWERED = {**REFERRED, "said": "Others are touched too.", "by": "Corporate Risk Manager"}
ACCEPTED = {**ANSWERED, "answer": "accept", "corporate": "CRR 01", "audience": "owner"}
DECLINED = {**ANSWERED, "answer": "decline", "corporate": None, "audience": "dmt"}
HANDED_BACK = {**ANSWERED, "answer": "hand back", "corporate": "CRR 01", "audience": "owner"}
PROPOSAL = {
    "risk_id": 3,
    "reference": "CYPE 24",
    "title": "Take-up <of> free places",
    "answer": "sent back",
    "reason": "Say what <may> happen.",
    "answered_by": "Risk Co-ordinator",
}
EVERY_KIND: list[tuple[str, Mapping[str, Any]]] = [
    ("escalation_raised", {"for": "owner", "escalations": [ESCALATION]}),
    ("escalation_raised", {"for": "dmt", "escalations": [ESCALATION, {**ESCALATION, "id": 8, "rag_before": "RED"}]}),
    ("escalation_withdrawn", {"for": "owner", "escalations": [WITHDRAWAL]}),
    ("escalation_withdrawn", {"for": "dmt", "escalations": [WITHDRAWAL, {**WITHDRAWAL, "id": 8, "rag_after": "RED"}]}),
    ("decision_made", DECISION),
    ("proposal_answered", PROPOSAL),
    ("proposal_answered", {**PROPOSAL, "answer": "approved", "reason": ""}),
    ("referral_proposed", PROPOSED),
    ("referral_answered", ACCEPTED),
    ("referral_answered", DECLINED),
    ("referral_answered", HANDED_BACK),
    ("reviews_due", {"reviews": [REVIEW]}),
    ("results_due", {"results": [OVERDUE]}),
    ("results_due", {"results": [OVERDUE, {**OVERDUE, "indicator_id": 6}]}),
    ("account_invitation", ACCOUNT),
    ("account_reset", ACCOUNT),
]


@pytest.fixture
def letter(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(app.config, "BASE_URL", BASE)
    return lambda kind, facts: render(kind, facts, PERSON)


def links(text: str) -> set[str]:
    return set(re.findall(r"https://[^\s\"<]+", text))


@pytest.mark.parametrize(("kind", "facts"), EVERY_KIND)
def test_every_kind_says_the_same_in_text_and_html(letter: Any, kind: str, facts: Mapping[str, Any]) -> None:
    rendered: Rendered = letter(kind, facts)
    assert rendered.subject
    assert "\n" not in rendered.subject
    assert links(rendered.text) == links(rendered.html)
    assert links(rendered.text)
    assert "<style" not in rendered.html
    assert "<img" not in rendered.html
    assert "<link" not in rendered.html
    assert 'style="' in rendered.html
    assert "\n\n\n" not in rendered.text


@pytest.mark.parametrize(("kind", "facts"), EVERY_KIND)
def test_a_missing_fact_fails_the_message(letter: Any, kind: str, facts: Mapping[str, Any]) -> None:
    with pytest.raises((TemplateError, KeyError, TypeError)):
        letter(kind, {})


def test_an_escalation_tells_dmt_to_decide(letter: Any) -> None:
    rendered = letter("escalation_raised", {"for": "dmt", "escalations": [ESCALATION]})
    assert rendered.subject == "DMT to decide: CYPE 20 raised from AMBER to RED: Take-up <of> free places"
    assert links(rendered.text) == {f"{BASE}/escalations/7", f"{BASE}/queue"}
    assert "- Take-up fell from 74% to 70%, from GREEN to RED." in rendered.text
    assert "member of DMT" in rendered.text


def test_an_escalation_tells_the_owner_to_review(letter: Any) -> None:
    rendered = letter("escalation_raised", {"for": "owner", "escalations": [ESCALATION, {**ESCALATION, "risk_id": 4}]})
    assert rendered.subject == "2 of your risks are before DMT"
    assert "Review CYPE 20 by 17 April 2017" in rendered.text
    assert "Review CYPE 20 by 17 April 2017" in rendered.html
    assert links(rendered.text) == {f"{BASE}/escalations/7", f"{BASE}/risks/3/review", f"{BASE}/risks/4/review"}


@pytest.mark.parametrize(
    ("answer", "to_do"),
    [
        ("approved", "You have nothing to do: the risk is in the register"),
        ("sent back", "Supply what is missing, then propose it again."),
        ("discarded", "You have nothing to do. Its reference stays its own."),
    ],
)
def test_an_answer_to_a_proposal_says_what_and_why_and_what_to_do(letter: Any, answer: str, to_do: str) -> None:
    rendered = letter("proposal_answered", {**PROPOSAL, "answer": answer})
    assert rendered.subject == f"CYPE 24 was {answer}: Take-up <of> free places"
    assert "Say what <may> happen." in rendered.text
    assert "<may>" not in rendered.html
    assert to_do in rendered.text
    assert to_do in rendered.html
    assert links(rendered.text) == {f"{BASE}/risks/3"}


def test_a_red_risk_stays_red(letter: Any) -> None:
    rendered = letter("escalation_raised", {"for": "owner", "escalations": [{**ESCALATION, "rag_before": "RED"}]})
    assert rendered.subject == "CYPE 20 stays RED: Take-up <of> free places"


def test_a_withdrawal_says_which_figure_was_wrong_and_that_there_is_nothing_to_do(letter: Any) -> None:
    rendered = letter("escalation_withdrawn", {"for": "owner", "escalations": [WITHDRAWAL]})
    assert rendered.subject == ("Escalation withdrawn: CYPE 20 returns from RED to AMBER: Take-up <of> free places")
    assert "1 risk that you own is no longer before the Directorate Management Team (DMT)" in rendered.text
    assert "The figure for December 2016 was corrected from 70% to 79%: A return was late." in rendered.text
    assert "What to do: nothing." in rendered.text
    many = letter("escalation_withdrawn", {"for": "dmt", "escalations": [WITHDRAWAL, WITHDRAWAL]})
    assert many.subject == "2 escalations withdrawn"
    assert "member of DMT" in many.text


def test_what_people_typed_is_escaped_in_html_and_plain_in_text(letter: Any) -> None:
    rendered = letter("escalation_raised", {"for": "dmt", "escalations": [ESCALATION]})
    assert "Take-up <of> free places" in rendered.text
    assert "<of>" not in rendered.html
    assert "Take-up <of> free places" in unescape(rendered.html)


def test_a_title_of_two_lines_stays_out_of_the_headers(letter: Any) -> None:
    sly = {**ESCALATION, "title": "Places\r\nBcc: everyone@kent.example"}
    rendered = letter("escalation_raised", {"for": "dmt", "escalations": [sly]})
    assert "\n" not in rendered.subject
    assert "\r" not in rendered.subject


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        (DecisionKind.CONFIRM, "Assess the risk again. Answer by completing a review by 5 May 2017"),
        (DecisionKind.RETURN, "Supply what is missing. Answer by completing a review by 5 May 2017"),
        (DecisionKind.DEFER, "DMT looks at it again on 9 May 2017."),
        (DecisionKind.DECLINE, "the rating is again the one that you gave"),
        (DecisionKind.REFER, "the corporate register answers next"),
        (DecisionKind.DE_ESCALATE, "no longer before DMT"),
        (DecisionKind.CLOSE, "has left the register"),
    ],
)
def test_every_decision_says_what_to_do_next(letter: Any, decision: DecisionKind, says: str) -> None:
    rendered = letter("decision_made", {**DECISION, "decision": decision, "meeting_on": "2017-05-09"})
    assert rendered.subject == f"DMT decided on CYPE 20: {decision}"
    assert says in rendered.text
    assert says in " ".join(re.sub(r"<[^>]+>", " ", rendered.html).split())
    assert "The fall is real." in rendered.text


def test_a_decision_states_the_rating_that_is_shown_now(letter: Any) -> None:
    rendered = letter("decision_made", {**DECISION, "rag_now": "RED"})
    assert "Rating shown now: RED" in rendered.text
    assert "Rating shown now: RED" in " ".join(re.sub(r"<[^>]+>", "", rendered.html).split())
    assert "Rating shown now" not in letter("decision_made", DECISION).text


@pytest.mark.parametrize(
    ("changes", "subject", "says"),
    [
        ({}, "Review of CYPE 20 due 17 April 2017: Take-up of free places", "Due 17 April 2017, in 14 days."),
        ({"days_late": 0}, "Review of CYPE 20 due 17 April 2017: Take-up of free places", "today"),
        ({"days_late": 1}, "Review of CYPE 20 1 day late: Take-up of free places", "1 day late"),
        (
            {"days_late": 7, "told": "line director"},
            "Review of CYPE 20 7 days late: Take-up of free places",
            "as the line director of Head of Early Years, who owns the risk",
        ),
        (
            {"days_late": -14, "told": "line director", "vacant": True},
            "Review of CYPE 20 due 17 April 2017: Take-up of free places",
            "because the post that owns the risk, Head of Early Years, is vacant",
        ),
        (
            {"days_late": 14, "told": "co-ordinator and DMT"},
            "Review of CYPE 20 14 days late: Take-up of free places",
            "as risk co-ordinator or DMT member; Head of Early Years owns the risk",
        ),
    ],
)
def test_a_reminder_says_when_and_why_it_came(letter: Any, changes: dict[str, Any], subject: str, says: str) -> None:
    rendered = letter("reviews_due", {"reviews": [{**REVIEW, **changes}]})
    assert rendered.subject == subject
    assert says in rendered.text
    assert says in unescape(re.sub(r"</?strong[^>]*>", "", rendered.html))


@pytest.mark.parametrize(
    ("reviews", "opening"),
    [
        ([REVIEW], "One review needs attention: CYPE 20, due 17 April 2017."),
        (
            [REVIEW, {**REVIEW, "reference": "CYPE 21", "due_on": "2017-04-03"}],
            "2 reviews need attention: CYPE 20, due 17 April 2017; CYPE 21, due 3 April 2017.",
        ),
    ],
)
def test_a_digest_begins_with_what_is_due(letter: Any, reviews: list[dict[str, Any]], opening: str) -> None:
    rendered = letter("reviews_due", {"reviews": reviews})
    assert rendered.text.startswith(f"{opening} A review asks:")
    assert opening in rendered.html


def test_no_paragraph_of_an_owner_s_message_breaks_within_a_sentence(letter: Any) -> None:
    text = letter("escalation_raised", {"for": "owner", "escalations": [ESCALATION]}).text
    assert "Your own rating has not been changed. DMT decides, and you will be told.\n" in text


def test_a_digest_counts_what_is_late(letter: Any) -> None:
    late = {**REVIEW, "risk_id": 4, "days_late": 8, "told": "line director"}
    rendered = letter("reviews_due", {"reviews": [late, REVIEW]})
    assert rendered.subject == "2 reviews of risks are due, 1 of them late"
    assert links(rendered.text) == {f"{BASE}/risks/4", f"{BASE}/risks/3/review"}


def test_overdue_results_are_named_with_where_to_publish_each(letter: Any) -> None:
    rendered = letter("results_due", {"results": [OVERDUE]})
    assert rendered.subject == "Result overdue: EY-05 Take-up <of> free places"
    assert OVERDUE["sentence"] in rendered.text
    assert links(rendered.text) == {f"{BASE}/indicators/5/publish", f"{BASE}/indicators?stale=1"}
    many = letter("results_due", {"results": [OVERDUE, {**OVERDUE, "indicator_id": 6}]})
    assert many.subject == "2 results of indicators are overdue"


def test_an_invitation_holds_the_link_and_its_end_in_london_time(letter: Any) -> None:
    rendered = letter("account_invitation", ACCOUNT)
    assert f"{BASE}/reset/{ACCOUNT['token']}" in rendered.text
    assert "09:30 on 10 April 2017" in rendered.text
    assert "Ann <Owner>" in rendered.text
    assert "<Owner>" not in rendered.html


@pytest.mark.parametrize(
    ("facts", "subject", "says", "leads_to"),
    [
        (ACCEPTED, "CYPE 20: accepted in the corporate register as CRR 01", "keeps managing the risk", "corporate/4"),
        (DECLINED, "CYPE 20: declined by the corporate register", "Decide again", "escalations/7"),
        (HANDED_BACK, "CYPE 20: handed back by the corporate register", "nothing to do now", "corporate/4"),
    ],
)
def test_every_answer_of_the_corporate_register_says_what_to_do_next(
    letter: Any, facts: Mapping[str, Any], subject: str, says: str, leads_to: str
) -> None:
    rendered = letter("referral_answered", facts)
    assert rendered.subject == subject
    for words in (says, "Others are touched too.", "You get this message because"):
        assert words in rendered.text
        assert words in " ".join(re.sub(r"<[^>]+>", " ", rendered.html).split())
    assert f"{BASE}/{leads_to}" in links(rendered.text)
