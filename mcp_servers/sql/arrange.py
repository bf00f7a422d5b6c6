# ruff: noqa: S608 - identifiers are our own or come from a checked spec; values are always bound
"""What a statement does with the rows that it lists or folds: columns computed from others,
`having`, the first few of each group. Pure; every value is bound.

The columns made inside are called o0, o1, …, the computed ones c0, c1, ….
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mcp_servers.sql.dialect import as_float
from mcp_servers.sql.statement import Statement, Term
from registry.check import Column
from registry.plan import Compute
from registry.record import FLOAT, INT, Type


def listed(statement: Statement) -> tuple[str, list[Term]]:
    """Records with names for their columns, and the order by such names."""
    computed = {compute.alias: f"c{n}" for n, compute in enumerate(statement.plan.compute)}
    terms = statement.list_terms(computed)
    inside = [term.sql for term in terms if term.sql not in computed.values()]
    named = {sql: f"t{n}" for n, sql in enumerate(inside)}
    outputs = [f"{sql} AS o{n}" for n, sql in enumerate(statement.listed())]
    outputs += [f"{sql} AS {name}" for sql, name in named.items()]
    sql = f"SELECT {', '.join(outputs)} {statement.source()}"
    return sql, [replace(term, sql=named.get(term.sql, term.sql)) for term in terms]


def arranged(statement: Statement, inner: str, terms: Sequence[Term]) -> tuple[str, list[str]]:
    """The rows with their computed columns, and the conditions that they have yet to meet."""
    plan, conditions = statement.plan, []
    for n, compute in enumerate(plan.compute):
        inner = f"SELECT *, {_computed(statement, compute)} AS c{n} FROM ({inner})"
    if plan.having is not None:
        conditions.append(statement.having(plan.having))
    if plan.per is None:
        return inner, conditions
    by = ", ".join(statement.output(name)[0] for name in plan.per.by)
    order = ", ".join(term.order() for term in terms)
    number = f"row_number() OVER (PARTITION BY {by}{f' ORDER BY {order}' if order else ''})"
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    inner = f"SELECT *, {number} AS n_th FROM ({inner}){where}"
    return inner, [f"n_th <= {statement.values.bind(plan.per.n)}"]


def _computed(statement: Statement, compute: Compute) -> str:
    if compute.op == "previous":
        return _previous(statement, compute)
    if compute.op == "total":
        return _total(statement, compute)
    out = next(column for column in statement.outputs if column.name == compute.alias)
    left, right = (_operand(statement, arg) for arg in compute.args)
    if out.type == FLOAT:
        return _floats(compute.op, as_float(*left), as_float(*right))
    dialect = statement.dialect
    if compute.op == "*":  # at most one of them has digits after the point
        return dialect.whole(f"{dialect.wide(left[0])} * {dialect.wide(right[0])}")
    both = (_scaled(dialect.wide(sql), kind, out) for sql, kind in (left, right))
    return dialect.whole(f" {compute.op} ".join(both))


def _operand(statement: Statement, arg: str | int | float) -> tuple[str, Type]:
    if isinstance(arg, str):
        return statement.output(arg)
    return statement.values.bind(arg), FLOAT if isinstance(arg, float) else INT


def _floats(op: str, left: str, right: str) -> str:
    found = f"({left} / NULLIF({right}, 0))" if op == "/" else f"({left} {op} {right})"
    return f"({found} + 0.0)"  # no -0.0, which one engine tells from 0.0


def _scaled(sql: str, kind: Type, out: Column) -> str:
    finer = 10 ** (out.type.scale - kind.scale)
    return f"({sql} * {finer})" if finer > 1 else sql


def _total(statement: Statement, compute: Compute) -> str:
    """The sum over all rows, or over those with the same keys."""
    (value, kind), *keys = (statement.output(name) for name in compute.columns)
    within = ", ".join(sql for sql, _ in keys)
    found = f"sum({value}) OVER ({f'PARTITION BY {within}' if within else ''})"
    return f"({found} + 0.0)" if kind == FLOAT else statement.dialect.whole(found)


def _previous(statement: Statement, compute: Compute) -> str:
    """The value of the row whose bucket ends where this one begins."""
    groups = statement.plan.group
    place = next(n for n, group in enumerate(groups) if group.bucket is not None)
    bucket, kind = groups[place].bucket, statement.outputs[place].type
    assert bucket is not None
    others = ", ".join(f"o{n}" for n in range(len(groups)) if n != place)
    window = f"({f'PARTITION BY {others} ' if others else ''}ORDER BY o{place})"
    before = statement.dialect.bucket(f"(o{place} - 1)", kind, bucket)
    value, _ = statement.output(str(compute.args[0]))
    return f"(CASE WHEN lag(o{place}) OVER {window} = {before} THEN lag({value}) OVER {window} END)"
