"""Two steps to a change: what it would do is shown, then it is made as it was shown, or what was typed is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from riskreg.web.fields import RevisionField
from riskreg.web.forms import Form
from riskreg.web.requests import saving

OWN_FIELDS = frozenset({"csrf_token", "step", "shown"})
Found = TypeVar("Found")


def is_sent(form: Form) -> bool:
    """Whether a form was sent and is right, and the person does not go back from the consequences to what was typed."""
    return form.validate_on_submit() and request.form.get("step") != "change"


def save_or_show(
    form: Form,
    look: Callable[[], Found],
    save: Callable[[str], str],
    show: Callable[[Found], ResponseReturnValue],
    there: str,
) -> ResponseReturnValue | None:
    """Make the change as it was shown and go `there`, or show what it would do; None when the form is to be put right.

    `save` is given the digest of what was shown and says what was done. `look` leaves nothing behind. When the outcome
    is another by now, `show` shows the new one.
    """
    if request.form.get("step") == "save":
        with saving(form):
            flash(save(request.form.get("shown", "")))
            return redirect(there)
    if form.problems and not form.changed:
        return None
    found: list[Found] = []
    with saving(form):  # nothing is left to save: what was tried is taken back
        found.append(look())
    return show(found[0]) if found else None


def typed_fields(form: Form) -> list[tuple[str, str]]:
    """What was typed, to go on as hidden fields; the revision goes on as the form now has it."""
    own = OWN_FIELDS | {field.name for field in form if isinstance(field, RevisionField)}
    return [(name, value) for name, values in request.form.lists() if name not in own for value in values]
