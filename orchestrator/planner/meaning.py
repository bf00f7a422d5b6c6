"""What a plan means, apart from names: its parts with every field as `domain.collection.field`, so
that plans of different planners can be laid side by side. Never decides anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from registry.plan import And, Compare, In, IsNull, Not, Or, Predicate, QueryPlan, predicate_wire

PARTS: Final = ("tables", "where", "shown", "group", "having", "order", "rest")
_NESTED: Final = 4


@dataclass(frozen=True, slots=True)
class Meaning:
    """A plan's parts. `fields`: those it uses anywhere, by address."""

    tables: frozenset[str]
    where: frozenset[str]
    shown: tuple[str, ...]
    group: frozenset[str]
    having: frozenset[str]
    order: tuple[str, ...]
    rest: str
    fields: frozenset[str]
    whole: bool

    def shares(self, other: Meaning) -> dict[str, bool]:
        """Which parts are equal in both; what is shown, in any order."""
        return {
            name: sorted(self.shown) == sorted(other.shown)
            if name == "shown"
            else getattr(self, name) == getattr(other, name)
            for name in PARTS
        }

    def same(self, other: Meaning) -> bool:
        return all(self.shares(other).values())


def meaning(plan: QueryPlan, depth: int = 0) -> Meaning:
    """The meaning of a checked plan."""
    of = _Fields(plan)
    folds = {m.name: f"{m.fn}({of(m.field) if m.field else ''})" for m in plan.measures}
    for m in plan.measures:
        if m.where is not None:
            folds[m.name] += f" where {sorted(_atoms(m.where, of, depth))}"
    keys = {g.name: of(g.field) + (f" by {g.bucket}" if g.bucket else "") for g in plan.group}
    outputs = {**keys, **folds}
    for c in plan.compute:
        outputs[c.alias] = (
            f"{c.op}{[outputs.get(a, a) if isinstance(a, str) else a for a in c.args]}"
        )
    made = plan.show or tuple(outputs)
    shown = tuple(outputs.get(n, n) for n in made) if outputs else tuple(map(of, plan.select))
    return Meaning(
        frozenset(plan.collections),
        frozenset(_atoms(plan.where, of, depth)),
        shown,
        frozenset(keys.values()),
        frozenset(_atoms(plan.having, lambda name: outputs.get(name, name), depth)),
        tuple(f"{outputs.get(o.by) or of(o.by)} {o.desc}" for o in plan.order),
        _rest(plan, outputs, depth),
        frozenset(of.used),
        not outputs and not plan.select,
    )


class _Fields:
    """Addresses of a plan's paths; remembers which were asked for."""

    def __init__(self, plan: QueryPlan) -> None:
        self._plan = plan
        self.used: set[str] = set()

    def __call__(self, path: str) -> str:
        alias, _, name = path.rpartition(".")
        found = f"{self._plan.address_of(alias or None) or alias}.{name}"
        self.used.add(found)
        return found


def _rest(plan: QueryPlan, outputs: dict[str, str], depth: int) -> str:
    per = plan.per and f"per {[outputs.get(n, n) for n in plan.per.by]} {plan.per.n}"
    anti = sorted(j.to for j in plan.joins if j.kind == "anti")
    other = plan.combine and f"{plan.combine.op} {_inner(plan.combine.plan, depth)}"
    return f"{plan.limit} {plan.distinct} {per} {anti} {other}"


def _inner(plan: QueryPlan, depth: int) -> str:
    if depth >= _NESTED:
        return ""
    found = meaning(plan, depth + 1)
    parts: list[Any] = [getattr(found, name) for name in PARTS]
    return str([sorted(p) if isinstance(p, frozenset) else p for p in parts])


def _atoms(node: Predicate | None, of: Any, depth: int) -> Iterator[str]:
    """What all must hold, each as text."""
    if isinstance(node, And):
        for arg in node.args:
            yield from _atoms(arg, of, depth)
    elif node is not None:
        yield _text(node, of, depth)


def _text(node: Predicate, of: Any, depth: int) -> str:
    if isinstance(node, (And, Or)):
        return f"{node.op} {sorted(_text(arg, of, depth) for arg in node.args)}"
    if isinstance(node, Not):
        return f"not {_text(node.arg, of, depth)}"
    if isinstance(node, (Compare, In)):
        if node.plan is not None:
            return f"{of(node.field)} {node.op} {_inner(node.plan, depth)}"
        if isinstance(node, In):
            return f"{of(node.field)} in {sorted(map(str, node.values))}"
        right = of(node.other) if node.other is not None else node.value
        return f"{of(node.field)} {node.op} {right}"
    if isinstance(node, IsNull):
        return f"{of(node.field)} null"
    wire = predicate_wire(node)
    return f"{of(wire['field']) if 'field' in wire else ''} {node.op} {wire}"
