"""What is shown: the head of a question, left to right."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.ranking import Rank
from orchestrator.planner.clauses.request import Column, Term
from orchestrator.planner.clauses.sentence import Clause, Item, is_item
from orchestrator.planner.clauses.series import held
from orchestrator.planner.clauses.trailing import UNIT
from orchestrator.planner.grammar import AGGREGATES, HINT_UNITS
from registry.plan import Fn
from registry.record import NUMERIC, TEMPORAL

_PREPOSITIONS: Final = frozenset(
    [
        "of",
        "for",
        "in",
        "from",
        "by",
        "on",
        "at",
        "to",
        "with",
        "about",
        "among",
        "across",
        "over",
        "under",
        "during",
        "within",
        "through",
        "per",
    ]
)
MONEY: Final = HINT_UNITS["price"]
_DISTINCT: Final = frozenset({"different", "distinct", "unique"})
_LINK: Final = frozenset(
    {",", "and", "the", "of", "or", "as", "well", "also", "their", "its", "all", "each", "both"}
)


_HIGH: Final = frozenset(
    [
        "highest",
        "largest",
        "greatest",
        "biggest",
        "longest",
        "most",
        "latest",
        "oldest",
        "maximum",
        "max",
        "heaviest",
        "tallest",
    ]
)
_LOW: Final = frozenset(
    [
        "lowest",
        "smallest",
        "least",
        "shortest",
        "earliest",
        "youngest",
        "minimum",
        "min",
        "cheapest",
    ]
)
_COUNTING: Final = frozenset(
    {"how many", "how often", "how frequently"}
    | {f"{word} of" for word in ["number", "numbers", "count", "counts", "amount", "quantity"]}
)


_IN_UNIT: Final = rf"(?:in (?:{UNIT})|how (?:many (?:{UNIT})|long|much|big))"


def extremes(draft: Draft, head: Clause, rank: Rank) -> list[Column]:
    """ "what is the highest and lowest salary": the extremes themselves, where nothing else is
    asked for."""
    y = rank.found.item("y")
    if rank.by is None or rank.limit != 1 or rank.fn is not None:
        return []
    if y is None or y.letter == "C":
        return _value(draft, head, rank)
    name = f"{y.letter}{y.place}"
    tokens = head.text.split()
    others = [i for i in head.items("FNDB", unused=True) if i is not y]
    if y.letter not in "ND" or name not in tokens or others:
        return []
    before = tokens[: tokens.index(name)]
    if head.has(r"(?:which|who|whose)") or any(is_item(t) and t[0] == "C" for t in before):
        return []
    fns: list[Fn] = []
    for word in before:
        if word in _HIGH:
            fns.append("max")
        elif word in _LOW:
            fns.append("min")
        elif word in AGGREGATES:
            fns.append(AGGREGATES[word])
    rank.found.hear()
    draft.use(y)
    return [Column(rank.by, fn) for fn in dict.fromkeys(fns)]


def _value(draft: Draft, head: Clause, rank: Rank) -> list[Column]:
    """ "the longest run in seconds": the number, not whose it is."""
    found = head.first(_IN_UNIT)
    assert rank.by is not None
    if found is None or head.items("FNDB", unused=True) or head.has("which|who|whose|and|,"):
        return []
    rank.found.hear()
    found.hear()
    draft.use(*head.items("C"))
    return [Column(rank.by, "max" if rank.desc else "min")]


def ask(draft: Draft, clause: Clause) -> None:
    """Read what a clause asks to be shown into the request."""
    _Asking(draft, clause, clause.text.split()).read()


@dataclass(slots=True)
class _Asking:
    """Left to right: folds wait for their field, `number of` for what is counted. `listing`: the
    word before was a column, and the list may go on."""

    draft: Draft
    clause: Clause
    tokens: list[str]
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
        if " ".join(self.tokens[n : n + 2]) in _COUNTING or word in ("count", "number"):
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
        elif word in _DISTINCT:
            self.different = True
            self._hear(n)
        elif word not in _LINK:
            self.folds = [] if self.listing else self.folds
            self.listing = False

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
        if item.letter == "B" and self.count:
            return  # "count the enabled ones"
        waiting = bool(self.folds) or self.count
        shown = self.draft.request.show
        if shown and not (waiting or self.listing) and not _linked(self.tokens, n):
            return
        if not shown and not waiting and _of_scene(self.tokens, n):
            return
        if is_source(self.draft, item, self.tokens, n, waiting):
            return
        column(self.draft, item, self.clause, self.folds, self.count, self.different)
        self.listing, self.count = True, False

    def _finish(self) -> None:
        request = self.draft.request
        if self.tokens[:1] == ["when"] and all(c in self.draft.bare for c in request.show):
            request.show = []
            when(self.draft)
        if self.count and self.tokens[-1] in ("count", "counts", "number", "total"):
            request.show = [c for c in request.show if c not in self.draft.bare]
        if self.count and not any(c.fn == "count" for c in request.show):
            request.show.append(Column(Term(self.draft.sense.subject), "count"))
        elif self.folds and not any(c.fn for c in request.show):
            bare(self.draft, self.folds)
        if self.different and not any(c.fn for c in request.show):
            request.distinct = True


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


def named(draft: Draft, item: Item, folds: list[Fn]) -> None:
    """A measure that a collection has a name for."""
    meaning = max(
        item.of_kind("measure"), key=lambda m: m.weight - 0.05 * draft.sense.apart(m.address)
    )
    draft.use(item)
    term = Term(meaning.address, meaning.field or "id")
    spec = draft.catalogue.collections[meaning.address].measures[meaning.value]
    other = next((fn for fn in folds if fn != "sum"), None)
    if other and spec.field:
        draft.request.show.append(Column(term, other, distinct=True, measure=meaning.value))
        return
    draft.request.show.append(Column(term, spec.fn or "sum", measure=meaning.value))


def percentile(draft: Draft, item: Item, head: Clause) -> None:
    draft.use(item)
    near = min(
        head.items("N", unused=True),
        key=lambda n: (n.first < item.first, abs(n.first - item.first)),
        default=None,
    )
    if near is None:
        draft.wonders.append("lost fold")
        return
    draft.use(near)
    draft.request.show.append(
        Column(draft.sense.term(near, head, kinds="N"), "percentile", q=item.payload)
    )


def is_source(draft: Draft, item: Item, tokens: list[str], n: int, waiting: bool) -> bool:
    """Whether "of orders" only says whose columns are shown, though `order` is a field too."""
    before = [
        t for t in tokens[max(0, n - 3) : n] if t not in ("the", "all", "each", "every", "any")
    ]
    named = item.of_kind("collection")
    if waiting or not draft.request.show or not before or before[-1] not in ("of", "for", "from"):
        return False
    after = tokens[n + 1] if n + 1 < len(tokens) else ""
    if is_item(after) and after[0] in "FND":
        return True
    if named and named[0].weight > 0.5:
        draft.use(item)
        return True
    term = draft.sense.term(item)
    spec = draft.catalogue.collections[term.address]
    if term.field in spec.key or spec.field(term.field).type == "ref":
        draft.use(item)
        return True
    return False


def bare(draft: Draft, folds: list[Fn]) -> None:
    """An aggregate without its number: the only one there is."""
    numbers = draft.sense.numbers(draft.sense.subject)
    reading = held(draft.sense.spec(draft.sense.subject))
    if reading is not None:
        draft.request.show += [Column(Term(draft.sense.subject, reading), fn) for fn in folds]
    elif len(numbers) == 1:
        draft.request.show += [Column(Term(draft.sense.subject, numbers[0]), fn) for fn in folds]
        draft.wonders.append("bare")
    else:
        draft.wonders.append("lost fold")


def column(
    draft: Draft, item: Item, head: Clause, folds: list[Fn], count: bool, different: bool
) -> None:
    draft.use(item)
    if count and folds and item.letter == "N":
        term = draft.sense.term(item, head, kinds="N")
        draft.request.show += [Column(term, fn) for fn in folds]
        return
    if count:
        term = draft.sense.term(item, head)
        if item.letter == "N" and not different:
            draft.request.show.append(Column(term, "sum"))
            return
        draft.request.show.append(Column(term, "count", distinct=True))
        return
    if folds:
        term = draft.sense.term(item, head, kinds="N")
        draft.request.show += [Column(term, fn) for fn in folds]
        return
    made = full(draft, item, head)
    draft.request.show += [c for c in made if c not in draft.request.show]


def full(draft: Draft, item: Item, head: Clause) -> list[Column]:
    term = draft.sense.term(item, head)
    spec = draft.catalogue.collections[term.address]
    before = draft.sentence.words[item.first - 1].text if item.first else ""
    if head.has(rf"first (?:and|or|,|/) [FN]{item.place}"):
        before = "full"
    if item.words.split()[-1] in ("name", "names") and (
        before in ("full", "complete")
        or item.words.startswith("full")
        or term.field not in spec.fields
    ):
        first, last = draft.sense.full_name(term.address)
        if first and last:
            return [Column(Term(term.address, n)) for n in (first, last)]
    return [Column(term)]


_ARTICLES: Final = frozenset(
    ["the", "all", "each", "every", "any", "a", "an", "different", "distinct"]
)


def source(
    draft: Draft, item: Item, n: int, tokens: list[str], count: bool, folds: list[Fn]
) -> bool:
    """A collection in the head: what is counted (then `True`), whose fields are shown, or what is
    listed."""
    address = draft.sense.collection(item)
    after = tokens[n + 1] if n + 1 < len(tokens) else ""
    beside = draft.sentence.item(after) if is_item(after) and after[0] in "FNDB" else None
    free = beside is not None and beside.place not in draft.sentence.used
    if count:
        amounts = "amount" in tokens[max(0, n - 3) : n]
        if amounts and amount(draft, address, folds or ["sum"], tokens[:n]):
            return True
        passive = beside is not None and beside.words.endswith(" by")  # "created by each role"
        if free and beside is not None and _owns(address, beside) and not passive:
            return False
        draft.use(item)
        draft.request.show.append(Column(Term(address), "count"))
        return True
    if free:
        draft.use(item)
        return False
    before = [t for t in tokens[max(0, n - 4) : n] if t not in _ARTICLES and t[:1] != "V"]
    last = before[-1] if before else ""
    if folds and last == "of" and not draft.request.show and money(draft, address, folds):
        draft.use(item)
        return True
    if last in _PREPOSITIONS or (draft.request.show and last not in (",", "and")):
        return False
    if folds:
        return amount(draft, address, folds, tokens[:n])
    draft.use(item)
    draft.bare.append(Column(draft.sense.label(address)))
    draft.request.show.append(draft.bare[-1])
    return False


def amount(draft: Draft, address: str, folds: list[Fn], before: list[str]) -> bool:
    """ "the total amount of payments": the field that holds amounts."""
    if "amount" not in before[-4:] and "quantity" not in before[-4:]:
        return money(draft, address, folds)
    found = [n for n in draft.sense.numbers(address) if {"amount", "quantity"} & set(n.split("_"))]
    if len(found) != 1:
        return False
    draft.request.show += [Column(Term(address, found[0]), fn) for fn in folds]
    return True


def money(draft: Draft, address: str, folds: list[Fn]) -> bool:
    """ "the sum of all open invoices": of the only money that is told of them."""
    fields = draft.sense.spec(address).fields.items()
    found = [n for n, f in fields if f.type in NUMERIC and (f.unit or "").lower() in MONEY]
    if folds not in (["sum"], ["avg"]) or len(found) != 1:
        return False
    draft.request.show += [Column(Term(address, found[0]), fn) for fn in folds]
    return True


def _owns(address: str, item: Item) -> bool:
    return any(m.kind == "field" and m.address == address for m in item.meanings)


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
