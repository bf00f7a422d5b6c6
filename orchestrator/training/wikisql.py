"""WikiSQL's questions over schemas rebuilt from what its questions name: one table each, columns of
other tables mixed in, the values asked for as stored text.
"""

from __future__ import annotations

import lzma
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import orjson

from orchestrator.planner.network.schema import Column, Kind, Schema, TableView
from orchestrator.planner.network.sketch import Aggregate, Condition, Op, Sketch, Table, Term
from orchestrator.planner.words import plain, stem

_FOLDED: Final = {"max", "min", "sum", "avg"}
_CALLED: Final = ("results", "table", "records", "list", "data", "entries", "items", "rows")
_COLUMNS_MAX: Final = 11


@dataclass(frozen=True, slots=True)
class _Row:
    question: str
    select: str
    aggregate: str
    where: tuple[tuple[str, Op, str], ...]


@dataclass(slots=True)
class WikiTable:
    """One table as its questions tell it. `values`: {column: texts asked for}."""

    columns: list[str]
    numeric: set[str]
    values: dict[str, list[str]]
    rows: list[_Row]


def tables(path: Path) -> list[WikiTable]:
    """The tables with their questions."""
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with lzma.open(path) as file:
        for line in file:
            row = orjson.loads(line)
            grouped[row["table"]].append(row)
    return [_table(rows) for rows in grouped.values()]


def _table(rows: Sequence[dict[str, Any]]) -> WikiTable:
    values: dict[str, list[str]] = defaultdict(list)
    numeric: set[str] = set()
    made = []
    for row in rows:
        if row["agg"] in _FOLDED or any(op != "=" for _, op, _ in row["where"]):
            numeric |= {row["select"]} if row["agg"] in _FOLDED else set()
            numeric |= {column for column, op, _ in row["where"] if op != "="}
        for column, _, value in row["where"]:
            values[column].append(str(value))
        where = tuple((c, cast(Op, op), str(v)) for c, op, v in row["where"])
        made.append(_Row(row["question"], row["select"], row["agg"], where))
    numeric |= set(values)
    numeric = {c for c in numeric if all(map(_is_number, values.get(c, [])))}
    return WikiTable(list(rows[0]["columns"]), numeric, dict(values), made)


def _is_number(text: str) -> bool:
    try:
        return abs(float(text.replace(",", ""))) < 1e15
    except ValueError:
        return False


def questions(
    found: Sequence[WikiTable], rng: random.Random
) -> Iterator[tuple[str, Schema, Sketch]]:
    """Every question once, over its table with some columns of others, in a random order."""
    pool = [(column, column in t.numeric) for t in found for column in t.columns]
    order = [(t, row) for t in found for row in t.rows]
    rng.shuffle(order)
    for table, row in order:
        given = [(c, c in table.numeric) for c in table.columns]
        more = rng.randint(0, max(0, _COLUMNS_MAX - len(given)))
        taken = {c for c, _ in given}
        for column in rng.sample(pool, min(more, len(pool))):
            if column[0] not in taken:
                taken.add(column[0])
                given.append(column)
        rng.shuffle(given)
        schema = _schema(given, table, rng)
        yield row.question, schema, _sketch(row, [c for c, _ in given], table)


def _schema(given: Sequence[tuple[str, bool]], table: WikiTable, rng: random.Random) -> Schema:
    columns = []
    for number, (name, numeric) in enumerate(given):
        words = plain(name) or ("value",)
        kind: Kind = "number" if numeric else "text"
        columns.append(Column(number, 0, "_".join(words), words, kind))
    texts: dict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
    longest = 1
    for number, (name, numeric) in enumerate(given):
        if numeric:
            continue
        for value in dict.fromkeys(table.values.get(name, ())):
            words = tuple(map(stem, plain(value)))
            if words and len(words) <= 8 and rng.random() < 0.85:
                texts[words].append((number, value))
                longest = max(longest, len(words))
    called = rng.choice(_CALLED)
    view = TableView(0, f"wiki.{called}", (called,), tuple(range(len(columns))))
    kept = {key: tuple(places) for key, places in texts.items()}
    return Schema((view,), tuple(columns), {}, kept, longest)


def _sketch(row: _Row, names: list[str], table: WikiTable) -> Sketch:
    number = names.index(row.select)
    if row.aggregate == "count":
        term = Term(None, "count")
    else:
        term = Term(number, cast("Aggregate | None", row.aggregate or None))
    where = []
    for column, op, value in row.where:
        literal: str | int | float = value
        if column in table.numeric:
            amount = float(value.replace(",", ""))
            literal = int(amount) if amount.is_integer() else amount
        where.append(Condition(Term(names.index(column)), op, (literal,)))
    return Sketch((Table(0),), (term,), where=tuple(where))
