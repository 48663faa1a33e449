"""The page assets: the council's own dress, and nothing that belongs to GOV.UK or comes from outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

VENDOR = Path(__file__).parents[2] / "static" / "vendor"


@pytest.fixture(scope="module")
def style() -> str:
    return (VENDOR / "riskreg.css").read_text(encoding="utf-8")


def test_the_reserved_font_and_the_crown_are_not_there(style: str) -> None:
    lowered = style.lower()
    assert "gds transport" not in lowered
    assert "@font-face" not in lowered
    assert "crown" not in lowered
    assert "crest" not in lowered


def test_the_style_sheet_loads_nothing(style: str) -> None:
    assert "url(" not in style
    assert "@import" not in style


def luminance(colour: str) -> float:
    def linear(part: str) -> float:
        share = int(part, 16) / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour[1:3]) + 0.7152 * linear(colour[3:5]) + 0.0722 * linear(colour[5:7])


def long_form(colour: str) -> str:
    return "#" + "".join(digit * 2 for digit in colour[1:]) if len(colour) == 4 else colour


@pytest.mark.parametrize("rag", ["red", "amber", "green", "none"])
def test_the_word_in_a_rag_tag_has_contrast(style: str, rag: str) -> None:
    rule = re.search(rf"\.app-tag--{rag}\{{([^}}]*)\}}", style)
    assert rule is not None
    colours = dict(re.findall(r"(?<![\w-])(color|background-color):(#[0-9a-f]{3,6})", rule.group(1)))
    light, dark = sorted((luminance(long_form(colour)) for colour in colours.values()), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_script_is_there_with_what_it_imports() -> None:
    script = (VENDOR / "riskreg.js").read_text(encoding="utf-8")
    (imported,) = re.findall(r'from "\./([^"]+)"', script)
    assert (VENDOR / imported).is_file()
