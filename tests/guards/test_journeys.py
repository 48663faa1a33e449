"""Every journey is made by keyboard: what playwright would do with the mouse, or by itself, no person did."""

from __future__ import annotations

import re
from pathlib import Path

JOURNEYS = sorted((Path(__file__).parents[1] / "journeys").glob("test_*.py"))
NOT_BY_KEYBOARD = re.compile(r"\.(click|dblclick|hover|tap|check|uncheck|select_option|focus)\(|(\)|\bpage)\.fill\(")


def test_no_journey_uses_a_mouse() -> None:
    found = [f"{path.name}: {line}" for path in JOURNEYS for line in path.read_text().splitlines()]
    assert found
    assert [line for line in found if NOT_BY_KEYBOARD.search(line)] == []
