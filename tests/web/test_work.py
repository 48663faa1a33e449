"""My work: what each person owes, the most urgent first, and what their roles have to look after."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg import models
from riskreg.domain.access import Role
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import DIRECTOR, counted, escalated, signed_in_as
from tests.web.browsing import sign_in_as, words

DAY = timedelta(days=1)


def owner_of(*risks: models.Risk) -> models.Post:
    """One post that owns all the risks."""
    post: models.Post = make.PostFactory(title="Head of Fair Access", owning=True)
    for risk in risks:
        risk.owner_post = post
    db.session.flush()
    return post


def test_the_owner_of_cype_20_sees_what_is_due_and_why(client: FlaskClient) -> None:
    sign_in_as(client, "Head of Early Years and Childcare")
    text = words(client.get("/"))
    assert "Due 17 April 2017 Review CYPE 20 RED Insufficient take-up of free places for 2 year olds" in text
    assert "Raised automatically, awaiting DMT: AMBER to RED." in text
    assert "Under CYPE 20. It fell from 74% (2016) to 70% (December 2016)" in text
    assert "It ends on 31 March 2018, and no route for what follows has been decided." in text
    assert "Waiting for DMT" not in text


def test_what_is_late_comes_first_then_by_day(app: Flask) -> None:
    late = make.RiskFactory(title="Review late", review_due_on=make.TODAY - DAY)
    soon = make.RiskFactory(title="Review soon", review_due_on=make.TODAY + 14 * DAY)
    later = make.RiskFactory(title="Review later", review_due_on=make.TODAY + 15 * DAY)
    post = owner_of(late, soon, later)
    make.ActionFactory(owner_post=post, text="Action today.", first_due_on=make.TODAY, progress=20)
    make.ActionFactory(owner_post=post, text="Action done.", first_due_on=make.TODAY, status="done")
    make.ActionFactory(text="Another's action.", first_due_on=make.TODAY)
    text = words(signed_in_as(app, post=post).get("/"))
    shown = ["Due 2 April 2017 overdue", "Review late", "Due 3 April 2017", "Action today. 20% done.", "Review soon"]
    assert [text.index(one) for one in shown] == sorted(text.index(one) for one in shown)
    due, _, own = text.partition("My risks")
    assert "Review later" not in due
    assert "Review later" in own
    for hidden in ("Action done.", "Another's action."):
        assert hidden not in text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("returned to owner", "DMT returned the risk to you and asks for an answer."),
        ("confirmed", "DMT confirmed the escalation and asks you to re-assess the risk."),
    ],
)
def test_what_dmt_asked_for_is_due_on_the_day_it_named(app: Flask, status: str, said: str) -> None:
    row = escalated(status=status, due_on=date(2017, 4, 28))
    answer = signed_in_as(app, post=owner_of(row.risk)).get("/")
    text = words(answer)
    assert "Due 28 April 2017 Answer DMT on CYPE" in text
    assert said in text
    assert f'href="/risks/{row.risk_id}/review"' in answer.text


def test_a_review_that_is_due_before_the_answer_is_not_hidden_by_it(app: Flask) -> None:
    risk = make.RiskFactory(review_due_on=date(2017, 4, 10))
    row = escalated(status="returned to owner", due_on=date(2017, 5, 1), risk=risk)
    text = words(signed_in_as(app, post=owner_of(row.risk)).get("/"))
    assert "Due 10 April 2017 Answer DMT on CYPE" in text
    assert "The review is due 10 April 2017, the answer 1 May 2017: one review does both." in text


@pytest.mark.parametrize("status", ["awaiting DMT", "deferred to a meeting", "referred to corporate"])
def test_a_risk_before_dmt_is_shown_to_its_owner(app: Flask, status: str) -> None:
    row = escalated(status=status)
    answer = signed_in_as(app, post=owner_of(row.risk)).get("/")
    assert "My risks before DMT" in answer.text
    assert f'href="/escalations/{row.id}"' in answer.text


def test_nothing_due_says_so(app: Flask) -> None:
    assert "Nothing is due." in words(signed_in_as(app, "risk_owner").get("/"))


def test_who_holds_no_post_is_told_whom_to_ask(app: Flask) -> None:
    person = make.PersonFactory()
    who = f"{person.id}:{person.session_stamp}"
    client = signed_in_as(app, "auditor")
    with client.session_transaction() as session:
        session["_user_id"] = who
    answer = client.get("/")
    assert answer.status_code == 403
    assert "ask the administrator" in words(answer)


def test_a_deputy_sees_the_work_of_the_post_and_for_whom_it_is(app: Flask) -> None:
    risk = make.RiskFactory(review_due_on=make.TODAY)
    post = owner_of(risk)
    deputy = make.PersonFactory(deputising=post, holding=make.PostFactory(bringing=("auditor",)))
    who = f"{deputy.id}:{deputy.session_stamp}"
    client = signed_in_as(app, "auditor")
    with client.session_transaction() as session:
        session["_user_id"] = who
    assert "for the Head of Fair Access" in words(client.get("/"))
    assert "for the Head of Fair Access" not in words(signed_in_as(app, post=post).get("/"))


def test_dmt_members_see_how_many_wait_red_first(client: FlaskClient) -> None:
    sign_in_as(client, DIRECTOR)
    answer = client.get("/")
    assert "Waiting for DMT 4 RED to decide 0 AMBER to decide 0 GREEN to decide" in words(answer)
    assert "Nothing is due." not in words(answer)
    assert '/queue?rag=RED"' in answer.text


def test_performance_officers_see_how_many_results_are_overdue(app: Flask) -> None:
    make.RegisterFactory()
    late = make.IndicatorFactory()
    make.ResultFactory(indicator=late, period_end=date(2015, 12, 31))
    make.ResultFactory()
    answer = signed_in_as(app, "performance_officer").get("/")
    assert "1 indicator whose result is overdue" in words(answer)
    assert '/indicators?stale=1"' in answer.text


def test_administrators_see_the_mail_and_the_jobs_that_failed(app: Flask) -> None:
    person = make.PersonFactory()
    for number, state in enumerate(("failed", "failed", "unknown", "sent")):
        db.session.add(
            models.Message(
                kind="reviews_due", subject_key=str(number), person_id=person.id, period="once", facts={}, state=state,
                created_at=make.NOW, next_attempt_at=make.NOW,
            )
        )  # fmt: skip
    for job, results in (("evaluate", (True, False)), ("remind", (False, True)), ("send", (None,))):
        for ok in results:
            db.session.add(models.JobRun(job=job, day=make.TODAY, started_at=make.NOW, finished_at=make.NOW, ok=ok))
            db.session.flush()
    for number, attempts in enumerate((0, 1, 7)):
        db.session.add(
            models.Message(
                kind="reviews_due", subject_key=f"w{number}", person_id=person.id, period="once", facts={},
                state="waiting", attempts=attempts, created_at=make.NOW, next_attempt_at=make.NOW,
            )
        )  # fmt: skip
    answer = signed_in_as(app, "administrator").get("/")
    text = words(answer)
    assert "2 messages refused for good 1 message that may not have arrived" in text
    assert "2 messages that wait after a failed attempt 1 job whose last run failed" in text
    assert '/admin/mail?state=waiting"' in answer.text


def test_everyone_has_this_page(client: FlaskClient) -> None:
    for name in ("Auditor", "Risk Co-ordinator", "Commissioning Manager", "Administrator", "Performance Officer"):
        sign_in_as(client, name)
        assert client.get("/").status_code == 200


def test_much_work_is_cut_at_fifty_of_a_kind_and_takes_as_many_queries(app: Flask) -> None:
    post = owner_of(make.RiskFactory(review_due_on=make.TODAY))
    make.ActionFactory(owner_post=post, first_due_on=make.TODAY)
    client = signed_in_as(app, post=post)
    with counted() as few:
        client.get("/")
    for _ in range(60):
        risk = make.RiskFactory(review_due_on=make.TODAY, owner_post=post)
        make.ActionFactory(owner_post=post, first_due_on=make.TODAY, risk=risk)
    db.session.commit()
    with counted() as many:
        answer = client.get("/")
    assert len(many) == len(few) <= 9
    assert answer.text.count("app-lines__item") == 100
    assert answer.text.count('<th scope="row"') == 50
    assert "No more than fifty of a kind are shown." in words(answer)


def test_somebody_with_every_role_takes_no_more_than_fifteen_queries(app: Flask) -> None:
    make.RegisterFactory()
    client = signed_in_as(app, *(str(role) for role in Role))
    with counted() as few:
        client.get("/")
    for _ in range(30):
        escalated(reason="")
        make.ResultFactory(period_end=date(2015, 12, 31))
        make.ActionFactory(first_due_on=make.TODAY - DAY)
    db.session.commit()
    with counted() as many:
        answer = client.get("/")
    assert "30 RED to decide" in words(answer)
    assert len(many) == len(few) <= 15


def test_my_risks_and_actions_are_all_that_i_own_whenever_they_fall_due(app: Flask) -> None:
    later = make.RiskFactory(title="Later", own_rag="GREEN", review_due_on=date(2018, 1, 1))
    row = escalated(reason="", risk=make.RiskFactory(title="Before DMT", own_rag="AMBER", effective_rag="RED"))
    closed = make.RiskFactory(title="Closed one", closed=True)
    post = owner_of(later, row.risk, closed)
    make.ActionFactory(owner_post=post, text="Next year.", first_due_on=date(2018, 3, 31), progress=20, risk=later)
    make.ActionFactory(owner_post=post, text="Cancelled.", status="cancelled")
    make.ActionFactory(owner_post=post, text="Under a closed risk.", risk=closed)
    make.RiskFactory(title="Another’s")
    reference, post_id = str(later.reference), post.id
    answer = signed_in_as(app, post=post).get("/")
    text = words(answer)
    own = text[text.index("My risks Reference") if "My risks Reference" in text else text.rindex("My risks") :]
    assert own.index("Before DMT AMBER → raised to RED raised automatically, awaiting DMT") < own.index("Later GREEN")
    assert "1 January 2018" in own
    assert f"Next year. {reference} 31 March 2018 Not started, 20%" in own
    assert f'href="/register?owner={post_id}"' in answer.text
    assert "All risks of the Head of Fair Access in the register" in own
    for hidden in ("Closed one", "Cancelled.", "Under a closed risk.", "Another’s"):
        assert hidden not in text


def test_a_deputy_finds_the_risks_of_the_post_with_its_name(app: Flask) -> None:
    post = owner_of(make.RiskFactory(title="Theirs", review_due_on=date(2018, 1, 1)))
    deputy = make.PersonFactory(deputising=post)
    who = f"{deputy.id}:{deputy.session_stamp}"
    client = signed_in_as(app, "auditor")
    with client.session_transaction() as session:
        session["_user_id"] = who
    assert "Theirs for the Head of Fair Access" in words(client.get("/"))


def test_the_risk_co_ordinator_sees_what_is_late_and_red_with_the_way_to_it(app: Flask) -> None:
    late = make.RiskFactory(review_due_on=make.TODAY - DAY, own_rag="RED", effective_rag="RED")
    make.ActionFactory(risk=late, first_due_on=make.TODAY - DAY)
    make.ActionFactory(risk=late, first_due_on=make.TODAY - DAY)
    make.ActionFactory(risk=late, first_due_on=make.TODAY)
    escalated(reason="")
    make.RiskFactory(status="proposed")
    client = signed_in_as(app, "coordinator")
    answer = client.get("/")
    late_things = "1 review overdue 2 actions overdue, under 1 risk 1 escalation for DMT to decide"
    assert f"{late_things} 1 risk proposed, to approve 2 RED risks" in words(answer)
    assert "Nothing is due." not in words(answer)
    counts = (
        ("/register?overdue=1", "1 risk "),
        ("/register?late_actions=1", "1 risk "),
        ("/register?rag=RED", "2 risks"),
    )
    for address, said in (*counts, ("/queue", "1 For DMT to decide")):
        assert f'href="{address}"' in answer.text
        assert said in words(client.get(address))


def test_nobody_else_is_shown_the_whole_register(app: Flask) -> None:
    assert "RED risks" not in words(signed_in_as(app, "dmt_member", "auditor", "risk_owner").get("/"))


def test_a_signal_on_a_contract_says_dmt_only_where_a_risk_heeds_it(client: FlaskClient) -> None:
    sign_in_as(client, "Head of Special Educational Needs Assessment and Placement")
    text = words(client.get("/"))
    heeded = text.index("Teaching contract for low incidence needs")
    watched = text.index("Mobility Training for Children")
    assert text.index("DMT is told.", heeded) < text.index("Since", heeded)
    assert text.index("No risk heeds this contract, so DMT is not told.", watched) < text.index("Since", watched)
