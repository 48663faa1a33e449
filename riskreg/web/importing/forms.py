"""What is asked before a list of risks is taken in: whose it is, what its words mean, who owns what has no owner."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import cast

from flask import request
from wtforms.validators import ValidationError

from riskreg.domain.access import Role
from riskreg.domain.scoring import Rag
from riskreg.exchange.risk_rows import ALIASES, PRESETS, Source
from riskreg.queries.keeping import places, posts_to_choose
from riskreg.services.importing import MOST_ROWS
from riskreg.services.importing_rows import MEANINGS, Choices
from riskreg.web.fields import ChoiceField, SelectField, TickField
from riskreg.web.forms import Form
from riskreg.web.spreadsheets.purposes import Purpose, WantedColumn

MOST_WORDS = 12
RATED = ("Rating", "Likelihood")
HINTS = {
    "Reference": "A reference of this register that was never given is kept; any other risk gets the next one.",
    "Rating": "RED, AMBER or GREEN, a score such as 16, both as “16 (High)”, or words such as High.",
    "Owner": "The title or code of a post, or the name of who holds it.",
    "Controls": "One control on each line of the cell.",
    "Last review": "The next review is counted from it.",
}
NOT_EXPORTED = {"Target likelihood", "Target impact", "Direction of travel", "Response", "Tolerated until", "Controls"}
CALLED = {"Rating": ("own_rag",), "Target rating": ("target_rag",), "Last review": ("last_review_on",)}
EXPORTED = {name: CALLED.get(name, ()) for name in ALIASES if name not in NOT_EXPORTED}
"""What our own file of risks calls these columns; its score beside its rating is no second rating."""
REGISTER = Purpose(
    "register",
    tuple(WantedColumn(name, others, name == "Title", HINTS.get(name, "")) for name, others in ALIASES.items()),
    either=(RATED,),
    presets={str(source): wanted for source, wanted in PRESETS.items()} | {str(Source.OURS): EXPORTED},
    most=MOST_ROWS,
)
LEAVE, CHANGE = "leave", "change"


class ImportForm(Form):
    """The choices for the whole list."""

    source = SelectField(
        "Whose list is it?",
        choices=[(str(one), one[:1].upper() + one[1:]) for one in Source],
        needed="Choose whose list it is.",
        hint="“Moderate” is not the same in each, nor is a score: SimpleRisk's go from 0 to 10.",
    )
    owner = SelectField(
        "Who owns risks whose owner is not known here?",
        hint="They are marked as assumed. Hand each over to its owner afterwards.",
    )
    division = SelectField(
        "Where do risks belong whose division is not known here?",
        hint="The division of the owner's post goes before this.",
    )
    held = ChoiceField(
        "Risks that are held already",
        choices=[
            (LEAVE, "Leave them as they are", "What differs is shown."),
            (
                CHANGE,
                "Change what differs",
                "Only for our own export: text, place, owner and rating. Empty cells change nothing.",
            ),
        ],
    )
    leave_out = TickField("Leave out the rows with a problem")
    words: Sequence[str] = ()

    def validate_held(self, _field: object) -> None:
        """Only what we wrote ourselves may change risks: another list knows nothing of what has happened here."""
        if self.held.data == CHANGE and self.source.data != Source.OURS:
            raise ValidationError("Only a list from our own export can change risks. Leave them as they are.")

    def choices(self) -> Choices:
        """Return what was chosen, once it is right."""
        said = {word: str(self[_field(word)].data) for word in self.words}
        return Choices(
            source=Source(self.source.data),
            owner_post_id=int(self.owner.data) if self.owner.data else None,
            division_id=int(self.division.data) if self.division.data else None,
            meanings={word: Rag(rag) for word, rag in said.items() if rag},
            change=self.held.data == CHANGE,
            leave_out=bool(self.leave_out.data),
        )

    @property
    def meanings(self) -> list[object]:
        """The fields that say what a word means."""
        return [self[_field(word)] for word in self.words]


def _field(word: str) -> str:
    return f"means_{sha256(word.encode()).hexdigest()[:12]}"


def import_form(source: Source, words: Sequence[str]) -> ImportForm:
    """Return the form for a list: `words` stand for ratings in it."""

    class Chosen(ImportForm):
        """The words differ by list."""

    asked = words[:MOST_WORDS]
    rags = [("", "Not said: such rows have a problem"), *((str(rag), str(rag)) for rag in reversed(Rag))]
    for word in asked:
        setattr(Chosen, _field(word), SelectField(f"“{word[:60].capitalize()}” means", choices=rags))
    given = {_field(word): str(MEANINGS.get(word, "")) for word in asked}
    form = cast("ImportForm", Chosen(request.form or None, data={"source": str(source), "held": LEAVE, **given}))
    form.words = asked
    none = ("", "Nobody: such rows have a problem")
    form.owner.offer([none, *((str(key), title) for key, title in posts_to_choose(Role.RISK_OWNER))])
    whole = " (the whole division)"
    divisions = [(str(one.division_id), one.words.removesuffix(whole)) for one in places() if one.service_id is None]
    form.division.offer([("", "Nowhere: such rows have a problem"), *divisions])
    return form


class WholeForm(Form):
    """A whole register is taken in as it is: nothing is asked."""
