"""The draft of the policy: every rule in a field, everything wrong said at once, and nobody overwrites another."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.domain.policy import NEW_LINKS, TELLING
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import DIRECTOR
from tests.web.browsing import post, problems, sign_in_as, words

INPUT = re.compile(r"<input[^>]*>|<textarea.*?</textarea>", re.DOTALL)


def fields_of(answer: TestResponse) -> dict[str, Any]:
    """What the form of the page would send as it stands."""
    found: dict[str, Any] = {}
    form = answer.text.partition('name="revision"')[2].partition("</form>")[0]
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', answer.text)
    assert revision
    found["revision"] = revision[1]
    for tag in INPUT.findall(form):
        name = re.search(r'name="([^"]+)"', tag)
        if re.search(r'type="(radio|checkbox)"', tag) and " checked" not in tag:
            continue
        value = re.search(r'value="([^"]*)"', tag)
        if name and tag.startswith("<textarea"):
            found[name[1]] = unescape(tag.partition(">")[2].removesuffix("</textarea>")).strip()
        elif name:
            words = unescape(value[1]) if value else ""
            known = found.get(name[1])
            found[name[1]] = [*known, words] if isinstance(known, list) else [known, words] if known else words
    return found


def send(client: FlaskClient, **changes: Any) -> TestResponse:
    """Send the form of the draft as it stands, with some of it changed."""
    fields = fields_of(client.get("/policy/draft"))
    return post(client, "/policy/draft", **{**fields, "reason": "Too many were declined.", **changes})


def draft() -> models.PolicyDraft | None:
    db.session.expire_all()
    return db.session.query(models.PolicyDraft).one_or_none()


def test_the_form_stands_at_the_policy_in_force_and_begins_tomorrow(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    fields = fields_of(client.get("/policy/draft"))
    assert fields["valid_from"] == ["4", "4", "2017"]
    assert (fields["floor_share"], fields["reminder_days_before"], fields["no_award_months_3"]) == (
        "10",
        "14, 3, 0",
        "3",
    )
    assert (fields["likelihood_words_5"], fields["revision"]) == ("very likely", "0")


def test_a_saved_draft_changes_nothing_but_itself(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    answer = send(client, floor_share="12.5", reminder_days_before="", no_route_months_1="18")
    assert (answer.status_code, answer.location) == (302, "/policy/replay")
    found = draft()
    assert found
    assert (found.valid_from, found.reason) == (date(2017, 4, 4), "Too many were declined.")
    assert found.rules["floor_share"] == "0.125"
    assert (found.rules["reminder_days_before"], found.rules["no_route_months"]) == ([], [18, 12, 12])
    assert db.session.query(models.PolicyVersion).count() == 1
    assert "10% of itself" in words(client.get("/policy"))
    again = fields_of(client.get("/policy/draft"))
    assert (again["floor_share"], again["reminder_days_before"]) == ("12.5", "")


def test_everything_that_is_wrong_is_said_at_once_beside_its_field(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    answer = send(
        client, amber_from_score="16", floor_share="ten", worsening_moves="0", no_award_months_2="7",
        reminder_days_before="14, 14", late_days_coordinator="7", impact_words_2="minor", likelihood_words_1="",
        reason=" ", review_months_green="",
    )  # fmt: skip
    assert answer.status_code == 422
    assert set(problems(answer)) == {
        "Say why the policy is to change.",
        "RED must begin at a higher score than AMBER.",
        "Enter the word for likelihood 1.",
        "Each step needs a word of its own.",
        (
            "The number for “A floor standard that is not known, in per cent” must be from 0 to 100, with four decimals"
            " at most."
        ),
        "The number for “Moves the wrong way running that make worsening” must be a whole number from 1 to 12.",
        "An award cannot be due before the route has to be approved.",
        "Enter the number for “GREEN: months between reviews”.",
        "Each day must be named once.",
        "The second late reminder must come later than the first.",
    }
    assert 'value="ten"' in answer.text
    assert draft() is None


def test_the_boxes_and_choices_stand_at_the_policy_in_force(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    fields = fields_of(client.get("/policy/draft"))
    assert (fields["late_review_told_first"], fields["late_review_told_second"]) == (
        "line director",
        ["line director", "co-ordinator", "DMT"],
    )
    assert (fields["late_action_told_first"], fields["late_action_told_second"]) == (
        "line director",
        ["line director", "co-ordinator"],
    )
    assert (fields["new_indicator_link_heeds"], fields["new_contract_link_heeds"]) == ("any", "any")


def test_who_is_told_and_what_new_links_heed_are_saved_compared_and_shown_again(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    answer = send(
        client, late_review_told_first=[], late_review_told_second=["DMT"],
        late_action_told_second=["DMT", "co-ordinator", "line director"],
        new_indicator_link_heeds="red", new_contract_link_heeds="watch",
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (302, "/policy/replay")
    found = draft()
    assert found
    assert {name: found.rules[name] for name in (*TELLING, *NEW_LINKS) if make.RULES[name] != found.rules[name]} == {
        "late_review_told_first": [],
        "late_review_told_second": ["DMT"],
        "late_action_told_second": ["line director", "co-ordinator", "DMT"],
        "new_indicator_link_heeds": "red",
        "new_contract_link_heeds": "watch",
    }
    again = fields_of(client.get("/policy/draft"))
    assert "late_review_told_first" not in again
    assert (again["late_review_told_second"], again["new_contract_link_heeds"]) == ("DMT", "watch")
    sign_in_as(client, "Auditor")
    text = words(client.get("/policy/draft"))
    for row in (
        "Late review, first reminder: told besides the owner the line director nobody Late review",
        "second reminder: told besides the owner the line director, the co-ordinator and DMT DMT Late action",
        "the line director and the co-ordinator the line director, the co-ordinator and DMT New link",
        "New link to an indicator: what it heeds Any slip RED only",
        "New link to a contract: what it heeds Its milestones Watch only",
    ):
        assert row in text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"late_review_told_first": ["line director", "the mayor"]},
            "Tick the boxes for “Late review, first reminder: told besides the owner”; there are no other answers.",
        ),
        (
            {"late_action_told_second": ["line director", "owner"]},
            "Tick the boxes for “Late action, second reminder: told besides the owner”; there are no other answers.",
        ),
        (
            {"late_review_told_second": ["co-ordinator", "DMT"]},
            "The second reminder of a late review must also tell whom the first one tells: the line director.",
        ),
        (
            {"late_action_told_second": []},
            "The second reminder of a late action must also tell whom the first one tells: the line director.",
        ),
        (
            {"new_indicator_link_heeds": "everything"},
            "Choose an answer for “New link to an indicator: what it heeds”.",
        ),
        ({"new_indicator_link_heeds": ""}, "Choose an answer for “New link to an indicator: what it heeds”."),
        ({"new_contract_link_heeds": "red"}, "Choose an answer for “New link to a contract: what it heeds”."),
    ],
)
def test_what_cannot_be_chosen_is_refused_beside_its_field(
    client: FlaskClient, typed: dict[str, Any], sentence: str
) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    answer = send(client, **typed)
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    (name,) = typed
    assert f'href="#{name}"' in answer.text
    assert f'id="{name}"' in answer.text
    known = [one for one in typed[name] if one in ("line director", "co-ordinator", "DMT")]
    if known:
        ticked = fields_of(answer).get(name)
        assert ([ticked] if isinstance(ticked, str) else ticked) == known
    assert draft() is None


def test_a_policy_holds_from_today_or_later(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    answer = send(client, valid_from=["2", "4", "2017"])
    assert answer.status_code == 422
    assert problems(answer) == ["The policy can hold from today or from a later day, not from one that has passed."]
    assert send(client, valid_from=["3", "4", "2017"]).status_code == 302


def test_whoever_saved_first_is_not_overwritten(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    mine = fields_of(client.get("/policy/draft"))
    assert send(client, worsening_moves="3").status_code == 302
    answer = post(client, "/policy/draft", **{**mine, "reason": "Mine."})
    assert answer.status_code == 409
    assert "The draft has changed since you opened this page" in words(answer)
    found = draft()
    assert found
    assert found.rules["worsening_moves"] == 3


def test_a_draft_is_discarded_and_its_successor_is_another_one(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    send(client, worsening_moves="3")
    first = draft()
    assert first
    old = first.revision
    assert post(client, "/policy/draft/discard", revision=old).location == "/policy"
    assert draft() is None
    send(client, worsening_moves="4")
    assert post(client, "/policy/draft/discard", revision=old).status_code == 409
    assert draft() is not None


@pytest.mark.parametrize("name", ["Auditor", DIRECTOR])
def test_who_reads_drafts_reads_that_of_the_policy_and_its_replay_and_changes_nothing(
    client: FlaskClient, name: str
) -> None:
    sign_in_as(client, name)
    for path in ("/policy/draft", "/policy/replay"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "There is no draft of the policy." in words(answer)
        assert "Begin one" not in words(answer)
    sign_in_as(client, "Risk Co-ordinator")
    send(client, worsening_moves="3")
    sign_in_as(client, name)
    assert 'href="/policy/draft"' in client.get("/policy").text
    read, replayed = client.get("/policy/draft"), client.get("/policy/replay")
    for answer in (read, replayed):
        assert answer.status_code == 200
        assert "What the draft changes" in words(answer)
        assert '<form method="post"' not in answer.text.partition("<main")[2].partition("</main>")[0]
    assert "Adopted, it holds from" in words(read)
    for path in ("/policy/draft", "/policy/replay", "/policy/draft/discard"):
        assert post(client, path).status_code == 403
    assert draft() is not None


def test_only_the_coordinator_sets_the_policy(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    assert "draft" not in words(client.get("/policy")).lower()
    assert post(client, "/policy/draft").status_code == 403
    assert client.get("/policy/versions").status_code == 200


def test_a_version_that_is_adopted_for_later_is_announced(plan_app: Flask, client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    rules = {**make.RULES, "worsening_moves": 3}
    later = make.TODAY + timedelta(days=30)
    db.session.add(models.PolicyVersion(register_id=1, version=2, valid_from=later, rules=rules, reason="Later."))
    db.session.commit()
    text = words(client.get("/policy"))
    assert "version 1, in force since 1 April 2017" in text
    assert "Version 2 is adopted and holds from 3 May 2017." in text
    answer = send(client, valid_from=["10", "4", "2017"])
    assert problems(answer) == [
        "A version that holds from 3 May 2017 is adopted already: choose that day or a later one."
    ]
