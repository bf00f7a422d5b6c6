"""A question under one root: its words as items, its *shape* (one letter per item) for the
grammar to match, and the plan as it grows.

    how many failed runs per day last week   ->   how many V0 C1 K2 T3

Letters: C collection, E collection that must be absent, N D B R F field (number, time, boolean,
reference, other), V value, M named measure, T window, K bucket, O comparison, P percentile, S
searched text, Z number, X code, Q quoted text, U unknown word, W verb of what is absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from orchestrator.planner.graph import Graph, Joins, Steps
from orchestrator.planner.source import Pick
from orchestrator.planner.spans import content
from orchestrator.planner.words import Word
from registry.answer import Understood
from registry.catalog import Catalogue
from registry.domain import CollectionSpec, FieldSpec
from registry.plan import Compute, Group, Measured, Order, Predicate
from registry.record import NUMERIC, TEMPORAL

FIELDS = "NDBRF"
_ANY = {"@group": r"[CNDBRFU]\d+"}


@dataclass(slots=True)
class Item:
    """One meaningful stretch of the question. `place`: its index in `Frame.items`."""

    letter: str
    place: int
    first: int
    last: int
    words: str
    pick: Pick | None = None
    payload: Any = None

    @property
    def address(self) -> str:
        return self.pick.meaning.address if self.pick else ""

    @property
    def steps(self) -> Steps:
        return self.pick.route.steps if self.pick else ()


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    for short, long in _ANY.items():
        text = text.replace(short, long)
    return re.compile(rf"(?:^|(?<= )){text}(?= |$)")


_IDS: Final = frozenset({"id", "ids", "code", "zip", "phone", "postcode", "uuid"})


def letter_of(spec: CollectionSpec, name: str) -> str:
    """The shape's letter of a field; a number that identifies is none to compute with."""
    field_spec = spec.field(name)
    if name in spec.key or name.split("_")[-1] in _IDS:
        return "R" if field_spec.type == "ref" else "F"
    kind = field_spec.type
    return (
        "N"
        if kind in NUMERIC
        else "D"
        if kind in TEMPORAL
        else "B"
        if kind == "bool"
        else "R"
        if kind == "ref"
        else "F"
    )


def loose_letter(word: Word) -> str | None:
    """The letter of a word that names nothing stored; `None` where it says nothing."""
    if word.kind == "quoted":
        return "Q"
    if word.kind == "number" or (word.number is not None and word.text not in ("one", "zero")):
        return "Z"
    if word.kind == "code":
        return "X"
    return "U" if content(word) else None


@dataclass(slots=True)
class Frame:
    """See the module. Slots read `shape`, mark items `used` and add to the draft; `doubt`
    multiplies into the confidence."""

    root: str
    catalogue: Catalogue
    graph: Graph
    words: tuple[Word, ...]
    now_us: int
    items: list[Item]
    joins: Joins
    shape: str = ""
    used: set[int] = field(default_factory=set)
    notes: list[tuple[int, Understood]] = field(default_factory=list)
    doubt: float = 1.0
    where: list[Predicate] = field(default_factory=list)
    group: list[Group] = field(default_factory=list)
    measures: list[Measured] = field(default_factory=list)
    compute: list[Compute] = field(default_factory=list)
    #: measures that only serve what is computed from them
    hidden: set[str] = field(default_factory=set)
    having: list[Predicate] = field(default_factory=list)
    order: list[Order] = field(default_factory=list)
    select: list[str] = field(default_factory=list)
    limit: int | None = None
    distinct: bool = False
    counted: bool = False
    #: collections joined although one record meets several of theirs
    meant: set[str] = field(default_factory=set)

    @property
    def spec(self) -> CollectionSpec:
        return self.catalogue.collections[self.root]

    @property
    def figures(self) -> list[str]:
        """Columns that were asked for beside the keys: measures, then what is computed."""
        shown = [made.name for made in self.measures if made.name not in self.hidden]
        return [*shown, *(made.alias for made in self.compute if made.alias not in self.hidden)]

    # -- reading the shape -------------------------------------------------------------------------

    def reshape(self) -> None:
        """Write the shape anew from the items."""
        at = {item.first: item for item in self.items}
        parts: list[str] = []
        place = 0
        while place < len(self.words):
            item = at.get(place)
            parts.append(f"{item.letter}{item.place}" if item else self.words[place].text)
            place = item.last if item else place + 1
        self.shape = " ".join(parts)

    def find(self, pattern: str) -> Iterator[re.Match[str]]:
        """Matches of a shape pattern, between blanks; `@group` is any item that can be grouped
        by."""
        return _pattern(pattern).finditer(self.shape)

    def has(self, pattern: str) -> bool:
        return _pattern(pattern).search(self.shape) is not None

    def item(self, token: str) -> Item:
        """The item that a shape token such as `C3` names."""
        return self.items[int(token[1:])]

    def all_in(self, text: str) -> list[Item]:
        """The items among the tokens of a piece of shape."""
        return [self.item(t) for t in text.split() if re.fullmatch(r"[A-Z]\d+", t)]

    def free(self, letters: str) -> list[Item]:
        """Items of these letters that nothing has used yet, left to right."""
        return [
            item for item in self.items if item.letter in letters and item.place not in self.used
        ]

    def use(self, *items: Item) -> None:
        self.used.update(item.place for item in items)

    # -- fields and paths --------------------------------------------------------------------------

    def field_of(self, item: Item) -> FieldSpec:
        assert item.pick is not None
        return self.catalogue.collections[item.address].field(item.pick.meaning.field)

    def path(self, item: Item) -> str:
        """The plan's path of a field, value or measure item; joins on the way."""
        assert item.pick is not None
        return self.joins.path(item.steps, item.pick.meaning.field)

    @property
    def understood(self) -> tuple[Understood, ...]:
        """What each stretch of words became, left to right."""
        return tuple(note for _, note in sorted(self.notes, key=lambda n: n[0]))

    def note(self, item: Item, meaning: str) -> None:
        """Say what the item's words became, and mark it used."""
        self.use(item)
        self.notes.append((item.first, Understood(item.words, meaning)))

    def label_of(self, steps: Steps, address: str) -> str | None:
        """Path of the field that names records of a joined (or the own) collection; `None` where
        none does."""
        spec = self.catalogue.collections[address]
        if spec.label is None:
            return None
        if spec.key == (spec.label,):
            return self.joins.path(steps, "id") if steps else spec.label
        return self.joins.path(steps, spec.label)
