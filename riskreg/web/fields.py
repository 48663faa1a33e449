"""The fields of our forms: GOV.UK components with a sentence for everything that can be wrong.

Every field takes `needed` (the sentence when it is left empty; without one it may be), `hint`, and `called` (its name
inside a sentence, when the label does not read well there).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovPasswordInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms import BooleanField, Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms import SelectField as PickedField
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation, ValidationError

from riskreg.web.mentions import MENTIONS, mentions_somebody

LINE = 200
PASSAGE = 4_000
CHOOSE = ("", "Choose one")  # stands first in a list, while nothing is chosen
MARKS = str.maketrans({",": "", "£": "", "%": "", " ": "", "\u00a0": "", "\u2212": "-"})
Check = Callable[[Any, Any], None]
Choices = Iterable[Sequence[str]]


def tidy(words: str | None) -> str | None:
    """Return what was typed with plain line ends, without space around it or what no database can store."""
    if not isinstance(words, str):
        return words
    return words.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


def in_sentence(label: str) -> str:
    """Return a label as it stands inside a sentence: Due date becomes due date, DMT stays."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def needed_or_optional(sentence: str) -> Check:
    """Return the check that something was given; without a sentence, nothing needs to be."""

    def check(_form: Any, field: Any) -> None:
        if field.errors:
            raise StopValidation
        if field.data in (None, ""):
            if sentence:
                raise StopValidation(sentence)
            raise StopValidation

    return check


def at_most(limit: int) -> Check:
    """Return the check of a text's length in characters."""

    def check(_form: Any, field: Any) -> None:
        if len(field.data) > limit:
            raise ValidationError(
                f"The {field.called} must be {limit:,} characters or fewer. You typed {len(field.data):,}."
            )

    return check


class TextField(StringField):
    """One line of text."""

    widget = GovTextInput()

    def __init__(
        self, label: str = "", *, needed: str = "", hint: str = "", called: str = "", limit: int = LINE, **rest: Any
    ) -> None:
        checks = [needed_or_optional(needed), at_most(limit)]
        super().__init__(label, checks, filters=[tidy], description=hint, **rest)
        self.called = called or in_sentence(label)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; what is missing was left empty."""
        self.data = valuelist[0] if valuelist else ""


class LongTextField(TextAreaField):
    """Text of several lines, kept as it was typed.

    `mentions`: whoever is mentioned in it is told, since it goes into a sentence of the audit trail about a risk, an
    indicator or a contract; the hint says so.
    """

    widget = GovTextArea()

    def __init__(
        self,
        label: str = "",
        *,
        needed: str = "",
        hint: str = "",
        called: str = "",
        limit: int = PASSAGE,
        mentions: bool = False,
        **rest: Any,
    ) -> None:
        checks = [needed_or_optional(needed), at_most(limit), *([mentions_somebody] if mentions else [])]
        said = f"{hint} {MENTIONS}".strip() if mentions else hint
        super().__init__(label, checks, filters=[tidy], description=said, **rest)
        self.called = called or in_sentence(label)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; what is missing was left empty."""
        self.data = valuelist[0] if valuelist else ""


class PasswordField(StringField):
    """A password: never shown again, and taken exactly as typed."""

    widget = GovPasswordInput()

    def __init__(self, label: str = "", *, needed: str = "", hint: str = "", limit: int = LINE, **rest: Any) -> None:
        super().__init__(label, [needed_or_optional(needed), at_most(limit)], description=hint, **rest)
        self.called = in_sentence(label)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed, to the letter."""
        self.data = valuelist[0] if valuelist else ""


LONG = 10_000  # from here on a number is written with its thousands apart


class WholeNumberField(Field):
    """A whole number from `low` to `high`, both included."""

    widget = GovTextInput()

    def __init__(
        self, label: str = "", *, low: int, high: int, needed: str = "", hint: str = "", called: str = "", **rest: Any
    ) -> None:
        super().__init__(label, [needed_or_optional(needed)], description=hint, **rest)
        self.low, self.high = low, high
        self.called = called or in_sentence(label)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number. Raises ValueError with the sentence for what is none, or out of range."""
        words = (valuelist[0] if valuelist else "").strip().removesuffix("%").rstrip()
        self.data = None
        if not words:
            return
        if not re.fullmatch(r"-?[0-9]{1,9}", words) or not self.low <= int(words) <= self.high:
            low, high = (str(one) if one < LONG else f"{one:,}" for one in (self.low, self.high))  # 2100 is a year
            raise ValueError(f"The {self.called} must be a whole number from {low} to {high}.")
        self.data = int(words)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


def _as_text(value: object) -> str:
    return "" if value is None else str(value)


class _RadioInput(GovRadioInput):  # the package's own leaves an empty hint behind
    def map_gov_params(self, field: Any, **kwargs: Any) -> Any:
        params = super().map_gov_params(field, **kwargs)
        if not field.description:
            params.pop("hint")
        for item, hint in zip(params["items"], field.hints, strict=False):
            if hint:
                item["hint"] = {"text": hint}
        return params


class ChoiceField(RadioField):
    """One of a few answers, as radio buttons. Each choice is (value, label) or (value, label, hint)."""

    widget = _RadioInput()

    def __init__(
        self,
        label: str = "",
        *,
        choices: Choices = (),
        needed: str = "Choose one of the answers.",
        hint: str = "",
        **rest: Any,
    ) -> None:
        super().__init__(
            label,
            [needed_or_optional(needed)],
            coerce=_as_text,
            invalid_choice_message=needed or "Choose one of the answers.",
            description=hint,
            **rest,
        )
        self.hints: list[str] = []
        self.offer(choices)

    def offer(self, choices: Choices) -> None:
        """Set what can be chosen; for answers that depend on the record."""
        offered = [tuple(choice) for choice in choices]
        self.choices = [SelectChoice(choice[0], choice[1]) for choice in offered]
        self.hints = [choice[2] if len(choice) > 2 else "" for choice in offered]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was chosen; what is missing was left empty, whatever stood there before."""
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        """Leave what was left empty to the check that something is needed."""
        if self.data:
            super().pre_validate(form)


class SelectField(PickedField):
    """One of many answers, as a list. Give ("", "…") as the first choice when nothing is chosen at first."""

    widget = GovSelect()

    def __init__(
        self, label: str = "", *, choices: Choices = (), needed: str = "", hint: str = "", **rest: Any
    ) -> None:
        super().__init__(
            label,
            [needed_or_optional(needed)],
            coerce=_as_text,
            invalid_choice_message=needed or "Choose one of the answers in the list.",
            description=hint,
            **rest,
        )
        self.offer(choices)

    def offer(self, choices: Choices) -> None:
        """Set what can be chosen; for answers that depend on the record."""
        self.choices = [SelectChoice(choice[0], choice[1]) for choice in choices]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was chosen; what is missing was left empty, whatever stood there before."""
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        """Leave what was left empty to the check that something is needed."""
        if self.data:
            super().pre_validate(form)


class _CheckboxInput(GovCheckboxInput):
    def map_gov_params(self, field: Any, **kwargs: Any) -> Any:
        params = super().map_gov_params(field, **kwargs)
        if not field.description:
            params.pop("hint")
        return params


class TickField(BooleanField):
    """A box to tick; its data is True or False."""

    widget = _CheckboxInput()

    def __init__(self, label: str = "", *, hint: str = "", **rest: Any) -> None:
        super().__init__(label, description=hint, **rest)


class RevisionField(HiddenField):
    """The state of the record that the page shows; the service compares it. Its data is a whole number."""

    anchor = ""
    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number. Raises ValueError when it is missing or forged."""
        words = valuelist[0] if valuelist else ""
        self.data = None
        if not re.fullmatch(r"[0-9]{1,9}", words):
            raise ValueError("Open the page again: it does not say which state of the record you saw.")
        self.data = int(words)

    def stand_at_present(self) -> None:
        """Take the record's present state, as the form was built with it."""
        self.data, self.raw_data = self.object_data, None
