"""A request as a plan: the root from which all that is shown is near, the joins, and a plan in a
plan for what is only asked to exist.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from orchestrator.planner.clauses.outputs import Outputs
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
from orchestrator.planner.parts import key, like, query
from registry.catalog import Catalogue
from registry.plan import (
    Compare,
    In,
    IsNull,
    Match,
    Not,
    Or,
    Order,
    Predicate,
    QueryPlan,
    conjoin,
)
from registry.record import NUMERIC, TEMPORAL

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
        self.outputs = Outputs(catalogue, self.root, self.path, self._tested)

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
        folded = bool(request.keys or request.having or request.per) or any(
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
        request, outputs = self.request, self.outputs
        groups = outputs.groups
        plain = [c.term for c in request.show if c.fn is None]
        plain += [c.term for c, _ in request.order if c.fn is None and c.term not in plain]
        for term in (*request.keys, *plain):
            path = self.path(term)
            if path not in groups:
                name = outputs.name(term.bucket or path.rpartition(".")[2])
                groups[path] = key(path, name, term.bucket)
        names = [outputs.of(c) for c in request.show]
        having = [self._kept(*kept) for kept in request.having]
        order = tuple(Order(by=outputs.of(c), desc=desc) for c, desc in request.order)
        columns = [*(g.name for g in groups.values()), *(m.name for m in outputs.measures)]
        columns += [c.alias for c in outputs.compute]
        parts: dict[str, Any] = {
            "group": tuple(groups.values()),
            "measures": tuple(outputs.measures),
            "compute": tuple(outputs.compute),
            "having": conjoin(having),
            "order": order,
            "show": tuple(dict.fromkeys(names)) if names != columns else (),
        }
        if request.per is not None:
            by, n = request.per
            parts["per"] = {"by": tuple(outputs.of(c) for c in by), "n": n}
        return parts

    def _kept(self, column: Column, op: str, number: int | float | Request) -> Predicate:
        name = self.outputs.of(column)
        right = {"plan": self._inner(number)} if isinstance(number, Request) else {"value": number}
        return Compare.model_validate({"op": op, "field": name, **right})

    def _tested(self, tests: tuple[Condition, ...]) -> list[Predicate]:
        """What a fold counts only: what is joined for it leaves no record out."""
        self.joins.kind = "left"
        made = [self.condition(c) for c in self._bundled(list(tests))]
        self.joins.kind = "inner"
        return made

    # -- conditions ----------------------------------------------------------------------------

    def _bundled(self, where: list[Condition]) -> list[Condition]:
        """Conditions on records of one other collection are on the same record, unless they give
        one field two values."""
        out: list[Condition] = []
        for made in self._in_time(where):
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

    def _in_time(self, where: list[Condition]) -> list[Condition]:
        """ "users with at least 3 logins in September": those of that time are counted."""
        counted = [c for c in where if isinstance(c, Has) and c.op]
        times = [c for c in where if isinstance(c, Test) and self._timed(c)]
        for has in counted:
            mine = tuple(t for t in times if t.term.address == has.address and self._fans(t.term))
            if mine:
                full = replace(has, tests=(*has.tests, *mine))
                where = [full if c is has else c for c in where if c not in mine]
        return where

    def _timed(self, test: Test) -> bool:
        field = self.catalogue.collections[test.term.address].field(test.term.field)
        return field.type in TEMPORAL

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
            "per",
            "limit",
        )
    }


def _root(request: Request, catalogue: Catalogue, graph: Graph) -> str:
    """The collection from which everything shown is reached at the least cost; one that is shown
    itself, where that is no farther."""
    columns = [*request.show, *(c for c, _ in request.order), *(c for c, _, _ in request.having)]
    shown = list(
        dict.fromkeys(
            [*(t.address for t in request.keys), *(t.address for c in columns for t in c.terms)]
        )
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
