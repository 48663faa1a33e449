"""The settings of mail, tried: a test message and the whole conversation with the mail server."""

from __future__ import annotations

from flask import current_app
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.sentences import plural
from riskreg.extensions import db
from riskreg.models import Person
from riskreg.services.trying_mail import Trial, note_trial, try_mail, write_trial
from riskreg.web.access import current_actor, needs
from riskreg.web.admin.forms import TrialForm
from riskreg.web.admin.room import blueprint
from riskreg.web.pages import page
from riskreg.web.requests import saving

ENCRYPTION = {"none": "none", "starttls": "STARTTLS", "tls": "TLS from the first byte"}


@blueprint.route("/admin/mail/test", methods=["GET", "POST"])
@needs(Permission.MANAGE_MAIL)
def try_settings() -> ResponseReturnValue:
    """Show the settings of mail, and send a test message with them."""
    form = TrialForm(address=_own_address())
    trial = _try(form) if form.validate_on_submit() else None
    return page("admin/mail_test.html", form=form, trial=trial, settings=_settings())


def _own_address() -> str:
    person_id = current_actor().person_id
    person = db.session.get(Person, person_id) if person_id else None
    return person.email if person else ""


def _try(form: TrialForm) -> Trial | None:
    actor, config, address = current_actor(), current_app.config, str(form.address.data)
    trial: Trial | None = None
    with saving(form):
        message = write_trial(actor, address, config, clock.now())
        db.session.rollback()  # nobody may wait for the register while the mail server keeps us waiting
        trial = try_mail(message, config)
        note_trial(actor, address, trial, clock.now())
    return trial


def _settings() -> list[tuple[str, str]]:
    """The settings that are no secrets, in words."""
    config = current_app.config
    return [
        ("Mail server", f"{config['SMTP_HOST']}, port {config['SMTP_PORT']}"),
        ("Encryption", ENCRYPTION[config["SMTP_SECURITY"]]),
        ("Certificates trusted", "those of a file of your own" if config["SMTP_CA"] else "those the system trusts"),
        ("Sign-in at the mail server", "with a user name and a password" if config["SMTP_USER"] else "none"),
        ("Waits for an answer", plural(int(config["SMTP_TIMEOUT"]), "second")),
        ("Sender", config["MAIL_FROM"]),
        ("Answers go to", config["MAIL_REPLY_TO"] or "the sender; each message says that nobody reads them"),
        ("What cannot be delivered goes to", config["MAIL_BOUNCES"] or "the sender"),
        ("Links in messages begin with", config["BASE_URL"]),
    ]
