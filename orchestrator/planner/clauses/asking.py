"""What is shown: the head of a question, left to right."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Final

from orchestrator.planner.clauses.columns import (
    bare,
    column,
    did,
    is_source,
    named,
    percentile,
    source,
)
from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.ranked import people
from orchestrator.planner.clauses.request import Column, Term
from orchestrator.planner.clauses.sentence import Clause, Item, is_item
from orchestrator.planner.clauses.series import held
from orchestrator.planner.clauses.values import named_by_flag
from orchestrator.planner.grammar import AGGREGATES, UNITS
from registry.plan import Fn
from registry.record import TEMPORAL

_ENDS: Final = "first|earliest|last|latest|most recently"
_DISTINCT: Final = frozenset({"different", "distinct", "unique"})
_LINK: Final = frozenset(
    {",", "and", "the", "of", "or", "as", "well", "also", "their", "its", "all", "each", "both"}
)


_COUNTING: Final = frozenset(
    {"how many", "how often", "how frequently"}
    | {f"{word} of" for word in ["number", "numbers", "count", "counts", "amount", "quantity"]}
)


#: what is listed or ranked opens the question
_HEADED: Final = (
    r"^(?:(?:which|what|the|all|list|show|our|top|bottom|most|best|worst|[a-z]+est|Z\d+) )*"
    r"(?P<f>F\d+)"
)


def ask(draft: Draft, clause: Clause, *, later: bool = False) -> None:
    """Read what a clause asks to be shown into the request. `later`: it stands behind the
    conditions, where "who" and "when" are columns."""
    _Asking(draft, clause, clause.text.split(), later).read()


@dataclass(slots=True)
class _Asking:
    """Left to right: folds wait for their field, `number of` for what is counted. `listing`: the
    word before was a column, and the list may go on."""

    draft: Draft
    clause: Clause
    tokens: list[str]
    later: bool = False
    folds: list[Fn] = field(default_factory=list)
    count: bool = False
    different: bool = False
    listing: bool = False

    def read(self) -> None:
        for n, word in enumerate(self.tokens):
            if is_item(word):
                self._item(n, self.draft.sentence.item(word))
            else:
                self._word(n, word)
        self._finish()

    def _hear(self, *places: int) -> None:
        heard = (self.clause.at[n] for n in places if n < len(self.clause.at))
        self.draft.sentence.heard.update(heard)

    def _word(self, n: int, word: str) -> None:
        if word in AGGREGATES and self.clause.at[n] in self.draft.sentence.heard:
            return  # of a condition: "older than the average"
        if self._asks_itself(n, word):
            when(self.draft) if word not in ("who", "whom") else who(self.draft)
            self._hear(n)
            self.listing = True
        elif " ".join(self.tokens[n : n + 2]) in _COUNTING or word in ("count", "number"):
            self.count, self.listing = True, False
            self.folds = [] if self.folds == ["sum"] else self.folds  # the total number of
            self._hear(n, n + 1)
        elif word in AGGREGATES:
            before = self.tokens[n - 1] if n else ""
            more = before in ("and", ",") and self.folds and not self.listing
            if before not in AGGREGATES and not more:
                self.folds = []
            self.folds = [*self.folds, AGGREGATES[word]]
            self.listing = False
            self._hear(n)
        elif self.later and word in UNITS and self.draft.rank and self.draft.rank.by:
            self.draft.ranked_too = True  # "the slowest calls, path and ms"
            self._hear(n)
        elif word in _DISTINCT:
            self.different = True
            self._hear(n)
        elif word not in _LINK:
            self.folds = [] if self.listing else self.folds
            self.listing = False

    def _asks_itself(self, n: int, word: str) -> bool:
        """ "title and when", "when and by whom": no word behind it says which time, whose name."""
        last = n + 1 == len(self.tokens) and n > 0 and self.tokens[n - 1] in (",", "and")
        if last and word in ("when", "time", "date"):
            return bool(self.draft.plain())
        before, after = self.tokens[n - 1 : n], self.tokens[n + 1 : n + 2]
        listed = before in ([], [","], ["and"]) and after in ([","], ["and"])
        if self.later and listed and word in ("time", "date"):
            return True
        behind = takewhile(lambda t: t not in ("and", ","), self.tokens[n + 1 : n + 5])
        said = [t for t in behind if is_item(t)]
        return self.later and word in ("when", "who", "whom") and not said

    def _item(self, n: int, item: Item) -> None:
        draft = self.draft
        if item.letter == "V" and self.folds and self._of_series():
            return
        if item.place in draft.sentence.used:
            return
        if item.letter in "FNDB":
            self._field(n, item)
        elif item.letter == "M":
            named(draft, item, self.folds)
            self.folds, self.listing = [], False
        elif item.letter == "P":
            percentile(draft, item, self.clause)
        elif item.letter == "C":
            if source(draft, item, n, self.tokens, self.count, self.folds):
                self.count, self.folds = False, []
        elif item.letter != "V":
            self.listing = False

    def _of_series(self) -> bool:
        """ "maximum cpu_percent we measured": the fold is of what the series holds."""
        if held(self.draft.sense.spec(self.draft.sense.subject)) is None:
            return False
        bare(self.draft, self.folds)
        self.folds = []
        return True

    def _field(self, n: int, item: Item) -> None:
        if item.letter == "B" and (self.count or named_by_flag(self.draft.sentence, item)):
            return  # "count the enabled ones"
        waiting = bool(self.folds) or self.count
        if self._named_before(item) or self._compared(item):
            self.draft.use(item)
            self.listing = True
            return
        shown = self.draft.request.show
        if shown and not (waiting or self.listing) and not _linked(self.tokens, n):
            return
        if not shown and not waiting and _of_scene(self.tokens, n):
            return
        if item.letter == "D" and not waiting and did(self.tokens, n, item):
            self.draft.use(item)
            return
        if is_source(self.draft, item, self.tokens, n, waiting) or self._said_of(n, item):
            return
        column(self.draft, item, self.clause, self.folds, self.count, self.different)
        self.listing, self.count = True, False

    def _named_before(self, item: Item) -> bool:
        """ "which three agents got the most? Name and number": they are told by their names."""
        if not self.later or item.words not in ("name", "names"):
            return False
        rank, whole = self.draft.rank, self.draft.sentence.whole
        told = rank is not None and rank.named is None and not rank.by and not self.folds
        if told and whole.has(r"^(?:which|what|the|top)(?: Z\d+)? [FC]\d+"):
            return True
        found = whole.first(_HEADED)
        head = found.item("f") if found is not None else None
        refers = self.draft.graph.targets
        fields = () if head is None else head.of_kind("field")
        return any((m.address, m.field) in refers for m in fields[:1])

    def _compared(self, item: Item) -> bool:
        """ "…, with the amounts": the number that the superlative compares, as it is folded."""
        rank = self.draft.rank
        if not self.later or rank is None or rank.by is None or item.letter != "N" or self.folds:
            return False
        if self.draft.sense.term(item, self.clause, kinds="N") != rank.by:
            return False
        self.draft.ranked_too = True
        return True

    def _counts_in_total(self) -> bool:
        """ "privacy requests in May: total" asks how many, where no number is named."""
        said = self.tokens[-1:] == ["total"] or self.clause.has(r"^(?:the )?total C\d+(?! C)")
        alone = self.folds == ["sum"] and said
        numbers = any(i.letter in "NM" for i in self.draft.sentence.items)
        return alone and not numbers

    def _said_of(self, n: int, item: Item) -> bool:
        """ "average load time of pages": what a number is of is no second number; "pay a fee
        above …": nor is the verb another column."""
        before, after = self.tokens[n - 1] if n else "", self.tokens[n + 1 : n + 3]
        of = self.listing and bool(self.folds) and item.letter == "N" and before == "of"
        verb = len(after) == 2 and after[0] in ("a", "an") and is_item(after[1])
        verb = verb and item.letter == "N" and after[1][0] == "N" and not self.folds
        if of or verb:
            self.draft.use(item)
        return of or verb

    def _finish(self) -> None:
        request = self.draft.request
        if self.tokens[:1] == ["when"] and all(c in self.draft.bare for c in request.show):
            request.show = []
            when(self.draft)
        if self.tokens[:1] == ["when"] and self.draft.rank is None:
            last(self.draft)
        counts = self.count and not self.later  # what is shown later was asked for
        if counts and self.tokens[-1] in ("count", "counts", "number", "total"):
            request.show = [c for c in request.show if c not in self.draft.bare]
        if (
            self.count and not any(c.fn == "count" for c in request.show)
        ) or self._counts_in_total():
            request.show.append(Column(Term(self.draft.sense.subject), "count"))
        elif self.folds and not any(c.fn for c in request.show):
            if self.later and self.draft.rank is not None:
                self.draft.ranked_too = True  # "name and total"
            else:
                bare(self.draft, self.folds)
        if self.different and not any(c.fn for c in request.show):
            request.distinct = True


def who(draft: Draft) -> None:
    """ "…, by whom": the people that the records refer to, if one reference alone does."""
    found = people(draft)
    if len(found) == 1:
        draft.request.show.append(found[0])
    else:
        draft.wonders.append("who")


def when(draft: Draft) -> None:
    """ "when did …": the time that a word names, else that of the records."""
    dates = [
        i for i in draft.sentence.items if i.letter == "D" and i.place not in draft.sentence.used
    ]
    if dates:
        draft.use(dates[0])
        draft.request.show.append(Column(draft.sense.term(dates[0], kinds="D")))
        return
    spec = draft.catalogue.collections[draft.request.subject]
    times = [n for n, f in spec.fields.items() if f.type in TEMPORAL or "year" in n.split("_")]
    name = spec.time or next(iter(times), None)
    if name is not None:
        draft.request.show.append(Column(Term(draft.request.subject, name)))


def last(draft: Draft) -> None:
    """ "when was it last opened": of all its times one."""
    end = draft.sentence.whole.first(
        rf"(?P<end>{_ENDS})(?: time| day)?(?: [UD]\d+(?: (?:up|in|out|on|off|at))?)?$"
    )
    if end is None or len(draft.request.show) != 1 or draft.request.show[0].fn:
        return
    end.hear()
    fn: Fn = "min" if end["end"] in ("first", "earliest") else "max"
    draft.request.show = [replace(draft.request.show[0], fn=fn)]


_BETWEEN: Final = frozenset(
    [
        "the",
        "their",
        "its",
        "his",
        "her",
        "all",
        "a",
        "an",
        "each",
        "of",
        "corresponding",
        "different",
        "distinct",
        "they",
        "it",
        "was",
        "were",
        "is",
        "are",
    ]
)
_ON: Final = frozenset(
    [
        ",",
        "and",
        "or",
        "with",
        "along",
        "plus",
        "also",
        "as",
        "well",
        "(",
        "|",
        "what",
        "together",
        "including",
        "show",
        "list",
        "when",
        "who",
        "how",
        "which",
    ]
)


def _of_scene(tokens: list[str], n: int) -> bool:
    """ "contracts for teams": what a value names stands first, and this only sets the scene."""
    before = [t for t in tokens[:n] if t not in _BETWEEN]
    return (
        len(before) > 1
        and before[0][0] == "V"
        and is_item(before[0])
        and before[-1] in ("for", "of", "from", "by")
    )


def _linked(tokens: list[str], n: int) -> bool:
    """Whether the token goes on with a list: "…, and their age"."""
    while n and (
        tokens[n - 1] in _BETWEEN or (tokens[n - 1][:1] in "CV" and is_item(tokens[n - 1]))
    ):
        n -= 1
    return not n or tokens[n - 1] in _ON
