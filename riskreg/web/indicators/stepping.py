"""Two steps to a publication: what it would do is shown, then it is published as it was shown, or changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.targets import CLOSE_WORDS
from riskreg.services.publishing import Consequences, Published, preview, publish_results
from riskreg.services.results import ResultEntry
from riskreg.web.access import current_actor
from riskreg.web.forms import Form
from riskreg.web.in_force import present_register
from riskreg.web.indicators.wording import no_floor
from riskreg.web.pages import page
from riskreg.web.requests import saving

OWN_FIELDS = frozenset({"csrf_token", "step", "shown"})


def wants_change() -> bool:
    """Whether the person goes back from the consequences to what was typed."""
    return request.form.get("step") == "change"


def publish_or_show(
    form: Form,
    entries: Sequence[ResultEntry],
    done: Callable[[Published], str],
    there: str,
    back: str,
    also: Callable[[Published], None] = lambda _published: None,
) -> ResponseReturnValue | None:
    """Publish as it was shown and go `there`, or show what publishing would do; None when the form is to be put right.

    `done` says what publishing did; `back` is the address without a result to publish; `also` is done in the same
    transaction. When the outcome is another than the one that was shown, the new one is shown.
    """
    actor, register_id, now = current_actor(), present_register().id, clock.now()
    if request.form.get("step") == "publish":
        with saving(form):
            published = publish_results(actor, register_id, entries, now, shown=request.form.get("shown", ""))
            also(published)
            flash(done(published))
            return redirect(there)
    if form.problems and not form.changed:
        return None
    found: list[Consequences] = []
    with saving(form):  # nothing is left to save: what was tried is taken back
        found.append(preview(actor, register_id, entries, now))
    return _shown(form, found[0], back) if found else None


def _shown(form: Form, found: Consequences, back: str) -> ResponseReturnValue:
    typed = [
        (name, value) for name, values in request.form.lists() if name not in OWN_FIELDS for value in values if value
    ]
    return page(
        "indicators/consequences.html",
        form=form,
        found=found,
        typed=typed,
        back=back,
        no_floor=no_floor,
        by_distance=lambda one: one.why.startswith(CLOSE_WORDS),
    )
