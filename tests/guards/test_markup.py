"""What holds for every page: one heading, a title, no id twice, labelled fields, nothing the policy would block."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg.domain.access import Role
from tests.guards.test_access import ask, rules

SHORT_FORMS = {
    "DMT": "Directorate Management Team",
    "RAG": r"RED, AMBER or GREEN|its RAG: GREEN below \d",
    "QPR": "Quarterly Performance Report",
}
READERS = [Role.DMT_MEMBER, Role.ADMINISTRATOR, Role.PERFORMANCE_OFFICER, Role.COORDINATOR]


def elements(text: str) -> list[Element]:
    """Every element of a page, parsed strictly: the parser refuses what is not well formed."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return list(parser.parse(text).iter())


@pytest.mark.parametrize("role", READERS)
def test_every_page_is_sound(
    plan_app: Flask, signed_in_as: Callable[[str], FlaskClient], example: dict[str, Any], role: Role
) -> None:
    client, titles = signed_in_as(role), Counter[str]()
    unexplained: list[tuple[str, str]] = []
    for rule, method in rules(plan_app):
        if method != "GET":
            continue
        status, _, text = ask(client, plan_app, rule, "GET", example)
        if not text or status in (302, 403, 404):
            continue
        found = elements(text)
        tags = Counter(str(one.tag) for one in found)
        ids = Counter(one.get("id") for one in found if one.get("id"))
        assert tags["h1"] == 1, rule
        assert [key for key, count in ids.items() if count > 1] == [], rule
        assert not [one for one in found if one.get("style")], rule
        assert not [one for one in found for name in one.attrib if name.startswith("on")], rule
        assert all(one.get("nonce") for one in found if one.tag == "script"), rule
        assert not re.search(r'(href|src|action)="(https?:)?//', text), rule
        _check_fields(found, str(rule))
        unexplained += [(str(rule), short) for short in _unexplained(found)]
        titles[next(str(one.text).strip() for one in found if one.tag == "title")] += 1
    assert unexplained == []
    assert [title for title, count in titles.items() if count > 1] == []
    assert all(title.endswith("riskreg") for title in titles)


def _check_fields(found: list[Element], rule: str) -> None:
    labels = {one.get("for") for one in found if one.tag == "label"}
    for one in found:
        if one.tag in ("input", "select", "textarea") and one.get("type") not in ("hidden", "submit"):
            assert one.get("id") in labels or one.get("aria-label"), (rule, one.attrib)
        if one.tag == "form" and one.get("method", "get").lower() == "post":
            assert any(child.get("name") == "csrf_token" for child in one.iter("input")), rule
        if one.tag == "table":
            assert one.find("caption") is not None, rule
            _check_cards(one, rule)
        if one.tag == "th":
            assert one.get("scope"), rule


def _check_cards(table: Element, rule: str) -> None:
    """A table is cards on a telephone, unless all its columns but the first are numbers; a cell names its column."""
    kinds = (table.get("class") or "").split()
    if "govuk-table" not in kinds or "app-preview" in kinds:
        return
    heads = [one for one in table.iter("th") if one.get("scope") == "col"]
    if "app-stack" not in kinds:
        assert all("govuk-table__header--numeric" in (one.get("class") or "") for one in heads[1:]), rule
        return
    assert all(one.get("role") for one in table.iter() if one.tag in ("table", "tr", "th", "td")), rule
    for row in table.iter("tr"):
        for place, cell in enumerate(row):
            hidden = place < len(heads) and not (heads[place].text or "").strip() and heads[place].find("a") is None
            assert cell.tag != "td" or place == 0 or hidden or cell.get("data-label"), (rule, "".join(cell.itertext()))


def _unexplained(found: list[Element]) -> list[str]:
    """The short forms that a page uses and does not explain."""
    text = " ".join(" ".join(next(one for one in found if one.tag == "main").itertext()).split())
    return [
        short for short, long in SHORT_FORMS.items() if re.search(rf"\b{short}\b", text) and not re.search(long, text)
    ]
