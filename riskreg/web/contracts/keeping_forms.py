"""The terms of a contract as a form, replacing its provider, and closing or reopening it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from riskreg.domain.contract_terms import KINDS, LABELS, LINE, MOST_EXTENSIONS, MOST_MONTHS, ContractTerms
from riskreg.domain.dates import PartialDate, read_partial
from riskreg.models import Contract
from riskreg.services.contract_closing import Closing
from riskreg.web.contracts.forms import TYPED, WrittenDateField
from riskreg.web.contracts.room import KIND_WORDS
from riskreg.web.datefields import DateField
from riskreg.web.fields import (
    CHOOSE,
    MARKS,
    ChoiceField,
    LongTextField,
    RevisionField,
    SelectField,
    TextField,
    TickField,
    WholeNumberField,
)
from riskreg.web.forms import Form

YES_NO = (("", "Not known"), ("yes", "Yes"), ("no", "No"))
TIER_WORDS = (
    ("", "Not set"),
    ("1", "Tier 1: watched most closely"),
    ("2", "Tier 2"),
    ("3", "Tier 3"),
)
MOST_DIGITS, MOST_PLACES = 13, 2
LONGEST_AMOUNT = 30


class AmountField(TextField):
    """An amount in pounds, with pence or without, as it was typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed. Raises ValueError with the sentence for what is no amount."""
        super().process_formdata(valuelist)
        if self.data.strip():
            self.as_amount()

    def as_amount(self) -> Decimal | None:
        """Return the amount, None when it was left empty. Raises ValueError, with a sentence."""
        words = str(self.data or "").strip().translate(MARKS)
        if not words:
            return None
        try:
            value = Decimal(words)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or "E" in words.upper() or "%" in self.data or value.adjusted() >= MOST_DIGITS:
            raise ValueError(f"The {self.called} must be an amount in pounds, such as 18,000 or 499,902.50.")
        if -int(value.as_tuple().exponent) > MOST_PLACES:
            raise ValueError(f"The {self.called} can have pounds and pence only.")
        return value


def _line(name: str, hint: str = "", needed: str = "", **rest: Any) -> TextField:
    return TextField(LABELS[name], hint=hint, needed=needed, limit=LINE, **rest)


def _date(name: str, hint: str = f"For example, {TYPED}.") -> WrittenDateField:
    return WrittenDateField(LABELS[name], hint=hint)


def _amount(name: str, hint: str = "In pounds.", called: str = "") -> AmountField:
    return AmountField(LABELS[name], hint=hint, called=called, limit=LONGEST_AMOUNT)


def _months(name: str, lowest: int, hint: str = "") -> WholeNumberField:
    return WholeNumberField(LABELS[name], low=lowest, high=MOST_MONTHS, hint=hint)


class ProviderFields(Form):
    """Who provides it."""

    provider = _line("provider")
    provider_number = _line("provider_number", "Company or charity number.", called="provider's registration number")
    provider_is_small = SelectField(LABELS["provider_is_small"], choices=YES_NO)
    provider_is_voluntary = SelectField(LABELS["provider_is_voluntary"], choices=YES_NO)


NEXT_CODE = "Leave it empty to get the next one of its kind, such as EXT-53."  # of one that has none yet


class TermsForm(ProviderFields):
    """Every term of a contract. The fields have the names of the terms."""

    code = _line("code")
    title = _line("title", needed="Enter the title.")
    kind = ChoiceField(
        "Kind", choices=[(kind, KIND_WORDS[kind]) for kind in KINDS], needed="Choose the kind of contract."
    )
    service_area = _line("service_area", "The service that relies on it.", needed="Enter the service area.")
    description = LongTextField(LABELS["description"])
    owner_post_id = SelectField("Managed by", needed="Choose the post that manages the contract.")
    value_total = _amount("value_total", "In pounds, over its whole length.", called="value in total")
    value_yearly = _amount("value_yearly", called="value a year")
    irrecoverable_vat = _amount("irrecoverable_vat", called="VAT that cannot be recovered")
    value_note = LongTextField(LABELS["value_note"], hint="What the amounts do not say.")
    start = _date("start")
    end = _date("end", f"Before any extension. For example, {TYPED}.")
    rolling = TickField("It rolls on: it has reviews and no end")
    review = _date("review", f"The first review; what is recorded at a review sets the next. For example, {TYPED}.")
    needed_from = _date("needed_from", "From when a provider is needed, where none has been found yet.")
    extensions = WholeNumberField(
        LABELS["extensions"], low=0, high=MOST_EXTENSIONS, hint="How often it may be extended in all."
    )
    extension_months = _months("extension_months", 1)
    notice_months = _months("notice_months", 0, "How long before the end the provider has to know.")
    tier = SelectField(LABELS["tier"], choices=TIER_WORDS, hint="The policy gives each tier its milestones.")
    procurement_route = _line("procurement_route", "For example, invitation to tender, invitation to quote, framework.")
    safeguarding_critical = TickField("It is critical to safeguarding")
    reason = LongTextField("Why?", needed="Say why.", called="reason", mentions=True)
    revision = RevisionField()

    @classmethod
    def of(cls, terms: ContractTerms, posts: Sequence[tuple[int, str]], revision: int) -> TermsForm:
        """Return the form with the terms as they stand. `posts`: those that can manage it."""
        form = cls(data={name: _typed(value) for name, value in _items(terms)}, revision=revision)
        if not terms.code:
            form.code.description = NEXT_CODE
        form.owner_post_id.offer([CHOOSE, *((str(key), title) for key, title in posts)])
        return form

    def as_terms(self, present: ContractTerms) -> ContractTerms:
        """The terms as the service takes them, as they are now where the form does not ask; for a valid form."""
        return replace(present, **{name: _read(self[name]) for name, _ in _items(present) if name in self})


class ProviderForm(ProviderFields):
    """Another provider takes the place of the present one."""

    provider_until = DateField(
        "Last day of the present provider",
        needed="Enter the last day of the present provider.",
        hint="Today or earlier. Where there has been none, the day before the new one began.",
        called="last day of the present provider",
    )
    reason = LongTextField("Why?", needed="Say why.", called="reason", mentions=True)
    revision = RevisionField()

    def of_terms(self, terms: ContractTerms) -> ContractTerms:
        """Return the terms with the new provider; for a valid form."""
        names = ("provider", "provider_number", "provider_is_small", "provider_is_voluntary")
        return replace(terms, **{name: _read(self[name]) for name in names})

    @property
    def until(self) -> date:
        """The last day of the present provider; for a valid form."""
        day: date = self.provider_until.data
        return day


class StateForm(Form):
    """Why a contract is closed or reopened."""

    why = LongTextField("Why?", needed="Say why.", called="reason", mentions=True)
    relied_on = TickField("I know that risks still rely on it")
    revision = RevisionField()

    @classmethod
    def of(cls, contract: Contract, heeding: Sequence[str]) -> StateForm:
        """Return the form; the tick is only asked for when an open risk heeds the contract that is closed."""
        form = cls(revision=contract.revision)
        if not heeding or contract.closed_on is not None:
            del form.relied_on
        return form

    def as_closing(self) -> Closing:
        """What the service takes; for a valid form."""
        return Closing(self.why.data, bool("relied_on" in self and self.relied_on.data))


def _items(terms: ContractTerms) -> list[tuple[str, object]]:
    return [(field.name, getattr(terms, field.name)) for field in fields(terms)]


def _typed(value: object) -> object:
    """A term as its field shows it."""
    match value:
        case bool():
            return value
        case None:
            return ""
        case Decimal():
            return f"{value:f}"
        case PartialDate():
            return str(value)
        case _:
            return value


def _read(field: Any) -> Any:
    """What a field says of its term."""
    match field:
        case AmountField():
            return field.as_amount()
        case WrittenDateField():
            return read_partial(field.data) if field.data else None
        case TickField() | WholeNumberField():
            return (field.data or 0) if field.name == "extensions" else field.data
        case SelectField() if field.name.startswith("provider_is"):
            return {"yes": True, "no": False}.get(field.data)
        case SelectField():
            return int(field.data) if field.data else None
        case _:
            return field.data or ""
