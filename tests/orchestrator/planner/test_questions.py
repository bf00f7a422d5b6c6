"""The committed questions, with the share that the rules planner must keep getting right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.planner.reading import Context, Question, Reading
from orchestrator.planner.rules import plan
from registry.plan import (
    And,
    Compare,
    In,
    IsNull,
    Like,
    Match,
    Not,
    Or,
    Predicate,
    QueryPlan,
    conjuncts,
)
from registry.settings import Settings
from tests.orchestrator.planner.company import NOW_US, company

TENTATIVE = Settings(Path()).tentative_confidence
QUESTIONS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("questions.yaml").read_text()
)
EXACT = ("from", "where", "group", "measures", "having", "absent", "limit")


def _short(value: object) -> str:
    return re.sub(r":00:00Z$", "", re.sub(r"T00:00:00Z$", "", str(value)))


def _leaf(node: Predicate) -> str:
    if isinstance(node, Compare):
        return f"{node.field} {node.op} {_short(node.value)}"
    if isinstance(node, In):
        return f"{node.field} in {'|'.join(sorted(map(str, node.values)))}"
    if isinstance(node, IsNull):
        return f"{node.field} null"
    if isinstance(node, Like):
        return f"{node.field} {node.op} {node.value}"
    if isinstance(node, Match):
        return f"match {node.text}"
    if isinstance(node, Not):
        return f"not {_leaf(node.arg)}"
    assert isinstance(node, (And, Or))
    return f"{node.op}({', '.join(sorted(map(_leaf, node.args)))})"


def _where(node: Predicate | None) -> list[str]:
    parts = [_leaf(part) for part in conjuncts(node)]
    for low in [p for p in parts if re.search(r" >= \d{4}-", p)]:
        field, _, start = low.partition(" >= ")
        high = next((p for p in parts if p.startswith(f"{field} < ")), None)
        if high is not None:
            parts.remove(low)
            parts[parts.index(high)] = f"{field} [{start},{high.partition(' < ')[2]})"
    return sorted(parts)


def summary(made: QueryPlan) -> dict[str, Any]:
    """What a plan says, in the terms of questions.yaml."""
    folds = {
        m.name: (f"p{round((m.q or 0) * 100)}" if m.fn == "percentile" else m.fn)
        + f"({m.field or ''})"
        for m in made.measures
    }
    labelled = {g.field.rpartition(".")[0] for g in made.group if "." in g.field}
    return {
        "from": made.source,
        "where": _where(made.where),
        "group": sorted(
            f"{g.field}/{g.bucket}" if g.bucket else g.field
            for g in made.group
            if g.field not in labelled
        ),
        "measures": sorted(folds.values()),
        "having": _where(made.having),
        "absent": sorted(j.to for j in made.joins if j.kind == "anti"),
        "limit": made.limit,
        "order": [folds.get(o.by, o.by) + (" desc" if o.desc else "") for o in made.order],
        "select": list(made.select),
    }


def fits(made: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a plan's summary is what a question wants."""
    for key in EXACT:
        want = wanted.get(key, None if key in ("limit", "from") else [])
        if made[key] != (sorted(want) if isinstance(want, list) else want):
            return False
    if "order" in wanted and made["order"] != wanted["order"]:
        return False
    return set(wanted.get("select", ())) <= set(made["select"])


def right(wanted: dict[str, Any], readings: tuple[Reading, ...]) -> bool:
    """Whether the first reading is right; a refusal is right where one is wanted."""
    sure = bool(readings) and readings[0].confidence >= TENTATIVE
    if wanted.get("refuse"):
        return not sure
    made = summary(readings[0].plan) if sure else None
    return made is not None and any(fits(made, w) for w in (wanted, wanted.get("also", wanted)))


def score(questions: list[dict[str, Any]]) -> tuple[float, list[str]]:
    """(share right, the questions that are wrong)"""
    catalogue = company()
    wrong = [
        w["q"]
        for w in questions
        if not right(w, plan(Question(w["q"], NOW_US), catalogue, Context()).readings)
    ]
    return 1 - len(wrong) / len(questions), wrong


@pytest.mark.parametrize(("offset", "floor"), [(0, 0.98), (1, 0.93)])
def test_the_share_of_right_plans_does_not_fall(offset: int, floor: float) -> None:
    share, wrong = score(QUESTIONS[offset::2])
    assert share >= floor, "\n".join(wrong)
