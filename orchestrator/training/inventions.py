"""Schemas that nobody has, of several tables, made from the words and texts of WikiSQL's tables: a
column that names things becomes a table of its own, and the others refer to it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from orchestrator.planner.words import plain
from orchestrator.training.wikisql import WikiTable
from registry.catalog import Catalogue, Facts, FieldValues
from registry.domain import parse_spec

_TABLES_MAX: Final = 4
_ATTRIBUTES_MAX: Final = 6
_TEXTS_MAX: Final = 40
_SEEN_MIN: Final = 8
#: columns that name no thing
_NO_THING: Final = frozenset(
    (
        "name", "date", "year", "no", "number", "rank", "notes", "result", "score", "record",
        "title", "time", "type", "total", "points", "position", "status", "name", "attendance",
    )
)  # fmt: skip
Kinded = tuple[str, bool]


@dataclass(slots=True)
class _Thing:
    """A word that names things: texts they are called by, and what is told of them."""

    texts: list[str] = field(default_factory=list)
    told: list[list[Kinded]] = field(default_factory=list)


class Inventor:
    """Invents catalogues from rebuilt tables. Equal seeds invent equal ones."""

    def __init__(self, tables: Sequence[WikiTable]) -> None:
        things: dict[str, _Thing] = defaultdict(_Thing)
        self._texts: dict[str, list[str]] = defaultdict(list)
        counted = {_name(c) for table in tables for c in table.numeric}
        for table in tables:
            columns = [(_name(c), _name(c) in counted) for c in table.columns]
            for column in table.columns:
                name = _name(column)
                self._texts[name] += table.values.get(column, ())[:3]
                if name not in counted and name.isalpha() and name not in _NO_THING:
                    things[name].texts += table.values.get(column, ())[:3]
                    things[name].told.append([c for c in columns if c[0] != name])
        enough = {n: t for n, t in things.items() if len(t.told) >= _SEEN_MIN and len(t.texts) > 3}
        self._things = dict(sorted(enough.items()))

    def catalogue(self, rng: random.Random) -> Catalogue:
        """One invented catalogue."""
        count = min(rng.randint(1, _TABLES_MAX), len(self._things))
        names = rng.sample(list(self._things), count)
        plural, prefixed = rng.random() < 0.5, rng.random() < 0.5
        collections: dict[str, Any] = {}
        values: dict[str, dict[str, FieldValues]] = {}
        called = {name: _called(name, plural) for name in names}
        for number, name in enumerate(names):
            refers = [n for n in names[:number] if rng.random() < 0.6]
            fields, texts = self._fields(name, refers, called, prefixed, rng)
            collections[called[name]] = {"key": [f"{name}_id"], "fields": fields}
            values[f"made.{called[name]}"] = texts
        if len(names) > 1 and rng.random() < 0.5:
            one, other = rng.sample(names, 2)
            link = {f"{n}_id": {"type": "ref", "to": f"made.{called[n]}"} for n in (one, other)}
            more = {"year": {"type": "int"}} if rng.random() < 0.5 else {}
            collections[f"{one}_{other}"] = {"fields": {**link, **more}}
        spec = parse_spec({"domain": "made", "collections": collections})
        return Catalogue([spec], {a: Facts(rows=9, values=v) for a, v in values.items()})

    def _fields(
        self, name: str, refers: list[str], called: dict[str, str], prefixed: bool,
        rng: random.Random,
    ) -> tuple[dict[str, Any], dict[str, FieldValues]]:  # fmt: skip
        """A thing's fields and their texts: its id, what it is called, what is told of it."""
        thing = self._things[name]
        label = f"{name}_name" if prefixed else "name"
        fields: dict[str, Any] = {f"{name}_id": {"type": "int"}, label: {"type": "text"}}
        texts = {label: _some(thing.texts, rng)}
        told = rng.choice(thing.told)
        for column, numeric in rng.sample(told, min(len(told), rng.randint(2, _ATTRIBUTES_MAX))):
            if not column or column in fields or column in refers:
                continue
            fields[column] = {"type": "int" if numeric else "text"}
            if not numeric and self._texts[column]:
                texts[column] = _some(self._texts[column], rng)
        for other in refers:
            fields[f"{other}_id"] = {"type": "ref", "to": f"made.{called[other]}"}
        return fields, texts


def _name(column: str) -> str:
    name = "_".join(plain(column))[:40].strip("_")
    valid = name.isascii() and name.replace("_", "").isalnum() and name[:1].isalpha()
    return name if valid and "__" not in name and name not in ("id", "version", "extra") else ""


def _called(name: str, plural: bool) -> str:
    if not plural:
        return name
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def _some(texts: Sequence[str], rng: random.Random) -> FieldValues:
    kept = list(dict.fromkeys(texts))
    return FieldValues(tuple(rng.sample(kept, min(len(kept), _TEXTS_MAX))), complete=True)
