"""Sketches as checked plans: joins get aliases, values their types, aggregates their names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from orchestrator.planner.network.schema import Column, Schema
from orchestrator.planner.network.sketch import Condition, Literal_, Sketch, Term
from orchestrator.planner.parts import compare, join, key, like, measured, query
from registry.catalog import Catalogue
from registry.check import check
from registry.errors import IsothermError
from registry.plan import (
    And,
    Compare,
    Group,
    In,
    IsNull,
    Join,
    Measured,
    Not,
    Or,
    Order,
    Predicate,
    QueryPlan,
)

_TEXTUAL: Final = ("contains", "starts", "ends", "lacks")
_YEAR_CHARS: Final = 4


class Unplanned(Exception):
    """No plan says this sketch."""


def plan_of(sketch: Sketch, schema: Schema, catalogue: Catalogue) -> QueryPlan | None:
    """The checked plan of a sketch; `None` where none says it or the catalogue refuses it."""
    try:
        plan = _Maker(schema, catalogue, sketch).plan()
        check(plan, catalogue)
    except (Unplanned, IsothermError, ValueError):
        return None
    return plan


@dataclass(slots=True)
class _Maker:
    """One sketch on its way to a plan. `aliases`: by table, "" for the plan's own."""

    schema: Schema
    catalogue: Catalogue
    sketch: Sketch
    aliases: dict[int, str] = field(default_factory=dict)
    keys: dict[Term, Group] = field(default_factory=dict)
    measures: dict[Term, Measured] = field(default_factory=dict)
    #: places in `select` where the record's id stands for its key, as the partner holds ids
    ids: frozenset[int] = frozenset()

    def plan(self) -> QueryPlan:
        s = self.sketch
        if s.combine is not None:
            self.ids = self.ids | self._refer(s.combine[1], s)
        joins = self._joins()
        source = self.schema.tables[s.tables[0].table].address
        rest: dict[str, Any] = {"joins": joins, "where": self._tree(s.where, self._where)}
        folded = (
            s.group or s.having or any(t.aggregate for t in (*s.select, *(o.term for o in s.order)))
        )
        rest |= self._folded() if folded else self._listed()
        if s.combine is not None:
            op, other = s.combine
            within = _Maker(self.schema, self.catalogue, other, ids=self._refer(s, other))
            rest["combine"] = {"op": op, "plan": within.plan()}
        return query(source, limit=s.limit, **rest)

    def _refer(self, one: Sketch, other: Sketch) -> frozenset[int]:
        """Where the other's key meets a reference of this one."""
        pairs = zip(one.select, other.select, strict=False)
        return frozenset(n for n, (a, b) in enumerate(pairs) if self._holds_ids(a, b))

    def _holds_ids(self, a: Term, b: Term) -> bool:
        """Whether `a` refers to the records that `b` is the key of."""
        if a.aggregate or b.aggregate or a.column is None or b.column is None:
            return False
        first, second = self.schema.columns[a.column], self.schema.columns[b.column]
        return first.target == second.table and second.key

    # -- joins -------------------------------------------------------------------------------------

    def _joins(self) -> tuple[Join, ...]:
        out: list[Join] = []
        self.aliases[self.sketch.tables[0].table] = ""
        for table in self.sketch.tables[1:]:
            way = table.on or self.schema.plain_way(self.aliases, table.table)
            if way is None:
                raise Unplanned("no way")
            address = self.schema.tables[table.table].address
            left, right = self._way(*way)
            alias = address.partition(".")[2]
            self.aliases[table.table] = alias
            out.append(join(alias, address, (left, right), "inner"))
        return tuple(out)

    def _way(self, a: int, b: int) -> tuple[str, str]:
        """The path and the field that meet; where one holds ids, the other is the id."""
        one, two = self.schema.columns[a], self.schema.columns[b]
        left, right = self._path(one), two.name
        if one.target == two.table and two.key:
            right = "id"
        elif two.target == one.table and one.key:
            left = self._path(one, "id")
        return left, right

    def _path(self, column: Column, name: str | None = None) -> str:
        alias = self.aliases.get(column.table)
        if alias is None:
            raise Unplanned("a table that is not there")
        return f"{alias}.{name or column.name}" if alias else name or column.name

    def _column(self, number: int | None) -> Column:
        if number is None:
            raise Unplanned("no column")
        return self.schema.columns[number]

    # -- what is shown -----------------------------------------------------------------------------

    def _listed(self) -> dict[str, Any]:
        s = self.sketch
        terms = s.select or tuple(
            Term(n) for t in s.tables for n in self.schema.tables[t.table].columns
        )
        paths = [
            self._path(self._column(t.column), "id" if n in self.ids else None)
            for n, t in enumerate(terms)
        ]
        order = [Order(by=self._path(self._column(o.term.column)), desc=o.desc) for o in s.order]
        return {"select": tuple(dict.fromkeys(paths)), "distinct": s.distinct, "order": order}

    def _folded(self) -> dict[str, Any]:
        s = self.sketch
        if not s.select:
            raise Unplanned("everything, folded")
        shown = s.select
        for term in (*s.group, *shown, *(o.term for o in s.order)):
            self._output(term)
        having = self._tree(s.having, self._having)
        names = tuple(dict.fromkeys(self._output(t) for t in shown))
        made = (*(g.name for g in self.keys.values()), *(m.name for m in self.measures.values()))
        return {
            "group": tuple(self.keys.values()),
            "measures": tuple(self.measures.values()),
            "having": having,
            "show": () if names == made else names,
            "order": [Order(by=self._output(o.term), desc=o.desc) for o in s.order],
        }

    def _output(self, term: Term) -> str:
        """The name of the output column that a term is, made on first need."""
        if term.aggregate is None:
            if term not in self.keys:
                column = self._column(term.column)
                shown = {self.sketch.select[n] for n in self.ids if n < len(self.sketch.select)}
                of = self._path(column, "id" if term in shown else None)
                self.keys[term] = key(of, self._free(of.replace(".", "_")), term.bucket)
            return self.keys[term].name
        if term not in self.measures:
            path = None if term.column is None else self._path(self._column(term.column))
            name = f"{term.aggregate}_{path.replace('.', '_')}" if path else "count"
            self.measures[term] = measured(term.aggregate, path, self._free(name))
        return self.measures[term].name

    def _free(self, name: str) -> str:
        taken = {g.name for g in self.keys.values()} | {m.name for m in self.measures.values()}
        while name in taken:
            name += "_n"
        return name

    # -- conditions --------------------------------------------------------------------------------

    def _tree(self, conditions: tuple[Condition, ...], leaf: Any) -> Predicate | None:
        """The flat list as a tree: `either` binds tightest, `or` loosest."""
        if not conditions:
            return None
        either: list[list[list[Predicate]]] = [[[]]]
        for number, condition in enumerate(conditions):
            if number and condition.link == "or":
                either.append([[]])
            elif number and condition.link == "and":
                either[-1].append([])
            either[-1][-1].append(leaf(condition))
        return _any([_all([_any(close) for close in part]) for part in either])

    def _where(self, c: Condition) -> Predicate:
        if c.term.aggregate is not None:
            raise Unplanned("an aggregate in where")
        column = self._column(c.term.column)
        path = self._path(column)
        if c.op in ("null", "not null"):
            empty = IsNull(field=path)
            return empty if c.op == "null" else Not(arg=empty)
        if c.other is not None:
            other = self._path(self._column(c.other))
            return Compare.model_validate({"op": c.op, "field": path, "other": other})
        if c.inner is not None:
            return self._within(c, column)
        if c.op in _TEXTUAL:
            return _textual(c, path, column)
        return _compared(c, path, column)

    def _within(self, c: Condition, column: Column) -> Predicate:
        """A comparison with a plan of its own; keys and what refers to them meet as ids."""
        assert c.inner is not None
        if len(c.inner.select) != 1:
            raise Unplanned("a comparison with several columns")
        shown = c.inner.select[0]
        path = self._path(column, "id" if self._holds_ids(shown, c.term) else None)
        ids = frozenset({0} if self._holds_ids(c.term, shown) else ())
        plan = _Maker(self.schema, self.catalogue, c.inner, ids=ids).plan()
        one = plan.limit == 1 or (plan.aggregates and not plan.group and plan.combine is None)
        if c.op in ("in", "not in") or (c.op in ("=", "!=") and not one):
            found = In(field=path, plan=plan)
            return Not(arg=found) if c.op in ("not in", "!=") else found
        return Compare.model_validate({"op": c.op, "field": path, "plan": plan})

    def _having(self, c: Condition) -> Predicate:
        name = self._output(c.term)
        if c.other is not None or c.op in (*_TEXTUAL, "in", "not in", "null", "not null"):
            raise Unplanned(f"having {c.op}")
        if c.inner is not None:
            plan = _Maker(self.schema, self.catalogue, c.inner).plan()
            return Compare.model_validate({"op": c.op, "field": name, "plan": plan})
        if c.op == "between":
            low, high = c.values
            return And(args=(compare(">=", name, low), compare("<=", name, high)))
        return compare(c.op, name, c.values[0])


def _compared(c: Condition, path: str, column: Column) -> Predicate:
    if c.op == "between":
        low, high = (_typed(value, column) for value in c.values)
        return And(args=(compare(">=", path, low), compare("<=", path, high)))
    return compare(c.op, path, _typed(c.values[0], column))


def _textual(c: Condition, path: str, column: Column) -> Predicate:
    text = str(c.values[0])
    if column.kind == "time" and len(text) == _YEAR_CHARS and text.isdigit():
        year = And(
            args=(
                compare(">=", path, f"{text}-01-01"),
                compare("<", path, f"{int(text) + 1:04}-01-01"),
            )
        )
        return Not(arg=year) if c.op == "lacks" else year
    if c.op == "lacks":
        return Not(arg=like("contains", path, text))
    return like(c.op, path, text)


def _typed(value: Literal_, column: Column) -> str | int | float | bool:
    """The value as its column holds it."""
    if column.kind in ("text", "id", "time"):
        return str(value)
    if column.kind == "bool":
        return str(value).lower() in ("1", "true", "yes", "t", "y")
    return float(value) if isinstance(value, str) and column.kind == "number" else value


def _all(parts: list[Predicate]) -> Predicate:
    return parts[0] if len(parts) == 1 else And(args=tuple(parts))


def _any(parts: list[Predicate]) -> Predicate:
    return parts[0] if len(parts) == 1 else Or(args=tuple(parts))
