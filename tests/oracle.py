"""What a plan means, in nested loops over Python dicts. Slow, obvious, and independent of every compiler.

Records are wire dicts by address. The result is wire rows, in order.
"""

from __future__ import annotations

import operator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from registry.catalog import Catalogue
from registry.check import Scope, check, comparable, outputs, shown_fields
from registry.errors import TooLarge
from registry.plan import And, Compare, In, IsNull, Like, Match, Not, Or, QueryPlan, split_path
from registry.record import FLOAT, INT, INT64_MAX, NUMERIC, decode, encode

_OPS = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_ARITHMETIC = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip
_EPOCH = date(1970, 1, 1)
Records = dict[str, list[dict[str, Any]]]


def evaluate(plan: QueryPlan, catalogue: Catalogue, records: Records) -> list[list[Any]]:
    columns = check(plan, catalogue)
    rows = _answer(plan, catalogue, records)
    return [[encode(v, c.type) for v, c in zip(row, columns, strict=True)] for row in rows]


def _answer(plan: QueryPlan, catalogue: Catalogue, records: Records) -> list[list[Any]]:
    """Canonical rows."""
    made = {c.name: c.type for c in outputs(plan, catalogue)}
    rows = _made(plan, catalogue, records)
    for compute in plan.compute:
        _compute(plan, compute, made, rows)
    if plan.having is not None:
        having = _Test(made.__getitem__, catalogue, records)
        rows = [row for row in rows if having.true(plan.having, row.__getitem__) is True]
    for by, desc in reversed([*((o.by, o.desc) for o in plan.order), *_ties(plan)]):
        _sort(rows, by, desc)
    if plan.per is not None:
        rows = _first_of_each(rows, plan.per.by, plan.per.n)
    found = [[row[name] for name in plan.show or made] for row in rows]
    if plan.combine is not None:
        found = _combined(plan, found, catalogue, records)
    return found if plan.limit is None else found[: plan.limit]


def _made(plan: QueryPlan, catalogue: Catalogue, records: Records) -> list[dict[str, Any]]:
    """Listed or folded rows, by the names of their columns; a list's other fields are there too."""
    scope = Scope(plan, catalogue)
    rows: list[dict[str | None, dict[str, Any] | None]] = [
        {None: r} for r in records.get(plan.source, [])
    ]
    for join in plan.joins:
        rows = _joined(rows, join, scope, records.get(join.to, []), catalogue)

    def read(row: Any, path: str) -> Any:
        alias, name = split_path(path)
        part = row[alias]
        return None if part is None else decode(part.get(name), scope.field(path).kind)

    def kind(path: str) -> Any:
        return scope.field(path).kind

    test = _Test(kind, catalogue, records)
    if plan.where is not None:
        rows = [r for r in rows if test.true(plan.where, lambda p, r=r: read(r, p)) is True]
    if plan.aggregates:
        return _groups(plan, rows, read, kind, test)
    return _listed(plan, rows, read, shown_fields(plan, scope))


def _joined(rows: Any, join: Any, scope: Scope, others: Any, catalogue: Catalogue) -> Any:
    out = []
    kind = catalogue.collection(join.to).field(join.on[1]).kind
    for row in rows:
        alias, name = split_path(join.on[0])
        part = row[alias]
        left = None if part is None else decode(part.get(name), scope.field(join.on[0]).kind)
        partners = [
            o for o in others if left is not None and decode(o.get(join.on[1]), kind) == left
        ]
        if join.kind == "anti":
            if not partners:
                out.append(row)
        elif partners:
            out.extend({**row, join.alias: partner} for partner in partners)
        elif join.kind == "left":
            out.append({**row, join.alias: None})
    return out


class _Test:
    """Conditions, in three-valued logic. `kind`: the type of a name."""

    def __init__(self, kind: Any, catalogue: Catalogue, records: Records) -> None:
        self.kind = kind
        self.catalogue = catalogue
        self.records = records

    def true(self, node: Any, get: Any) -> bool | None:
        if isinstance(node, And):
            found = [self.true(a, get) for a in node.args]
            return False if False in found else None if None in found else True
        if isinstance(node, Or):
            found = [self.true(a, get) for a in node.args]
            return True if True in found else None if None in found else False
        if isinstance(node, Not):
            inner = self.true(node.arg, get)
            return None if inner is None else not inner
        if isinstance(node, Match):
            raise NotImplementedError("full-text search has tests of its own")
        value = get(node.field)
        if isinstance(node, IsNull):
            return value is None
        return None if value is None else self._leaf(node, value, get)

    def _leaf(self, node: Any, value: Any, get: Any) -> bool | None:
        kind = self.kind(node.field)
        if isinstance(node, Like):
            low, needle = value.lower(), node.value.lower()
            return {
                "contains": needle in low,
                "starts": low.startswith(needle),
                "ends": low.endswith(needle),
            }[node.op]
        if node.plan is not None:
            wanted = [v for v in self._within(node.plan, kind) if v is not None]
            if isinstance(node, In):
                return exact(value, kind) in wanted
            return _OPS[node.op](exact(value, kind), wanted[0]) if wanted else None
        if isinstance(node, In):
            return value in [comparable(v, kind, "x") for v in node.values]
        assert isinstance(node, Compare)
        if node.other is not None:
            other, its = get(node.other), self.kind(node.other)
            if other is None:
                return None
            if kind != its and kind.name in NUMERIC:
                value, other = floating(value, kind), floating(other, its)
            return bool(_OPS[node.op](value, other))
        return bool(_OPS[node.op](value, comparable(node.value, kind, "x")))

    def _within(self, plan: QueryPlan, kind: Any) -> list[Any]:
        (column,) = check(plan, self.catalogue)
        found = (row[0] for row in _answer(plan, self.catalogue, self.records))
        return [exact(value, column.type, kind) for value in found]


def exact(value: Any, kind: Any, beside: Any = None) -> Any:
    """A number as a fraction, by its decimal digits unless it is, or stands beside, a float."""
    if value is None or kind.name not in NUMERIC:
        return value
    if beside is not None and beside.name == "float":
        return Fraction(floating(value, kind))
    if kind.name == "float":
        return Fraction(Decimal(repr(value)) if beside is not None else value)
    return Fraction(value, 10**kind.scale)


def floating(value: Any, kind: Any) -> float:
    return float(value) / 10**kind.scale


def bucketed(value: int | None, bucket: str | None, temporal: str) -> int | None:
    """The start of the calendar bucket: µs for minutes and hours, days for the rest."""
    if value is None or bucket is None:
        return value
    if bucket in ("minute", "hour"):
        width = 60_000_000 if bucket == "minute" else 3_600_000_000
        return value // width * width
    day = _EPOCH + timedelta(days=value if temporal == "date" else value // 86_400_000_000)
    if bucket == "week":
        day -= timedelta(days=day.weekday())
    elif bucket == "month":
        day = day.replace(day=1)
    elif bucket == "quarter":
        day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    elif bucket == "year":
        day = day.replace(month=1, day=1)
    return (day - _EPOCH).days


def _listed(plan: QueryPlan, rows: Any, read: Any, fields: Any) -> list[dict[str, Any]]:
    if plan.distinct:
        different = {tuple(read(row, name) for name in fields) for row in rows}
        return [dict(zip(fields, row, strict=True)) for row in different]
    computed = {compute.alias for compute in plan.compute}
    names = {*fields, *(o.by for o in plan.order if o.by not in computed), *_ids(plan)}
    return [{name: read(row, name) for name in (*fields, *names)} for row in rows]


def _ids(plan: QueryPlan) -> list[str]:
    return ["id", *(f"{j.alias}.id" for j in plan.joins if j.kind != "anti" and j.on[1] != "id")]


def _ties(plan: QueryPlan) -> list[tuple[str, bool]]:
    if plan.aggregates:
        return [(group.name, False) for group in plan.group]
    if plan.distinct:
        return [(name, False) for name in plan.select]
    return [(name, False) for name in _ids(plan)]


def _groups(plan: QueryPlan, rows: Any, read: Any, kind: Any, test: _Test) -> list[dict[str, Any]]:
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        key = tuple(bucketed(read(row, g.field), g.bucket, kind(g.field).name) for g in plan.group)
        groups.setdefault(key, []).append(row)
    if not groups and not plan.group:
        groups[()] = []
    names = [g.name for g in plan.group] + [m.name for m in plan.measures]
    return [
        dict(zip(names, [*key, *(_measured(m, members, read, kind, test) for m in plan.measures)],
                 strict=True))
        for key, members in groups.items()
    ]  # fmt: skip


def _measured(measure: Any, rows: Any, read: Any, kind: Any, test: _Test) -> Any:
    if measure.where is not None:
        rows = [r for r in rows if test.true(measure.where, lambda p, r=r: read(r, p)) is True]
    if measure.field is None:
        return len(rows)
    values = [v for r in rows if (v := read(r, measure.field)) is not None]
    if measure.fn in ("count", "distinct"):
        return len(values if measure.fn == "count" else set(values))
    if not values:
        return None
    if measure.fn in ("sum", "min", "max"):
        return {"sum": sum, "min": min, "max": max}[measure.fn](values)  # type: ignore[operator]
    scale = 10 ** kind(measure.field).scale
    if measure.fn == "avg":
        return sum(values) / len(values) / scale
    values.sort()
    rank = (0.5 if measure.q is None else measure.q) * (len(values) - 1)
    low = int(rank)
    above = values[min(low + 1, len(values) - 1)]
    return (values[low] + (above - values[low]) * (rank - low)) / scale


# -- after the fold --------------------------------------------------------------------------------


def _compute(plan: QueryPlan, compute: Any, made: Any, rows: list[dict[str, Any]]) -> None:
    out = made[compute.alias]
    if compute.op == "previous":
        return _previous(plan, compute, rows)
    if compute.op == "total":
        return _total(compute, out, rows)
    for row in rows:
        values = [row[a] if isinstance(a, str) else a for a in compute.args]
        kinds = [
            made[a] if isinstance(a, str) else (FLOAT if isinstance(a, float) else INT)
            for a in compute.args
        ]
        if None in values or (compute.op == "/" and values[1] == 0):
            row[compute.alias] = None
            continue
        numbers = [
            (floating if out == FLOAT else exact)(v, k) for v, k in zip(values, kinds, strict=True)
        ]
        found = _ARITHMETIC[compute.op](*numbers)
        row[compute.alias] = found + 0.0 if out == FLOAT else int(found * 10**out.scale)
        if out != FLOAT and abs(row[compute.alias]) > INT64_MAX:
            raise TooLarge("past 64 bits")
    return None


def _total(compute: Any, out: Any, rows: list[dict[str, Any]]) -> None:
    name, *by = compute.args
    for row in rows:
        same = [r[name] for r in rows if all(r[n] == row[n] for n in by) and r[name] is not None]
        row[compute.alias] = sum(same) if same else None
        if out != FLOAT and same and abs(sum(same)) > INT64_MAX:
            raise TooLarge("past 64 bits")


def _previous(plan: QueryPlan, compute: Any, rows: list[dict[str, Any]]) -> None:
    (group,) = [g for g in plan.group if g.bucket is not None]
    others = [g.name for g in plan.group if g.bucket is None]
    fine = group.bucket in ("minute", "hour")
    for row in rows:
        start = row[group.name]
        found = [
            other[compute.args[0]]
            for other in rows
            if start is not None and other[group.name] is not None
            and all(other[n] == row[n] for n in others)
            and bucketed(start - 1, group.bucket, "time" if fine else "date") == other[group.name]
        ]  # fmt: skip
        row[compute.alias] = found[0] if found else None


def _first_of_each(rows: Any, by: Any, n: int) -> Any:
    kept: list[Any] = []
    for row in rows:
        same = [r for r in kept if all(r[name] == row[name] for name in by)]
        if len(same) < n:
            kept.append(row)
    return kept


def _combined(plan: QueryPlan, left: Any, catalogue: Catalogue, records: Records) -> Any:
    assert plan.combine is not None
    columns = check(plan, catalogue)
    mine = check(plan.model_copy(update={"combine": None, "order": ()}), catalogue)
    theirs = check(plan.combine.plan, catalogue)
    right = _answer(plan.combine.plan, catalogue, records)
    sides = [
        {tuple(_as(v, c.type, out.type) for v, c, out in zip(row, its, columns, strict=True))
         for row in rows}
        for rows, its in ((left, mine), (right, theirs))
    ]  # fmt: skip
    op = {"union": set.union, "intersect": set.intersection, "except": set.difference}
    names = [c.name for c in columns]
    rows = [
        dict(zip(names, row, strict=True))
        for row in op[plan.combine.op](*sides)  # type: ignore[operator]
    ]
    ties = [(name, False) for name in names]
    for by, desc in reversed([*((o.by, o.desc) for o in plan.order), *ties]):
        _sort(rows, by, desc)
    return [list(row.values()) for row in rows]


def _as(value: Any, kind: Any, out: Any) -> Any:
    if value is None or kind == out or out.name not in NUMERIC:
        return value
    return floating(value, kind) if out == FLOAT else int(exact(value, kind) * 10**out.scale)


def _sort(rows: list[dict[str, Any]], by: str, desc: bool) -> None:
    rows.sort(key=lambda r: ((r[by] is None) != desc, 0 if r[by] is None else r[by]), reverse=desc)


def same_rows(left: list[list[Any]], right: list[list[Any]], *, ordered: bool) -> bool:
    """Equal as lists or as multisets; floats to 1e-9."""
    plain = [[_round(row) for row in rows] for rows in (left, right)]
    return (
        plain[0] == plain[1]
        if ordered
        else sorted(map(repr, plain[0])) == sorted(map(repr, plain[1]))
    )


def _round(row: list[Any]) -> list[Any]:
    return [float(f"{v:.9g}") if isinstance(v, float) else v for v in row]
