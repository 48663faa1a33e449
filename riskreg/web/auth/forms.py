"""The forms of signing in and of setting a password."""

from __future__ import annotations

from riskreg.database import LARGEST_ID
from riskreg.services.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from riskreg.web.fields import PasswordField, TextField, WholeNumberField
from riskreg.web.forms import Form

NO_EMAIL = "Enter your e-mail address."


class SignInForm(Form):
    """Address and password."""

    email = TextField("E-mail address", needed=NO_EMAIL)
    password = PasswordField("Password", needed="Enter your password.")


class DemonstrationForm(Form):
    """One of the people of the demonstration."""

    person_id = WholeNumberField("Person", low=1, high=LARGEST_ID, needed="Choose a person.")


class ResetForm(Form):
    """The address to which the link is sent."""

    email = TextField("E-mail address", needed=NO_EMAIL)


class PasswordForm(Form):
    """A new password."""

    password = PasswordField(
        "New password",
        needed="Enter a new password.",
        hint=f"At least {SHORTEST_PASSWORD} characters, without your name or address."
        " Three or four words that you can remember do well.",
        limit=LONGEST_PASSWORD,
    )
