"""The columns of a folded request: each fold once, each under a name of its own, and what is
computed of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from orchestrator.planner.clauses.request import Column, Condition, Made, Term
from orchestrator.planner.parts import computed, measured
from registry.catalog import Catalogue
from registry.measure import Measure as SpecMeasure
from registry.plan import Compute, Group, Measured, Predicate, conjoin, replaced


@dataclass(slots=True)
class Outputs:
    """`path`: of a term from the root; `tested`: conditions on the rows that a fold counts."""

    catalogue: Catalogue
    root: str
    path: Callable[[Term], str]
    tested: Callable[[tuple[Condition, ...]], list[Predicate]]
    groups: dict[str, Group] = field(default_factory=dict)
    measures: list[Measured] = field(default_factory=list)
    compute: list[Compute] = field(default_factory=list)
    _named: dict[Column, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def name(self, wanted: str) -> str:
        """A name that no other column has."""
        name, n = wanted, 2
        while name in self._taken:
            name, n = f"{wanted}_{n}", n + 1
        self._taken.add(name)
        return name

    def of(self, column: Column) -> str:
        """The name of the output column, which is there from now on."""
        if column.fn is None and column.made is None:
            return self.groups[self.path(column.term)].name
        found = self._named.get(column)
        if found is None:
            found = self._named[column] = self._new(column)
        return found

    def _new(self, column: Column) -> str:
        if column.made is not None:
            return self._made(column.made, column.called)
        if column.measure and self._spec(column).ratio is not None:
            return self._ratio(column)
        return self._fold(self._measured(column))

    def _fold(self, made: Measured) -> str:
        """An equal fold that is there already serves as well."""
        same = (m for m in self.measures if m.model_copy(update={"alias": made.alias}) == made)
        found = next(same, None)
        if found is not None:
            self._taken.discard(made.name)
            return found.name
        self.measures.append(made)
        return made.name

    def _made(self, made: Made, called: str) -> str:
        args = tuple(self.of(a) if isinstance(a, Column) else a for a in made.args)
        name = self.name(called or made.op)
        self.compute.append(computed(made.op, args, name))
        return name

    def _spec(self, column: Column) -> SpecMeasure:
        return self.catalogue.collections[column.term.address].measures[column.measure]

    def _ratio(self, column: Column) -> str:
        parts = self._spec(column).ratio
        assert parts is not None
        measures = self.catalogue.collections[column.term.address].measures
        names = []
        for part, side in zip(parts, ("part", "whole"), strict=True):
            spec = measures[part] if isinstance(part, str) else part
            name = part if isinstance(part, str) else f"{column.measure}_{side}"
            names.append(self._fold(self._specified(spec, column, self.name(name))))
        found = self.name(column.measure)
        self.compute.append(computed("/", (names[0], names[1]), found))
        return found

    def _specified(self, spec: SpecMeasure, column: Column, name: str) -> Measured:
        """A measure as the collection's spec says it."""
        address = column.term.address
        own = spec.where and replaced(spec.where, lambda field: self.path(Term(address, field)))
        path = self.path(Term(address, spec.field)) if spec.field else None
        if path is None and address != self.root:
            path = self.path(Term(address))
        fn = column.fn if column.fn and spec.field and column.distinct else spec.fn
        assert fn is not None
        where = conjoin([*([own] if own else ()), *self.tested(column.tests)])
        return measured(fn, path, name, where=where)

    def _measured(self, column: Column) -> Measured:
        term, where = column.term, conjoin(self.tested(column.tests))
        if column.measure:
            spec = self._spec(column)
            other = column.distinct and column.fn != spec.fn
            name = f"{column.fn}_{column.measure}" if other else column.measure
            return self._specified(spec, column, self.name(column.called or name))
        assert column.fn is not None
        if term.field == "id" and column.fn == "count":
            name = self.name(column.called or term.address.partition(".")[2])
            if term.address == self.root:
                return measured("count", None, name, where=where)
            return measured("distinct", self.path(term), name, where=where)
        path = self.path(term)
        tail = path.rpartition(".")[2]
        if column.q is not None:
            name = self.name(f"p{column.q * 100:g}_{tail}")
            return measured("percentile", path, name, q=column.q, where=where)
        fn = "distinct" if column.fn == "count" and column.distinct else column.fn
        name = f"different_{tail}" if fn == "distinct" else f"{fn}_{tail}"
        return measured(fn, path, self.name(column.called or name), where=where)


def tested(column: Column, tests: tuple[Condition, ...], called: str = "") -> Column:
    """The same fold of only those records that meet the conditions too."""
    if column.made is not None:
        parts = (tested(a, tests) if isinstance(a, Column) else a for a in column.made.args)
        return replace(column, made=replace(column.made, args=tuple(parts)))
    return replace(column, tests=(*column.tests, *tests), called=called or column.called)
