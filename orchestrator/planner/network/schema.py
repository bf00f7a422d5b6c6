"""The catalogue as the network sees it: numbered tables and columns, their words, the ways between
them, and where each stored text is. Made once per catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, Protocol, TypeAlias

from orchestrator.planner.words import plain, stem
from registry.catalog import Catalogue
from registry.domain import CollectionSpec, FieldSpec
from registry.record import NUMERIC, TEMPORAL

Kind: TypeAlias = Literal["text", "number", "time", "bool", "id", "other"]
KINDS: Final[tuple[Kind, ...]] = ("text", "number", "time", "bool", "id", "other")
#: texts of more words are found by what is quoted only
_VALUE_WORDS_MAX: Final = 8
#: a column of so few short texts shows them all to the network
_FEW: Final = 4
_SHORT: Final = 6
_IDENTIFIES: Final = frozenset({"id", "code", "key", "number", "no", "num"})


@dataclass(frozen=True)
class Column:
    """A field. `words`: how it is called; `target`: the table whose records it names."""

    number: int
    table: int
    name: str
    words: tuple[str, ...]
    kind: Kind
    key: bool = False
    target: int | None = None
    few: tuple[str, ...] = ()

    @cached_property
    def stems(self) -> tuple[str, ...]:
        return tuple(map(stem, self.words))


@dataclass(frozen=True)
class TableView:
    """A collection. `columns`: the numbers of its fields."""

    number: int
    address: str
    words: tuple[str, ...]
    columns: tuple[int, ...]
    key: int | None = None

    @cached_property
    def stems(self) -> tuple[str, ...]:
        return tuple(map(stem, self.words))


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """Two tables meet where these columns are equal. `rank`: 0 for a reference, more the less
    plain it is."""

    rank: int
    a: int
    b: int


class Texts(Protocol):
    """Where each stored text is: {its words as stems: ((column, text), …)}."""

    def get(
        self, key: tuple[str, ...], default: tuple[tuple[int, str], ...], /
    ) -> tuple[tuple[int, str], ...]: ...


@dataclass(slots=True)
class Schema:
    """Tables and columns by number, ways by pair of tables, stored texts by their words."""

    tables: tuple[TableView, ...]
    columns: tuple[Column, ...]
    #: the plainest way first
    ways: Mapping[tuple[int, int], tuple[Way, ...]]
    texts: Texts
    words_max: int = 1
    #: what an encoder keeps with it
    kept: dict[str, object] = field(default_factory=dict)

    def plain_way(self, known: Iterable[int], table: int) -> tuple[int, int] | None:
        """(column known, column of `table`) that is meant when none is said."""
        ways = [way for other in sorted(known) for way in self.ways.get((other, table), ())[:1]]
        best = min(ways, key=lambda way: way.rank, default=None)
        return (best.a, best.b) if best is not None else None


def schema_of(catalogue: Catalogue) -> Schema:
    """The schema of a catalogue, in the catalogue's order."""
    numbers = {address: n for n, address in enumerate(catalogue.collections)}
    tables: list[TableView] = []
    columns: list[Column] = []
    for address, spec in catalogue.collections.items():
        first = len(columns)
        facts = catalogue.facts_of(address)
        for name, fld in _fields(spec):
            values = facts.values.get(name)
            few = _few(values.values) if values is not None and values.complete else ()
            columns.append(
                _column(len(columns), len(tables), name, fld, spec=spec, numbers=numbers, few=few)
            )
        own = tuple(range(first, len(columns)))
        key = next((n for n in own if columns[n].key), None)
        name = address.partition(".")[2]
        tables.append(TableView(len(tables), address, tuple(plain(name)), own, key))
    texts, longest = _texts(catalogue, columns, tables)
    return Schema(tuple(tables), tuple(columns), _ways(tables, columns), texts, longest)


def _fields(spec: CollectionSpec) -> list[tuple[str, FieldSpec]]:
    """The fields, and the record's id where no field says it."""
    own = list(spec.fields.items())
    said = spec.key and spec.key != ("id",)
    if said or (not spec.key and own[0][0].endswith("id")):
        return own
    return [("id", spec.field("id")), *own]


def _column(
    number: int,
    table: int,
    name: str,
    fld: FieldSpec,
    *,
    spec: CollectionSpec,
    numbers: Mapping[str, int],
    few: tuple[str, ...],
) -> Column:
    key = spec.key == (name,) or name == "id"
    target = numbers.get(fld.to) if fld.to is not None else None
    words = tuple(plain(name)) or (name,)
    return Column(number, table, name, words, _kind(name, fld), key, target, few)


def _kind(name: str, fld: FieldSpec) -> Kind:
    if fld.type == "ref" or name == "id":
        return "id"
    if fld.type in NUMERIC:
        return "number"
    if fld.type in TEMPORAL:
        return "time"
    return fld.type if fld.type in ("text", "bool") else "other"


def _few(values: tuple[str, ...]) -> tuple[str, ...]:
    return values if len(values) <= _FEW and all(len(v) <= _SHORT for v in values) else ()


def _ways(tables: list[TableView], columns: list[Column]) -> dict[tuple[int, int], tuple[Way, ...]]:
    found: dict[tuple[int, int], list[Way]] = {}
    for first in tables:
        for second in tables:
            if first.number != second.number:
                made = [
                    Way(rank, a, b)
                    for a in first.columns
                    for b in second.columns
                    if (rank := _rank(columns[a], columns[b], first, second)) is not None
                ]
                if made:
                    found[first.number, second.number] = sorted(made)
    return {pair: tuple(ways) for pair, ways in found.items()}


def _rank(a: Column, b: Column, first: TableView, second: TableView) -> int | None:
    """How plainly two columns join their tables, 0 the plainest; `None`: not at all."""
    if (a.target == second.number and b.key) or (b.target == first.number and a.key):
        return 0
    if a.name == b.name and a.name != "id":
        if a.key or b.key:
            return 1
        return 3 if a.kind == "id" or a.words[-1] in _IDENTIFIES else 5
    if _named_after(a, second, b) or _named_after(b, first, a):
        return 2
    both = a.target is not None and a.target == b.target
    return 4 if both else None


def _named_after(column: Column, table: TableView, key: Column) -> bool:
    """`host_city` of one table names a record of `city`, whose first column is its key."""
    if not (key.key or key.number == table.columns[0]):
        return False
    rest = column.stems[:-1] if column.words[-1] in _IDENTIFIES else column.stems
    return rest[-len(table.stems) :] == table.stems


def _texts(
    catalogue: Catalogue, columns: list[Column], tables: list[TableView]
) -> tuple[dict[tuple[str, ...], tuple[tuple[int, str], ...]], int]:
    """Where each stored text is, by its stems, and how many words the longest has."""
    number_of = {(tables[c.table].address, c.name): c.number for c in columns}
    found: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    longest = 1
    for address, name, values in catalogue.values():
        number = number_of.get((address, name))
        if number is None:
            continue
        for value in values.values:
            words = plain(value)
            if words and len(words) <= _VALUE_WORDS_MAX:
                found.setdefault(tuple(map(stem, words)), []).append((number, value))
                longest = max(longest, len(words))
    return {key: tuple(places) for key, places in found.items()}, longest
