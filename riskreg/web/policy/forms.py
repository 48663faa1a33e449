"""The draft of a policy, rule by rule, and what is done with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovTextInput
from wtforms import Field, HiddenField, SelectMultipleField, ValidationError
from wtforms.fields import SelectChoice

from riskreg.domain.choices import BESIDES_OWNER, Heeds, in_order
from riskreg.domain.errors import RowsBroken
from riskreg.domain.policy import NEW_LINKS, TELLING, TIERED, TIERS, Policy
from riskreg.domain.policy_setting import BOUNDS, LONGEST_WORD, SCALE, SHARES, WORDS, check_policy
from riskreg.domain.sentences import shortest
from riskreg.web.datefields import DateField
from riskreg.web.fields import (
    ChoiceField,
    LongTextField,
    RevisionField,
    TextField,
    WholeNumberField,
    needed_or_optional,
)
from riskreg.web.forms import Form
from riskreg.web.policy.settings import LINK_CHOICES, SETTINGS, Setting

REMINDERS = "reminder_days_before"


class ShareField(Field):
    """A share, typed as per cent; its data is a fraction of 1."""

    widget = GovTextInput()
    data: Any

    def __init__(self, label: str = "", *, hint: str = "", **rest: Any) -> None:
        needed = f"Enter the number for “{label}”."
        super().__init__(label, [needed_or_optional(needed)], description=hint, **rest)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number. Raises ValueError with the sentence for what is none."""
        words = (valuelist[0] if valuelist else "").strip().removesuffix("%").rstrip()
        self.data = None
        if not words:
            return
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", words) or Decimal(words) > 100:
            called = f"number for “{self.label.text}”"
            raise ValueError(f"The {called} must be from 0 to 100, with four decimals at most.")
        self.data = Decimal(words) / 100

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else shortest(self.data * 100)


class DaysField(Field):
    """Days with commas between them; its data is a tuple of whole numbers, empty when nothing was typed."""

    widget = GovTextInput()
    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the numbers. Raises ValueError with the sentence for what is none."""
        words = [one.strip() for one in (valuelist[0] if valuelist else "").split(",")]
        self.data = None
        if words == [""]:
            self.data = ()
        elif all(re.fullmatch(r"[0-9]{1,4}", one) for one in words):
            self.data = tuple(int(one) for one in words)
        else:
            raise ValueError("Enter whole numbers with commas between them, such as 14, 3, 0, or leave it empty.")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return ", ".join(str(one) for one in self.data or ())


class _Boxes(GovCheckboxesInput):  # the package's own leaves an empty hint behind
    def map_gov_params(self, field: Any, **kwargs: Any) -> Any:
        params = super().map_gov_params(field, **kwargs)
        if not field.description:
            params.pop("hint")
        return params


class ToldField(SelectMultipleField):
    """Who is told besides the owner, as boxes to tick; nobody where none is ticked."""

    widget = _Boxes()

    def __init__(self, label: str = "", *, hint: str = "", **rest: Any) -> None:
        choices = [SelectChoice(one.value, f"{one.who[0].upper()}{one.who[1:]}") for one in BESIDES_OWNER]
        super().__init__(label, choices=choices, description=hint, **rest)

    def pre_validate(self, form: Any) -> None:
        """Refuse whom no box names, with a sentence. Raises ValidationError."""
        if set(self.data or ()) - set(BESIDES_OWNER):
            raise ValidationError(f"Tick the boxes for “{self.label.text}”; there are no other answers.")


def parts_of(name: str) -> list[str]:
    """The names of the fields that make a rule: one, or one for each tier or step."""
    if name in TIERED:
        return [f"{name}_{tier}" for tier in TIERS]
    return [f"{name}_{step}" for step in range(1, SCALE + 1)] if name in WORDS else [name]


class PolicyForm(Form):
    """Every rule, the day from which the policy is to hold, and why. `known` is what the fields stand at."""

    known: Policy
    valid_from = DateField("The policy is to hold from", needed="Enter the day from which the policy is to hold.")
    reason = LongTextField(
        "Why the policy is to change",
        needed="Say why the policy is to change.",
        hint="Everyone reads it with the version.",
        limit=1_000,
    )
    revision = RevisionField()

    def policy(self, version: int, valid_from: date) -> Policy:
        """Return the policy as typed; a rule that could not be read stays as it was known."""
        rules = {name: self._typed(name) for name in SETTINGS}
        return Policy(version=version, valid_from=valid_from, **rules)

    def _typed(self, name: str) -> Any:
        known = getattr(self.known, name)
        parts = parts_of(name)
        stood = known if len(parts) > 1 else (known,)
        values = [
            old if self[part].errors or self[part].data is None else self[part].data
            for part, old in zip(parts, stood, strict=True)
        ]
        if name in TELLING:
            return in_order(values[0])
        if name in NEW_LINKS:
            return Heeds(values[0])
        return tuple(values) if len(parts) > 1 else values[0]

    def validate(self, extra_validators: Any = None) -> bool:
        """Find everything that is wrong at once: what cannot be read, and what the rules refuse of the rest."""
        fine = bool(super().validate(extra_validators))
        try:
            check_policy(self.policy(self.known.version, self.known.valid_from))
        except RowsBroken as broken:
            for one in broken.problems:
                if one.field and not self[one.field].errors:
                    self.show_row_broken(one)
            return False
        return fine


def _fields(setting: Setting) -> Iterator[tuple[str, Field]]:
    name, label = setting.name, setting.label
    if name in SHARES:
        yield name, ShareField(label, hint=setting.hint)
    elif name == REMINDERS:
        yield name, DaysField(label, description=setting.hint)
    elif name in TELLING:
        yield name, ToldField(label, hint=setting.hint)
    elif name in NEW_LINKS:
        yield name, ChoiceField(label, choices=LINK_CHOICES[name], needed=f"Choose an answer for “{label}”.")
    elif name in WORDS:
        for step, part in enumerate(parts_of(name), start=1):
            called = f"word for {label.lower()} {step}"
            yield part, TextField(str(step), needed=f"Enter the {called}.", called=called, limit=LONGEST_WORD)
    else:
        low, high = BOUNDS[name]
        for tier, part in zip(TIERS, parts_of(name), strict=False):
            called = f"number for “{label}”" + (f", tier {tier}," if name in TIERED else "")
            words, hint = (f"Tier {tier}", "") if name in TIERED else (label, setting.hint)
            sentence = f"Enter the {called.rstrip(',')}."
            yield part, WholeNumberField(words, low=low, high=high, needed=sentence, hint=hint, called=called)


for _setting in SETTINGS.values():
    for _name, _field in _fields(_setting):
        setattr(PolicyForm, _name, _field)


def as_typed(policy: Policy) -> dict[str, Any]:
    """Return a policy as the fields of the form stand at it."""
    found: dict[str, Any] = {}
    for name in SETTINGS:
        value, parts = getattr(policy, name), parts_of(name)
        found |= dict(zip(parts, value, strict=True)) if len(parts) > 1 else {name: value}
    return found


class SinceForm(Form):
    """The day from which the draft is taken to have held; it stands in the address and carries no token."""

    class Meta:
        """Read by WTForms."""

        csrf = False

    since = DateField(
        "As if the draft had held from", needed="Enter the day from which the replay is to begin.", called="day"
    )


class DraftForm(Form):
    """What is done with the draft as it was seen."""

    revision = RevisionField()


class AdoptForm(DraftForm):
    """Adopting a draft: `shown` is the digest of its replay, which began on `since`."""

    shown = HiddenField()
    since = HiddenField()
