"""Comments on results: asked for where a result is not GREEN, only added, and shown with who and when."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from riskreg.extensions import db
from riskreg.models import AuditEvent, ResultComment
from tests import factories as make
from tests.web.before_dmt import DIRECTOR, counted, fresh, signed_in_as
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.test_indicator import path_of
from tests.web.test_publish import publish
from tests.web.test_upload_results import result_of

WAITING = "/indicators/comments"
TEXT = "A provider closed.\n\nTwo more are being sought."


def address(code: str = "EY-08") -> str:
    """Where the last result of an indicator is commented on."""
    key = result_of(code).id
    fresh()
    return f"/results/{key}/comment"


def comments() -> int:
    """How many comments there are."""
    count = db.session.scalar(select(func.count()).select_from(ResultComment)) or 0
    fresh()
    return count


def test_a_result_that_is_not_green_waits_for_a_comment_until_it_has_one(officer: FlaskClient) -> None:
    assert "EY-05, December 2016 70% RED" in words(officer.get(WAITING))
    publish(officer, "EY-05", value="90")
    publish(officer, "EY-08", value="60")
    text = words(officer.get(WAITING))
    assert "EY-08, March 2017 60% RED 3 April 2017 Add a comment" in text
    assert "EY-05" not in text
    page = words(officer.get(path_of("EY-08")))
    assert "nobody has said what is behind it. Comment on this result" in page
    answer = post(officer, address(), text=TEXT)
    assert answer.status_code == 302
    page = words(officer.get(path_of("EY-08")))
    assert "The comment on March 2017 is added." in page
    assert "Two more are being sought. Comment by Performance Officer, 3 April 2017" in page
    assert "nobody has said" not in page
    assert "EY-08" not in words(officer.get(WAITING))


def test_a_comment_is_only_added_and_stands_in_the_audit_trail_and_in_a_file(officer: FlaskClient) -> None:
    publish(officer, "EY-08", value="60")
    post(officer, address(), text="First.")
    post(officer, address(), text="Second.")
    assert comments() == 2
    assert "First." in words(officer.get(address()))
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert event.sentence.endswith("March 2017 (60%): Second.")
    lines = officer.get("/export/result-comments.csv").data.decode("utf-8-sig").splitlines()
    assert [",First.," in lines[1], ",Second.," in lines[2]] == [True, True]


def test_the_page_of_a_risk_shows_the_last_comment_on_the_latest_result(officer: FlaskClient) -> None:
    publish(officer, "EY-08", value="60")
    for text in ("First.", "A provider closed."):
        post(officer, address(), text=text)
    found = re.search(r'href="(/risks/\d+)"', officer.get(path_of("EY-08")).text)
    assert found
    text = words(officer.get(found[1]))
    assert "Comment on March 2017: A provider closed." in text
    assert "First." not in text


def test_what_is_wrong_with_a_comment_is_said_beside_it(officer: FlaskClient) -> None:
    publish(officer, "EY-08", value="60")
    path = address()
    assert problems(post(officer, path, text="  ")) == ["Enter the comment."]
    too_long = post(officer, path, text="y" * 2_001)
    assert (too_long.status_code, "y" * 2_001 in too_long.text) == (422, True)
    assert comments() == 0
    assert officer.get("/results/99999/comment").status_code == 404


def test_a_figure_that_was_corrected_takes_no_more_comments_and_keeps_those_it_has(officer: FlaskClient) -> None:
    publish(officer, "EY-08", value="60")
    path = address()
    post(officer, path, text="A provider closed.")
    post(officer, path.replace("comment", "correct"), value="61", status="final", reason="Recounted.")
    shown = post(officer, path.replace("comment", "correct"), value="61", status="final", reason="Recounted.")
    digest = shown.text.partition('name="shown" value="')[2].partition('"')[0]
    fields = {"value": "61", "status": "final", "reason": "Recounted.", "step": "save", "shown": digest}
    assert post(officer, path.replace("comment", "correct"), **fields).status_code == 302
    answer = post(officer, path, text="Another.")
    assert (answer.status_code, comments()) == (422, 1)
    assert "This figure has been corrected since." in problems(answer)[0]
    assert "A provider closed." in words(officer.get(path_of("EY-08")))
    assert "EY-08" in words(officer.get(WAITING))


def test_the_list_of_those_that_wait_asks_as_often_for_one_as_for_many(officer: FlaskClient) -> None:
    publish(officer, "EY-08", value="60")
    with counted() as one:
        officer.get(WAITING)
    for code in ("EY-09", "EY-06"):
        publish(officer, code, value="10")
    with counted() as many:
        officer.get(WAITING)
    assert len(one) == len(many)


def test_nobody_else_may_comment(plan_app: Flask, officer: FlaskClient) -> None:
    publish(officer, "EY-08", value="60")
    owner = signed_in_as(plan_app, post=make.PostFactory(bringing=("risk_owner",)))
    assert post(owner, address(), text="Mine.").status_code == 403
    assert "Comment on this result" not in words(owner.get(path_of("EY-08")))


@pytest.mark.parametrize("name", ["Auditor", DIRECTOR])
def test_who_reads_the_register_reads_what_waits_for_a_comment_and_adds_none(client: FlaskClient, name: str) -> None:
    sign_in_as(client, name)
    answer = client.get(WAITING)
    assert answer.status_code == 200
    assert f'href="{WAITING}"' in client.get("/indicators").text
    for way in ("Add a comment", "Publish more results"):
        assert way not in words(answer)
