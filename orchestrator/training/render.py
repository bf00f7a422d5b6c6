"""A sketch as SQL over the source itself, to measure by running it. Values stand as literals: the
text goes to a scratch copy of a training database and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from orchestrator.planner.network.schema import Schema
from orchestrator.planner.network.sketch import Condition, Literal_, Sketch, Term

#: what ingest made and the source has not; running into it is an error, so never right
_GONE: Final = "-"
_LINKS: Final = {"and": " AND ", "or": " OR ", "either": " OR "}


@dataclass(frozen=True, slots=True)
class Source:
    """The source's own names by the schema's numbers."""

    schema: Schema
    tables: Mapping[int, str]
    columns: Mapping[int, str]


def render(sketch: Sketch, source: Source) -> str:
    """The SQL of a sketch."""
    sql = _select(sketch, source)
    if sketch.combine is None:
        return sql
    op, other = sketch.combine
    return f"{sql} {op.upper()} {render(other, source)}"


def _select(s: Sketch, source: Source) -> str:
    kept = " DISTINCT" if s.distinct else ""
    shown = ", ".join(_term(t, source) for t in s.select) or "*"
    out = f"SELECT{kept} {shown}{_from(s, source)}"
    if s.where:
        out += f" WHERE {_conditions(s.where, source)}"
    if s.group:
        out += f" GROUP BY {', '.join(_term(t, source) for t in s.group)}"
    if s.having:
        out += f" HAVING {_conditions(s.having, source)}"
    if s.order:
        keys = (f"{_term(o.term, source)}{' DESC' if o.desc else ''}" for o in s.order)
        out += f" ORDER BY {', '.join(keys)}"
    return f"{out} LIMIT {s.limit}" if s.limit is not None else out


def _from(s: Sketch, source: Source) -> str:
    out = f" FROM {_table(s.tables[0].table, source)}"
    known = {s.tables[0].table}
    for table in s.tables[1:]:
        way = table.on or source.schema.plain_way(known, table.table)
        known.add(table.table)
        out += f" JOIN {_table(table.table, source)}"
        if way is not None:
            out += f" ON {_column(way[0], source)} = {_column(way[1], source)}"
    return out


def _conditions(conditions: tuple[Condition, ...], source: Source) -> str:
    out = ""
    for number, condition in enumerate(conditions):
        tight = number + 1 < len(conditions) and conditions[number + 1].link == "either"
        text = _condition(condition, source)
        if condition.link == "either" and number:
            out += _LINKS["either"] + text + ("" if tight else ")")
        else:
            out += (_LINKS[condition.link] if number else "") + ("(" if tight else "") + text
    return out


def _condition(c: Condition, source: Source) -> str:
    left = _term(c.term, source)
    if c.op in ("null", "not null"):
        return f"{left} IS {c.op.upper()}"
    if c.op == "between":
        return f"{left} BETWEEN {_value(c.values[0])} AND {_value(c.values[1])}"
    if c.op in ("contains", "starts", "ends", "lacks"):
        before = "" if c.op == "starts" else "%"
        after = "" if c.op == "ends" else "%"
        pattern = _value(f"{before}{c.values[0]}{after}")
        return f"{left} {'NOT ' if c.op == 'lacks' else ''}LIKE {pattern}"
    if c.inner is not None:
        return f"{left} {c.op.upper()} ({render(c.inner, source)})"
    right = _column(c.other, source) if c.other is not None else _value(c.values[0])
    return f"{left} {c.op} {right}"


def _term(term: Term, source: Source) -> str:
    if term.column is None:
        return "count(*)"
    name = _column(term.column, source)
    if term.aggregate is None:
        return name
    return (
        f"count(DISTINCT {name})" if term.aggregate == "distinct" else f"{term.aggregate}({name})"
    )


def _column(number: int, source: Source) -> str:
    table = source.schema.columns[number].table
    return f"{_table(table, source)}.{_quoted(source.columns.get(number, _GONE))}"


def _table(number: int, source: Source) -> str:
    return _quoted(source.tables.get(number, _GONE))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _value(value: Literal_) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)
