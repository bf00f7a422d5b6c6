"""The figures of a suite that was asked. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from orchestrator.eval.calibration import calibration, coverage
from orchestrator.eval.run import Outcome

_STATUSES = ("answered", "tentative", "clarify", "refused")


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Of the whole suite (`coverage` and `calibration`, too), of each half (`halves`) and of each
    kind (`kinds`, in a half too), where the suite tells them."""
    whole = {"coverage": coverage(outcomes), "calibration": calibration(outcomes)}
    parts = {"halves": _halves(outcomes), "kinds": _kinds(outcomes)}
    return {**_measured(outcomes), **whole, **{name: part for name, part in parts.items() if part}}


def _halves(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    parts = _by([outcome.question.half for outcome in outcomes], outcomes)
    return {half: {**_measured(part), "kinds": _kinds(part)} for half, part in parts.items()}


def _kinds(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    parts = _by([outcome.question.kind for outcome in outcomes], outcomes)
    return {kind: _measured(part) for kind, part in parts.items()}


def _by(names: Sequence[str | None], outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes of each name, in the order of names; those without one are left out."""
    parts: dict[str, list[Outcome]] = {name: [] for name in sorted({n for n in names if n})}
    for name, outcome in zip(names, outcomes, strict=True):
        if name:
            parts[name].append(outcome)
    return parts


def _measured(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Accuracy over all questions (tentative answers count), precision over those answered (`None`
    without any), the share of those without an answer that were refused or asked back, counts by
    status, and the planner's ms."""
    counts = Counter(outcome.status for outcome in outcomes)
    answered = [outcome for outcome in outcomes if outcome.status == "answered"]
    unanswerable = [outcome for outcome in outcomes if outcome.question.expect]
    spent = sorted(outcome.understand_ms for outcome in outcomes)
    return {
        "questions": len(outcomes),
        "strict": _share([o.strict for o in outcomes]),
        "lenient": _share([o.lenient for o in outcomes]),
        "precision": {
            "strict": _share([o.strict for o in answered]),
            "lenient": _share([o.lenient for o in answered]),
        },
        "declined": _share([o.status in ("clarify", "refused") for o in unanswerable]),
        "status": {status: counts[status] for status in _STATUSES},
        "understand_ms": {f"p{p}": round(_quantile(spent, p / 100), 2) for p in (50, 95, 99)},
    }


def answer_line(outcome: Outcome) -> dict[str, Any]:
    """What a question was given, for `--answers`."""
    answer = outcome.answer
    return {
        "id": outcome.question.id,
        "status": outcome.status,
        "columns": [column["name"] for column in answer.get("columns", ())],
        "rows": answer["rows"],
        "confidence": answer.get("confidence"),
        "understand_ms": outcome.understand_ms,
        "plan": answer.get("plan"),
    }


def failure_line(outcome: Outcome) -> dict[str, Any]:
    """What a question was given beside what was right, for `--failures`."""
    question, gold = outcome.question, outcome.gold
    return {
        **answer_line(outcome),
        "db": question.db,
        "question": question.question,
        "sql": question.sql,
        "expect": question.expect,
        "right": None if gold is None else gold.rows,
        "lenient": outcome.lenient,
        "text": outcome.answer.get("text"),
        "reason": outcome.answer.get("reason"),
    }


def _share(right: Sequence[bool]) -> float | None:
    return round(sum(right) / len(right), 4) if right else None


def _quantile(spent: Sequence[float], share: float) -> float:
    return spent[min(int(share * len(spent)), len(spent) - 1)]
