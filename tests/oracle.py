"""What a plan means, in nested loops over Python dicts. Slow, obvious, and independent of every compiler.

Records are wire dicts by address. The result is wire rows, in order.
"""

from __future__ import annotations

import operator
from datetime import date, timedelta
from typing import Any

from registry.catalog import Catalogue
from registry.check import Scope, check, comparable
from registry.plan import And, Compare, In, IsNull, Like, Match, Not, Or, QueryPlan, split_path
from registry.record import decode, encode

_OPS = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_EPOCH = date(1970, 1, 1)
Records = dict[str, list[dict[str, Any]]]


def evaluate(plan: QueryPlan, catalogue: Catalogue, records: Records) -> list[list[Any]]:
    columns = check(plan, catalogue)
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

    if plan.where is not None:
        rows = [r for r in rows if _true(plan.where, lambda p, r=r: read(r, p), kind, r) is True]
    found = (
        _groups(plan, rows, read, kind) if plan.aggregates else _listed(plan, rows, read, columns)
    )
    if plan.limit is not None:
        found = found[: plan.limit]
    return [[encode(v, c.type) for v, c in zip(row, columns, strict=False)] for row in found]


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


def _true(node: Any, get: Any, kind: Any, row: Any = None) -> bool | None:
    if isinstance(node, And):
        found = [_true(a, get, kind, row) for a in node.args]
        return False if False in found else None if None in found else True
    if isinstance(node, Or):
        found = [_true(a, get, kind, row) for a in node.args]
        return True if True in found else None if None in found else False
    if isinstance(node, Not):
        inner = _true(node.arg, get, kind, row)
        return None if inner is None else not inner
    if isinstance(node, Match):
        raise NotImplementedError("full-text search has tests of its own")
    value = get(node.field)
    if isinstance(node, IsNull):
        return value is None
    if value is None:
        return None
    if isinstance(node, In):
        return value in [comparable(v, kind(node.field), "x") for v in node.values]
    if isinstance(node, Like):
        low, needle = value.lower(), node.value.lower()
        return {
            "contains": needle in low,
            "starts": low.startswith(needle),
            "ends": low.endswith(needle),
        }[node.op]
    assert isinstance(node, Compare)
    return bool(_OPS[node.op](value, comparable(node.value, kind(node.field), "x")))


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


def _listed(plan: QueryPlan, rows: Any, read: Any, columns: Any) -> Any:
    names = [c.name for c in columns]
    hidden = [o.by for o in plan.order if o.by not in names]
    found = [[read(row, name) for name in [*names, *hidden]] + [read(row, "id")] for row in rows]
    if plan.distinct:
        found = list({tuple(row[: len(names)]): row[: len(names)] for row in found}.values())
    at = {name: i for i, name in enumerate([*names, *hidden])}
    width = len(names) if plan.distinct else len(names + hidden) + 1
    return _sorted(found, [(at[o.by], o.desc) for o in plan.order], range(width - 1, width))


def _groups(plan: QueryPlan, rows: Any, read: Any, kind: Any) -> Any:
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        key = tuple(bucketed(read(row, g.field), g.bucket, kind(g.field).name) for g in plan.group)
        groups.setdefault(key, []).append(row)
    if not groups and not plan.group:
        groups[()] = []
    found = [
        [*key, *(_measured(m, members, read, kind) for m in plan.measures)]
        for key, members in groups.items()
    ]
    names = [g.name for g in plan.group] + [m.name for m in plan.measures]
    if plan.having is not None:
        columns = check_columns(plan, kind)
        found = [
            row for row in found
            if _true(plan.having, lambda n, row=row: row[names.index(n)], lambda n: columns[n]) is True
        ]  # fmt: skip
    return _sorted(found, [(names.index(o.by), o.desc) for o in plan.order], range(len(plan.group)))


def check_columns(plan: QueryPlan, kind: Any) -> dict[str, Any]:
    from registry.record import FLOAT, INT, Type

    out = {g.name: kind(g.field) if g.bucket is None else Type("date") for g in plan.group}
    for m in plan.measures:
        if m.fn in ("count", "distinct"):
            out[m.name] = INT
        else:
            out[m.name] = kind(m.field) if m.fn in ("sum", "min", "max") else FLOAT
    return out


def _measured(measure: Any, rows: Any, read: Any, kind: Any) -> Any:
    if measure.where is not None:
        rows = [r for r in rows if _true(measure.where, lambda p, r=r: read(r, p), kind) is True]
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


def _sorted(rows: Any, order: Any, ties: range) -> Any:
    for index, desc in reversed([*order, *((i, False) for i in ties)]):
        rows.sort(
            key=lambda r: ((r[index] is None) != desc, 0 if r[index] is None else r[index]),
            reverse=desc,
        )
    return rows


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
