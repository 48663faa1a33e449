"""Taking in somebody's list of risks: what becomes of each row, all or nothing, and the same as was shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.domain.scoring import Rag
from riskreg.exchange.mapping import suggest_mapping
from riskreg.exchange.opening import read_workbook
from riskreg.exchange.risk_rows import ALIASES, PRESETS, Source
from riskreg.exchange.tables import BrokenTable
from riskreg.extensions import db
from riskreg.models import Assessment, AuditEvent, Control, Person, Post, Register, Risk, RiskResponse, RiskVersion
from riskreg.services import importing
from riskreg.services.actors import Actor
from riskreg.services.exporting import csv_lines
from riskreg.services.importing import (
    Becomes,
    Imported,
    RiskList,
    import_risks,
    likely_source,
    preview_import,
    read_list,
    words_to_explain,
)
from riskreg.services.importing_rows import MEANINGS, Choices
from tests.factories import NOW, TODAY

OWNER = "Head of Fair Access"
HEAD = "Reference,Title,Event,Owner,Division,Likelihood,Impact,Rating,Target rating,Status,Note\n"
PLAIN = Choices(source=Source.OTHER)


@pytest.fixture(autouse=True)
def _plan(plan_app: Flask) -> None:
    """Every test stands on the shipped plan."""


def coordinator() -> Actor:
    person = db.session.scalars(select(Person).where(Person.name == "Risk Co-ordinator")).one()
    return Actor(person.id, person.name, frozenset({Role.COORDINATOR}), frozenset())


def listed(content: str, name: str = "list.csv") -> tuple[RiskList, Source]:
    """A file as it is read by the headings that fit best."""
    book = read_workbook(content.encode(), name)
    found = [suggest_mapping(book, wanted) for wanted in (ALIASES, *PRESETS.values())]
    mapping = max((one for one in found if one), key=lambda one: len(one.columns))
    source = likely_source(mapping)
    return RiskList(name, mapping, read_list(book, mapping, source)), source


def take(content: str, choices: Choices = PLAIN, shown: str | None = None) -> Imported:
    return import_risks(coordinator(), 1, listed(content)[0], choices, NOW, shown)


def look(content: str, choices: Choices = PLAIN) -> Imported:
    return preview_import(coordinator(), 1, listed(content)[0], choices, NOW)


def only(content: str, choices: Choices = PLAIN) -> Risk:
    """The one risk that a file makes."""
    before = set(db.session.scalars(select(Risk.id)))
    take(content, choices)
    return db.session.scalars(select(Risk).where(Risk.id.not_in(before))).one()


def post() -> Post:
    return db.session.scalars(select(Post).where(Post.title == owner())).one()


def owner() -> str:
    """The title of a post that owns a risk and has a division."""
    owning = select(Post.title).join(Risk, Risk.owner_post_id == Post.id).where(Post.division_id.is_not(None))
    return db.session.scalars(owning.order_by(Post.id)).first() or ""


def row(
    reference: str = "", title: str = "A new risk", rating: str = "AMBER", levels: str = ",", rest: str = ",,"
) -> str:
    return f'{reference},{title},It happens,"{owner()}",,{levels},{rating},{rest}\n'


def test_a_new_risk_gets_the_next_reference_and_everything_that_the_row_says() -> None:
    content = HEAD + row(levels="4,5", rating="RED", rest="GREEN,open,As told")
    made = only(content)
    assert str(made.reference) == "CYPE 24"
    assert (made.title, made.event, made.status, made.note) == ("A new risk", "It happens", "open", "As told")
    assert (made.own_likelihood, made.own_impact, made.own_rag, made.effective_rag) == (4, 5, "RED", "RED")
    assert made.owner_post.title == owner()
    assert made.division_id == post().division_id
    assert made.review_due_on == date(2017, 5, 3)
    kinds = select(Assessment.kind, Assessment.rag, Assessment.rationale).where(Assessment.risk_id == made.id)
    assert [tuple(one) for one in db.session.execute(kinds.order_by(Assessment.id))] == [
        ("current", "RED", "As in “list.csv”, row 2."),
        ("target", "GREEN", "As in “list.csv”, row 2."),
    ]
    version = db.session.scalars(select(RiskVersion).where(RiskVersion.risk_id == made.id)).one()
    assert (version.version, version.change_reason) == (1, "Imported from “list.csv”, row 2.")
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.risk_id == made.id)).all()
    assert [one.sentence for one in events] == ["CYPE 24 was imported from “list.csv”, row 2."]
    assert made.revision == 1


def test_a_reference_that_was_never_given_is_kept_and_others_follow_the_highest() -> None:
    take(HEAD + row("CYPE 40", "One") + row("", "Two") + row("CYPE 30", "Three") + row("CRR0009", "Four"))
    numbers = {risk.title: str(risk.reference) for risk in db.session.scalars(select(Risk))}
    assert [numbers[name] for name in ("One", "Two", "Three", "Four")] == ["CYPE 40", "CYPE 41", "CYPE 30", "CYPE 42"]
    four = db.session.scalars(select(Risk).where(Risk.title == "Four")).one()
    assert four.note == "Its reference there is CRR0009."


def test_the_words_of_the_note_and_what_is_said_of_the_row_are_sentences_of_their_own() -> None:
    made = only(HEAD + row("CRR1", rest=",,Insurer told"))
    assert made.note == "Insurer told. Its reference there is CRR1."
    asked = only(HEAD + row("CRR2", "Another", rest=",,Is it known?"))
    assert asked.note == "Is it known? Its reference there is CRR2."


def test_a_reference_that_was_given_before_is_never_given_again() -> None:
    found = look(HEAD + row("CYPE 04"))
    assert [str(one) for one in found.problems] == [
        "list.csv, row 2, column A (Reference): “CYPE 04” was given before and is never given again."
    ]


def test_a_published_rag_alone_is_a_rating_and_a_score_is_judged_by_our_bands() -> None:
    found = look(HEAD + row(rating="RED") + row(title="B", rating="16 (High)") + row(title="C", rating="9"))
    assert [(one.rag, one.score) for one in found.rows] == [("RED", None), ("RED", None), ("AMBER", None)]


def test_words_are_read_as_the_person_says_and_the_risk_is_marked_as_assumed() -> None:
    content = HEAD + row(rating="High")
    assert words_to_explain(listed(content)[0].lines, Source.OTHER) == ["high"]
    assert look(content).problems[0].message == "“high” is no rating known here. Choose what it means."
    made = only(content, replace(PLAIN, meanings=MEANINGS))
    assert (made.own_rag, made.assumed, made.note) == ("RED", True, "“High” was read as RED.")
    amber = replace(PLAIN, meanings={"high": Rag.AMBER})
    assert look(HEAD + row(title="Another", rating="High"), amber).rows[0].rag == "AMBER"


def test_an_owner_who_is_not_known_is_a_problem_until_somebody_is_chosen() -> None:
    content = HEAD.replace("Division,", "") + "X1,A risk,It happens,Jo Bloggs,,,RED,,,\n"
    said = [str(one) for one in look(content).problems]
    assert said[0] == (
        "list.csv, row 2, column D (Owner): no post that can own a risk is called “Jo Bloggs”."
        " Choose who owns such risks."
    )
    made = only(content, replace(PLAIN, owner_post_id=post().id))
    assert (made.owner_post_id, made.assumed) == (post().id, True)
    assert "no post that can own a risk is called “Jo Bloggs”." in made.note


def test_who_holds_a_post_is_known_by_name_and_a_post_by_its_code() -> None:
    one = post()
    holder = one.holdings[0].person.name
    found = look(HEAD + f"X1,A,It happens,{one.code},,,,RED,,,\nX2,B,It happens,{holder},,,,RED,,,\n")
    assert [row.owner for row in found.rows if not row.problems] == [one.title] * len(
        [row for row in found.rows if not row.problems]
    )
    assert not found.rows[0].problems


def test_simplerisk_comes_with_its_scores_its_levels_and_its_words() -> None:
    content = (
        "Status,Subject,Reference ID,Team,Owner,Current Likelihood,Current Impact,Calculated Risk,Planning Strategy\n"
        "Closed,One,EXT-1,Places,Jo,Likely,Moderate,4.8,Accept\nNew,Two,EXT-2,Places,Jo,,,8.1,Mitigate\n"
    )
    given, source = listed(content)
    assert source is Source.SIMPLERISK
    choices = Choices(source=source, owner_post_id=post().id, meanings=MEANINGS)
    done = import_risks(coordinator(), 1, given, choices, NOW)
    assert [(one.title, one.score, one.rag, one.status) for one in done.rows] == [
        ("One", 12, "AMBER", "closed"),
        ("Two", None, "RED", "open"),
    ]
    closed = db.session.scalars(select(Risk).where(Risk.title == "One")).one()
    assert (closed.closed_on, closed.closing_reason) == (TODAY, "Closed in “list.csv”.")
    kinds = dict(
        db.session.execute(
            select(Risk.title, RiskResponse.kind).join(RiskResponse, RiskResponse.risk_id == Risk.id)
        ).all()
    )
    assert kinds == {"Two": "treat"}
    assert "That it is tolerated is not recorded: the list does not say until when." in closed.note


@pytest.mark.parametrize(
    ("points", "problems", "remarks"),
    [
        ("8.20", (), ("The score 8.2 was read as High, which is RED here.",)),
        ("10", (), ("The score 10 was read as High, which is RED here.",)),
        ("0", (), ("The score 0 was read as Low, which is GREEN here.",)),
        ("12", ("12 is no SimpleRisk score (0 to 10).",), ()),
        ("10.1", ("10.1 is no SimpleRisk score (0 to 10).",), ()),
    ],
)
def test_a_score_of_simplerisk_is_told_as_it_stands_and_only_from_0_to_10(
    points: str, problems: tuple[str, ...], remarks: tuple[str, ...]
) -> None:
    content = f"Subject,Calculated Risk,Current Likelihood,Current Impact,Planning Strategy\nOne,{points},,,Mitigate\n"
    given, source = listed(content)
    assert source is Source.SIMPLERISK
    choices = Choices(source=source, owner_post_id=post().id, meanings=MEANINGS)
    (found,) = preview_import(coordinator(), 1, given, choices, NOW).rows
    assert tuple(one.message for one in found.problems) == problems
    assert tuple(one for one in found.remarks if "score" in one) == remarks


def test_a_score_whose_word_means_nothing_here_is_named_with_that_word() -> None:
    given, source = listed("Subject,Calculated Risk,Current Likelihood,Current Impact,Planning Strategy\nOne,8.2,,,\n")
    found = preview_import(coordinator(), 1, given, Choices(source=source, owner_post_id=post().id), NOW)
    assert [one.message for one in found.problems] == ["the score 8.2 reads as High there. Choose what that means."]


def test_controls_come_one_a_line() -> None:
    made = only(f'Title,Owner,Rating,Controls\nA risk,{owner()},RED,"Locked doors\n\nA guard\nLocked doors"\n')
    assert list(db.session.scalars(select(Control.text).where(Control.risk_id == made.id))) == [
        "Locked doors",
        "A guard",
    ]


def test_our_own_export_changes_nothing_where_it_came_from() -> None:
    given, source = listed("".join(csv_lines("risks")), "risks.csv")
    done = preview_import(coordinator(), 1, given, Choices(source=source), NOW)
    assert {one.becomes for one in done.rows} == {Becomes.SAME}
    with pytest.raises(RuleBroken, match="There is nothing to take in"):
        import_risks(coordinator(), 1, given, Choices(source=source), NOW)


def changed_export() -> RiskList:
    lines = "".join(csv_lines("risks")).replace("Schools going into category", "Schools in trouble")
    return listed(lines, "risks.csv")[0]


def test_risks_that_are_held_already_are_left_as_they_are_and_what_differs_is_said() -> None:
    done = preview_import(coordinator(), 1, changed_export(), Choices(source=Source.OURS), NOW)
    left = [one for one in done.rows if one.becomes is Becomes.LEFT]
    assert [(one.reference, one.remarks) for one in left] == [("CYPE 01", ("Differs: title.",))]


def test_a_risk_that_is_left_is_shown_as_it_is_held_beside_what_the_file_says() -> None:
    held = db.session.scalars(select(Risk).order_by(Risk.id)).first()
    assert held
    owner, place, rag = held.owner_post.title, held.division.name, held.own_rag
    other = Rag.GREEN if rag != Rag.GREEN else Rag.RED
    content = f"Reference,Title,Rating,Target rating\n{held.reference},{held.title},{other},GREEN\n"
    (found,) = look(content, replace(PLAIN, owner_post_id=post().id)).rows
    assert (found.becomes, found.owner, found.division) == (Becomes.LEFT, owner, place)
    assert (found.rag, found.target, found.status) == (rag, "", held.status)
    assert found.remarks == (f"Differs: rating (held {rag}, file {other}).",)


def test_a_risk_that_is_held_is_not_handed_to_whoever_owns_what_has_no_owner() -> None:
    lines = "".join(csv_lines("risks"))
    risk = db.session.scalars(select(Risk).order_by(Risk.id)).first()
    assert risk
    given, _ = listed(lines.replace(f",{risk.owner_post.title},", ",Nobody known,"), "risks.csv")
    choices = Choices(source=Source.OURS, owner_post_id=post().id, change=True)
    found = [one for one in preview_import(coordinator(), 1, given, choices, NOW).rows if one.reference == "CYPE 01"]
    assert (found[0].becomes, found[0].owner) == (Becomes.SAME, risk.owner_post.title)
    assert found[0].remarks == ("Its owner stays: no post that can own a risk is called “Nobody known”.",)


def test_what_differs_is_changed_as_on_the_pages_when_that_is_chosen() -> None:
    done = import_risks(coordinator(), 1, changed_export(), Choices(source=Source.OURS, change=True), NOW)
    assert done.count(Becomes.CHANGED) == 1
    risk = db.session.scalars(select(Risk).where(Risk.title == "Schools in trouble")).one()
    versions = db.session.scalars(select(RiskVersion.change_reason).where(RiskVersion.risk_id == risk.id)).all()
    assert versions[-1] == "As in “risks.csv”, row 2."
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.risk_id == risk.id).order_by(AuditEvent.id)).all()[
        -1
    ]
    assert event.verb == "edited"


def test_a_merged_risk_does_not_come_back_by_itself() -> None:
    found = look(HEAD + row(rest=",merged,"))
    assert [one.message for one in found.problems] == ["a merged risk comes back only with the whole register."]


def test_the_same_list_twice_makes_nothing_twice() -> None:
    content = HEAD + row("CRR0009", "Once only")
    take(content)
    assert look(content).rows[0].becomes is Becomes.SAME


def test_a_row_that_is_there_twice_is_refused_in_both() -> None:
    found = look(HEAD + row("CYPE 40", "One") + row("CYPE 40", "Two") + row("", "one"))
    assert [(one.row, one.message) for one in found.problems] == [
        (2, "the same reference is in row 3 too."),
        (2, "the same title is in row 4 too."),
        (3, "the same reference is in row 2 too."),
        (4, "the same title is in row 2 too."),
    ]
    assert found.count(Becomes.WRONG) == 3


def test_a_row_whose_twin_has_another_fault_is_refused() -> None:
    found = look(HEAD + row("X1", "One", rating="") + row("x1", "Two"))
    assert [one.message for one in found.rows[1].problems] == ["the same reference is in row 2 too."]
    found = look(HEAD + row("", "=One") + row("X1", "One", rating="") + row("X2", "one"))
    assert [one.message for one in found.rows[2].problems] == ["the same title is in row 3 too."]


def test_of_very_many_twins_the_first_is_named() -> None:
    found = look(HEAD + row("CYPE 40", "One") * 200)
    assert found.problems[0].message == "the same reference is in row 3 and 198 more rows too."


def test_of_a_cell_that_cannot_be_read_only_the_real_fault_is_told() -> None:
    found = look(HEAD.replace("Title", "Risk title") + row("", "=1+1") + row("", "B", levels="=1,2", rating=""))
    formula = "the cell holds a formula; paste its value instead."
    assert [one.message for one in found.problems] == [formula, formula]
    found = look(HEAD + row("", "B", levels="2,=1", rating="") + row("", "C", rating="=2"))
    assert [one.message for one in found.problems] == [formula, formula]
    found = look("Title,Owner,Division,Rating\nA,=1,=2,RED\n")
    assert [one.message for one in found.problems] == [formula, formula]


def test_a_risk_that_is_not_rated_in_ciso_assistant_is_left_out_and_no_problem() -> None:
    head = (
        "ref_id;name;description;existing_controls;current_impact;current_proba;current_risk;residual_risk;treatment\n"
    )
    given, source = listed(head + "R.1;One;It happens;;--;--;--;--;open\nR.2;Two;It happens;;--;--;High;--;open\n")
    assert source is Source.CISO
    choices = Choices(source=source, owner_post_id=post().id, meanings=MEANINGS)
    done = import_risks(coordinator(), 1, given, choices, NOW)
    assert [(one.title, one.becomes, one.problems) for one in done.rows] == [
        ("One", Becomes.UNRATED, ()),
        ("Two", Becomes.NEW, ()),
    ]
    assert done.rows[0].remarks == ()
    assert db.session.scalar(select(Risk.id).where(Risk.title == "One")) is None
    other = replace(choices, source=Source.OTHER)
    assert preview_import(coordinator(), 1, given, other, NOW).rows[0].becomes is Becomes.WRONG


def test_nothing_is_taken_in_while_a_row_has_a_problem_unless_it_is_left_out() -> None:
    content = HEAD + row() + row(title="Unrated", rating="")
    before = db.session.scalar(select(func.count()).select_from(Risk))
    with pytest.raises(RuleBroken, match="1 row has a problem"):
        take(content)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Risk)) == before
    done = take(content, replace(PLAIN, leave_out=True))
    assert [one.becomes for one in done.rows] == [Becomes.NEW, Becomes.WRONG]


def test_the_preview_is_the_import_and_leaves_nothing() -> None:
    content = HEAD + row("CYPE 40", "One") + row("", "Two")
    before = db.session.scalar(select(func.count()).select_from(Risk))
    seen = look(content)
    assert db.session.scalar(select(func.count()).select_from(Risk)) == before
    assert take(content, shown=seen.digest) == seen


def test_a_change_between_looking_and_importing_is_noticed() -> None:
    content = HEAD + row("", "Two")
    seen = look(content)
    take(HEAD + row("", "Meanwhile"))
    with pytest.raises(ChangedMeanwhile):
        take(content, shown=seen.digest)


def test_too_many_rows_are_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_ROWS", 2)
    with pytest.raises(BrokenTable, match="there are more than 2 rows"):
        listed(HEAD + row() + row() + row())


def test_only_who_keeps_the_register_may() -> None:
    nobody = Actor(1, "Somebody", frozenset({Role.RISK_OWNER}), frozenset())
    with pytest.raises(NotPermitted):
        import_risks(nobody, 1, listed(HEAD + row())[0], PLAIN, NOW)
    assert db.session.scalar(select(func.count()).select_from(Register)) == 2
