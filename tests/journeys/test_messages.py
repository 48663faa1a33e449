"""Messages as a mail program shows them, on a desk and on a telephone; and the administrator's test message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Request

from riskreg.mail.rendering import render
from tests.journeys.keyboard import WCAG, Keyboard, check_accessible
from tests.mail.examples import EVERY_KIND, PERSON
from tests.mail.servers import Receiver, receiving, settings_for


@pytest.mark.parametrize("width", [640, 375])
def test_every_kind_of_message_is_accessible_and_fits(journey_app: Flask, browser: Browser, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    asked: list[Request] = []
    context.on("request", lambda request: asked.extend([request]))  # playwright takes no method of a list
    long: Mapping[str, Any] = {"title": "Anaverylongwordwithoutabreak" * 8}
    for kind, facts in EVERY_KIND:
        with journey_app.app_context():
            html = render(kind, {**facts, **(long if "title" in facts else {})}, PERSON).html
        page.set_content(html)
        check_accessible(page, WCAG)  # landmarks are a page's, not a letter's
        assert page.title().strip()
    assert asked == []
    context.close()


def test_the_administrator_tries_the_mail_server(
    journey_app: Flask, person: Callable[[str], Keyboard], monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator = person("Administrator")
    with receiving(Receiver(rcpt="550 5.1.1 unknown here")) as server:
        monkeypatch.setattr(journey_app, "config", journey_app.config | settings_for(server.port))
        administrator.open("/admin/mail")
        administrator.follow("See the settings and send a test message")
        administrator.fill("Send it to", "me@kent.example")
        administrator.press("Send a test message")
    administrator.heading("It did not go")
    administrator.see("The mail server refused the message for good. 550 5.1.1 unknown here")
    administrator.see("rcpt TO:<me@kent.example>")
    with receiving() as server:
        monkeypatch.setattr(journey_app, "config", journey_app.config | settings_for(server.port))
        administrator.press("Send another test message")
    administrator.heading("The mail server took it")
    assert len(server.letters) == 1
