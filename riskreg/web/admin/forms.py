"""The forms of the administrator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms.validators import InputRequired

from riskreg.domain.access import Role
from riskreg.queries.organisation import Sitting
from riskreg.services.accounts import LONGEST_ADDRESS
from riskreg.web.datefields import DateField
from riskreg.web.fields import CHOOSE, ChoiceField, LongTextField, SelectField, TextField, TickField
from riskreg.web.forms import Form

LONGEST_REASON = 1_000
FROM_HINT = "The first day, that day included. For example, 1 9 2017"


class PersonForm(Form):
    """A new person, who is sent an invitation."""

    name = TextField("Name", needed="Enter the name.")
    email = TextField(
        "E-mail address",
        needed="Enter the e-mail address.",
        hint="A link to choose a password is sent there.",
        limit=LONGEST_ADDRESS,
    )


class SittingForm(Form):
    """Who takes a post, or stands in for its holder, from when."""

    person_id = SelectField("Person", needed="Choose a person.")
    from_on = DateField("From", needed="Enter the first day.", hint=FROM_HINT, called="first day")

    def offer(self, people: Sequence[tuple[int, str]]) -> None:
        """Offer the people who are active."""
        self.person_id.offer([CHOOSE, *((str(key), name) for key, name in people)])


class EndForm(Form):
    """Whose time in a post ends, and when."""

    holding_id = SelectField("Who", needed="Choose whose time ends.")
    until_on = DateField(
        "Last day", needed="Enter the last day.", hint="That day included. For example, 31 8 2017", called="last day"
    )

    def offer(self, sittings: Sequence[Sitting]) -> None:
        """Offer those whose time has no end yet."""
        self.holding_id.offer(
            [
                CHOOSE,
                *((str(one.id), f"{one.name}, {'deputy' if one.deputy else 'holder'}") for one in sittings),
            ]
        )


class RolesForm(Form):
    """Which roles a post brings: one box each."""

    risk_owner = TickField(Role.RISK_OWNER.title.capitalize())
    action_owner = TickField(Role.ACTION_OWNER.title.capitalize())
    performance_officer = TickField(Role.PERFORMANCE_OFFICER.title.capitalize())
    contract_manager = TickField(Role.CONTRACT_MANAGER.title.capitalize())
    dmt_member = TickField(Role.DMT_MEMBER.title)
    coordinator = TickField(Role.COORDINATOR.title.capitalize())
    corporate_coordinator = TickField(Role.CORPORATE_COORDINATOR.title.capitalize())
    auditor = TickField(Role.AUDITOR.title.capitalize())
    administrator = TickField(Role.ADMINISTRATOR.title.capitalize())

    @property
    def boxes(self) -> list[Any]:
        """The boxes in the order of the roles."""
        return [self[str(role)] for role in Role]

    @property
    def chosen(self) -> list[Role]:
        """The roles that are ticked."""
        return [role for role in Role if self[str(role)].data]


class MessageForm(Form):
    """What becomes of a message that did not go."""

    what = ChoiceField(
        "What should become of it?",
        choices=(
            ("again", "Send it again", "It is tried at once. If it did go after all, it arrives twice."),
            ("drop", "Never mind", "Nothing tries to send it any more."),
        ),
        needed="Choose what should become of it.",
    )
    reason = LongTextField(
        "Reason", needed="Give the reason.", hint="It is kept in the audit trail.", limit=LONGEST_REASON
    )


class TrialForm(Form):
    """Where a test message goes."""

    address = TextField(
        "Send it to",
        needed="Enter an e-mail address.",
        called="address",
        hint="One of your own.",
        limit=LONGEST_ADDRESS,
    )


class GiveAccessForm(Form):
    """Nothing but the token: giving back a person's access is one button."""


class EndAccessForm(Form):
    """Ending a person's access, which a tick confirms."""

    confirm = TickField(validators=[InputRequired("Tick the box to say that you want to end the access.")])

    @classmethod
    def of(cls, name: str) -> EndAccessForm:
        """Return the form for the person of that name."""
        form = cls()
        form.confirm.label.text = f"I want to end the access of {name}"
        return form
