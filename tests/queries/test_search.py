"""What is found, in which order, for whom: every word in the same text, and every such text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskreg import models
from riskreg.extensions import db
from riskreg.queries import register as listing
from riskreg.queries.matching import lowered, read_words
from riskreg.queries.search import Found, Hit, Kind, find_texts, read_texts
from tests import factories as make
from tests.web.before_dmt import decided, escalated, reviewed

LETTERS = "aAbéÉ%_\\/' 1ßſ"


def register() -> listing.RegisterName:
    """The register that is searched."""
    make.RegisterFactory()
    found = listing.only_register()
    assert found is not None
    return found


def find(
    typed: str, *, kind: Kind | None = None, unopened: bool = False, limit: int = 100, offset: int = 0
) -> tuple[Found, Sequence[Hit]]:
    """Everything with the words."""
    words = read_words(typed)
    found = find_texts(register(), words, kind=kind, unopened=unopened, limit=limit, offset=offset)
    return found, read_texts(found)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", ()),
        ("  \t ", ()),
        ("free places", ("free", "places")),
        ("free free", ("free",)),
        ('"free  places" now', ("free places", "now")),
        ("“free places”", ("free places",)),
        ('"free places', ("free", "places")),
        ('"', ()),
        ('"" " "', ()),
        ('a"b c"d', ("a", "b c", "d")),
        ("100% _ \\", ("100%", "_", "\\")),
    ],
)
def test_what_was_typed_is_read_as_words_and_phrases(typed: str, words: tuple[str, ...]) -> None:
    assert read_words(typed) == words


@given(
    texts=st.lists(st.text(LETTERS, min_size=1, max_size=8), min_size=1, max_size=6),
    words=st.lists(st.text(LETTERS.replace(" ", ""), min_size=1, max_size=2), min_size=1, max_size=3),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_hit_has_every_word_and_every_text_that_has_them_is_found(
    app: Flask, texts: list[str], words: list[str]
) -> None:
    with db.session.begin_nested() as savepoint:
        risk = make.RiskFactory(title="-")
        actions = [make.ActionFactory(risk=risk, text=text) for text in texts]
        right = {one.id for one in actions if all(lowered(word) in lowered(one.text) for word in words)}
        found, hits = find(" ".join(words), kind=Kind.ACTION)
        assert {hit.key for hit in hits} == right
        assert found.counts[Kind.ACTION] == len(right)
        savepoint.rollback()


def everything_said() -> dict[Kind, int]:
    """One text of each kind with the words “blue heron”, by id."""
    risk = make.RiskFactory(title="Water", cause="The blue pond", consequence="no heron comes")
    action = make.ActionFactory(risk=risk, text="Ask the blue heron.")
    control = models.Control(risk_id=risk.id, text="A blue sign", assurance="Heron counted", recorded_at=make.NOW)
    person = make.PersonFactory()
    update = models.ActionUpdate(
        action_id=action.id, text="Blue heron asked", status="done", progress=100, due_on=make.TODAY, at=make.NOW,
        person_id=person.id,
    )  # fmt: skip
    response = models.RiskResponse(
        risk_id=risk.id, kind="treat", reason="HERON BLUE", decided_on=make.TODAY, recorded_at=make.NOW,
        person_id=person.id,
    )  # fmt: skip
    escalation = escalated(risk=risk, reason="The heron is blue.")
    db.session.add_all([control, update, response])
    db.session.flush()
    return {
        Kind.RISK: risk.id,
        Kind.ACTION: action.id,
        Kind.CONTROL: control.id,
        Kind.UPDATE: update.id,
        Kind.REVIEW: reviewed(risk, note="Blue as a heron").id,
        Kind.DECISION: decided(escalation, "confirm", "Bluest heron yet").id,
        Kind.RESPONSE: response.id,
        Kind.ESCALATION: escalation.id,
        Kind.INDICATOR: make.IndicatorFactory(name="Percentage of blue herons").id,
        Kind.CONTRACT: make.ContractFactory(title="Blue heron feeding").id,
    }


def test_every_kind_of_text_is_found_and_they_come_in_the_order_of_their_kinds(app: Flask) -> None:
    said = everything_said()
    found, hits = find("heron BLUE")
    assert [(hit.kind, hit.key) for hit in hits] == list(said.items())
    assert set(found.counts.values()) == {1}
    assert {hit.risk_id for hit in hits if hit.risk_id} == {said[Kind.RISK]}
    assert {hit.title for hit in hits if hit.risk_id} == {"Water"}


@pytest.mark.parametrize("kind", list(Kind))
def test_one_kind_alone_is_shown_and_all_are_counted(app: Flask, kind: Kind) -> None:
    said = everything_said()
    found, hits = find("heron blue", kind=kind)
    assert [(hit.kind, hit.key) for hit in hits] == [(kind, said[kind])]
    assert sum(found.counts.values()) == len(Kind)


def test_a_phrase_stands_side_by_side_and_not_across_two_texts(app: Flask) -> None:
    everything_said()
    counts = find('"blue heron"')[0].counts
    assert counts[Kind.ACTION] == 1
    assert counts[Kind.RISK] == counts[Kind.ESCALATION] == 0


@pytest.mark.parametrize(
    "text",
    ["title", "cause", "event", "consequence", "objective", "category", "published_text", "closing_reason"],
)
def test_each_text_of_a_risk_is_searched_here_and_in_the_register(app: Flask, text: str) -> None:
    risk = make.RiskFactory(**{text: "Zebra crossing"})
    assert [hit.key for hit in find("zebra")[1]] == [risk.id]
    counts = listing.risks_found(register(), listing.Wanted(search="zebra"), make.TODAY).by_rag
    assert sum(counts.values()) == 1


def test_titles_come_first_then_what_is_open_then_the_newest(app: Flask) -> None:
    older = make.RiskFactory(title="B", cause="otter")
    closed = make.RiskFactory(title="C", cause="otter", closed=True)
    closed_title = make.RiskFactory(title="Otter gone", closed=True)
    newer = make.RiskFactory(title="D", event="otter")
    title = make.RiskFactory(title="Otters")
    action = make.ActionFactory(risk=newer, text="Feed the otter.")
    hits = find("otter")[1]
    assert [hit.key for hit in hits if hit.kind == Kind.RISK] == [
        title.id, closed_title.id, newer.id, older.id, closed.id,
    ]  # fmt: skip
    assert [hit.key for hit in hits].index(closed.id) == len(hits) - 1
    assert (hits[4].kind, hits[4].key) == (Kind.ACTION, action.id)


def test_pages_follow_each_other_without_a_gap(app: Flask) -> None:
    made = [make.RiskFactory(title="Otter").id for _ in range(5)]
    shown = [hit.key for offset in (0, 2, 4) for hit in find("otter", limit=2, offset=offset)[1]]
    assert shown == sorted(made, reverse=True)
    assert find("otter", limit=2, offset=6)[1] == []


@pytest.mark.parametrize("status", ["draft", "proposed"])
def test_what_is_not_in_the_register_yet_is_found_only_where_asked_for(app: Flask, status: str) -> None:
    risk = make.RiskFactory(title="Otter", status=status)
    make.ActionFactory(risk=risk, text="Feed the otter.")
    assert sum(find("otter")[0].counts.values()) == 0
    assert find("otter")[1] == []
    assert sum(find("otter", unopened=True)[0].counts.values()) == 2


def test_another_register_is_not_searched(app: Flask) -> None:
    register()
    other = models.Register(prefix="KCC", name="Corporate", parent_id=None)
    db.session.add(other)
    db.session.flush()
    reference = make.ReferenceFactory(register=other, number=1)
    make.RiskFactory(title="Otter", register=other, reference=reference)
    assert sum(find("otter")[0].counts.values()) == 0
