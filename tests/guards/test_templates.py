"""Every template is used by something, and says nothing that another word of the trade already says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
# Words that the design uses for one thing only, each with a second word that must not creep in beside it.
SECOND_WORDS = ("KPI owner", "mitigation plan", "risk score card", "incident", "issue log", "ticket", "workflow item")


def names() -> list[str]:
    """The templates of pages, as the code names them."""
    return sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("name", [name for name in names() if not name.startswith("email/")])
def test_every_template_is_used(name: str) -> None:
    sources = [*(ROOT / "riskreg").rglob("*.py"), *TEMPLATES.rglob("*.html")]
    assert any(f'"{name}"' in path.read_text() or f"'{name}'" in path.read_text() for path in sources)


@pytest.mark.parametrize("name", names())
def test_no_template_uses_a_second_word(name: str) -> None:
    text = re.sub(r"{[{%#].*?[}%#]}", "", (TEMPLATES / name).read_text(), flags=re.DOTALL)
    assert [word for word in SECOND_WORDS if word.lower() in text.lower()] == []


@pytest.mark.parametrize("path", sorted((TEMPLATES / "email").rglob("*.txt")), ids=lambda path: path.parent.name)
def test_no_line_of_a_text_message_is_indented(path: Path) -> None:
    """What a tool for HTML indents would stand indented in the mail."""
    assert [line for line in path.read_text().splitlines() if line.startswith((" ", "\t"))] == []
