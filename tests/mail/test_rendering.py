"""Messages as they are read: why it came, what to do, by when, and the link to the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import pytest
from flask import Flask
from jinja2 import TemplateError

from riskreg.domain.lifecycle import DONE, DecisionKind
from riskreg.mail.rendering import PAGES, Rendered, render
from riskreg.mail.wording import by_when
from tests.mail.examples import (
    ACCEPTED,
    ACCOUNT,
    BASE,
    DECISION,
    DECLINED,
    DIGEST,
    ESCALATION,
    EVERY_KIND,
    HANDED_BACK,
    JOB,
    LATE,
    NEWS,
    PERSON,
    PROPOSAL,
    SOON,
    WITHDRAWAL,
)


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
    assert rendered.subject == "CYPE 20 escalated to RED, DMT to decide: Take-up <of> free places"
    assert links(rendered.text) == {f"{BASE}/escalations/7", f"{BASE}/queue"}
    assert "- Take-up fell from 74% to 70%, from GREEN to RED." in rendered.text
    assert "you are on the Directorate Management Team (DMT)" in rendered.text


@pytest.mark.parametrize(
    ("meeting_on", "by"),
    [
        (None, "then decide at the next meeting of DMT; no meeting is planned yet."),
        ("2017-04-25", "then decide, at the meeting of DMT on 25 April 2017 at the latest."),
    ],
)
def test_an_escalation_tells_dmt_when_it_meets_next(letter: Any, meeting_on: str | None, by: str) -> None:
    rendered = letter("escalation_raised", {"for": "dmt", "escalations": [ESCALATION], "meeting_on": meeting_on})
    assert f"read the reason, {by}" in rendered.text
    assert by in rendered.html


def test_an_escalation_tells_the_owner_to_review(letter: Any) -> None:
    rendered = letter("escalation_raised", {"for": "owner", "escalations": [ESCALATION, {**ESCALATION, "risk_id": 4}]})
    assert rendered.subject == "Risk register: 2 of your risks escalated"
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
    assert rendered.subject == "CYPE 20 escalated, stays RED: Take-up <of> free places"


def test_a_withdrawal_says_which_figure_was_wrong_and_that_there_is_nothing_to_do(letter: Any) -> None:
    rendered = letter("escalation_withdrawn", {"for": "owner", "escalations": [WITHDRAWAL]})
    assert rendered.subject == "CYPE 20 returns from RED to AMBER, escalation withdrawn: Take-up <of> free places"
    assert "1 risk that you own is no longer before the Directorate Management Team (DMT)" in rendered.text
    assert "The figure for December 2016 was corrected from 70% to 79%: A return was late." in rendered.text
    assert "What to do: nothing." in rendered.text
    many = letter("escalation_withdrawn", {"for": "dmt", "escalations": [WITHDRAWAL, WITHDRAWAL]})
    assert many.subject == "Risk register: 2 escalations withdrawn"
    assert "you are on the Directorate Management Team (DMT)" in many.text


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
    assert rendered.subject == f"CYPE 20 decided by DMT, {DONE[decision]}: Take-up of free places"
    assert f"Decision: {DONE[decision]}\n" in rendered.text
    assert says in rendered.text
    assert says in " ".join(re.sub(r"<[^>]+>", " ", rendered.html).split())
    assert "The fall is real." in rendered.text


def test_a_decision_states_the_rating_that_is_shown_now(letter: Any) -> None:
    rendered = letter("decision_made", {**DECISION, "rag_now": "RED"})
    assert "Rating shown now: RED" in rendered.text
    assert "Rating shown now: RED" in " ".join(re.sub(r"<[^>]+>", "", rendered.html).split())
    assert "Rating shown now" not in letter("decision_made", DECISION).text


def test_no_paragraph_of_an_owner_s_message_breaks_within_a_sentence(letter: Any) -> None:
    text = letter("escalation_raised", {"for": "owner", "escalations": [ESCALATION]}).text
    assert "The owner's own rating has not been changed. DMT decides, and you will be told.\n" in text


def test_an_invitation_holds_the_link_and_its_end_in_london_time(letter: Any) -> None:
    rendered = letter("account_invitation", ACCOUNT)
    assert f"{BASE}/reset/{ACCOUNT['token']}" in rendered.text
    assert "09:30 on 10 April 2017" in rendered.text
    assert "Ann <Owner>" in rendered.text
    assert "<Owner>" not in rendered.html


@pytest.mark.parametrize(
    ("facts", "subject", "says", "leads_to"),
    [
        (
            ACCEPTED,
            "accepted in the corporate register as CRR 01",
            "keeps managing the risk",
            "corporate/4",
        ),
        (
            DECLINED,
            "declined by the corporate register",
            "Decide again",
            "escalations/7",
        ),
        (
            HANDED_BACK,
            "handed back by the corporate register",
            "nothing to do now",
            "corporate/4",
        ),
    ],
)
def test_every_answer_of_the_corporate_register_says_what_to_do_next(
    letter: Any, facts: Mapping[str, Any], subject: str, says: str, leads_to: str
) -> None:
    rendered = letter("referral_answered", facts)
    assert rendered.subject == f"CYPE 20 {subject}: Take-up <of> free places"
    for words in (says, "Others are touched too.", "You get this message because"):
        assert words in rendered.text
        assert words in " ".join(re.sub(r"<[^>]+>", " ", rendered.html).split())
    assert f"{BASE}/{leads_to}" in links(rendered.text)


def test_a_digest_groups_what_to_do_first_and_each_item_says_why_and_by_when(letter: Any) -> None:
    rendered = letter("digest", DIGEST)
    assert rendered.subject == "Risk register 2017-04-03: 2 late, 1 to do, 1 to know"
    html = " ".join(unescape(re.sub(r"<[^>]+>", " ", rendered.html)).split())
    text = " ".join(rendered.text.split())
    for words in (
        "Your risk register on 3 April 2017: 2 late, 1 to do, 1 to know",
        "By 27 March 2017, 7 days late.", "By 6 April 2017, in 3 days.",
        LATE["why"], SOON["title"].strip(), NEWS["why"], *LATE["detail"], *NEWS["detail"],
    ):  # fmt: skip
        assert words in html
        assert words in text
    assert "Take-up <of> free places" in text
    assert text.index("LATE") < text.index("TO DO") < text.index("TO KNOW")
    assert f"Review CYPE 20: {BASE}/risks/3/review" in rendered.text
    assert links(rendered.text) == {
        f"{BASE}/risks/3/review", f"{BASE}/risks/5/review",
        f"{BASE}/actions/19", f"{BASE}/packs/2", f"{BASE}/preferences", f"{BASE}/messages"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"by": None, "when": ""}, ""),
        ({"by": None, "when": "at the next meeting"}, "At the next meeting."),
        ({"when": ""}, "By 27 March 2017."),
        ({"when": "today"}, "By 27 March 2017, today."),
    ],
)
def test_an_item_says_by_when_as_far_as_that_is_known(changes: dict[str, Any], says: str) -> None:
    assert by_when({**LATE, **changes}) == says


def test_a_job_that_fails_is_named_with_its_day_and_where_to_look(letter: Any) -> None:
    rendered = letter("job_failed", JOB)
    assert rendered.subject == "Risk register 2017-04-04: the job “evaluate” fails"
    assert "has failed since 00:30 on 4 April 2017" in rendered.text
    assert "What went wrong: OperationalError: the disk <is> full" in rendered.text
    assert "You are told once" in rendered.text
    assert links(rendered.text) == {f"{BASE}/admin/jobs"}


@pytest.mark.parametrize(("kind", "facts"), EVERY_KIND)
def test_every_kind_says_where_answers_go(
    app: Flask, letter: Any, monkeypatch: pytest.MonkeyPatch, kind: str, facts: Mapping[str, Any]
) -> None:
    assert "nobody reads answers to it" in letter(kind, facts).text
    monkeypatch.setitem(app.config, "MAIL_REPLY_TO", "Risk team <risk@kent.example>")
    rendered = letter(kind, facts)
    assert "Answers go to risk@kent.example." in rendered.text
    assert 'href="mailto:risk@kent.example"' in rendered.html
    assert "You get this message because" in " ".join(rendered.text.split())


@pytest.mark.parametrize(("kind", "facts"), EVERY_KIND)
def test_every_kind_begins_its_subject_with_what_it_sorts_by(letter: Any, kind: str, facts: Mapping[str, Any]) -> None:
    assert re.match(r"(CYPE \d\d|Risk register( \d{4}-\d\d-\d\d)?:?) ", letter(kind, facts).subject)


@pytest.mark.parametrize(("kind", "facts"), EVERY_KIND)
def test_every_kind_can_be_laid_out_by_outlook(letter: Any, kind: str, facts: Mapping[str, Any]) -> None:
    html = letter(kind, facts).html
    assert '<html lang="en-GB">' in html
    assert all('role="presentation"' in one for one in re.findall(r"<table[^>]*>", html))
    assert "<!--[if mso]>" in html
    assert html.count("<h1") == 1
    # Above this, Gmail cuts a message short.
    assert len(html) < 102 * 1024


@pytest.mark.parametrize("name", PAGES)
def test_every_page_that_a_message_leads_to_exists(app: Flask, name: str) -> None:
    path = PAGES[name].format("1").partition("?")[0]
    app.url_map.bind("risks.kent.example").match(path)
