"""A real browser on a real server: Debian's Chromium, the shipped plan on SQLite, and an SMTP server on loopback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from werkzeug.serving import make_server

from tests import databases
from tests.journeys.keyboard import Keyboard

CHROMIUM = os.environ.get("RISKREG_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
SIZES: dict[str, ViewportSize] = {"desktop": {"width": 1280, "height": 900}, "telephone": {"width": 375, "height": 800}}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the worker; each test gets a window of its own."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync", "--no-first-run"],
        )  # fmt: skip
        yield started
        started.close()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[databases.Sqlite]:
    """A folder for the database of the journeys."""
    kept = databases.Sqlite(tmp_path_factory.mktemp("journeys"), "", worker_id)
    yield kept
    kept.close()


@pytest.fixture
def journey_app(place: databases.Sqlite) -> Iterator[Flask]:
    """The application on the shipped plan, put back after the journey."""
    yield from place.application("plan")


@pytest.fixture
def address(journey_app: Flask) -> Iterator[str]:
    """Where the application answers."""
    server = make_server("127.0.0.1", 0, journey_app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    """The width of the window: a desk and a telephone."""
    return str(request.param)


@pytest.fixture
def window(browser: Browser, address: str, size: str) -> Iterator[Callable[[str], Page]]:
    """Open a window and sign in as the holder of a post, chosen on the sign-in page as a person would."""
    contexts = []

    def open_window(post: str) -> Page:
        context = browser.new_context(viewport=SIZES[size], java_script_enabled=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(f"{address}/sign-in")
        Keyboard(page).press(post)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        return page

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def person(window: Callable[[str], Page]) -> Callable[[str], Keyboard]:
    """The holder of a post, signed in at a window of their own, with a keyboard and no mouse."""
    return lambda post: Keyboard(window(post))
