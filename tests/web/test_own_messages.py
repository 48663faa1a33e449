"""My messages: what was sent to a person as it was sent, what waits for the next digest, and what was dropped."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg.domain.access import Role
from riskreg.extensions import db
from riskreg.models import Message, Notice, Person, SignalRow
from riskreg.web.admin.wording import MESSAGE_KINDS
from riskreg.web.own.wording import WHY, with_links
from tests import factories as make
from tests.web.before_dmt import counted
from tests.web.browsing import words
from tests.web.test_preferences import signed_in, window_of

TEXT = (
    "Review CYPE 01: http://127.0.0.1:8000/risks/1/review\n\n<b>Not</b> ours: https://elsewhere.example/risks/1\n"
    "Nor http://127.0.0.1:8000@elsewhere.example/ nor http://127.0.0.1:80001/x."
)


def sent(person: Person, number: int = 1, **facts: Any) -> Message:
    """A digest that was sent number hours after half past nine."""
    known: dict[str, Any] = {
        "kind": "digest",
        "subject_key": "digest",
        "person_id": person.id,
        "period": f"2017-03-{number:02d}",
        "facts": {},
        "state": "sent",
        "created_at": make.NOW,
        "next_attempt_at": make.NOW,
        "sent_at": make.NOW + timedelta(hours=number),
        "subject": f"Risk register: {number} late",
        "text": TEXT,
    }
    row = Message(**{**known, **facts})
    db.session.add(row)
    db.session.commit()
    return row


def noted(person: Person, kind: str, thing: str, **facts: Any) -> Notice:
    """A notice that waits since half past nine."""
    known: dict[str, Any] = {"stage": "-3", "due_on": date(2017, 4, 6), "created_at": make.NOW, "state": "waiting"}
    row = Notice(kind=kind, thing=thing, person_id=person.id, **{**known, **facts})
    db.session.add(row)
    db.session.commit()
    return row


@pytest.fixture(autouse=True)
def _on_monday(app: Flask) -> None:
    app.config["RISKREG_TODAY"] = make.TODAY


def test_what_was_sent_is_listed_the_newest_first(app: Flask) -> None:
    client, person = signed_in(app)
    sent(person, 1)
    sent(person, 3)
    sent(person, 2, state="unknown", sent_at=None)
    for number, state in enumerate(("waiting", "claimed", "started", "failed", "dropped"), 4):
        sent(person, number, state=state, sent_at=None)
    sent(make.PersonFactory(), 9)
    answer = client.get("/messages")
    assert re.findall(r">Risk register: (\d) late</a>", answer.text) == ["3", "1", "2"]
    text = words(answer)
    assert "Digest 3 April 2017, 12:30" in text
    assert "3 April 2017, 09:30 may not have arrived" in text
    assert "3 messages to you are on the way and are listed here once sent." in text
    assert "1 message to you could not be sent. The administrator of the register has been shown why." in text


def test_nothing_is_said_in_sentences(app: Flask) -> None:
    client, _ = signed_in(app)
    text = words(client.get("/messages"))
    assert "Nothing waits for your next digest." in text
    assert "Nothing has been sent to you yet." in text
    assert "No message fits the filters." in words(client.get("/messages?q=nothing"))


def test_messages_are_narrowed_by_kind_and_by_words_of_the_subject(app: Flask) -> None:
    client, person = signed_in(app)
    sent(person, 1, subject="CYPE 03 escalated to RED: 50% of the school's Überschuss", kind="decision_made")
    sent(person, 2)
    assert re.findall(r'<option value="(\w+)"', client.get("/messages").text) == ["decision_made", "digest"]
    for query, count in (
        ("kind=digest", 1), ("kind=decision_made", 1), ("q=cype+escalated", 1), ("q=%C3%BCBER", 1), ("q=50%25+of", 1),
        ("q=5%25f", 0), ("q=%22to+RED%22&kind=digest", 0), ("q=%00", 2), ("q=%22", 2),
    ):  # fmt: skip
        assert client.get(f"/messages?{query}").text.count('<th scope="row"') == count, query
    answer = client.get("/messages?kind=%3Cnone%3E")
    assert answer.status_code == 200
    assert "The kind “<none>” was not understood and is left aside." in words(answer)
    assert answer.text.count('<th scope="row"') == 2


def test_the_list_comes_in_pages(app: Flask) -> None:
    client, person = signed_in(app)
    for number in range(1, 52):
        sent(person, number)
    assert client.get("/messages").text.count('<th scope="row"') == 50
    assert client.get("/messages?page=2").text.count('<th scope="row"') == 1
    for page in ("3", "0", "x"):
        assert client.get(f"/messages?page={page}").status_code == 404


def test_a_message_is_shown_as_it_was_sent_with_why_it_came(app: Flask) -> None:
    client, person = signed_in(app)
    one = sent(person, facts={"for": "dmt"}, kind="escalation_raised")
    answer = client.get(f"/messages/{one.id}")
    text = words(answer)
    assert "Risk register: 1 late Kind Escalation raised Sent 3 April 2017, 10:30 Why it came" in text
    assert "because you are on the Directorate Management Team (DMT)." in text
    assert "&lt;b&gt;Not&lt;/b&gt; ours" in answer.text
    body = answer.text.partition("app-letter-text")[2].partition("</div>")[0]
    assert re.findall(r'href="([^"]+)"', body) == ["http://127.0.0.1:8000/risks/1/review"]


def test_one_that_may_not_have_arrived_says_so(app: Flask) -> None:
    client, person = signed_in(app)
    one = sent(person, state="unknown", sent_at=None)
    text = words(client.get(f"/messages/{one.id}"))
    assert "Put into the outbox on 3 April 2017, 09:30. It may not have arrived" in text


@pytest.mark.parametrize("roles", [(), (Role.ADMINISTRATOR,)])
def test_somebody_elses_message_is_not_found_and_neither_is_one_that_has_not_gone(
    app: Flask, roles: tuple[str, ...]
) -> None:
    client, person = signed_in(app, holding=make.PostFactory(bringing=roles))
    for one in (sent(make.PersonFactory()), sent(person, 2, state="waiting"), sent(person, 3, state="failed")):
        answer = client.get(f"/messages/{one.id}")
        assert answer.status_code == 404
        assert f"No message {one.id} was sent to you." in words(answer)
        assert "Risk register: " not in words(answer)
    assert client.get("/messages/999999999").status_code == 404


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See http://127.0.0.1:8000/queue.", "http://127.0.0.1:8000/queue"),
        ("(http://127.0.0.1:8000/)", "http://127.0.0.1:8000/"),
        ("http://127.0.0.1:8000/register?q=a&rag=RED", "http://127.0.0.1:8000/register?q=a&amp;rag=RED"),
        ('http://127.0.0.1:8000/"onclick="x', "http://127.0.0.1:8000/"),
        ("http://127.0.0.1:8000", None),
        ("http://127.0.0.1:8000.elsewhere.example/", None),
        ("javascript:http:", None),
    ],
)
def test_only_addresses_of_the_register_become_links(text: str, link: str | None) -> None:
    html = with_links(text, "digest", "http://127.0.0.1:8000")
    assert re.findall(r'href="([^"]+)"', html) == ([link] if link else [])
    assert html.striptags() == text


def test_the_link_of_an_account_is_neither_kept_nor_made(app: Flask) -> None:
    client, person = signed_in(app)
    one = sent(person, kind="account_reset", text="Set it: http://127.0.0.1:8000/reset/(the link is not kept)")
    answer = client.get(f"/messages/{one.id}")
    assert "http://127.0.0.1:8000/reset/(the link is not kept)" in words(answer)
    assert 'href="http://127.0.0.1:8000' not in answer.text


def test_every_kind_of_message_that_is_sent_says_why_it_came() -> None:
    assert set(MESSAGE_KINDS) - set(WHY) <= {"reviews_due", "results_due"}  # no longer sent


def test_what_waits_is_named_and_the_next_digest_announced(app: Flask) -> None:
    client, person = signed_in(app, rhythm="weekly", rhythm_weekday=0)
    risk = make.RiskFactory(reference__number=7, title="The provider may withdraw")
    action = make.ActionFactory(risk=risk, text="Find another")
    contract = make.ContractFactory(title="School meals")
    indicator = make.IndicatorFactory(name="Percentage of 16-18 year olds")
    sent(person, 3, period="2017-04-03")
    for kind, thing in (
        ("review", f"risk:{risk.id}"), ("action", f"action:{action.id}"), ("milestone", "signal:99"),
        ("contract review", f"contract:{contract.id}"), ("result", f"indicator:{indicator.id}"),
    ):  # fmt: skip
        noted(person, kind, thing)
    noted(person, "review", f"risk:{risk.id}", stage="0")
    noted(person, "mention", "event:1", facts={"what": "Ada Byron mentions you"})
    text = words(client.get("/messages"))
    assert "Your next digest goes on 10 April 2017, 06:30. What is no longer true by then is left out." in text
    assert "Reviews that fall due or are late: 1 CYPE 07: The provider may withdraw Actions" in text
    assert "Actions that fall due or are late: 1 CYPE 07: Find another" in text
    assert "Reviews of contracts that fall due or are late: 1 School meals" in text
    assert "Results that are due or overdue: 1 Percentage of 16-18 year olds" in text
    assert "Contracts that run out of road: 1 It is no longer in the register" in text
    assert "Somebody mentions you: 1 Ada Byron mentions you" in text
    assert "Your digest comes weekly, on Monday." in text


def test_a_digest_over_easter_waits_for_the_tuesday(app: Flask) -> None:
    app.config["RISKREG_TODAY"] = date(2017, 4, 15)
    client, person = signed_in(app)
    noted(person, "mention", "event:1", facts={"what": "Ada Byron mentions you"})
    assert "Your next digest goes on 18 April 2017, 06:30." in words(client.get("/messages"))
    client, person = signed_in(app, rhythm="at once")
    noted(person, "mention", "event:1", facts={"what": "Ada Byron mentions you"})
    assert "Your next digest goes on 18 April 2017, 00:00." in words(client.get("/messages"))
    app.config["RISKREG_TODAY"] = date(2017, 4, 18)
    assert "Your next digest goes within minutes." in words(client.get("/messages"))


def test_what_is_switched_off_is_not_announced(app: Flask) -> None:
    client, person = signed_in(app, switched_off=["mention"])
    noted(person, "mention", "event:1", facts={"what": "Ada Byron mentions you"})
    text = words(client.get("/messages"))
    assert "Nothing waits for your next digest." in text
    assert "1 other thing is left out: you have switched off that kind of notice." in text
    assert "Ada Byron" not in text


def test_what_was_dropped_says_why(app: Flask) -> None:
    client, person = signed_in(app)
    risk = make.RiskFactory(reference__number=7, title="The provider may withdraw")
    noted(person, "review", f"risk:{risk.id}", state="dropped", ended_why="It is now due on 3 July 2017.")
    noted(make.PersonFactory(), "review", f"risk:{risk.id}", state="dropped", ended_why="Somebody else's.")
    text = words(client.get("/messages"))
    told = text.partition("What you were not told, and why")[2]
    assert "CYPE 07: The provider may withdraw Reviews that fall due or are late, noted on 3 April 2017, 09:30" in told
    assert "It is now due on 3 July 2017." in told
    assert "Somebody else's." not in text


def count(app: Flask, client: FlaskClient) -> int:
    with counted() as statements:
        assert client.get("/messages").status_code == 200
    return len(statements)


def test_the_number_of_queries_does_not_grow(app: Flask) -> None:
    _, person = signed_in(app)
    risk = make.RiskFactory()
    sent(person)
    noted(person, "review", f"risk:{risk.id}")
    noted(person, "review", f"risk:{risk.id}", stage="0", state="dropped", ended_why="It is done.")
    few = count(app, window_of(app, person))
    for number in range(2, 30):
        sent(person, number)
        noted(person, "review", f"risk:{make.RiskFactory().id}")
        noted(person, "action", f"action:{make.ActionFactory().id}", state="dropped", ended_why="It is done.")
    assert count(app, window_of(app, person)) == few <= 12


def test_a_digest_lists_everything_that_it_told_with_links(app: Flask) -> None:
    client, person = signed_in(app)
    one = sent(person)
    risk = make.RiskFactory(reference__number=7, title="The provider may withdraw")
    indicators = [make.IndicatorFactory(name=f"Indicator {number}") for number in range(1, 32)]
    told = {"state": "told", "message_id": one.id}
    noted(person, "review", f"risk:{risk.id}", **told)
    noted(person, "review", f"risk:{risk.id}", stage="0", state="dropped", ended_why="Gone.", message_id=one.id)
    noted(person, "mention", "event:1", facts={"what": "Ada Byron mentions you", "page": ["indicator", 4]}, **told)
    contract = make.ContractFactory(title="School meals")
    signal = SignalRow(
        contract=contract, kind="ended", fact="end:2016-07-31", severity=4, reaches=3, sentence="It ended.",
        since=make.TODAY, found_on=make.TODAY, found_at=make.NOW, policy_version=1,
    )  # fmt: skip
    db.session.add(signal)
    db.session.flush()
    noted(person, "milestone", f"signal:{signal.id}", **told)
    for indicator in indicators:
        noted(person, "result", f"indicator:{indicator.id}", **told)
    noted(make.PersonFactory(), "mention", "event:2", facts={"what": "Somebody else"})
    answer = client.get(f"/messages/{one.id}")
    text = words(answer)
    assert "Everything that it told: 34 things" in text
    assert text.count("Results that are due or overdue") == len(indicators)
    assert text.count("CYPE 07: The provider may withdraw Reviews that fall due or are late") == 1
    assert f'href="/risks/{risk.id}"' in answer.text
    assert f'href="/contracts/{contract.id}">School meals</a>' in answer.text
    assert f'href="/indicators/{indicators[-1].id}"' in answer.text
    assert 'href="/indicators/4">Ada Byron mentions you</a>' in answer.text
    assert "Somebody else" not in text


def test_the_number_of_queries_does_not_grow_with_what_a_digest_told(app: Flask) -> None:
    _, person = signed_in(app)
    one = sent(person)

    def queries() -> int:
        with counted() as statements:
            assert window_of(app, person).get(f"/messages/{one.id}").status_code == 200
        return len(statements)

    noted(person, "review", f"risk:{make.RiskFactory().id}", state="told", message_id=one.id)
    few = queries()
    for _ in range(20):
        noted(person, "review", f"risk:{make.RiskFactory().id}", state="told", message_id=one.id)
    assert queries() == few <= 12
