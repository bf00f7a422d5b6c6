"""What type is a column? Evidence is gathered batch by batch, so a whole file can be asked as well
as a sample.

A type survives while every cell so far converts to it (by `cells`, the same code that
loads: what was inferred here will load). A column where none survives is text; no row is ever
dropped for a mixed column.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zlib import crc32

from registry.record import Type, TypeName
from registry.shape.cells import NULL_TOKENS, fits, plain_text
from registry.shape.written import WRITTEN, all_written, has_fraction, units_written

DISTINCT_MAX: Final = 20
UNIQUE_ROWS_MAX: Final = 10_000_000  # past these, uniqueness is not known
EXAMPLES_MAX: Final = 3
SKETCH_VALUES: Final = 128  # smallest hashes kept of a column's values
SKETCHED_COLUMNS_MAX: Final = 200  # of a table
_SKETCH_ROWS_MAX: Final = 20_000  # past these, only of what may be a key
_SKETCH_CHARS_MAX: Final = 64  # longer texts are no ids
#: (type, format) in order of preference
CANDIDATES: Final[tuple[tuple[TypeName, str], ...]] = (
    ("bool", ""),
    ("int", ""),
    ("float", ""),
    ("int", "grouped"),
    ("float", "grouped"),
    ("int", "comma"),
    ("float", "comma"),
    ("date", ""),
    ("time", ""),
    ("date", "dmy"),
    ("date", "mdy"),
    ("time", "dmy"),
    ("time", "mdy"),
    ("json", ""),
)
_PADDED: Final = re.compile(r"^[^\S\n]|[^\S\n]$", re.MULTILINE)
_CENTS: Final = re.compile(r"(?:-?\d+\.\d\d\n)*+", re.ASCII)
_WRITTEN_CENTS: Final = re.compile(r"(?:[^\n]*?\d[.,]\d\d[^\d\n.,]*+\n)*+")
#: leading zeros and plus signs are part of a code, not of a number
_LONG: Final = re.compile(r"^-?\d{16,}$", re.ASCII | re.MULTILINE)
_CODE: Final = re.compile(r"^(?:[+]|-?0\d)", re.ASCII | re.MULTILINE)


@dataclass(slots=True)
class Tally:
    """Evidence about one column. `declared`: what the file itself says, which wins if all cells fit
    it.
    """

    typed: bool = False
    declared: tuple[str, str, int] | None = None
    watch_unique: bool = False
    #: what its values are is told by a sketch; of very many columns that would be too long
    sketched: bool = True
    rows: int = 0
    nulls: int = 0
    candidates: list[tuple[TypeName, str]] = field(default_factory=lambda: list(CANDIDATES))
    cents: bool = True
    unique: bool = True
    distinct: set[str] | None = field(default_factory=set)
    examples: list[str] = field(default_factory=list)
    low: float | None = None
    high: float | None = None
    chars_max: int = 0
    _seen: set[int] = field(default_factory=set)
    _units: set[str] = field(default_factory=set)
    _sketch: set[int] = field(default_factory=set)
    #: hashes from here on are not in the sketch
    _under: int = 1 << 32

    def add(self, cells: Sequence[Any]) -> None:
        """Take in a batch of cells."""
        self.rows += len(cells)
        present = _present(cells, typed=self.typed)
        self.nulls += len(cells) - len(present)
        if not present:
            return
        self._count_distinct(present)
        self._sketch_values(present)
        if self.typed:
            self._add_typed(present)
        else:
            self._add_text(present)

    def _add_text(self, present: Sequence[str]) -> None:
        self.chars_max = max(self.chars_max, max(map(len, present)))
        if not self.candidates:
            return
        joined = "\n".join(present) + "\n"
        solid = present
        if not NULL_TOKENS.isdisjoint(present) or _PADDED.search(joined):
            solid = [s for c in present if (s := c.strip()) not in NULL_TOKENS]
            if not solid:
                return
            joined = "\n".join(solid) + "\n"
        self.cents = self.cents and any(p.fullmatch(joined) for p in (_CENTS, _WRITTEN_CENTS))
        plain = [
            c for c in self.candidates if c[1] not in WRITTEN and self._survives(c, solid, joined)
        ]
        one_line = joined.count("\n") == len(solid)
        left = {*plain, *(self._written(plain, joined) if one_line else ())}
        self.candidates = [c for c in self.candidates if c in left]
        self._range(solid)

    def _survives(self, candidate: tuple[TypeName, str], solid: Sequence[str], joined: str) -> bool:
        name, format = candidate
        if name in ("int", "float") and _CODE.search(joined) and _has_code(solid):
            return False
        # A float would round what is written as a long integer.
        if name == "float" and _LONG.search(joined):
            return False
        if name == "date" and ":" in joined:
            return False
        if name == "bool" and not {"0", "1"}.isdisjoint(solid):
            return False
        if name == "json" and not all(c[0] in "{[" for c in solid):
            return False
        return fits(solid, Type(name), format)

    def _written(
        self, plain: Collection[tuple[TypeName, str]], joined: str
    ) -> list[tuple[TypeName, str]]:
        """Those notations of people that are left. What a program writes may stand among grouped
        numbers; of "1.5" no comma is the point."""
        asked = [c for c in self.candidates if c[1] in WRITTEN]
        whole = ("int", "") in plain
        if not asked:
            return []
        if ("float", "") in plain:
            return [c for c in asked if whole or c == ("float", "grouped")]
        self._units |= units_written(joined)
        if len(self._units) > 1:
            return []  # which row is in euros would be lost
        return [
            (name, format)
            for name, format in asked
            if all_written(joined, format)
            if name == "float" or not has_fraction(joined, format)
        ]

    def _add_typed(self, present: Sequence[Any]) -> None:
        kinds = {type(c) for c in present}
        texts = [c for c in present if type(c) is str]
        if texts:
            self.chars_max = max(self.chars_max, max(map(len, texts)))
        self.cents = False
        self.candidates = [c for c in self.candidates if _typed_fits(c, kinds, present)]
        if kinds <= {int, float}:
            self._range(present)

    def _range(self, cells: Sequence[Any]) -> None:
        if self.candidates and self.candidates[0] in (("int", ""), ("float", "")):
            numbers = list(map(float, cells))
            low, high = min(numbers), max(numbers)
            self.low = low if self.low is None else min(low, self.low)
            self.high = high if self.high is None else max(high, self.high)

    def _count_distinct(self, present: Sequence[Any]) -> None:
        if len(self.examples) < EXAMPLES_MAX:
            fresh = [plain_text(c)[:80] for c in present[: EXAMPLES_MAX * 3]]
            self.examples = list(dict.fromkeys(self.examples + fresh))[:EXAMPLES_MAX]
        if self.typed and not {dict, list}.isdisjoint(map(type, present)):
            self.distinct, self.unique = None, False
        if self.distinct is None and not (self.watch_unique and self.unique):
            return
        values = set(present)
        if self.distinct is not None:
            self.distinct |= {plain_text(v)[:80] for v in list(values)[: DISTINCT_MAX + 1]}
            if len(self.distinct) > DISTINCT_MAX or len(values) > DISTINCT_MAX:
                self.distinct = None
        if not self.watch_unique or not self.unique:
            return
        before = len(self._seen)
        self._seen.update(map(hash, values))
        if len(self._seen) - before < len(present) or self.rows > UNIQUE_ROWS_MAX:
            self.unique = False
            self._seen = set()

    def _sketch_values(self, present: Sequence[Any]) -> None:
        """Keep the smallest hashes: two columns share as large a part of those under the same bound
        as of their values (KMV sketch, Bar-Yossef et al. 2002).
        """
        if not self.sketched:
            return
        key = self.watch_unique and self.unique
        if self.chars_max > _SKETCH_CHARS_MAX or (self.rows > _SKETCH_ROWS_MAX and not key):
            return
        values = {v for v in present if type(v) is str or type(v) is int}
        hashes = (crc32(str(v).encode(errors="replace")) for v in values)
        self._sketch.update(h for h in hashes if h < self._under)
        if len(self._sketch) > SKETCH_VALUES:
            kept = sorted(self._sketch)[: SKETCH_VALUES + 1]
            self._under = kept.pop()
            self._sketch = set(kept)

    def to_wire(self) -> dict[str, Any]:
        """What `Evidence.from_wire` reads."""
        return {
            "typed": self.typed,
            "declared": self.declared,
            "rows": self.rows,
            "nulls": self.nulls,
            "candidates": self.candidates,
            "cents": self.cents and self.rows > self.nulls,
            "unique": self.watch_unique and self.unique and self.rows > 0 and not self.nulls,
            "distinct": None if self.distinct is None else sorted(self.distinct),
            "examples": self.examples,
            "low": self.low,
            "high": self.high,
            "chars_max": self.chars_max,
            "sketch": sorted(self._sketch) if self.chars_max <= _SKETCH_CHARS_MAX else [],
            "under": self._under,
        }


def _present(cells: Sequence[Any], *, typed: bool) -> Sequence[Any]:
    if None in cells:
        cells = [c for c in cells if c is not None]
    return cells if typed or "" not in cells else [c for c in cells if c]


def _has_code(solid: Sequence[str]) -> bool:
    """Whether a number starts like a code: `007`, `+49…`; `0.5` and `-0.5` do not."""
    return any(_CODE.match(c) is not None for c in solid)


_TYPED: Final[dict[str, tuple[set[type], ...]]] = {
    "bool": ({bool},),
    "int": ({int},),
    "float": ({int, float}, {float}),
    "json": ({dict}, {list}, {dict, list}),
}


def _typed_fits(candidate: tuple[TypeName, str], kinds: set[type], present: Sequence[Any]) -> bool:
    """A typed file's text is text, but times, dates and they alone have no type of their own in
    JSON and SQLite.
    """
    name, format = candidate
    if format in WRITTEN:
        return False
    if name in _TYPED:
        if name == "json":
            return kinds <= {dict, list}
        allowed = kinds <= {int, float} if name == "float" else kinds in _TYPED[name]
        return allowed and fits(present, Type(name), format, typed=True)
    if kinds != {str} or format:
        return False
    if name == "date" and any(":" in c for c in present):
        return False
    return "" not in present and fits(present, Type(name), format, typed=True)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finished tally, as it crosses floors."""

    typed: bool
    declared: tuple[str, str, int] | None
    rows: int
    nulls: int
    candidates: tuple[tuple[str, str], ...]
    cents: bool
    unique: bool
    distinct: tuple[str, ...] | None
    examples: tuple[str, ...]
    low: float | None
    high: float | None
    chars_max: int
    sketch: frozenset[int] = frozenset()
    under: int = 0

    def within(self, other: Evidence) -> tuple[int, int]:
        """Of the values that both sketches would tell of: how many, and how many `other` has."""
        told = [h for h in self.sketch if h < other.under]
        return len(told), sum(h in other.sketch for h in told)

    @classmethod
    def from_wire(cls, data: dict[str, Any]) -> Evidence:
        """The inverse of `Tally.to_wire`."""
        declared, distinct = data["declared"], data["distinct"]
        return cls(
            typed=bool(data["typed"]),
            declared=None if declared is None else tuple(declared),
            rows=int(data["rows"]),
            nulls=int(data["nulls"]),
            candidates=tuple((str(name), str(format)) for name, format in data["candidates"]),
            cents=bool(data["cents"]),
            unique=bool(data["unique"]),
            distinct=None if distinct is None else tuple(distinct),
            examples=tuple(data["examples"]),
            low=data["low"],
            high=data["high"],
            chars_max=int(data["chars_max"]),
            sketch=frozenset(data.get("sketch", ())),
            under=int(data.get("under", 0)),
        )
