"""How often a person is told, and of what."""

from __future__ import annotations

from typing import Any

from riskreg.domain.notices import WEEKDAYS, NoticeKind, Rhythm
from riskreg.web.fields import ChoiceField, SelectField, TickField
from riskreg.web.forms import Form
from riskreg.web.own.wording import KIND_HINTS, RHYTHMS


class PreferencesForm(Form):
    """The rhythm of the digest; a box for each kind of notice is added below."""

    rhythm = ChoiceField(
        "How often the digest comes",
        choices=[(one, *words) for one, words in RHYTHMS.items()],
        needed="Choose how often the digest comes.",
    )
    weekday = SelectField(
        "Day of a weekly digest",
        choices=[(str(number), name) for number, name in enumerate(WEEKDAYS)],
        needed="Choose a day from Monday to Friday.",
        hint="If that day is a bank holiday, the digest comes on the next working day.",
    )

    @property
    def boxes(self) -> list[Any]:
        """The boxes in the order of the kinds."""
        return [self[kind.name.lower()] for kind in NoticeKind]

    @property
    def chosen_rhythm(self) -> Rhythm:
        """How often the digest is to come."""
        return Rhythm(self.rhythm.data)

    @property
    def switched_off(self) -> list[NoticeKind]:
        """The kinds whose box is empty."""
        return [kind for kind in NoticeKind if not self[kind.name.lower()].data]


for _kind in NoticeKind:
    setattr(PreferencesForm, _kind.name.lower(), TickField(_kind.title, hint=KIND_HINTS.get(_kind, "")))
