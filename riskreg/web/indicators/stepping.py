"""The two steps to a publication."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.targets import CLOSE_WORDS
from riskreg.services.actors import Actor
from riskreg.services.publishing import Consequences, Published, publish_results
from riskreg.services.result_shares import preview_typed
from riskreg.services.results import ResultEntry
from riskreg.web.access import current_actor
from riskreg.web.forms import Form
from riskreg.web.in_force import present_register
from riskreg.web.indicators.wording import no_floor, task_words
from riskreg.web.pages import page
from riskreg.web.stepping import save_or_show, typed_fields

Look = Callable[[Actor, int, Sequence[ResultEntry], datetime], Consequences]


def publish_or_show(
    form: Form,
    entries: Sequence[ResultEntry],
    done: Callable[[Published], str],
    there: str,
    back: str,
    also: Callable[[Published], None] = lambda _published: None,
    look: Look = preview_typed,
) -> ResponseReturnValue | None:
    """Publish as it was shown and go `there`, or show what publishing would do; None when the form is to be put right.

    `done` says what publishing did; `back` is the address without a result to publish; `also` is done in the same
    transaction. `look` is the preview: of figures that were typed, unless it says another.
    """
    actor, register_id, now = current_actor(), present_register().id, clock.now()

    def publish(shown: str) -> str:
        published = publish_results(actor, register_id, entries, now, shown=shown)
        also(published)
        return done(published)

    def show(found: Consequences) -> ResponseReturnValue:
        return _shown(form, found, back)

    return save_or_show(form, lambda: look(actor, register_id, entries, now), publish, show, there)


def _shown(form: Form, found: Consequences, back: str) -> ResponseReturnValue:
    return page(
        "indicators/consequences.html",
        form=form,
        found=found,
        typed=[(name, value) for name, value in typed_fields(form) if value],
        back=back,
        corrects=all(one.is_correction for one in found.results),
        task_words=task_words,
        no_floor=no_floor,
        by_distance=lambda one: one.why.startswith(CLOSE_WORDS),
    )
