"""Recording a contract's route: what it changes, what is refused, and whose it is to record."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.extensions import db
from tests.web.before_dmt import DIRECTOR, fresh
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.test_contract import MANAGER, path_of
from tests.web.test_contract_keeping import through

ENTRY: dict[str, Any] = {
    "kind": "extend",
    "stage": "2",
    "on": [3, 4, 2017],
    "new_end": "",
    "note": "DMT agreed in March.",
}
AWARD: dict[str, Any] = {**ENTRY, "stage": "3", "new_end": "March 2019"}


@pytest.fixture
def manager(client: FlaskClient) -> FlaskClient:
    """Whoever manages the contracts of SEN Assessment and Placement."""
    for found in db.session.query(models.Contract).filter(models.Contract.code.in_(("EXT-08", "EXT-09"))):
        found.extensions, found.extension_months = 1, 24
    db.session.commit()
    sign_in_as(client, MANAGER)
    return client


def record(client: FlaskClient, code: str = "EXT-08", revision: object = 0, **fields: Any) -> TestResponse:
    """Send a route with the revision that was seen, look at what it does, and save it."""
    return through(client, f"{path_of(code)}/route", revision=revision, **{**ENTRY, **fields})


def saved() -> list[tuple[str, int, str]]:
    """The routes that are stored."""
    fresh()
    query = select(models.ContractRoute.kind, models.ContractRoute.stage, models.ContractRoute.new_end)
    rows = [(row[0], row[1], row[2]) for row in db.session.execute(query.order_by(models.ContractRoute.id))]
    fresh()
    return rows


def test_what_a_route_does_is_shown_before_it_is_saved(manager: FlaskClient) -> None:
    path, entry = f"{path_of('EXT-08')}/route", {**AWARD, "revision": 0}
    answer = post(manager, path, **entry)
    text = words(answer)
    assert answer.status_code == 200
    assert "Nothing is saved yet." in text
    assert "Route that counts none none yet for this end End July 2017 March 2019" in text
    assert "Signals that end" in text
    assert "1 risk stays before DMT with one reason less" in text
    assert saved() == []
    back = post(manager, path, **entry, step="change")
    assert 'value="March 2019"' in back.text
    assert saved() == []
    assert through(manager, path, **entry).status_code == 302
    assert saved() == [("extend", 3, "2019-03")]


def test_a_route_that_would_do_something_else_by_now_is_shown_again(manager: FlaskClient) -> None:
    path, entry = f"{path_of('EXT-08')}/route", {**AWARD, "revision": 0}
    answer = post(manager, path, **entry, step="save", shown="0" * 32)
    assert answer.status_code == 409
    assert saved() == []


def test_an_extension_that_is_not_allowed_is_refused_with_a_way_on(manager: FlaskClient) -> None:
    answer = record(manager, "EXT-12", **AWARD)
    assert answer.status_code == 422
    assert problems(answer) == [
        "No extension is known to be allowed: enter it in the terms of the contract first, then record the award."
    ]
    assert 'href="#stage"' in answer.text
    assert f'href="{path_of("EXT-12")}/edit"' in answer.text
    record(manager, **AWARD)
    again = record(manager, revision=1, **{**AWARD, "new_end": "March 2021"})
    assert problems(again)[0].startswith(
        "1 extension is allowed, and 1 was awarded already: enter a further one in the terms of the contract first"
    )
    assert saved() == [("extend", 3, "2019-03")]


def test_a_route_that_leaves_another_reason_standing_says_that_one_is_less(manager: FlaskClient) -> None:
    answer = record(manager)
    assert (answer.status_code, answer.location) == (302, path_of("EXT-08"))
    text = words(manager.get(path_of("EXT-08")))
    assert "Recorded. One reason less before DMT: CYPE 03." in text
    assert "Route: extend, approved on 3 April 2017" in text
    assert "No signal stands." in text
    assert saved() == [("extend", 2, "")]


def test_a_route_of_a_day_before_the_reason_was_found_is_not_said_to_have_left_no_reason_ever(
    manager: FlaskClient,
) -> None:
    record(manager, on=[2, 4, 2017])
    text = words(manager.get("/queue"))
    assert "never there" not in text
    said = select(models.AuditEvent.sentence).where(models.AuditEvent.verb == "withdrawn")
    assert db.session.scalars(said).one().endswith("the reason was not there when it was found.")


def test_the_dates_of_the_plan_stand_beside_those_that_were_recorded_since(manager: FlaskClient) -> None:
    before = words(manager.get(path_of("EXT-08")))
    assert "End “July 2017” July 2017 Review “April 2017” April 2017" in before
    assert record(manager, **AWARD).status_code == 302
    after = words(manager.get(path_of("EXT-08")))
    assert "End “July 2017” July 2017; by what was recorded since, March 2019 Review" in after


def test_the_route_that_takes_the_last_reason_away_proposes_de_escalation(manager: FlaskClient) -> None:
    record(manager)
    record(manager, "EXT-12", kind="re-procure", stage="3")
    assert "Recorded. De-escalation proposed to DMT: CYPE 03." in words(manager.get(path_of("EXT-12")))
    assert "De-escalation is proposed. What was missing has since been recorded." in words(manager.get("/queue"))


def test_an_extension_that_ends_soon_raises_the_risk_and_says_so(manager: FlaskClient) -> None:
    answer = record(manager, "EXT-09", **{**AWARD, "new_end": "2018-03-31"})
    assert answer.status_code == 422
    assert problems(answer) == ["The new end must be later than the present one, 31 March 2018."]
    assert record(manager, "EXT-09", **AWARD).status_code == 302
    assert "Ends in March 2019, by the extension awarded on 3 April 2017." in words(manager.get(path_of("EXT-09")))


@pytest.mark.parametrize("typed", ["2019-03-31", "31 March 2019", "31/3/2019", "March 2019", "2019-03", "2019"])
def test_the_new_end_may_be_typed_as_it_is_known(manager: FlaskClient, typed: str) -> None:
    assert record(manager, **{**AWARD, "new_end": typed}).status_code == 302
    assert saved()[0][2] in {"2019-03-31", "2019-03", "2019"}


@pytest.mark.parametrize(
    ("fields", "sentence", "anchor"),
    [
        ({"kind": ""}, "Choose what is to happen at the end of the contract.", "kind"),
        ({"kind": "sell"}, "Choose what is to happen at the end of the contract.", "kind"),
        (
            {"kind": "end", "stage": "3"},
            "A contract that is let end is not awarded: choose approved.",
            "stage",
        ),
        ({"stage": "9"}, "Choose how far the route has come.", "stage"),
        ({"on": ["", "", ""]}, "Enter the day on which this happened.", "on-day"),
        ({"on": [30, 2, 2017]}, "must be a real date", "on-day"),
        ({"on": [4, 4, 2017]}, "The date must be today or earlier.", "on-day"),
        ({"note": " "}, "Say what was decided.", "note"),
        ({"note": "x" * 20_000}, "must be 4,000 characters or fewer. You typed 20,000.", "note"),
        ({"new_end": "March 2019"}, "A new end belongs to an extension that is awarded.", "new_end"),
        ({"stage": "3"}, "Enter the new end of the contract.", "new_end"),
        (
            {"stage": "3", "new_end": "when it is over"},
            "“when it is over” is not a date such as 31 March 2018",
            "new_end",
        ),
        ({"stage": "3", "new_end": "31 February 2019"}, "“31 February 2019” is not a date such as", "new_end"),
        (
            {"stage": "3", "new_end": "July 2017"},
            "The new end must be later than the present one, July 2017.",
            "new_end",
        ),
        (
            {"stage": "3", "new_end": "September 2030"},
            "By the terms an extension is 24 months, so the new end is 31 July 2019 at the latest: enter a longer one",
            "new_end",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(
    manager: FlaskClient, fields: dict[str, Any], sentence: str, anchor: str
) -> None:
    answer = record(manager, **fields)
    assert answer.status_code == 422
    assert any(sentence in problem for problem in problems(answer)), problems(answer)
    assert f'href="#{anchor}"' in answer.text
    assert f'id="{anchor}"' in answer.text
    typed = {**ENTRY, **fields}
    assert str(typed["note"]).strip()[:40] in words(answer)
    assert str(typed["new_end"]) in answer.text
    assert saved() == []


def test_a_contract_that_changed_meanwhile_is_shown_and_can_be_sent_again(manager: FlaskClient) -> None:
    record(manager, note="The first.")
    answer = record(manager, note="The second.")
    text = words(answer)
    assert answer.status_code == 409
    assert "Someone else recorded something on this contract" in problems(answer)[0]
    assert "Route: extend, approved on 3 April 2017" in text
    assert "The second." in text
    assert len(saved()) == 1
    assert record(manager, revision=1, note="The second.").status_code == 302


@pytest.mark.parametrize("revision", ["", "x", "-1"])
def test_a_forged_revision_is_refused(manager: FlaskClient, revision: str) -> None:
    assert record(manager, revision=revision).status_code == 422
    assert saved() == []


@pytest.mark.parametrize("name", [DIRECTOR, "Auditor", "Head of Fair Access", "Risk Co-ordinator"])
def test_nobody_else_records_a_route(client: FlaskClient, name: str) -> None:
    sign_in_as(client, name)
    assert client.get(f"{path_of('EXT-08')}/route").status_code == 403
    assert record(client).status_code == 403
    assert saved() == []


def test_an_unknown_contract_has_no_route(manager: FlaskClient) -> None:
    assert manager.get("/contracts/9999/route").status_code == 404


def test_the_form_says_when_the_contract_ends(manager: FlaskClient) -> None:
    text = words(manager.get(f"{path_of('EXT-10')}/route"))
    assert "The date of the end is not known: the plan says “Various”." in text
    assert "No route counts for the present end yet." in text
    assert "Not for a contract that is let end." in text


def test_the_form_says_which_route_counts_now(manager: FlaskClient) -> None:
    record(manager)
    record(manager, revision=1, stage="1")
    text = words(manager.get(f"{path_of('EXT-08')}/route"))
    assert "The route that counts now: extend, approved on 3 April 2017." in text


def test_a_route_leaves_its_event_in_the_audit_trail(manager: FlaskClient) -> None:
    record(manager)
    fresh()
    query = select(func.count()).where(models.AuditEvent.verb == "recorded a route")
    assert db.session.scalar(query) == 1
