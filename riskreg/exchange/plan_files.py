"""Reading a whole plan from its folder: every table, the policy's rules, and whether they agree with one another."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from riskreg.domain.policy import Policy
from riskreg.exchange.plan_checks import disagreements
from riskreg.exchange.plan_tables import SPECS, Plan
from riskreg.exchange.tables import BrokenTable, Problem, quoted, read_table

POLICY = "policy.json"
FIRST_DAY = date(2017, 4, 1)


def read_plan(folder: Path) -> Plan:
    """Return the plan. Raises BrokenTable with the problems of every file, or with how the files disagree."""
    problems: list[Problem] = []
    tables: dict[str, Any] = {}
    for name, spec in SPECS.items():
        try:
            tables[name] = read_table(folder / spec.name, spec)
        except BrokenTable as broken:
            problems += broken.problems
    rules: dict[str, Any] = {}
    try:
        rules = _read_rules(folder / POLICY)
    except ValueError as error:
        problems.append(Problem(POLICY, None, "", str(error)))
    if problems:
        raise BrokenTable(problems)
    plan = Plan(rules=rules, **tables)
    if found := list(disagreements(plan)):
        raise BrokenTable(found)
    return plan


def _read_rules(path: Path) -> dict[str, Any]:
    """Return the rules as they are stored; ValueError, with a sentence, when a policy cannot be made of them."""
    try:
        rules = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise ValueError("the file is missing or cannot be read.") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"the file is not JSON ({error}).") from None
    if not isinstance(rules, dict):
        raise ValueError("the file does not hold one object of rules.")  # noqa: TRY004 - the file's fault
    try:
        policy = Policy.from_data(1, FIRST_DAY, rules)
    except InvalidOperation:
        raise ValueError("a rule holds words where a figure is needed.") from None
    except ValueError as error:
        raise ValueError(f"{error}.") from None
    for rule in fields(Policy):
        if not _fits(getattr(policy, rule.name), str(rule.type)):
            raise ValueError(f"the rule {rule.name} holds {quoted(rules[rule.name])}, which is not what it needs.")
    return rules


def _fits(value: object, wanted: str) -> bool:
    if "Told" in wanted or wanted == "Heeds":
        return True  # what cannot be chosen was refused as the policy was made
    if wanted.startswith("tuple"):
        kind = int if "int" in wanted else str
        return isinstance(value, tuple) and bool(value) and all(type(part) is kind for part in value)
    if wanted == "Decimal":
        return isinstance(value, Decimal) and value.is_finite() and value >= 0
    return wanted == "date" or (type(value) is int and value >= 0)
