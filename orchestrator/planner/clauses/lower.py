"""A request as a plan: the root from which all that is shown is near, the joins, and a plan in a
plan for what is only asked to exist.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from orchestrator.planner.clauses.request import (
    Among,
    AnyOf,
    Column,
    Condition,
    Empty,
    Found,
    Has,
    No,
    Request,
    Term,
    Test,
    Text,
)
from orchestrator.planner.graph import UNREACHABLE, Graph, Joins, Route, Steps
from orchestrator.planner.parts import computed, key, like, measured, query
from registry.catalog import Catalogue
from registry.measure import Measure as SpecMeasure
from registry.plan import (
    Compare,
    Compute,
    In,
    IsNull,
    Match,
    Measured,
    Not,
    Or,
    Order,
    Predicate,
    QueryPlan,
    conjoin,
    replaced,
)
from registry.record import NUMERIC

_DIGITS: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,9})?")
_UNNAMED: Final = 0.3  # a root that is not shown itself
_FAN: Final = 0.5


class Unsayable(Exception):
    """No plan says this request: something is out of reach."""


def lower(request: Request, catalogue: Catalogue, graph: Graph) -> QueryPlan:
    """The plan of a request; `Unsayable` where a collection cannot be reached."""
    return _Lowering(request, catalogue, graph).plan()


class _Lowering:
    def __init__(self, request: Request, catalogue: Catalogue, graph: Graph) -> None:
        self.request = request
        self.catalogue = catalogue
        self.graph = graph
        self.root = _root(request, catalogue, graph)
        self.joins = Joins()
        self.measures: dict[Column, Measured] = {}
        self.extra: list[Measured] = []
        self.compute: list[Compute] = []
        self.named: dict[Column, str] = {}
        self.taken: set[str] = set()

    # -- paths ---------------------------------------------------------------------------------

    def route(self, address: str, root: str | None = None, via: str = "") -> Route:
        found = self.graph.routes(root or self.root, address)
        told = next((r for r in found if any(s.field == via for s in r.steps)), None)
        way = told or self.graph.way(root or self.root, address)
        if way is None:
            raise Unsayable(address)
        return way

    def path(self, term: Term) -> str:
        route = self.route(term.address, via=term.via)
        spec = self.catalogue.collections[term.address]
        field = "id" if spec.key == (term.field,) and route.steps else term.field
        return self.joins.path(route.steps, field)

    # -- the plan ------------------------------------------------------------------------------

    def plan(self) -> QueryPlan:
        request = self.request
        folded = bool(request.keys or request.having) or any(
            column.fn for column in (*request.show, *(c for c, _ in request.order))
        )
        parts = self._folded() if folded else self._listed()
        made_of = [self._condition(c) for c in self._bundled(request.where)]
        where = sorted((part for part in made_of if part is not None), key=_place)
        made = query(
            self.root,
            joins=tuple(self.joins.joins),
            where=conjoin(where),
            limit=request.limit,
            **parts,
        )
        if request.combine is not None:
            way, other = request.combine
            inner = lower(other, self.catalogue, self.graph)
            made = query(self.root, **{**_parts(made), "combine": {"op": way, "plan": inner}})
        return made

    def _listed(self) -> dict[str, Any]:
        request = self.request
        select = tuple(dict.fromkeys(self.path(c.term) for c in request.show))
        order = tuple(Order(by=self.path(c.term), desc=desc) for c, desc in request.order)
        distinct = request.distinct and all(o.by in select for o in order)
        return {"select": select, "order": order, "distinct": distinct}

    def _folded(self) -> dict[str, Any]:
        request = self.request
        groups: dict[str, Any] = {}
        plain = [c.term for c in request.show if c.fn is None]
        plain += [c.term for c, _ in request.order if c.fn is None and c.term not in plain]
        for term in (*request.keys, *plain):
            path = self.path(term)
            if path not in groups:
                name = self._name(term.bucket or path.rpartition(".")[2])
                groups[path] = key(path, name, term.bucket)
        names = [
            groups[self.path(c.term)].name if c.fn is None else self._output(c)
            for c in request.show
        ]
        having: list[Predicate] = [
            Compare.model_validate({"op": op, "field": self._output(c), "value": number})
            for c, op, number in request.having
        ]
        order = tuple(
            Order(by=groups[self.path(c.term)].name if c.fn is None else self._output(c), desc=d)
            for c, d in request.order
        )
        measures = (*self.measures.values(), *self.extra)
        columns = [*(g.name for g in groups.values()), *(m.name for m in measures)]
        columns += [c.alias for c in self.compute]
        return {
            "group": tuple(groups.values()),
            "measures": measures,
            "compute": tuple(self.compute),
            "having": conjoin(having),
            "order": order,
            "show": tuple(dict.fromkeys(names)) if names != columns else (),
        }

    def _output(self, column: Column) -> str:
        """The name of the output column of a fold."""
        if column.share is not None:
            return self._share(column)
        if column.measure and self._spec_measure(column).ratio is not None:
            return self._ratio(column)
        return self._measure(column).name

    def _spec_measure(self, column: Column) -> SpecMeasure:
        return self.catalogue.collections[column.term.address].measures[column.measure]

    def _share(self, column: Column) -> str:
        found = self.named.get(column)
        if found is None:
            assert column.share is not None
            factor, tests = column.share
            where = conjoin([self.condition(c) for c in tests])
            made = (
                measured("count", None, self._name("fitting"), where=where),
                measured("count", None, self._name("all")),
            )
            for measure in made:
                self.extra.append(measure)
            found = self._name("share")
            self.compute.append(computed("/", (made[0].name, made[1].name), found))
            if factor != 1:
                percent = self._name("percent")
                self.compute.append(computed("*", (found, factor), percent))
                found = percent
            self.named[column] = found
        return found

    def _ratio(self, column: Column) -> str:
        found = self.named.get(column)
        if found is None:
            parts = self._spec_measure(column).ratio
            assert parts is not None
            measures = self.catalogue.collections[column.term.address].measures
            names = []
            for part, side in zip(parts, ("part", "whole"), strict=True):
                spec = measures[part] if isinstance(part, str) else part
                name = part if isinstance(part, str) else f"{column.measure}_{side}"
                made = self._specified(spec, column, self._name(name))
                self.extra.append(made)
                names.append(made.name)
            found = self.named[column] = self._name(column.measure)
            self.compute.append(computed("/", (names[0], names[1]), found))
        return found

    def _specified(self, spec: SpecMeasure, column: Column, name: str) -> Measured:
        """A measure as the collection's spec says it."""
        address = column.term.address
        where = spec.where and replaced(spec.where, lambda field: self.path(Term(address, field)))
        path = self.path(Term(address, spec.field)) if spec.field else None
        if path is None and address != self.root:
            path = self.path(Term(address))
        fn = column.fn if column.fn and spec.field and column.distinct else spec.fn
        assert fn is not None
        return measured(fn, path, name, where=where)

    def _measure(self, column: Column) -> Measured:
        found = self.measures.get(column)
        if found is None:
            found = self.measures[column] = self._measured(column)
        return found

    def _measured(self, column: Column) -> Measured:
        term = column.term
        if column.measure:
            spec = self._spec_measure(column)
            other = column.distinct and column.fn != spec.fn
            name = f"{column.fn}_{column.measure}" if other else column.measure
            return self._specified(spec, column, self._name(name))
        assert column.fn is not None
        if term.field == "id" and column.fn == "count":
            name = self._name(term.address.partition(".")[2])
            if term.address == self.root:
                return measured("count", None, name)
            return measured("distinct", self.path(term), name)
        if column.q is not None:
            path = self.path(term)
            name = self._name(f"p{column.q * 100:g}_{path.rpartition('.')[2]}")
            return measured("percentile", path, name, q=column.q)
        path = self.path(term)
        fn = "distinct" if column.fn == "count" and column.distinct else column.fn
        tail = path.rpartition(".")[2]
        return measured(
            fn, path, self._name(f"different_{tail}" if fn == "distinct" else f"{fn}_{tail}")
        )

    def _name(self, wanted: str) -> str:
        name, n = wanted, 2
        while name in self.taken:
            name, n = f"{wanted}_{n}", n + 1
        self.taken.add(name)
        return name

    # -- conditions ----------------------------------------------------------------------------

    def _bundled(self, where: list[Condition]) -> list[Condition]:
        """Conditions on records of one other collection are on the same record, unless they give
        one field two values."""
        out: list[Condition] = []
        for made in where:
            if isinstance(made, Has) and not made.op:
                bundle = made
            elif isinstance(made, (Test, Among, Empty, Text, Found)) and self._fans(made.term):
                bundle = Has(self.root, made.term.address, (made,))
            else:
                out.append(made)
                continue
            twin = next(
                (o for o in out if isinstance(o, Has) and not o.op and _together(o, bundle)), None
            )
            if twin is None:
                out.append(bundle)
            else:
                out[out.index(twin)] = replace(twin, tests=(*twin.tests, *bundle.tests))
        return out

    def condition(self, made: Condition) -> Predicate:
        found = self._condition(made)
        if found is None:
            raise Unsayable("an anti join is no part of a condition")
        return found

    def _condition(self, made: Condition) -> Predicate | None:
        """`None`: the joins say it."""
        if isinstance(made, AnyOf):
            return Or(args=tuple(self.condition(c) for c in made.conditions))
        if isinstance(made, Has):
            return self._has(made)
        if isinstance(made, No):
            inner = made.condition
            if isinstance(inner, Test) and inner.op == "=" and not self._fans(inner.term):
                return self.condition(replace(inner, op="!="))
            if isinstance(inner, Has) and not inner.tests and not inner.op:
                route = self.route(inner.address, inner.of)
                if inner.of == self.root and len(route.steps) == 1 and route.fans_out:
                    self.joins.without(route.steps[0])
                    return None
                if not route.fans_out and route.steps:
                    steps = (*self.route(inner.of).steps, *route.steps)
                    return IsNull(field=self.joins.path(steps, "id"))
            return Not(arg=self.condition(inner))
        if self._fans(made.term):
            return self._has(Has(self.root, made.term.address, (made,)))
        return self._leaf(made)

    def _fans(self, term: Term) -> bool:
        """Whether one record of the root may have several of the term's, none of them joined."""
        route = self.route(term.address)
        return route.fans_out and not self.joins.knows(route.steps)

    def _leaf(self, made: Test | Among | Empty | Text | Found) -> Predicate:
        path = self.path(made.term)
        if isinstance(made, Found):
            return Match(text=made.text, alias=path.rpartition(".")[0] or None)
        if isinstance(made, Empty):
            return IsNull(field=path)
        if isinstance(made, Text):
            return like(made.mode, path, made.value)
        if isinstance(made, Among):
            if isinstance(made.values, Request):
                return In.model_validate({"field": path, "plan": self._inner(made.values)})
            return In(field=path, values=made.values)
        value = made.value
        if isinstance(value, Request):
            right: dict[str, Any] = {"plan": self._inner(value)}
        elif isinstance(value, Term):
            right = {"other": self.path(value)}
        else:
            right = {"value": self._fitting(made.term, value)}
        return Compare.model_validate({"op": made.op, "field": path, **right})

    def _fitting(self, term: Term, value: str | int | float | bool) -> str | int | float | bool:
        """A literal as its field's type has it; `Unsayable` where it is none of that type."""
        kind = self.catalogue.collections[term.address].field(term.field).type
        if kind in NUMERIC and isinstance(value, str):
            if not _DIGITS.fullmatch(value):
                raise Unsayable(f"{term.field} {value}")
            return float(value) if "." in value else int(value)
        if kind in ("text", "ref") and not isinstance(value, str):
            return str(value)
        return value

    def _inner(self, request: Request) -> QueryPlan:
        return lower(request, self.catalogue, self.graph)

    def _has(self, made: Has) -> Predicate:
        """Whether records of another collection belong to a record: joined where there is at most
        one, else by a plan of its own."""
        start = self.route(made.of)
        onward = self.route(made.address, made.of)
        steps: Steps = (*start.steps, *onward.steps)
        at = next((n for n, step in enumerate(steps) if step.reverse), None)
        if at is None:
            if made.op:
                raise Unsayable(made.address)
            exists = Not(arg=IsNull(field=self.joins.path(steps, "id")))
            rest = [self.condition(c) for c in made.tests]
            return conjoin([*rest] or [exists]) or exists
        owner = self.joins.path(steps[:at], "id")
        many = steps[at]
        inner = Request(many.address, show=[Column(Term(many.address, many.field))])
        inner.where = list(made.tests)
        if made.address != many.address and not made.tests and not made.op and len(steps) > at + 1:
            inner.where = [Has(many.address, made.address)]
        if made.op:
            column = made.column or Column(Term(made.address), "count")
            inner.keys = [Term(many.address, many.field)]
            inner.having = [(column, made.op, made.number)]
        return In.model_validate({"field": owner, "plan": self._inner(inner)})


def _place(part: Predicate) -> tuple[bool, str, str]:
    """The order of conditions, so that word order makes no other plan: ranges last, from their
    start."""
    ranged = isinstance(part, Compare) and part.op not in ("=", "!=")
    op = part.op if isinstance(part, Compare) else ""
    return ranged, getattr(part, "field", ""), {">": "0", ">=": "0"}.get(op, op) + str(part)


def _together(a: Has, b: Has) -> bool:
    """Whether two existences may be of one and the same record."""
    if (a.of, a.address) != (b.of, b.address):
        return False
    mine = {t.term for t in a.tests if isinstance(t, Test) and t.op == "="}
    return not any(isinstance(t, Test) and t.op == "=" and t.term in mine for t in b.tests)


def _parts(plan: QueryPlan) -> dict[str, Any]:
    return {
        name: getattr(plan, name)
        for name in (
            "joins",
            "where",
            "select",
            "distinct",
            "group",
            "measures",
            "compute",
            "having",
            "show",
            "order",
            "limit",
        )
    }


def _root(request: Request, catalogue: Catalogue, graph: Graph) -> str:
    """The collection from which everything shown is reached at the least cost; one that is shown
    itself, where that is no farther."""
    columns = [*request.show, *(c for c, _ in request.order), *(c for c, _, _ in request.having)]
    shown = list(
        dict.fromkeys([*(t.address for t in request.keys), *(c.term.address for c in columns)])
    )
    if not shown:
        return request.subject

    def cost(root: str) -> float:
        total = 0.0 if root in shown else _UNNAMED
        total -= 0.05 if root == request.subject else 0.0
        for address in shown:
            way = graph.way(root, address)
            if way is None:
                return UNREACHABLE
            total += way.cost + (_FAN if way.fans_out else 0.0)
        return total

    best = min(catalogue.collections, key=lambda a: (cost(a), a))
    if cost(best) >= UNREACHABLE:
        raise Unsayable(shown[-1])
    return best


__all__ = ["Unsayable", "lower"]
