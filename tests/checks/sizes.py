"""Keep files small enough to read: fails with file and line for what has grown too long.

An exception is listed here by name with its reason, so that it is a decision rather than an accident.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 300
FUNCTION_LINES = 40
TEST_MODULE_LINES = 500

# "riskreg/file.py" or "riskreg/file.py:function" -> why it may be longer.
EXCEPTIONS: dict[str, str] = {}

# Names that say nothing about what is inside.
VAGUE = frozenset({"utils", "util", "common", "helpers", "helper", "manager", "base", "misc"})
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")


def sources(root: Path) -> Iterator[tuple[Path, int]]:
    """Yield each Python file that is watched, with the most lines it may have."""
    for name in ("config.py", "wsgi.py"):
        if (root / name).is_file():
            yield root / name, MODULE_LINES
    for path in sorted((root / "riskreg").rglob("*.py")):
        yield path, MODULE_LINES
    for path in sorted((root / "tests").rglob("*.py")):
        yield path, TEST_MODULE_LINES


def long_functions(text: str) -> Iterator[tuple[int, str, int]]:
    """Yield line, name and length of every function over the bar; its decorators are not counted."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield node.lineno, node.name, length


def vague_parts(path: Path) -> list[str]:
    """Return the parts of a module's path that name no subject."""
    return [part for part in path.with_suffix("").parts if part.lower() in VAGUE]


def faults_of(path: Path, name: str, bar: int) -> Iterator[str]:
    """Yield what is wrong with one file, as `file:line: sentence`."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    tested = name.startswith("tests/")
    if len(lines) > bar and name not in EXCEPTIONS:
        yield f"{name}:{bar + 1}: the module has {len(lines)} lines; {bar} are allowed"
    if not tested:
        for start, function, length in long_functions(text):
            if f"{name}:{function}" not in EXCEPTIONS:
                yield f"{name}:{start}: {function} has {length} lines; {FUNCTION_LINES} are allowed"
        for part in vague_parts(Path(name)):
            yield f"{name}:1: “{part}” says nothing about what is inside"
    for number, line in enumerate(lines, start=1):
        found = UNFINISHED.search(line)
        if found and name != "tests/checks/sizes.py":
            yield f"{name}:{number}: {found.group()} left behind: do it, or file it"


def faults(root: Path) -> list[str]:
    """Return everything that is wrong under `root`, in the order of the files."""
    found: list[str] = []
    for path, bar in sources(root):
        found.extend(faults_of(path, path.relative_to(root).as_posix(), bar))
    return found


def main() -> int:
    """Print the faults of this repository; 1 when there are any."""
    found = faults(Path(__file__).resolve().parents[2])
    for fault in found:
        print(fault, file=sys.stderr)  # noqa: T201 - a check prints its answer
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
