"""A request as it grows: what the clauses share."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.planner.clauses.ranking import Rank
from orchestrator.planner.clauses.request import Column, Request, Term
from orchestrator.planner.clauses.sense import Sense
from orchestrator.planner.clauses.sentence import Item, Sentence
from orchestrator.planner.graph import Graph
from registry.catalog import Catalogue
from registry.plan import Bucket, Fn
from registry.record import NUMERIC


@dataclass(slots=True)
class Draft:
    """Reads one question under one subject into `request`."""

    sentence: Sentence
    catalogue: Catalogue
    graph: Graph
    sense: Sense
    request: Request = field(init=False)
    rank: Rank | None = None
    groups: list[Item] = field(default_factory=list)
    #: "for each", "per": one row for each of them
    each: bool = False
    orders: list[tuple[list[Item | str], bool]] = field(default_factory=list)
    wonders: list[str] = field(default_factory=list)
    bare: list[Column] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    #: "revenue per seat": what a sum is divided by
    over: Item | None = None
    #: the number that a superlative compares is shown as well
    ranked_too: bool = False
    #: nothing else is shown: "the slowest call: how long did it take?"
    ranked_alone: bool = False
    #: "top 2 cities per country": what there are so many rows of
    within: list[Item] = field(default_factory=list)
    #: the number that is asked for without its name; a fold that stands behind its number
    amount: Column | None = None
    behind: Fn | None = None
    #: "…, and how many times": the records are counted as well
    times: bool = False
    #: "how many yes, how many no": by this flag
    flag: Term | None = None
    #: "change" or "percent": from one bucket to the next; `alone`, without the number itself
    pace: str = ""
    pace_alone: bool = False
    #: the buckets themselves are asked for: "months with more than 100 sign-ups"
    of_buckets: bool = False
    beat: Bucket | None = None
    implied: bool = False
    said_count: bool = False

    def __post_init__(self) -> None:
        self.request = Request(self.sense.subject)

    def use(self, *items: Item | None) -> None:
        self.sentence.used.update(i.place for i in items if i is not None)

    def measured(self, item: Item) -> Column:
        self.use(item)
        return self.sense.measure(item)

    def plain(self) -> list[Column]:
        return [c for c in self.request.show if c.fn is None]

    def entity(self) -> str:
        """Whose rows are shown."""
        plain = self.plain()
        return plain[0].term.address if plain else self.request.subject

    def number(self, column: Column) -> bool:
        kind = self.catalogue.collections[column.term.address].field(column.term.field).type
        return column.fn is None and kind in NUMERIC and column not in self.bare

    def group_records(self, entity: str) -> None:
        """One row per record of the entity, where it is the records that are shown, and not what
        many of them share: a provider is no connection."""
        plain = [c.term for c in self.plain()]
        told = entity in self.sense.named or self.sense.label(entity) in plain
        if told or self.sense.key(entity) in plain:
            self.request.keys.append(Term(entity))
