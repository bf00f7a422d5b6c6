"""Walks over predicates and paths. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from registry.plan.model import (
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
    Scalar,
)


def conjuncts(node: Predicate | None) -> tuple[Predicate, ...]:
    """The parts that all must hold: the arguments of nested `and`s at the top."""
    if node is None:
        return ()
    if isinstance(node, And):
        return tuple(part for arg in node.args for part in conjuncts(arg))
    return (node,)


def conjoin(parts: tuple[Predicate, ...] | list[Predicate]) -> Predicate | None:
    """The inverse of `conjuncts`."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(args=tuple(parts))


def replaced(node: Predicate, path: Callable[[str], str]) -> Predicate:
    """The same condition over other fields: each is what `path` makes of it."""
    if isinstance(node, (And, Or)):
        return node.model_copy(update={"args": tuple(replaced(arg, path) for arg in node.args)})
    if isinstance(node, Not):
        return Not(arg=replaced(node.arg, path))
    if isinstance(node, Match):
        return node
    change = {"field": path(node.field)}
    if isinstance(node, Compare) and node.other is not None:
        change["other"] = path(node.other)
    return node.model_copy(update=change)


def split_path(path: str) -> tuple[str | None, str]:
    """("alias", "field") of a path; alias `None` is the plan's own collection."""
    alias, dot, name = path.rpartition(".")
    return (alias if dot else None), name


def row_ids(plan: QueryPlan) -> tuple[str, ...]:
    """The ids that make a row of a list one of its kind. A join on the id brings one partner at
    most, so it needs no id of its own."""
    brought = (join for join in plan.joins if join.kind != "anti" and join.on[1] != "id")
    return ("id", *(f"{join.alias}.id" for join in brought))


def every(plan: QueryPlan) -> Iterator[QueryPlan]:
    """The plan, and all plans within it."""
    yield plan
    for below in plan.below:
        yield from every(below)


def place_of(plan: QueryPlan, path: str) -> tuple[str, str]:
    """(address, field) of a path of the plan."""
    alias, name = split_path(path)
    return plan.address_of(alias) or plan.source, name


def literals_of(leaf: Compare | In | IsNull | Like | Match) -> Iterable[Scalar]:
    """The values that a leaf compares with."""
    if isinstance(leaf, In):
        return leaf.values
    if isinstance(leaf, Match):
        return (leaf.text,)
    if isinstance(leaf, IsNull):
        return ()
    return () if leaf.value is None else (leaf.value,)


def paths_of(leaf: Compare | In | IsNull | Like | Match) -> tuple[str, ...]:
    """The fields that a leaf looks at; of a search, the id of the record that is searched."""
    if isinstance(leaf, Match):
        return (f"{leaf.alias}.id" if leaf.alias else "id",)
    if isinstance(leaf, Compare) and leaf.other is not None:
        return (leaf.field, leaf.other)
    return (leaf.field,)
