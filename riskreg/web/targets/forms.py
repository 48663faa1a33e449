"""The forms of targets and national figures."""

from __future__ import annotations

from typing import Any

from riskreg.domain.targets import Target, TargetKind
from riskreg.models import Benchmark
from riskreg.web.fields import ChoiceField, LongTextField, RevisionField, TextField, TickField
from riskreg.web.forms import Form
from riskreg.web.spreadsheets.rows import RowsForm

LONGEST_FIGURE = 40
LONGEST_REASON = 2_000
KINDS = (
    (TargetKind.FIGURE, "A figure"),
    (TargetKind.UP, "It should rise", "A result is not rated by this."),
    (TargetKind.DOWN, "It should fall", "A result is not rated by this."),
    (TargetKind.NATIONAL, "The national average", "A result is rated once the national figure of the year is known."),
    (TargetKind.NATIONAL_PLUS, "The national average with an addition", "Enter the addition: 2 or -2."),
    (TargetKind.NOT_APPLICABLE, "No target applies"),
    (TargetKind.BLANK, "None is set"),
)


def as_number(revision: int | None) -> int:
    """Return a revision as the page carries it: 0 while there is nothing in force."""
    return 0 if revision is None else revision + 1


class SettingForm(Form):
    """What both forms have: why, and the revision that the person saw."""

    revision = RevisionField()
    reason = LongTextField(
        "Why it is set so",
        needed="Say why it is set so.",
        hint="It is kept with the figures and shown to everyone."
        " For example: agreed by the Directorate Management Team on 3 April 2017.",
        called="reason",
        limit=LONGEST_REASON,
        mentions=True,
    )

    @property
    def seen(self) -> int | None:
        """The revision that the person saw, None when there was nothing in force."""
        number: int = self.revision.data
        return number - 1 if number else None


class TargetForm(SettingForm):
    """A year's target."""

    kind = ChoiceField("What is the target?", needed="Say what the target is.")
    value = TextField("Figure", hint="In figures, with at most 3 decimals: 84 or 84.5.", limit=LONGEST_FIGURE)
    floor = TextField(
        "Floor standard (optional)",
        hint="Where AMBER ends and RED begins. Left empty, it is assumed from the policy.",
        called="floor standard",
        limit=LONGEST_FIGURE,
    )
    green_tolerance = TextField(
        "GREEN within (optional)",
        hint="How far from the target is still GREEN. Left empty, it is assumed from the policy.",
        called="tolerance for GREEN",
        limit=LONGEST_FIGURE,
    )
    amber_tolerance = TextField(
        "AMBER within (optional)",
        hint="How far from the target is still AMBER. Left empty, it is assumed from the policy.",
        called="tolerance for AMBER",
        limit=LONGEST_FIGURE,
    )

    def offer_kinds(self, polarity: str) -> None:
        """Offer an addition to the average only where it can be judged."""
        kinds = [one for one in KINDS if one[0] != TargetKind.NATIONAL_PLUS or polarity == "higher"]
        self.kind.offer([(str(value), *words) for value, *words in kinds])

    @classmethod
    def of(cls, present: Target | None, revision: int | None) -> TargetForm:
        """Return the form with the target in force."""
        found = present or Target(TargetKind.FIGURE)
        figures = {
            name: "" if getattr(found, name) is None else f"{getattr(found, name):f}"
            for name in ("value", "floor", "green_tolerance", "amber_tolerance")
        }
        return cls(data={"kind": found.kind, "revision": as_number(revision), **figures})


class NationalForm(SettingForm):
    """A year's national figure and that of the statistical neighbours."""

    value = TextField(
        "National figure (optional)", hint="Empty while it is not known.", called="figure", limit=LONGEST_FIGURE
    )
    comparable = TickField("It is measured as our own results are, so that they can be compared")
    neighbours = TextField(
        "Statistical neighbours (optional)",
        hint="The average of the councils that are most like ours. Empty while it is not known.",
        called="figure",
        limit=LONGEST_FIGURE,
    )

    @classmethod
    def of(cls, present: Benchmark | None) -> NationalForm:
        """Return the form with the figures in force."""
        data: dict[str, Any] = {"revision": as_number(None), "comparable": True}
        if present:
            data = {"revision": as_number(present.revision), "comparable": present.comparable or present.value is None}
            for name in ("value", "neighbours"):
                figure = getattr(present, name)
                data[name] = "" if figure is None else f"{figure:f}"
        return cls(data=data)


class TakenForm(RowsForm):
    """Whether to go on with the rows of a workbook that are right, and why what they say is set so."""

    reason = LongTextField(
        "Why?",
        needed="Say why.",
        hint="It is kept with each of them and shown to everyone.",
        called="reason",
        limit=LONGEST_REASON,
        mentions=True,
    )

    def ask(self, question: str) -> None:
        """Put the question why in the words of what is set."""
        self.reason.label.text = question
