"""A plan from JSON: bounded before any model sees it, its first fault named."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError

from registry import limits
from registry.errors import BadPlan, TooLarge
from registry.fault import first_fault
from registry.plan.model import QueryPlan

#: nesting of one plan's JSON, plans within it left out
_DEPTH_MAX: Final = 2 * limits.PLAN_DEPTH_MAX + 6


def parse_plan(data: Any) -> QueryPlan:
    """A JSON plan as a `QueryPlan`; `BadPlan` names the first fault.

    Check it against a catalogue next.
    """
    _bounded(data)
    try:
        plan = QueryPlan.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as bad:
        raise BadPlan(f"plan: {first_fault(bad)}. See describe('plan').") from None
    return plan


def _bounded(data: Any) -> None:
    """Refuse a plan too deep or too wide."""
    nodes = 0
    stack = [(data, _DEPTH_MAX, limits.INNER_DEPTH_MAX)]
    while stack:
        item, left, plans = stack.pop()
        if left < 0 or plans < 0:
            raise TooLarge("The plan is nested too deeply; flatten its predicates.")
        nodes += 1
        if nodes > limits.PLAN_NODES_MAX * 4 + limits.PLAN_VALUES_MAX:
            raise TooLarge(
                f"The plan has too many parts; keep it under {limits.PLAN_NODES_MAX} nodes "
                f"and {limits.PLAN_VALUES_MAX:,} values."
            )
        if isinstance(item, dict):
            for key, child in item.items():
                inner = key == "plan"
                stack.append((child, _DEPTH_MAX if inner else left - 1, plans - inner))
        elif isinstance(item, (list, tuple)):
            stack.extend((child, left - 1, plans) for child in item)
