"""How likely answers were said to be, beside how often they were right; and planners side by side.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from orchestrator.eval.run import Outcome

_STEPS: Final = 10
#: the share of right answers that those an `answered` is shown for shall have
PRECISION: Final = 0.95


def calibration(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Of answers with rows, shown with or without doubt: a line per tenth of what was said, and by
    how much that was wrong on average (`error`); `None` where there are none."""
    said = _said(outcomes)
    tenths: list[list[tuple[float, bool]]] = [[] for _ in range(_STEPS)]
    for likely, right in said:
        tenths[min(int(likely * _STEPS), _STEPS - 1)].append((likely, right))
    curve = [
        {
            "answers": len(part),
            "said": round(sum(likely for likely, _ in part) / len(part), 4),
            "right": round(sum(right for _, right in part) / len(part), 4),
        }
        for part in tenths
        if part
    ]
    wrong = sum(abs(line["said"] - line["right"]) * line["answers"] for line in curve)
    return {"error": round(wrong / len(said), 4) if said else None, "curve": curve}


def coverage(outcomes: Sequence[Outcome], precision: float = PRECISION) -> float | None:
    """The largest share of the questions, the surest answers first, that are right this often."""
    if not outcomes:
        return None
    good = most = 0
    for count, (_, right) in enumerate(sorted(_said(outcomes), reverse=True), 1):
        good += right
        if good >= precision * count:
            most = count
    return round(most / len(outcomes), 4)


def oracle(asked: Mapping[str, Sequence[Outcome]]) -> dict[str, Any]:
    """What always choosing the right one of these planners' answers would reach. `asked`: each
    planner's outcomes, in the order of the questions."""
    rows = list(zip(*asked.values(), strict=True))
    strict = sum(any(outcome.strict for outcome in row) for row in rows)
    lenient = sum(any(outcome.lenient for outcome in row) for row in rows)
    count = max(1, len(rows))
    return {"strict": round(strict / count, 4), "lenient": round(lenient / count, 4)}


def _said(outcomes: Sequence[Outcome]) -> list[tuple[float, bool]]:
    """(how likely, right) of each answer with rows."""
    return [
        (float(outcome.answer.get("confidence") or 0.0), outcome.strict)
        for outcome in outcomes
        if outcome.status in ("answered", "tentative")
    ]
