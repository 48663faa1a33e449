"""The watch over sizes finds what has grown too long, and only that."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

LATER = "TO" + "DO"  # in two halves, or this file would be found as well


@pytest.fixture(scope="module")
def sizes() -> ModuleType:
    path = Path(__file__).parents[1] / "checks" / "sizes.py"
    spec = importlib.util.spec_from_file_location("sizes", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def function(lines: int, decorators: int = 0) -> str:
    return "@staticmethod\n" * decorators + "def publish():\n" + "    x = 1\n" * (lines - 1)


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("riskreg/long.py", "x = 1\n" * 301, "riskreg/long.py:301: the module has 301 lines; 300 are allowed"),
        ("riskreg/models/long.py", "x = 1\n" * 301, "riskreg/models/long.py:301: the module has 301 lines; 300 are"),
        ("config.py", "x = 1\n" * 301, "config.py:301: the module has 301 lines; 300 are allowed"),
        ("tests/test_long.py", "x = 1\n" * 501, "tests/test_long.py:501: the module has 501 lines; 500 are allowed"),
        ("riskreg/f.py", "\n" + function(41, decorators=2), "riskreg/f.py:4: publish has 41 lines; 40 are allowed"),
        ("riskreg/c.py", "class A:\n    async " + function(41).replace("\n", "\n    "), "riskreg/c.py:2: publish has"),
        ("riskreg/web/helpers.py", "", "riskreg/web/helpers.py:1: “helpers” says nothing about what is inside"),
        ("riskreg/common/risk.py", "", "riskreg/common/risk.py:1: “common” says nothing about what is inside"),
        ("riskreg/late.py", f"x = 1\n# {LATER}: more\n", f"riskreg/late.py:2: {LATER} left behind"),
    ],
)
def test_each_fault_is_named_with_file_and_line(
    sizes: ModuleType, tmp_path: Path, name: str, text: str, fault: str
) -> None:
    write(tmp_path, name, text)
    (found,) = sizes.faults(tmp_path)
    assert found.startswith(fault)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("riskreg/full.py", "x = 1\n" * 300),
        ("riskreg/f.py", function(40, decorators=3)),
        ("tests/test_full.py", function(400)),
        ("riskreg/basement.py", "# a basement is no base\n"),
    ],
)
def test_what_keeps_to_the_bars_passes(sizes: ModuleType, tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path, name, text)
    assert sizes.faults(tmp_path) == []


def test_an_exception_by_name_is_let_through(
    sizes: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "riskreg/long.py", "x = 1\n" * 301 + function(60))
    monkeypatch.setitem(sizes.EXCEPTIONS, "riskreg/long.py", "a table that is read as one")
    monkeypatch.setitem(sizes.EXCEPTIONS, "riskreg/long.py:publish", "the same table")
    assert sizes.faults(tmp_path) == []
