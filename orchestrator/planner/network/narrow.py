"""The part of a large schema that a question is about, so that the network's work stays bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from orchestrator.planner.network.schema import Schema, Way
from orchestrator.planner.words import Word

COLUMNS_MAX: Final = 64
_NAMED: Final = 3.0
_CELL: Final = 2.0


class _Texts:
    """The stored texts of some columns under their new numbers."""

    def __init__(self, schema: Schema, numbers: Mapping[int, int]) -> None:
        self._schema = schema
        self._numbers = numbers

    def get(
        self, key: tuple[str, ...], default: tuple[tuple[int, str], ...], /
    ) -> tuple[tuple[int, str], ...]:
        found = self._schema.texts.get(key, default)
        return tuple((self._numbers[c], v) for c, v in found if c in self._numbers)


def narrowed(schema: Schema, words: tuple[Word, ...]) -> Schema:
    """The schema itself where it is small; else its likeliest tables, and of a very wide one the
    likeliest columns."""
    if len(schema.columns) <= COLUMNS_MAX:
        return schema
    stems = [word.stem for word in words]
    likely = _columns(schema, stems)
    tables = sorted(schema.tables, key=lambda t: (-_table(t.number, schema, stems, likely),
                                                  t.number))  # fmt: skip
    kept: list[int] = []
    chosen: list[int] = []
    for table in tables:
        room = COLUMNS_MAX - len(kept)
        if len(table.columns) > room and chosen:
            continue
        best = sorted(table.columns, key=lambda n: (-likely[n], n))[:room]
        kept += best
        chosen.append(table.number)
    return _part(schema, sorted(chosen), sorted(kept))


def _columns(schema: Schema, stems: list[str]) -> list[float]:
    """How likely each column is meant, by its words and its stored texts."""
    here = set(stems)
    likely = [sum(s in here for s in c.stems) / len(c.stems) + 0.1 * c.key for c in schema.columns]
    for first in range(len(stems)):
        for last in range(first + 1, min(first + schema.words_max, len(stems)) + 1):
            for column, _ in schema.texts.get(tuple(stems[first:last]), ()):
                likely[column] += _CELL * (last - first)
    return likely


def _table(number: int, schema: Schema, stems: list[str], likely: list[float]) -> float:
    table = schema.tables[number]
    named = sum(s in stems for s in table.stems) / len(table.stems)
    return _NAMED * named + sum(sorted((likely[n] for n in table.columns), reverse=True)[:3])


def _part(schema: Schema, tables: list[int], columns: list[int]) -> Schema:
    """Some tables and columns, numbered anew."""
    table_of = {old: new for new, old in enumerate(tables)}
    column_of = {old: new for new, old in enumerate(columns)}
    views = tuple(
        replace(
            schema.tables[old],
            number=new,
            columns=tuple(column_of[c] for c in schema.tables[old].columns if c in column_of),
            key=_new(schema.tables[old].key, column_of),
        )
        for old, new in table_of.items()
    )
    made = tuple(
        replace(
            schema.columns[old],
            number=new,
            table=table_of[schema.columns[old].table],
            target=_new(schema.columns[old].target, table_of),
        )
        for old, new in column_of.items()
    )
    ways = {}
    for first in tables:
        for second in tables:
            found = tuple(
                Way(w.rank, column_of[w.a], column_of[w.b])
                for w in schema.ways.get((first, second), ())
                if w.a in column_of and w.b in column_of
            )
            if found:
                ways[table_of[first], table_of[second]] = found
    return Schema(views, made, ways, _Texts(schema, column_of), schema.words_max)


def _new(old: int | None, numbers: Mapping[int, int]) -> int | None:
    return None if old is None else numbers.get(old)
