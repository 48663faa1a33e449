"""Who holds what on a day: vacancies, deputies, people who left, and what is still to come."""

from __future__ import annotations

from datetime import date

from flask import Flask

from riskreg.domain.access import Role
from riskreg.queries.organisation import people_count, people_listed, people_to_choose, post_facts, posts_listed
from tests import factories as make

TODAY = make.TODAY


def test_a_post_is_vacant_before_after_and_when_its_holder_is_inactive(app: Flask) -> None:
    ended, to_come, left, held = (make.PostFactory() for _ in range(4))
    make.HoldingFactory(post=ended, until_on=date(2017, 4, 2))
    make.HoldingFactory(post=to_come, from_on=date(2017, 4, 4))
    make.HoldingFactory(post=left, person=make.PersonFactory(active=False))
    make.HoldingFactory(post=held, until_on=TODAY)
    vacant = {post.id for post in posts_listed(TODAY) if post.holder(TODAY) is None}
    assert vacant == {ended.id, to_come.id, left.id}


def test_a_deputy_is_no_holder(app: Flask) -> None:
    post = make.PostFactory()
    person = make.PersonFactory(deputising=post)
    facts = post_facts(post.id)
    assert facts is not None
    assert facts.holder(TODAY) is None
    assert [one.person_id for one in facts.deputies(TODAY)] == [person.id]


def test_roles_come_from_every_post_held_once_and_in_order(app: Flask) -> None:
    first, second = make.PostFactory(owning=True), make.PostFactory(bringing=["risk_owner", "dmt_member"])
    person = make.PersonFactory(holding=first, deputising=second)
    (line,) = people_listed("", TODAY, offset=0, size=50)
    assert line.id == person.id
    assert line.roles == [Role.RISK_OWNER, Role.ACTION_OWNER, Role.DMT_MEMBER]
    assert [(post.post_id, post.deputy) for post in line.posts] == [(first.id, False), (second.id, True)]


def test_everyone_who_ever_held_a_post_is_there_the_latest_first(app: Flask) -> None:
    post = make.PostFactory()
    make.HoldingFactory(post=post, from_on=date(2015, 1, 1), until_on=date(2016, 12, 31))
    make.HoldingFactory(post=post, from_on=date(2017, 1, 1))
    facts = post_facts(post.id)
    assert facts is not None
    assert [one.from_on.year for one in facts.sittings] == [2017, 2015]
    assert post_facts(post.id + 1) is None


def test_people_are_found_and_only_the_active_can_be_chosen(app: Flask) -> None:
    make.PersonFactory(name="Zoë Ada", email="zoe@kent.example")
    make.PersonFactory(name="bert", email="bert@kent.example", active=False)
    assert people_count("") == 2
    assert people_count("ZO") == 1
    assert people_count("%") == 0
    assert [name for _, name in people_to_choose()] == ["Zoë Ada"]
    assert [line.name for line in people_listed("", TODAY, offset=0, size=50)] == ["bert", "Zoë Ada"]
    assert [line.name for line in people_listed("", TODAY, offset=1, size=50)] == ["Zoë Ada"]
