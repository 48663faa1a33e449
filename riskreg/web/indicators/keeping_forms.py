"""The forms by which an indicator is added, changed, ended and taken up again."""

from __future__ import annotations

from collections.abc import Sequence

from riskreg.domain.indicator_terms import FREQUENCIES, LABELS, LINE, MOST_DECIMALS, PASSAGE, IndicatorTerms, Measure
from riskreg.domain.periods import Basis
from riskreg.domain.sentences import plural
from riskreg.models import Indicator
from riskreg.services.indicator_keeping import terms_of
from riskreg.web.fields import (
    CHOOSE,
    ChoiceField,
    LongTextField,
    RevisionField,
    SelectField,
    TextField,
    WholeNumberField,
)
from riskreg.web.forms import Form

Contracts = Sequence[tuple[int, str]]
UNITS = (
    ("percent", "Per cent", "From 0 to 100."),
    ("number", "A count", "A whole number."),
    ("points", "Points"),
    ("score", "A score"),
    ("rate", "A rate", "Such as the number in every 1,000."),
)
POLARITIES = (
    ("higher", "Higher is better"),
    ("lower", "Lower is better"),
    ("close", "Close to the target is better"),
)
RATED = (
    ("yes", "Yes", "Each result is rated against the target of its year, once one is set."),
    ("no", "No, it is for information", "It has no target, no RAG, and never puts a risk before DMT."),
)


class TermsForm(Form):
    """What may be put right later."""

    name = TextField(LABELS["name"], needed="Enter the name.", hint="What is measured, in a line.", limit=LINE)
    description = LongTextField("Description (optional)", called="description", limit=PASSAGE)
    service_group = SelectField(LABELS["service_group"], hint="Under which it stands on the scorecard.")
    other_group = TextField("Another service group (optional)", called="service group", limit=LINE)
    origin = TextField(
        LABELS["origin"],
        needed="Say where its figures come from.",
        hint="For example, the quarterly return of the provider.",
        called="origin of its figures",
        limit=LINE,
    )
    contract_id = SelectField("Contract it measures (optional)")

    def offer(self, groups: Sequence[str], contracts: Contracts, *, any_contract: bool) -> None:
        """Set what can be chosen. Not `any_contract`: one of these contracts has to be."""
        self.service_group.offer([CHOOSE, *((name, name) for name in groups)])
        none = ("", "None") if any_contract else CHOOSE
        self.contract_id.offer([none, *((str(key), words) for key, words in contracts)])
        if not any_contract:
            self.contract_id.label.text = LABELS["contract_id"]

    def as_terms(self) -> IndicatorTerms:
        """The terms as the service takes them; for a valid form. Another service group that was typed goes first."""
        return IndicatorTerms(
            name=self.name.data,
            service_group=self.other_group.data or self.service_group.data,
            origin=self.origin.data,
            description=self.description.data,
            contract_id=int(self.contract_id.data) if self.contract_id.data else None,
        )


class AddForm(TermsForm):
    """A new indicator: its terms, and how it measures."""

    unit = ChoiceField("Unit", choices=UNITS, needed="Choose the unit.")
    decimals = WholeNumberField(
        "Decimals", low=0, high=MOST_DECIMALS, needed="Enter the decimals.", hint="With how many it is published."
    )
    polarity = ChoiceField("Which way is better?", choices=POLARITIES, needed="Choose which way is better.")
    basis = SelectField(
        "What a result is measured over",
        choices=[CHOOSE, *((str(one), one.capitalize()) for one in Basis)],
        needed="Choose what a result is measured over.",
    )
    frequency_months = SelectField(
        "How often a result is published",
        choices=[CHOOSE, *((str(one), f"Every {plural(one, 'month')}") for one in FREQUENCIES)],
        needed="Choose how often a result is published.",
    )
    is_rated = ChoiceField("Is it rated RED, AMBER or GREEN?", choices=RATED, needed="Say whether it is rated.")

    def as_measure(self) -> Measure:
        """How it measures; for a valid form."""
        return Measure(
            unit=self.unit.data,
            decimals=self.decimals.data or 0,
            polarity=self.polarity.data,
            basis=self.basis.data,
            frequency_months=int(self.frequency_months.data),
            is_rated=self.is_rated.data == "yes",
        )


class ChangeForm(TermsForm):
    """The terms of an indicator as they stand, with the reason for changing them."""

    why = LongTextField(
        "Why does it change?",
        needed="Say why it changes.",
        called="reason for the change",
        limit=PASSAGE,
        mentions=True,
    )
    revision = RevisionField()

    @classmethod
    def of(cls, indicator: Indicator) -> ChangeForm:
        """The form with what is kept."""
        terms = terms_of(indicator)
        kept = {name: getattr(terms, name) for name in ("name", "service_group", "origin", "description")}
        return cls(data={**kept, "contract_id": str(terms.contract_id or ""), "revision": indicator.revision})


class StateForm(Form):
    """Why an indicator ends, or is taken up again."""

    why = LongTextField("Why?", needed="Say why.", called="reason", limit=PASSAGE, mentions=True)
    revision = RevisionField()
