"""A checked plan of another planner as a sketch, so that the network can say what it thinks of it:
the inverse of `plans`, as far as sketches reach.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias, cast

from orchestrator.planner.network.schema import Schema
from orchestrator.planner.network.sketch import (
    AGGREGATES,
    Condition,
    Link,
    Op,
    Order,
    Sketch,
    Table,
    Term,
)
from registry.plan import (
    And,
    Compare,
    In,
    IsNull,
    Like,
    Measured,
    Not,
    Or,
    Predicate,
    QueryPlan,
    leaves,
)

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_TURNED: Final = {"=": "!=", "!=": "=", "in": "not in", "contains": "lacks", "null": "not null"}


_Terms: TypeAlias = Callable[[str], Term]


class Unsketched(Exception):
    """No sketch says this plan."""


def sketch_of(plan: QueryPlan, schema: Schema) -> Sketch | None:
    """The sketch of a plan over that schema; `None` where none says it."""
    try:
        return _Reader(plan, schema).sketch()
    except Unsketched:
        return None


def beyond(plan: QueryPlan) -> bool:
    """Whether a plan says what sketches never do: arithmetic, calendar buckets, windows of time.
    Of such questions the network has learned nothing."""
    folds = any(m.fn not in AGGREGATES or m.where is not None for m in plan.measures)
    counted = bool(plan.compute) or plan.per is not None or any(k.bucket for k in plan.group)
    found = (leaf for tree in plan.predicates for leaf in leaves(tree))
    dated = any(isinstance(leaf, Compare) and _dated(leaf) for leaf in found)
    return folds or counted or dated or any(map(beyond, plan.below))


def _dated(node: Compare) -> bool:
    return isinstance(node.value, str) and _DAY.match(node.value) is not None


class _Reader:
    """One plan on its way to a sketch. Knows its tables by alias, "" for the plan's own."""

    def __init__(self, plan: QueryPlan, schema: Schema) -> None:
        self._plan, self._schema = plan, schema
        numbers = {table.address: table.number for table in schema.tables}
        self._tables: dict[str, int] = {}
        for alias, address in (("", plan.source), *((j.alias, j.to) for j in plan.joins)):
            number = numbers.get(address)
            if number is None or number in self._tables.values():
                raise Unsketched("a table twice, or none")
            self._tables[alias] = number

    def sketch(self) -> Sketch:
        plan = self._plan
        if plan.compute or plan.per is not None:
            raise Unsketched("arithmetic")
        joined, absent = self._joined()
        where = (*self._conditions(plan.where, self._path_term), *absent)
        combine = None
        if plan.combine is not None:
            combine = plan.combine.op, self._within(plan.combine.plan)
        made = Sketch(joined, (), plan.distinct, where, limit=plan.limit, combine=combine)
        return self._folded(made) if plan.aggregates else self._listed(made)

    def _within(self, plan: QueryPlan) -> Sketch:
        return _Reader(plan, self._schema).sketch()

    def _listed(self, made: Sketch) -> Sketch:
        order = tuple(Order(self._path_term(o.by), o.desc) for o in self._plan.order)
        return replace(made, select=tuple(map(self._path_term, self._plan.select)), order=order)

    def _folded(self, made: Sketch) -> Sketch:
        plan = self._plan
        outputs: dict[str, Term] = {}
        for key in plan.group:
            if key.bucket is not None:
                raise Unsketched("a calendar bucket")
            outputs[key.name] = self._path_term(key.field)
        outputs |= {measure.name: self._measured(measure) for measure in plan.measures}

        def output(name: str) -> Term:
            if name not in outputs:
                raise Unsketched("an output that is not there")
            return outputs[name]

        shown = plan.show or tuple(outputs)
        keys = [key.name for key in plan.group]
        hidden = [name for name in keys if name not in shown]
        return replace(
            made,
            select=tuple(map(output, shown)),
            group=tuple(map(output, hidden or keys)),
            having=tuple(self._conditions(plan.having, output)),
            order=tuple(Order(output(o.by), o.desc) for o in plan.order),
        )

    def _measured(self, measure: Measured) -> Term:
        if measure.where is not None or measure.fn not in AGGREGATES:
            raise Unsketched(f"a measure {measure.fn}")
        column = None if measure.field is None else self._path_term(measure.field).column
        return Term(column, measure.fn)

    # -- tables ------------------------------------------------------------------------------------

    def _joined(self) -> tuple[tuple[Table, ...], list[Condition]]:
        tables, absent = [Table(self._tables[""])], list[Condition]()
        known = {self._tables[""]}
        for join in self._plan.joins:
            number = self._tables[join.alias]
            left = self._path_term(join.on[0]).column
            right = self._column(number, join.on[1])
            if join.kind == "anti":
                inner = Sketch((Table(number),), (Term(right),))
                absent.append(Condition(Term(left), "not in", inner=inner))
                continue
            assert left is not None
            plain = self._schema.plain_way(known, number) == (left, right)
            tables.append(Table(number, None if plain else (left, right)))
            known.add(number)
        return tuple(tables), absent

    def _column(self, table: int, name: str) -> int:
        columns = self._schema.columns
        found = next((n for n in self._schema.tables[table].columns if columns[n].name == name),
                     None)  # fmt: skip
        if found is None and name == "id":
            found = self._schema.tables[table].key
        if found is None:
            raise Unsketched(f"a field {name}")
        return found

    def _path_term(self, path: str) -> Term:
        alias, _, name = path.rpartition(".")
        if alias not in self._tables:
            raise Unsketched("an alias that is not there")
        return Term(self._column(self._tables[alias], name))

    # -- conditions --------------------------------------------------------------------------------

    def _conditions(self, tree: Predicate | None, term: _Terms) -> list[Condition]:
        """The flat list: `or` of `and`s of `or`s, no deeper."""
        if tree is None:
            return []
        if isinstance(tree, Or):
            parts = [self._all(arg, term) for arg in tree.args]
            return [
                replace(condition, link="or") if n and not m else condition
                for n, part in enumerate(parts)
                for m, condition in enumerate(part)
            ]
        return self._all(tree, term)

    def _all(self, tree: Predicate, term: _Terms) -> list[Condition]:
        if not isinstance(tree, And):
            return self._any(tree, term)
        between = _between(tree.args)
        if between is not None:
            field, low, high = between
            return [Condition(term(field), "between", (low, high))]
        return [condition for arg in tree.args for condition in self._all(arg, term)]

    def _any(self, tree: Predicate, term: _Terms) -> list[Condition]:
        leaves: Sequence[Predicate] = tree.args if isinstance(tree, Or) else (tree,)
        if isinstance(tree, In) and tree.plan is None:
            leaves = [Compare(op="=", field=tree.field, value=value) for value in tree.values]
        links: list[Link] = ["and", *("either" for _ in leaves[1:])]  # type: ignore[list-item]
        found = [self._leaf(leaf, term) for leaf in leaves]
        return [replace(one, link=link) for one, link in zip(found, links, strict=True)]

    def _leaf(self, node: Predicate, term: _Terms) -> Condition:
        if isinstance(node, Not):
            found = self._leaf(node.arg, term)
            if found.op not in _TURNED:
                raise Unsketched(f"not {found.op}")
            return replace(found, op=cast(Op, _TURNED[found.op]))
        if isinstance(node, IsNull):
            return Condition(term(node.field), "null")
        if isinstance(node, Like):
            return Condition(term(node.field), node.op, (node.value,))
        if not isinstance(node, (Compare, In)):
            raise Unsketched(node.op)
        if node.plan is not None:
            return Condition(term(node.field), node.op, inner=self._within(node.plan))
        if isinstance(node, In):
            raise Unsketched("a list inside")
        if node.other is not None:
            return Condition(term(node.field), node.op, other=term(node.other).column)
        assert node.value is not None
        return Condition(term(node.field), node.op, (node.value,))


def _between(args: Sequence[Predicate]) -> tuple[str, str | int | float, str | int | float] | None:
    """`>=` and `<=` of one field."""
    if len(args) != 2 or not all(isinstance(a, Compare) and a.value is not None for a in args):
        return None
    low, high = cast("tuple[Compare, Compare]", tuple(args))
    if (low.op, high.op, low.field) != (">=", "<=", high.field):
        return None
    assert low.value is not None and high.value is not None
    return low.field, low.value, high.value
