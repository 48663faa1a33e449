"""What every answer carries: the page policy, what may be kept, and the assets."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg import create_app
from riskreg.web.headers import ALWAYS
from tests.web.browsing import post, sign_in_as

PAGES = ["/sign-in", "/reset", "/nowhere", "/queue", "/reset/not-a-token"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_policy_and_is_not_kept(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; script-src 'nonce-")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert {name: headers[name] for name in ALWAYS} == ALWAYS


def test_the_only_script_carries_the_word_of_this_answer(client: FlaskClient) -> None:
    words = set()
    for _ in range(2):
        answer = client.get("/sign-in")
        scripts = re.findall(r"<script[^>]*>", answer.text)
        nonce = re.search(r"'nonce-([\w-]{20,})'", answer.headers["Content-Security-Policy"])
        assert nonce
        assert scripts == [script for script in scripts if f'nonce="{nonce[1]}"' in script]
        assert len(scripts) == 1
        words.add(nonce[1])
    assert len(words) == 2


def test_a_page_holds_no_style_and_no_foreign_address(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    assert "style=" not in page
    assert "<style" not in page
    assert not re.search(r'(src|href|action)="(https?:)?//', page)


def test_refusals_carry_the_policy_as_well(client: FlaskClient) -> None:
    answer = client.post("/sign-in")
    assert answer.status_code == 400
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    cookie = post(client, "/sign-in", email="", password="").headers.get("Set-Cookie", "")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_assets_are_named_by_their_content_and_kept(client: FlaskClient) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/sign-in").text)
    assert len(addresses) == 3
    for address in addresses:
        assert "?v=" in address
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer.close()


def test_what_a_script_imports_by_a_plain_name_is_asked_for_again(client: FlaskClient) -> None:
    answer = client.get("/static/vendor/govuk-frontend.min.js")
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert (
        client.get(
            "/static/vendor/govuk-frontend.min.js", headers={"If-None-Match": answer.headers["ETag"]}
        ).status_code
        == 304
    )
    answer.close()


def test_production_asks_for_https_and_a_secure_cookie(app: Flask) -> None:
    settings = {name: app.config[name] for name in ("SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_ENGINE_OPTIONS")}
    production = create_app(
        {
            **settings,
            "RISKREG_ENV": "production",
            "SECRET_KEY": "k" * 32,
            "SESSION_COOKIE_SECURE": True,
            "TESTING": True,
        }
    )
    with production.app_context():
        answer = production.test_client().get("/sign-in", base_url="https://riskreg.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in app.test_client().get("/sign-in").headers
