"""Sketches from the SQL of a training question. What no sketch says raises `Unsaid` with a reason.

Text is read as SQLite does; nothing is run here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

import sqlglot
from sqlglot import exp

from orchestrator.planner.network.schema import Schema
from orchestrator.planner.network.sketch import (
    Aggregate,
    Condition,
    Link,
    Literal_,
    Op,
    Order,
    Sketch,
    Table,
    Term,
)

_FOLDS: Final[dict[Any, Aggregate]] = {
    exp.Max: "max", exp.Min: "min", exp.Sum: "sum", exp.Avg: "avg", exp.Count: "count",
}  # fmt: skip
_OPS: Final[dict[Any, Op]] = {
    exp.EQ: "=", exp.NEQ: "!=", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_FLIPPED: Final[dict[Op, Op]] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SETS: Final = {exp.Union: "union", exp.Intersect: "intersect", exp.Except: "except"}


class Unsaid(Exception):
    """A sketch does not say this."""


@dataclass(slots=True)
class Names:
    """The schema's numbers by the source's own names, lower case."""

    schema: Schema
    tables: Mapping[str, int]
    #: {(table, name): column}
    columns: Mapping[tuple[int, str], int]


@dataclass(slots=True)
class _Scope:
    """The tables one SELECT names, by alias."""

    names: Names
    by_alias: dict[str, int] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)

    def column(self, node: Any) -> int:
        if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star):
            raise Unsaid(f"column {type(node).__name__}")
        name, alias = node.name.lower(), node.table.lower()
        if alias and alias not in self.by_alias:
            raise Unsaid("outer column")
        for table in [self.by_alias[alias]] if alias else self.order:
            found = self.names.columns.get((table, name))
            if found is not None:
                return found
        raise Unsaid(f"unknown column {name}")


def sketch_of(sql: str, names: Names) -> Sketch:
    """The sketch of a statement over the source's tables."""
    text = re.sub(r'"([^"]*)"', lambda m: "'" + m.group(1).replace("'", "''") + "'", sql)
    try:
        tree = sqlglot.parse_one(text.rstrip("; \n"), read="sqlite")
    except sqlglot.errors.SqlglotError:
        raise Unsaid("syntax") from None
    return _query(tree, names)


def _query(tree: Any, names: Names) -> Sketch:
    if isinstance(tree, exp.Subquery):
        return _query(tree.this, names)
    for kind, op in _SETS.items():
        if isinstance(tree, kind):
            left, right = _query(tree.left, names), _query(tree.right, names)
            if left.combine or len(left.select) != len(right.select):
                raise Unsaid("set of sets")
            if tree.args.get("order") or tree.args.get("limit"):
                raise Unsaid("order of a set")
            return replace(left, combine=(cast(Any, op), right))
    if not isinstance(tree, exp.Select):
        raise Unsaid(type(tree).__name__)
    return _select(tree, names)


def _select(tree: Any, names: Names) -> Sketch:
    scope, tables = _tables(tree, names)
    everything = isinstance(tree.expressions[0], exp.Star)
    if everything and len(tree.expressions) > 1:
        raise Unsaid("everything and more")
    select = () if everything else tuple(_term(node, scope) for node in tree.expressions)
    group = tree.args.get("group")
    order = tree.args.get("order")
    having = tree.args.get("having")
    where = tree.args.get("where")
    return Sketch(
        tables,
        select,
        bool(tree.args.get("distinct")),
        _conditions(where.this, scope) if where else (),
        tuple(Term(scope.column(node)) for node in group.expressions) if group else (),
        _conditions(having.this, scope) if having else (),
        tuple(Order(_term(o.this, scope), bool(o.args.get("desc"))) for o in order.expressions)
        if order
        else (),
        _limit(tree),
    )


def _limit(tree: Any) -> int | None:
    limit = tree.args.get("limit")
    if tree.args.get("offset"):
        raise Unsaid("offset")
    return int(limit.expression.name) if limit else None


def _tables(tree: Any, names: Names) -> tuple[_Scope, tuple[Table, ...]]:
    source = tree.args.get("from_") or tree.args.get("from")
    if source is None:
        raise Unsaid("no table")
    scope = _Scope(names)
    joins = tree.args.get("joins") or []
    for node in [source.this, *(join.this for join in joins)]:
        if not isinstance(node, exp.Table):
            raise Unsaid("a query as a table")
        number = names.tables.get(node.name.lower())
        if number is None:
            raise Unsaid(f"unknown table {node.name}")
        if number in scope.order:
            raise Unsaid("a table with itself")
        scope.by_alias[node.alias_or_name.lower()] = number
        scope.by_alias.setdefault(node.name.lower(), number)
        scope.order.append(number)
    edges: list[tuple[int, int]] = []
    for join in joins:
        if join.side or join.args.get("using"):
            raise Unsaid("outer join")
        if join.args.get("on") is not None:
            edges.extend(_edges(join.args["on"], scope))
    return scope, _ordered(scope, edges)


def _edges(node: Any, scope: _Scope) -> list[tuple[int, int]]:
    if isinstance(node, exp.And):
        return _edges(node.left, scope) + _edges(node.right, scope)
    if isinstance(node, exp.Paren):
        return _edges(node.this, scope)
    if not isinstance(node, exp.EQ):
        raise Unsaid("join by more than equality")
    return [(scope.column(node.left), scope.column(node.right))]


def _ordered(scope: _Scope, edges: list[tuple[int, int]]) -> tuple[Table, ...]:
    """The tables in the schema's order as far as each has a way to those before."""
    schema = scope.names.schema
    left = sorted(scope.order)
    out = [Table(left.pop(0))]
    while left:
        known = {t.table for t in out}
        found = next(((t, w) for t in left if (w := _way(schema, edges, known, t))), None)
        if found is None:
            raise Unsaid("tables without a way")
        number, way = found
        out.append(Table(number, None if way == schema.plain_way(known, number) else way))
        left.remove(number)
    if len(edges) > len(out) - 1:
        raise Unsaid("more ways than tables")
    return tuple(out)


def _way(
    schema: Schema, edges: list[tuple[int, int]], known: set[int], table: int
) -> tuple[int, int] | None:
    """The join's columns from a known table to this one."""
    for edge in edges:
        for a, b in (edge, edge[::-1]):
            if schema.columns[a].table in known and schema.columns[b].table == table:
                return a, b
    return None


def _term(node: Any, scope: _Scope) -> Term:
    if isinstance(node, (exp.Alias, exp.Paren)):
        return _term(node.this, scope)
    fold = _FOLDS.get(type(node))
    if fold is None:
        return Term(scope.column(node))
    inner = node.this
    if isinstance(inner, exp.Star):
        return Term(None, "count")
    if isinstance(inner, exp.Distinct):
        if fold != "count" or len(inner.expressions) != 1:
            raise Unsaid("distinct inside")
        return Term(scope.column(inner.expressions[0]), "distinct")
    if isinstance(inner, exp.Paren):
        inner = inner.this
    return Term(None, "count") if fold == "count" else Term(scope.column(inner), fold)


def _conditions(node: Any, scope: _Scope) -> tuple[Condition, ...]:
    """The flat list of a condition tree."""
    if isinstance(node, exp.Paren):
        return _conditions(node.this, scope)
    if isinstance(node, (exp.And, exp.Or)):
        link: Link = "and" if isinstance(node, exp.And) else "or"
        left, right = (_operand(side, scope, link) for side in (node.left, node.right))
        return (*left, replace(right[0], link=link), *right[1:])
    return (_condition(node, scope),)


def _operand(node: Any, scope: _Scope, link: Link) -> tuple[Condition, ...]:
    """One side of an and/or; an `or` inside an `and` binds tighter and may hold no `and`."""
    found = _conditions(node, scope)
    inside = node.this if isinstance(node, exp.Paren) else node
    if link == "and" and isinstance(inside, exp.Or):
        if any(c.link != "or" for c in found[1:]):
            raise Unsaid("conditions three deep")
        return (found[0], *(replace(c, link="either") for c in found[1:]))
    return found


def _condition(node: Any, scope: _Scope) -> Condition:
    if isinstance(node, exp.Not):
        return _negated(node.this, scope)
    if isinstance(node, exp.Between):
        low, high = _literal(node.args["low"]), _literal(node.args["high"])
        return Condition(_term(node.this, scope), "between", (low, high))
    if isinstance(node, exp.Like):
        op, text = _pattern(_literal(node.expression))
        if node.args.get("negate"):
            return _negated(exp.Like(this=node.this, expression=node.expression), scope)
        return Condition(_term(node.this, scope), op, (text,))
    if isinstance(node, exp.In):
        return _in(node, scope, "in")
    if isinstance(node, exp.Is):
        return Condition(_term(node.this, scope), "null")
    op_ = _OPS.get(type(node))
    if op_ is None:
        raise Unsaid(f"condition {type(node).__name__}")
    return _comparison(node.left, op_, node.right, scope)


def _negated(node: Any, scope: _Scope) -> Condition:
    if isinstance(node, exp.Paren):
        return _negated(node.this, scope)
    if isinstance(node, exp.In):
        return _in(node, scope, "not in")
    if isinstance(node, exp.Is):
        return Condition(_term(node.this, scope), "not null")
    if isinstance(node, exp.Like):
        op, text = _pattern(_literal(node.expression))
        if op == "contains":
            return Condition(_term(node.this, scope), "lacks", (text,))
    if isinstance(node, exp.EQ):
        return _comparison(node.left, "!=", node.right, scope)
    raise Unsaid("not")


def _in(node: Any, scope: _Scope, op: Op) -> Condition:
    query = node.args.get("query")
    if query is None:
        raise Unsaid("in a list")
    return Condition(_term(node.this, scope), op, inner=_query(query, scope.names))


def _comparison(left: Any, op: Op, right: Any, scope: _Scope) -> Condition:
    if isinstance(left, (exp.Literal, exp.Subquery, exp.Neg)):
        left, right, op = right, left, _FLIPPED[op]
    term = _term(left, scope)
    if isinstance(right, exp.Subquery):
        return Condition(term, op, inner=_query(right, scope.names))
    if isinstance(right, exp.Column):
        return Condition(term, op, other=scope.column(right))
    value = _literal(right)
    if value == "" or value == "null":
        return Condition(term, "null" if op == "=" else "not null")
    return Condition(term, op, (value,))


def _literal(node: Any) -> Literal_:
    if isinstance(node, exp.Neg):
        value = _literal(node.this)
        if isinstance(value, str):
            raise Unsaid("minus text")
        return -value
    if not isinstance(node, exp.Literal):
        raise Unsaid(f"value {type(node).__name__}")
    if node.is_string:
        return str(node.this)
    number = float(node.this)
    return int(number) if number.is_integer() else number


def _pattern(value: Literal_) -> tuple[Op, str]:
    text = str(value)
    core = text.strip("%").strip()
    if "%" in core or "_" in core or not core:
        raise Unsaid("pattern")
    if text.startswith("%") and text.endswith("%"):
        return "contains", core
    if text.endswith("%"):
        return "starts", core
    return ("ends", core) if text.startswith("%") else ("contains", core)
