"""What stands where in a digest: what presses most first, the results of a period as one, and never without end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from riskreg.extensions import db
from riskreg.mail.rendering import render
from riskreg.models import Contract, Message, Notice, Person, Post, SignalRow
from riskreg.services import digests, reminders
from riskreg.services.digest_groups import MOST
from tests import factories as make

NOW = datetime(2017, 4, 24, 6, 0, tzinfo=make.NOW.tzinfo)  # a Monday, 07:00 in London
DAY = NOW.date()

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def head() -> Post:
    director = make.PostFactory(title="Director")
    make.PersonFactory(name="Dora Director", holding=director)
    post: Post = make.PostFactory(title="Head of Early Years", owning=True, line_post=director)
    make.PersonFactory(name="Hal Head", holding=post)
    return post


def a_review(head: Post, number: int, due_on: date) -> None:
    make.RiskFactory(owner_post=head, review_due_on=due_on, reference__number=number)


def a_signal(contract: Contract, kind: str, fact: str, sentence: str, since: date, reaches: int = 1) -> None:
    row = SignalRow(
        contract=contract, kind=kind, fact=fact, severity=1, reaches=reaches, sentence=sentence,
        since=since, found_on=since, found_at=NOW, policy_version=1,
    )  # fmt: skip
    db.session.add(row)


def a_result_due(name: str, period_end: date, months: int = 3) -> None:
    indicator = make.IndicatorFactory(name=name, frequency_months=months)
    make.ResultFactory(indicator=indicator, period_end=period_end, period="End of September 2016")


def digest_of(name: str) -> dict[str, Any]:
    """What the templates of a person's digest are given."""
    db.session.commit()
    reminders.remind(NOW, DAY)
    for one in digests.ready(NOW):
        digests.put_digest(one, NOW)
    (message,) = [one for one in db.session.scalars(select(Message)) if one.person.name == name]
    facts = digests.write_digest(message, NOW)
    assert facts is not None
    return facts


def headings(facts: dict[str, Any]) -> dict[str, list[str]]:
    return {group["heading"]: [item["what"] for item in group["items"]] for group in facts["groups"]}


def test_contracts_stand_by_the_day_of_their_milestone_and_one_that_ended_is_late(head: Post) -> None:
    a_review(head, 20, DAY - timedelta(days=7))
    a_review(head, 21, DAY + timedelta(days=3))
    a_review(head, 22, DAY - timedelta(days=20))
    contract = make.ContractFactory(owner_post=head, title="School meals.", review="", notice_months=6)
    ended = make.ContractFactory(owner_post=head, title="Transport", review="")
    a_signal(contract, "no route", "end:2018-03-31", "School meals: it ends on 31 March 2018.", date(2017, 3, 31))
    a_signal(contract, "extension notice due", "notice:2018-03-31", "School meals: give notice.", date(2017, 3, 1))
    a_signal(contract, "no provider", "provider:2017-04", "School meals: it has no provider.", date(2017, 1, 1))
    a_signal(ended, "ended", "end:2016-07-31", "Transport: it ended on 31 July 2016.", date(2016, 8, 1), reaches=3)
    facts = digest_of("Hal Head")
    assert headings(facts) == {
        "Late": ["Contract: ended", "Review of CYPE 22", "Review of CYPE 20"],
        "To do": [
            "Review of CYPE 21",
            "Contract: no provider",  # 30 April
            "Contract: extension notice due",  # 30 September, six months before the end
            "Contract: no route",
        ],
    }
    first = facts["groups"][0]["items"][0]
    assert (first["title"], first["detail"]) == ("Transport", ["It ended on 31 July 2016."])
    assert [item["detail"] for item in facts["groups"][1]["items"][2:]] == [
        ["Give notice."],
        ["It ends on 31 March 2018."],
    ]


def test_those_above_are_told_of_which_thing_they_are_to_see(head: Post) -> None:
    contract = make.ContractFactory(owner_post=head, title="School meals", review="")
    a_signal(
        contract, "no award or extension", "end:2017-09-30", "School meals: it ends.", date(2017, 3, 31), reaches=3
    )
    a_review(head, 20, DAY - timedelta(days=7))
    facts = digest_of("Dora Director")
    assert headings(facts) == {"Late": ["Review of CYPE 20"], "To know": ["Contract: no award or extension"]}
    late, contract_item = (group["items"][0] for group in facts["groups"])
    assert late["detail"] == ["Please see that the review is done."]
    assert contract_item["detail"] == ["It ends.", "Please see that it is recorded what is to follow this contract."]
    assert (
        contract_item["why"]
        == "You are told as the line director of the Head of Early Years, who manages the contract."
    )
    assert (contract_item["do"], contract_item["page"]) == ("See where it stands", ["contract", contract.id])


def test_the_manager_is_led_to_the_page_that_answers_what_a_contract_asks(head: Post) -> None:
    a_review(head, 20, DAY + timedelta(days=90))  # its register brings the policy
    contract = make.ContractFactory(owner_post=head, title="School meals", review="2017-03")
    for day, kind in enumerate(("no route", "no provider", "ended"), 28):
        a_signal(contract, kind, f"end:2017-09-{day}", f"School meals: {kind}.", date(2017, 3, 31))
    items = [item for group in digest_of("Hal Head")["groups"] for item in group["items"]]
    assert {item["what"]: (item["do"], *item["page"]) for item in items} == {
        "Review of a contract": ("Record the review", "contract_review", contract.id),
        "Contract: no route": ("Record what is to follow", "contract_route", contract.id),
        "Contract: no provider": ("Enter the provider", "contract_provider", contract.id),
        "Contract: ended": ("Record what is to follow", "contract_route", contract.id),
    }


@pytest.fixture
def officer() -> Post:
    make.RegisterFactory()
    post: Post = make.PostFactory(bringing=("performance_officer",))
    make.PersonFactory(name="Olu Officer", holding=post)
    return post


def test_the_results_of_a_period_are_one_thing_to_do_with_a_link_to_their_table(officer: Post) -> None:
    for number in range(1, 6):
        a_result_due(f"Indicator {number}", date(2016, 10, 31), months=3)  # due on 1 May
    a_result_due("Quite another", date(2016, 9, 30))  # due on 31 March
    facts = digest_of("Olu Officer")
    assert headings(facts) == {
        "Late": ["Result for the period to 31 December 2016"],
        "To do": ["5 results for the period to 31 January 2017"],
    }
    one, many = (group["items"][0] for group in facts["groups"])
    assert (one["title"], one["detail"]) == ("Quite another", ["Last result known: End of September 2016."])
    assert many["title"] == "Indicator 1; Indicator 2; Indicator 3; and 2 more"
    assert (many["page"], many["do"]) == (["publish_period", "2017-01-31"], "Publish them in one table")
    assert (many["by"], many["when"]) == ("2017-05-01", "in 7 days")
    assert many["why"] == "You are told as a performance officer."
    person = db.session.scalars(select(Message)).one().person
    assert render("digest", facts, person).subject == "Risk register 2017-04-24: 1 late, 1 to do"
    assert "/indicators/publish?ends=2017-01-31" in render("digest", facts, person).text
    states = {one.state for one in db.session.scalars(select(Notice))}
    assert states == {"told"}


def test_a_digest_shows_the_most_pressing_of_a_heading_and_counts_the_rest(head: Post) -> None:
    for number in range(1, MOST + 32):
        a_review(head, number, DAY - timedelta(days=1) - timedelta(days=number % 7))
    facts = digest_of("Hal Head")
    message = db.session.scalars(select(Message).join(Message.person).where(Person.name == "Hal Head")).one()
    (late,) = facts["groups"]
    assert (len(late["items"]), late["more"], late["page"]) == (MOST, 31, ["own_message", message.id])
    days = [item["by"] for item in late["items"]]
    assert days == sorted(days)
    assert days[0] == "2017-04-17"
    rendered = render("digest", facts, message.person)
    assert rendered.subject == f"Risk register 2017-04-24: {MOST + 31} late"
    assert "And 31 more" in rendered.text
    assert "And 31 more" in rendered.html
    assert f"/messages/{message.id}" in rendered.text
    notices = db.session.scalars(select(Notice).where(Notice.message_id == message.id)).all()
    assert [one.state for one in notices] == ["told"] * (MOST + 31)


def test_the_longest_digest_is_not_cut_by_mail_programs(head: Post) -> None:
    long = (
        "A risk with a title as long as they are in the plan, of some one hundred and twenty characters, with causes."
    )
    for number in range(1, 200):
        due_on = DAY + timedelta(days=number % 2 * 14 - 7)
        make.RiskFactory(owner_post=head, review_due_on=due_on, reference__number=number, title=long)
    make.ActionFactory(
        risk=make.RiskFactory(reference__number=300, review_due_on=date(2019, 1, 1)),
        owner_post=head, due_on=date(2017, 1, 1), text="Words and more. " * 249,
    )  # fmt: skip
    facts = digest_of("Hal Head")
    item = facts["groups"][0]["items"][0]
    assert len(item["title"]) <= 600
    assert item["title"].endswith("…")
    rendered = render("digest", facts, db.session.scalars(select(Message)).first().person)  # type: ignore[union-attr]
    assert len(rendered.html.encode()) < 100_000
