"""Joining what the domains brought and folding it into the answer's rows.

Pure: tables in, rows out.

Rows come in wire form and are decoded only where they are computed with. Equal wire values are
equal values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orchestrator.compute import computed
from orchestrator.fold import Accumulator, accumulator, raw_parts
from orchestrator.predicate import Reader, Truth, compiled
from orchestrator.route import WEIGHT, Edge, Fold, Fragment, Route
from registry.check import Column
from registry.errors import TooLarge
from registry.limits import GATHER_ROWS_MAX
from registry.plan import row_ids
from registry.record import Canonical, Type, decode, encode
from registry.rows import first_per, ordered

#: one row of each joined fragment, in join order; `None` where a left join found no partner
Joined = tuple[list[Any] | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A fragment's reply: column types and wire rows, columns as `fragment_plan` asked for them."""

    types: tuple[Type, ...]
    rows: list[list[Any]]


@dataclass(slots=True)
class _Scope:
    """Where each column of each fragment stands in a joined row."""

    route: Route
    tables: dict[int, Table]
    slots: dict[int, int]

    def place(self, path: str, bucket: str | None = None) -> tuple[int, int, Type]:
        """(slot, column, type) of a path of the whole plan."""
        for fragment in self.route.fragments:
            if (path, bucket) in fragment.keys:
                column = list(fragment.keys).index((path, bucket))
                return self.slots[id(fragment)], column, self.tables[id(fragment)].types[column]
        raise KeyError(path)

    def part(self, fragment: Fragment, name: str) -> tuple[int, int, Type]:
        """(slot, column, type) of the weight or a partial aggregate of a fragment."""
        names = [WEIGHT, *(measure.name for measure in fragment.measures)]
        column = len(fragment.keys) + names.index(name)
        return self.slots[id(fragment)], column, self.tables[id(fragment)].types[column]

    def read(self, path: str) -> tuple[Callable[[object], Canonical], Type]:
        slot, column, kind = self.place(path)
        return _decoder(slot, column, kind), kind


def _decoder(slot: int, column: int, kind: Type) -> Callable[[Any], Canonical]:
    def get(row: Joined) -> Canonical:
        part = row[slot]
        return None if part is None else decode(part[column], kind)

    return get


def gather(
    route: Route, tables: dict[int, Table], *, optional: Collection[str] = ()
) -> list[list[Any]]:
    """The answer's rows in wire form, filtered, folded, ordered and cut to the plan's limit.

    One row past the limit says that there is more. `tables` go by `id(fragment)`; rows keep their
    place without a partner in an `optional` domain.
    """
    rows, slots = _join(route, tables, optional)
    scope = _Scope(route, tables, slots)
    if route.residual:
        tests = [compiled(predicate, scope.read) for predicate in route.residual]
        rows = [row for row in rows if all(test(row) is True for test in tests)]
    found = _fold(route, scope, rows) if route.plan.aggregates else _project(route, scope, rows)
    if route.plan.limit is not None:
        found = found[: route.plan.limit + 1]
    kinds = [column.type for column in route.columns]
    return [[encode(v, kind) for v, kind in zip(row, kinds, strict=False)] for row in found]


def _join(
    route: Route, tables: dict[int, Table], optional: Collection[str]
) -> tuple[list[Joined], dict[int, int]]:
    slots = {id(route.root): 0}
    rows: list[Joined] = [(row,) for row in tables[id(route.root)].rows]
    pending = [(route.root, edge) for edge in route.root.children]
    while pending:
        parent, edge = pending.pop(0)
        left = list(parent.keys).index((edge.left, None))
        right = list(edge.child.keys).index((edge.right, None))
        if edge.child.domain in optional:
            edge = replace(edge, kind="left")
        rows = _step(rows, slots[id(parent)], left, tables[id(edge.child)].rows, right, edge)
        if edge.kind != "anti":
            slots[id(edge.child)] = len(slots)
            pending.extend((edge.child, deeper) for deeper in edge.child.children)
    return rows, slots


def _step(
    rows: list[Joined], slot: int, left: int, brought: list[list[Any]], right: int, edge: Edge
) -> list[Joined]:
    """One hash join. Null keys meet nothing."""
    index: dict[Any, list[list[Any]]] = {}
    for child in brought:
        if child[right] is not None:
            index.setdefault(child[right], []).append(child)
    out: list[Joined] = []
    for row in rows:
        part = row[slot]
        partners = index.get(part[left]) if part is not None else None
        if edge.kind == "anti":
            if not partners:
                out.append(row)
        elif partners:
            out.extend((*row, partner) for partner in partners)
        elif edge.kind == "left":
            out.append((*row, None))
        if len(out) > 5 * GATHER_ROWS_MAX:
            raise TooLarge("The join grows past its bound; filter it or group by less.")
    return out


# -- lists ---------------------------------------------------------------------------------------


def _project(route: Route, scope: _Scope, rows: list[Joined]) -> list[list[Canonical]]:
    plan = route.plan
    own = [column.name for column in route.made[: len(route.made) - len(plan.compute)]]
    made = {column.name for column in route.made}
    hidden = [order.by for order in plan.order if order.by not in made]
    ids = row_ids(plan)
    readers = [scope.read(name)[0] for name in [*own, *hidden, *ids]]
    found = [[read(row) for read in readers] for row in rows]
    if plan.distinct:
        found = list({tuple(row[: len(own)]): row for row in found}.values())
    behind = [row[len(own) :] for row in found]
    found = computed(plan, route.made, [row[: len(own)] for row in found])
    found = [[*row, *rest] for row, rest in zip(found, behind, strict=True)]
    behind_all = len(made) + len(hidden)
    ties = range(len(own)) if plan.distinct else range(behind_all, behind_all + len(ids))
    return _arranged(route, found, hidden, ties)


# -- groups --------------------------------------------------------------------------------------


def _fold(route: Route, scope: _Scope, rows: list[Joined]) -> list[list[Canonical]]:
    places = [scope.place(group.field, group.bucket) for group in route.plan.group]
    steps = [_Step(fold, scope) for fold in route.folds]
    weights = [
        (slot, scope.part(fragment, WEIGHT)[1])
        for fragment in route.fragments
        if (slot := scope.slots.get(id(fragment))) is not None
    ]
    groups: dict[tuple[Any, ...], list[Accumulator]] = {}
    for row in rows:
        key = tuple(None if (p := row[s]) is None else p[c] for s, c, _ in places)
        held = groups.get(key)
        if held is None:
            held = groups[key] = [step.fresh() for step in steps]
        weight = 1
        for slot, column in weights:
            part = row[slot]
            weight *= part[column] if part is not None else 1
        for step, accumulator_ in zip(steps, held, strict=True):
            step.add(accumulator_, row, weight)
    if not groups and not route.plan.group:
        groups[()] = [step.fresh() for step in steps]
    kinds = [kind for _, _, kind in places]
    found = [
        [
            *(decode(v, kind) for v, kind in zip(key, kinds, strict=True)),
            *(a.result() for a in held),
        ]
        for key, held in groups.items()
    ]
    found = computed(route.plan, route.made, found)
    return _arranged(route, found, (), range(len(route.plan.group)))


class _Step:
    """One measure over joined rows."""

    def __init__(self, fold: Fold, scope: _Scope) -> None:
        self.fold = fold
        measure = fold.measure
        self.test: Truth | None = None
        self.kind = self._kind(scope)
        if fold.mode == "raw":
            self.value = scope.read(measure.field)[0] if measure.field else None
            if measure.where is not None:
                self.test = compiled(measure.where, scope.read)
        else:
            self.parts = [_decoder(*scope.part(fold.owner, name)) for name in fold.parts.values()]
            self.own = _decoder(*scope.part(fold.owner, WEIGHT))

    def _kind(self, scope: _Scope) -> Type | None:
        if self.fold.measure.field is None:
            return None
        if self.fold.mode == "raw":
            return scope.read(self.fold.measure.field)[1]
        return scope.part(self.fold.owner, next(iter(self.fold.parts.values())))[2]

    def fresh(self) -> Accumulator:
        return accumulator(self.fold.measure, self.kind)

    def add(self, held: Accumulator, row: Joined, weight: int) -> None:
        if self.fold.mode == "raw":
            if self.test is None or self.test(row) is True:
                held.add(
                    raw_parts(self.fold.measure, self.value(row) if self.value else None), weight
                )
            return
        own = self.own(row)
        if isinstance(own, int):
            held.add([part(row) for part in self.parts], weight // own)


# -- both ----------------------------------------------------------------------------------------


def _arranged(
    route: Route, rows: list[list[Canonical]], hidden: Sequence[str], ties: Sequence[int]
) -> list[list[Canonical]]:
    """`having`, the plan's order, with ties by these places, the first of each group, and what is
    shown. Behind the columns made stand the hidden ones."""
    plan = route.plan
    names = [*(column.name for column in route.made), *hidden]
    at = {name: index for index, name in enumerate(names)}
    if plan.having is not None:
        test = compiled(plan.having, _column_reader(route.made, at))
        rows = [row for row in rows if test(row) is True]
    by = [(at[order.by], order.desc) for order in plan.order]
    rows = ordered(rows, [*by, *((place, False) for place in ties)])
    if plan.per is not None:
        rows = first_per(rows, [at[name] for name in plan.per.by], plan.per.n)
    if route.columns != route.made:
        shown = [at[column.name] for column in route.columns]
        rows = [[row[place] for place in shown] for row in rows]
    return rows


def _column_reader(columns: tuple[Column, ...], at: dict[str, int]) -> Reader:
    def read(name: str) -> tuple[Callable[[object], Canonical], Type]:
        index = at[name]
        kind = columns[index].type

        def get(row: Any) -> Canonical:
            value: Canonical = row[index]
            return value

        return get, Type("text") if kind.name == "ref" else kind

    return read
