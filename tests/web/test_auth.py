"""Signing in and out, sessions, and a new password by e-mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from riskreg import clock
from riskreg.extensions import db
from riskreg.models import AuditEvent, Message, PasswordReset, Person, SignInAttempt
from riskreg.services import accounts
from riskreg.services.tokens import reset_token
from riskreg.web.access import is_local
from tests import factories as make
from tests.web.browsing import post, problems, sign_in_as, words

PASSWORD = "a walk along the Medway"


@pytest.fixture
def person(plan_app: Flask) -> Person:
    """Someone with a password and the co-ordinator's roles."""
    someone = make.PersonFactory(
        name="Alex Field", email="alex@kent.example", holding=make.PostFactory(coordinating=True)
    )
    reset = accounts.invite(someone, clock.now())
    accounts.set_password(reset_token(reset), PASSWORD, clock.now())
    db.session.commit()
    return someone  # type: ignore[no-any-return]


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client: FlaskClient, person: Person) -> None:
    answer = client.get("/queue?rag=RED")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/queue?rag%3DRED"
    answer = post(client, answer.location, email=" Alex@Kent.example ", password=PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/queue?rag=RED")
    assert client.get("/queue").status_code == 200


def test_a_wrong_password_is_refused_without_saying_which_was_wrong(client: FlaskClient, person: Person) -> None:
    for email in ("alex@kent.example", "nobody@kent.example"):
        answer = post(client, "/sign-in", email=email, password="something else")
        assert answer.status_code == 422
        assert problems(answer) == [accounts.WRONG]
        assert email in answer.text
        assert "something else" not in answer.text
    assert count(SignInAttempt) == 4, "each failure counts for the address and the network, although refused"


def test_too_many_tries_are_refused_even_with_the_right_password(client: FlaskClient, person: Person) -> None:
    for _ in range(accounts.TRIES_PER_ADDRESS):
        post(client, "/sign-in", email=person.email, password="something else")
    answer = post(client, "/sign-in", email=person.email, password=PASSWORD)
    assert answer.status_code == 429
    assert problems(answer) == [accounts.TOO_MANY]


def test_empty_fields_are_named_and_linked(client: FlaskClient) -> None:
    answer = post(client, "/sign-in", email="", password="")
    assert answer.status_code == 422
    assert problems(answer) == ["Enter your e-mail address.", "Enter your password."]
    assert '<a href="#email">' in answer.text
    assert "<title>Error: Sign in – riskreg</title>" in answer.text


@pytest.mark.parametrize(
    "address",
    ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "elsewhere", "/a\nb", "javascript:x"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(client: FlaskClient, person: Person, address: str) -> None:
    assert not is_local(address)
    with client.application.test_request_context():
        path = client.application.url_for("auth.sign_in", next=address)
    answer = post(client, path, email=person.email, password=PASSWORD)
    assert answer.location == "/"


def test_a_session_that_someone_planted_is_not_carried_on(client: FlaskClient, person: Person) -> None:
    with client.session_transaction() as session:
        session["planted"] = "yes"
    post(client, "/sign-in", email=person.email, password=PASSWORD)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.permanent


def test_signing_out_ends_the_session(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    assert client.get("/queue").status_code == 200
    answer = post(client, "/sign-out")
    assert (answer.status_code, answer.location) == (302, "/sign-in")
    assert "You are signed out." in client.get("/sign-in").text
    assert client.get("/queue").status_code == 302


def test_a_session_ends_when_the_password_changes(client: FlaskClient, person: Person) -> None:
    post(client, "/sign-in", email=person.email, password=PASSWORD)
    assert client.get("/queue").status_code == 200
    person.session_stamp = accounts.new_stamp()
    db.session.commit()
    assert client.get("/queue").status_code == 302


def test_a_session_ends_when_the_person_may_no_longer_sign_in(client: FlaskClient, person: Person) -> None:
    post(client, "/sign-in", email=person.email, password=PASSWORD)
    person.active = False
    db.session.commit()
    assert client.get("/queue").status_code == 302


@pytest.mark.parametrize("words_of_cookie", ["", "x", "1", "999999999:", ":", "1:wrong", "\u0661:"])
def test_a_session_of_nobody_is_no_session(client: FlaskClient, words_of_cookie: str) -> None:
    with client.session_transaction() as session:
        session["_user_id"] = words_of_cookie
    assert client.get("/queue").status_code == 302


def test_the_header_says_who_is_signed_in_and_with_which_posts(client: FlaskClient, person: Person) -> None:
    post(client, "/sign-in", email=person.email, password=PASSWORD)
    assert f"Signed in as Alex Field, {person.holdings[0].post.title}" in words(client.get("/queue"))


class TestDemonstration:
    """One person for each post, chosen on the sign-in page, in the demonstration only."""

    def test_the_sign_in_page_offers_every_person_under_a_role(self, client: FlaskClient) -> None:
        page = client.get("/sign-in").text
        offered = db.session.scalars(select(Person).where(Person.demonstration)).all()
        assert all(f'name="person_id" value="{person.id}"' in " ".join(page.split()) for person in offered)
        assert "DMT member" in page
        assert "Risk owner" in page

    def test_choosing_one_signs_in_and_is_recorded(self, client: FlaskClient) -> None:
        before = count(AuditEvent)
        person = sign_in_as(client, "Risk Co-ordinator")
        event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert count(AuditEvent) == before + 1
        assert event is not None
        assert event.person_id == person.id
        assert "in the demonstration" in event.sentence

    def test_a_real_person_needs_a_password(self, client: FlaskClient, person: Person) -> None:
        answer = post(client, "/sign-in", person_id=person.id)
        assert answer.status_code == 422
        assert problems(answer) == ["Choose one of the people of the demonstration."]
        assert client.get("/queue").status_code == 302

    @pytest.mark.parametrize("chosen", ["", "x", "0", "999999999999"])
    def test_nobody_cannot_be_chosen(self, client: FlaskClient, chosen: str) -> None:
        assert post(client, "/sign-in", person_id=chosen).status_code == 422

    def test_elsewhere_it_is_neither_offered_nor_taken(self, client: FlaskClient) -> None:
        client.application.config["DEMONSTRATION_SIGN_IN"] = False
        someone = db.session.scalars(select(Person).where(Person.demonstration)).first()
        assert someone is not None
        assert "person_id" not in client.get("/sign-in").text
        answer = post(client, "/sign-in", person_id=someone.id)
        assert answer.status_code == 403
        assert client.get("/queue").status_code == 302


class TestNewPassword:
    """A link by e-mail sets a new password, once."""

    @pytest.fixture
    def link(self, client: FlaskClient, person: Person) -> str:
        """The address in the e-mail."""
        assert post(client, "/reset", email=person.email).status_code == 302
        reset = db.session.scalars(select(PasswordReset).where(PasswordReset.used_at.is_(None))).one()
        return f"/reset/{reset_token(reset)}"

    def test_asking_says_the_same_for_an_address_that_is_not_known(self, client: FlaskClient, person: Person) -> None:
        before = count(Message)
        for email in ("nobody@kent.example", person.email):
            answer = post(client, "/reset", email=email)
            assert (answer.status_code, answer.location) == (302, "/sign-in")
            assert "If the register knows that address" in client.get("/sign-in").text
        assert count(Message) == before + 1

    def test_the_link_sets_the_password_and_ends_every_session(
        self, client: FlaskClient, person: Person, link: str
    ) -> None:
        elsewhere = client.application.test_client()
        post(elsewhere, "/sign-in", email=person.email, password=PASSWORD)
        assert client.get(link).status_code == 200
        answer = post(client, link, password="another walk, by the Stour")
        assert (answer.status_code, answer.location) == (302, "/sign-in")
        assert elsewhere.get("/queue").status_code == 302
        assert post(client, "/sign-in", email=person.email, password="another walk, by the Stour").status_code == 302
        assert client.get(link).status_code == 410, "a link works once"

    def test_a_password_that_is_too_easy_is_refused_beside_its_field(self, client: FlaskClient, link: str) -> None:
        answer = post(client, link, password="short")
        assert answer.status_code == 422
        assert problems(answer) == ["Choose a password of at least 12 characters."]
        assert '<a href="#password">' in answer.text
        assert "short" not in answer.text

    def test_a_link_that_ran_out_or_was_never_ours_says_so(
        self, client: FlaskClient, person: Person, link: str
    ) -> None:
        reset = db.session.scalars(select(PasswordReset).where(PasswordReset.used_at.is_(None))).one()
        reset.expires_at = clock.now() - timedelta(minutes=1)
        db.session.commit()
        for path in (link, "/reset/not-a-token"):
            answer = client.get(path)
            assert answer.status_code == 410
            assert accounts.LINK_OVER in words(answer)
