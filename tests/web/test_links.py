"""The pages of links: choosing what to link, seeing what it does, changing and ending; pictures with their lists."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.extensions import db
from riskreg.services.evaluation import evaluate_register
from tests import factories as make
from tests.services.test_evaluation import linked_indicator, publish
from tests.web.before_dmt import counted, fresh, signed_in_as
from tests.web.browsing import post, problems, words

TYPED: dict[str, Any] = {"reason": "It counts what the risk fears.", "heeds": "any", "revision": 0}


@pytest.fixture
def risk(app: Flask) -> models.Risk:
    """An open AMBER risk about places."""
    row: models.Risk = make.RiskFactory(title="Too few places for dyslexia")
    return row


@pytest.fixture
def indicator(risk: models.Risk) -> models.Indicator:
    """A RED indicator on which a signal stands."""
    link = linked_indicator()
    publish(link, "70")
    db.session.commit()
    found = link.indicator
    assert found is not None
    return found


@pytest.fixture
def address(risk: models.Risk, indicator: models.Indicator) -> str:
    """Where the indicator is linked to the risk."""
    return f"/risks/{risk.id}/links/indicators/{indicator.id}"


def links_of(risk: models.Risk) -> list[models.Link]:
    """What a risk is linked to now."""
    fresh()
    return list(db.session.scalars(select(models.Link).where(models.Link.risk_id == risk.id)))


def shown(answer: TestResponse) -> str:
    """The digest of the consequences on a page."""
    found = re.search(r'name="shown" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def save(client: FlaskClient, path: str, **typed: Any) -> TestResponse:
    """See what a change does, and make it."""
    seen = post(client, path, **typed)
    assert seen.status_code == 200, problems(seen)
    return post(client, path, **typed, step="save", shown=shown(seen))


def linked(risk: models.Risk) -> models.Link:
    """A link of the risk to another indicator, stored."""
    link: models.Link = make.LinkFactory(risk=risk, indicator=make.IndicatorFactory(name="Places for dyslexia"))
    db.session.commit()
    return link


def test_linking_shows_first_what_it_does_and_then_does_it(owner: FlaskClient, address: str, risk: models.Risk) -> None:
    seen = post(owner, address, **TYPED)
    text = words(seen)
    assert "Nothing is saved yet" in text
    assert "1 risk comes before DMT" in text
    assert "It counts what the risk fears. The risk heeds any slip." in text
    assert links_of(risk) == []
    reference = str(risk.reference)
    answer = post(owner, address, **TYPED, step="save", shown=shown(seen))
    assert (answer.status_code, answer.location) == (302, f"/risks/{risk.id}/depends")
    assert f"The indicator is linked. 1 risk escalated: {reference}." in words(owner.get(answer.location))
    assert [one.reason for one in links_of(risk)] == ["It counts what the risk fears."]


def test_ending_a_link_made_by_mistake_says_why_only_dmt_takes_the_risk_off_its_list(
    owner: FlaskClient, address: str, risk: models.Risk
) -> None:
    said = "Ending or changing a link, also one that was made by mistake, withdraws nothing"
    reference = str(risk.reference)
    assert said not in words(post(owner, address, **TYPED))
    save(owner, address, **TYPED)
    (link,) = links_of(risk)
    path, typed = f"/links/{link.id}/end", {"why": "It was a mistake.", "revision": link.risk.revision}
    fresh()
    seen = words(post(owner, path, **typed))
    assert "1 risk is proposed to DMT for de-escalation" in seen
    assert (
        f"{said}: what put the risk before DMT was true when it was found, so only DMT takes it off its list." in seen
    )
    answer = save(owner, path, **typed)
    assert f"De-escalation proposed to DMT: {reference}." in words(owner.get(answer.location))


def test_since_when_it_bears_on_the_risk_is_said_wherever_the_link_is(
    owner: FlaskClient, address: str, risk: models.Risk
) -> None:
    typed = {**TYPED, "from_on": [1, 9, 2016], "until_on": [30, 6, 2017]}
    assert "The risk heeds any slip, until 30 June 2017. It has borne on the risk since 1 September 2016." in words(
        post(owner, address, **typed)
    )
    save(owner, address, **typed)
    (link,) = links_of(risk)
    said = "Heeds any slip, bearing on the risk since 1 September 2016, until 30 June 2017."
    text = words(owner.get(f"/risks/{risk.id}/depends"))
    assert "Rating shown: RED What stands on an indicator" in text
    assert said in text
    assert "RED, heeds any slip, since 1 September 2016" in text
    assert said in words(owner.get(f"/indicators/{link.indicator_id}/risks"))
    assert "Bearing on the risk since 1 September 2016 until 30 June 2017." in words(owner.get(f"/risks/{risk.id}"))
    form = owner.get(f"/links/{link.id}").text
    assert re.search(r'name="from_on"[^>]*value="2016"', form)


def test_what_was_typed_can_be_changed_after_seeing_what_it_does(owner: FlaskClient, address: str) -> None:
    answer = post(owner, address, **TYPED, step="change")
    assert answer.status_code == 200
    assert "It counts what the risk fears." in answer.text
    assert "See what it does" in answer.text


CHOSEN = re.compile(r'name="heeds"[^>]*value="([a-z]+)"[^>]* checked')


@pytest.mark.parametrize("heeds", ["any", "red", "watch"])
def test_a_new_link_to_an_indicator_stands_at_what_the_policy_says(
    owner: FlaskClient, address: str, risk: models.Risk, heeds: str
) -> None:
    policy = db.session.query(models.PolicyVersion).one()
    policy.rules = {**policy.rules, "new_indicator_link_heeds": heeds}
    db.session.commit()
    assert CHOSEN.findall(owner.get(address).text) == [heeds]
    save(owner, address, **{**TYPED, "heeds": "watch"})
    assert [one.heeds for one in links_of(risk)] == ["watch"]
    link = linked(risk)
    assert CHOSEN.findall(owner.get(f"/links/{link.id}").text) == ["any"]


@pytest.mark.parametrize("heeds", ["any", "watch"])
def test_a_new_link_to_a_contract_stands_at_what_the_policy_says(
    owner: FlaskClient, risk: models.Risk, heeds: str
) -> None:
    policy = db.session.query(models.PolicyVersion).one()
    policy.rules = {**policy.rules, "new_indicator_link_heeds": "red", "new_contract_link_heeds": heeds}
    contract = make.ContractFactory()
    db.session.commit()
    assert CHOSEN.findall(owner.get(f"/risks/{risk.id}/links/contracts/{contract.id}").text) == [heeds]


def test_a_register_whose_policy_does_not_hold_yet_links_nothing(
    owner: FlaskClient, address: str, risk: models.Risk
) -> None:
    db.session.query(models.PolicyVersion).one().valid_from = make.TODAY + timedelta(days=1)
    db.session.commit()
    answer = owner.get(address)
    assert answer.status_code == 404
    assert "No policy is in force yet" in words(answer)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reason": ""}, "Say why it bears on the risk."),
        ({"heeds": "everything"}, "Choose what the risk heeds."),
        ({"heeds": ""}, "Choose what the risk heeds."),
        (
            {"from_on": [4, 4, 2017]},
            "The first day of the link must be today or earlier: link it when that day has come.",
        ),
        ({"from_on": [31, 2, 2017]}, "The first day of the link must be a real date, such as 31 8 2017."),
        ({"until_on": [2, 4, 2017]}, "The last day of the link must be today or later."),
        ({"until_on": [31, 2, 2018]}, "The last day of the link must be a real date, such as 31 8 2017."),
        ({"until_on": ["", 2, 2018]}, "The last day of the link must include a day."),
        ({"reason": "x" * 1001}, "The reason must be 1,000 characters or fewer. You typed 1,001."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    owner: FlaskClient, address: str, risk: models.Risk, typed: dict[str, Any], sentence: str
) -> None:
    answer = post(owner, address, **{**TYPED, **typed})
    assert (answer.status_code, problems(answer)) == (422, [sentence])
    if "reason" not in typed:
        assert "It counts what the risk fears." in answer.text
    assert links_of(risk) == []


def test_a_risk_that_changed_meanwhile_is_shown_before_anything_is_saved(
    owner: FlaskClient, address: str, risk: models.Risk, indicator: models.Indicator
) -> None:
    seen = post(owner, address, **TYPED)
    other = save(owner, f"/links/{linked(risk).id}", **{**TYPED, "reason": "Another.", "why": "Said better."})
    assert other.status_code == 302
    answer = post(owner, address, **TYPED, step="save", shown=shown(seen))
    assert answer.status_code == 409
    assert "What changed since you opened the page" in words(answer)
    assert "Said better." in words(answer)
    assert [one.indicator_id == indicator.id for one in links_of(risk)] == [False]
    again = post(owner, address, **{**TYPED, "revision": 1}, step="save", shown=shown(answer))
    assert again.status_code == 302


def test_an_outcome_that_differs_is_shown_anew(owner: FlaskClient, address: str, risk: models.Risk) -> None:
    answer = post(owner, address, **TYPED, step="save", shown="forged")
    assert answer.status_code == 409
    assert "What this does has changed since you looked at it" in words(answer)
    assert links_of(risk) == []


def test_what_is_linked_already_is_not_linked_again(owner: FlaskClient, risk: models.Risk) -> None:
    path = f"/risks/{risk.id}/links/indicators/{linked(risk).indicator_id}"
    assert "linked to it already" in words(owner.get(path))
    answer = post(owner, path, **TYPED)
    assert answer.status_code == 422
    assert "linked to it already" in problems(answer)[0]


@pytest.mark.parametrize(
    "path",
    ["/risks/999/links", "/risks/999/depends", "/risks/1/links/indicators/999", "/risks/1/links/contracts/999",
     "/links/999", "/links/999/end", "/indicators/999/risks", "/contracts/999/risks", "/indicators/999/risks/add",
     "/links/99999999999999999999"],
)  # fmt: skip
def test_what_is_not_there_is_a_page_that_says_so(keeper: FlaskClient, path: str) -> None:
    answer = keeper.get(path)
    assert answer.status_code == 404
    assert "<h1" in answer.text


def test_a_link_is_changed_and_stays_as_it_was_among_those_that_were(owner: FlaskClient, risk: models.Risk) -> None:
    link = linked(risk)
    typed = {**TYPED, "heeds": "watch", "until_on": [30, 6, 2017], "why": "It is only a hint."}
    assert "The one shows the other." in owner.get(f"/links/{link.id}").text
    answer = save(owner, f"/links/{link.id}", **typed)
    text = words(owner.get(answer.location))
    assert "Watched only, until 30 June 2017." in text
    assert (
        "Read so until 3 April 2017, bearing on the risk since the beginning, heeds any slip: The one shows the other."
        in text
    )
    assert "Why it was changed: It is only a hint." in text


def test_a_link_is_ended_and_listed_among_those_that_were(owner: FlaskClient, risk: models.Risk) -> None:
    link = linked(risk)
    indicator_id = link.indicator_id
    assert problems(post(owner, f"/links/{link.id}/end", why="", revision=0)) == ["Say why the link ends."]
    answer = save(owner, f"/links/{link.id}/end", why="It was a mistake.", revision=0)
    for page in (answer.location, f"/indicators/{indicator_id}/risks"):
        text = words(owner.get(page))
        assert "Was linked until 3 April 2017, bearing on the risk since the beginning" in text
        assert "Why it ended: It was a mistake." in text
    assert links_of(risk) == []


@pytest.mark.parametrize("role", ["performance_officer", "contract_manager", "auditor", "risk_owner"])
def test_who_does_not_keep_the_risk_sees_no_way_and_is_refused(
    app: Flask, address: str, risk: models.Risk, role: str
) -> None:
    link_id = linked(risk).id
    other = signed_in_as(app, role)
    page = other.get(f"/risks/{risk.id}/depends")
    assert page.status_code == 200
    assert "Link an indicator or a contract" not in page.text
    assert f"/links/{link_id}" not in page.text
    assert f"/links/{link_id}" not in other.get(f"/risks/{risk.id}").text
    for path in (address, f"/risks/{risk.id}/links", f"/links/{link_id}", f"/links/{link_id}/end"):
        assert other.get(path).status_code == 403
    assert post(other, address, **TYPED).status_code == 403


def test_suggestions_say_why_they_were_found_and_lead_to_the_form(owner: FlaskClient, risk: models.Risk) -> None:
    link = linked(risk)
    near = make.IndicatorFactory(name="Children waiting for dyslexia places")
    db.session.commit()
    answer = owner.get(f"/risks/{risk.id}/links")
    assert "Shares: dyslexia, places." in words(answer)
    assert f"/risks/{risk.id}/links/indicators/{near.id}" in answer.text
    assert f"/links/indicators/{link.indicator_id}" not in answer.text


def test_a_search_finds_indicators_and_contracts_by_their_words(owner: FlaskClient, risk: models.Risk) -> None:
    contract = make.ContractFactory(title="Taxis to school", code="EXT-99")
    make.ContractFactory(title="Taxis of old", closed_on=make.TODAY, closed_why="It ended.")
    linked(risk)
    text = words(owner.get(f"/risks/{risk.id}/links?q=taxis"))
    assert "EXT-99 Taxis to school" in text
    assert "Taxis of old" not in text
    assert "Indicators with “taxis” None." in text
    assert "linked already" in words(owner.get(f"/risks/{risk.id}/links?q=dyslexia"))
    path = f"/risks/{risk.id}/links/contracts/{contract.id}"
    assert save(owner, path, **TYPED).status_code == 302


def test_from_the_other_side_the_co_ordinator_picks_any_risk_and_an_owner_only_theirs(
    keeper: FlaskClient, owner: FlaskClient, risk: models.Risk, indicator: models.Indicator
) -> None:
    other = make.RiskFactory(title="Another risk", closed=False)
    make.RiskFactory(title="One that is gone", closed=True)
    db.session.commit()
    page = f"/indicators/{indicator.id}/risks"
    assert "Link a risk" in words(keeper.get(page))
    text = words(keeper.get(f"{page}/add"))
    assert "Another risk" in text
    assert "Too few places for dyslexia" in text
    assert "One that is gone" not in text
    assert "Another risk" not in words(owner.get(f"{page}/add"))
    assert f"/risks/{risk.id}/links/indicators/{indicator.id}" in owner.get(f"{page}/add").text
    assert "Another risk" in words(keeper.get(f"{page}/add?q={other.reference}"))
    assert "is left to be linked" in words(keeper.get(f"{page}/add?q=nothing%20like%20it"))


def test_the_picture_says_in_words_what_the_list_says(owner: FlaskClient, risk: models.Risk) -> None:
    linked(risk)
    make.LinkFactory(risk=risk, contract=make.ContractFactory(title="Taxis"), heeds="watch")
    db.session.commit()
    text = owner.get(f"/risks/{risk.id}/depends").text
    assert "Places for dyslexia: not rated, heeds any slip." in text
    assert "Taxis: 0 signals, watched only." in text
    assert "app-picture__line--watched" in text


@pytest.mark.parametrize(
    "path", ["/risks/{}/depends", "/indicators/{}/risks", "/contracts/{}/risks", "/risks/{}/links"]
)
def test_as_many_queries_for_one_link_as_for_many(app: Flask, path: str) -> None:
    def link(**about: Any) -> models.Link:
        made: models.Link = make.LinkFactory(**about)
        past = {"reason": "So.", "heeds": "any", "ended_on": make.TODAY, "ended_at": make.NOW, "ended_why": "So."}
        db.session.add(
            models.LinkPast(risk_id=made.risk_id, indicator_id=made.indicator_id, contract_id=made.contract_id, **past)
        )
        return made

    risk, indicator, contract = make.RiskFactory(), make.IndicatorFactory(), make.ContractFactory()
    link(risk=risk, indicator=indicator)
    link(risk=risk, contract=contract)
    key = {"risks": risk, "indicators": indicator, "contracts": contract}[path.split("/")[1]].id
    db.session.commit()
    keeper = signed_in_as(app, "coordinator")
    with counted() as few:
        assert keeper.get(path.format(key)).status_code == 200
    for _ in range(10):
        link(risk=risk, indicator=make.IndicatorFactory())
        link(risk=risk, contract=make.ContractFactory())
        link(risk=make.RiskFactory(), indicator=indicator)
        link(risk=make.RiskFactory(), contract=contract)
    db.session.commit()
    with counted() as many:
        assert keeper.get(path.format(key)).status_code == 200
    assert len(many) == len(few) <= 15


def test_who_proposes_a_risk_finds_suggestions_for_it_before_it_is_approved(app: Flask) -> None:
    near = make.IndicatorFactory(name="Children waiting for dyslexia places")
    risk = make.RiskFactory(title="Too few dyslexia places", status="draft")
    db.session.commit()
    writer = signed_in_as(app, post=risk.owner_post)
    assert f"/risks/{risk.id}/links" in writer.get(f"/risks/{risk.id}").text
    assert near.name in words(writer.get(f"/risks/{risk.id}/links"))
    assert save(writer, f"/risks/{risk.id}/links/indicators/{near.id}", **TYPED).status_code == 302


@pytest.mark.parametrize("status", ["closed", "merged"])
def test_a_risk_that_left_the_register_keeps_its_links_as_they_were(app: Flask, status: str) -> None:
    into = make.RiskFactory() if status == "merged" else None
    link = linked(make.RiskFactory(closed=True, status=status, merged_into=into))
    keeper = signed_in_as(app, "coordinator")
    for path in (f"/links/{link.id}", f"/links/{link.id}/end", f"/risks/{link.risk_id}/links"):
        assert f"The risk is {status}; its links stay as they are." in words(keeper.get(path))
    answer = post(keeper, f"/links/{link.id}/end", why="So.", revision=0)
    assert (answer.status_code, problems(answer)) == (422, [f"The risk is {status}; its links stay as they are."])
    assert "Link an indicator or a contract" not in keeper.get(f"/risks/{link.risk_id}/depends").text


def test_a_closed_contract_is_said_to_be_closed_wherever_its_links_are_shown(
    owner: FlaskClient, risk: models.Risk
) -> None:
    contract = make.ContractFactory(closed_on=make.NOW.date(), closed_why="It has ended.")
    make.LinkFactory(risk=risk, indicator=None, contract=contract)
    db.session.commit()
    depends = owner.get(f"/risks/{risk.id}/depends")
    assert "Heeds its milestones. Closed on 3 April 2017." in words(depends)
    assert "closed, heeds its milestones" in depends.text
    assert "0 signals" not in depends.text
    behind = words(owner.get(f"/contracts/{contract.id}/risks"))
    assert "This contract was closed on 3 April 2017: it gives no signal any more." in behind
    assert "What stands on this contract" not in behind


def test_what_stands_is_heard_in_the_night_after_a_risk_is_approved_and_the_page_says_so(
    app: Flask, risk: models.Risk, indicator: models.Indicator, address: str
) -> None:
    keeper, said = signed_in_as(app, "coordinator"), "is not open yet: what stands on what it depends on puts it before"
    assert said not in words(post(keeper, address, **TYPED))
    risk.status = "proposed"
    db.session.commit()
    assert "No escalation changes." in words(post(keeper, address, **TYPED))
    assert f"{risk.reference} {said} DMT in the night after it is approved." in words(post(keeper, address, **TYPED))
    save(keeper, address, **TYPED)
    approved = f"/risks/{risk.id}/approval"
    assert post(keeper, approved, answer="approve", reason="", revision=1).status_code == 302
    escalated = select(models.Escalation).where(models.Escalation.risk_id == risk.id)
    assert db.session.scalars(escalated).all() == []
    evaluate_register(risk.register_id, make.NOW + timedelta(days=1))
    assert len(db.session.scalars(escalated).all()) == 1
