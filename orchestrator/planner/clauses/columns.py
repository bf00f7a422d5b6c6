"""Columns as they are asked for: a field, a fold of it, what is counted, a named measure."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.request import Column, Term
from orchestrator.planner.clauses.sentence import Clause, Item, is_item
from orchestrator.planner.clauses.series import held
from registry.plan import Fn

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


_OBJECT: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "any",
        "some",
        "their",
        "our",
        "one",
        "at",
        "least",
        "more",
        "fewer",
        "less",
        "most",
        "fewest",
        "how",
        "many",
    ]
)


_VIA: Final = frozenset({"by", "via", "in", "at", "on", "with", "through", "from"})


def did(tokens: list[str], n: int, item: Item) -> bool:
    """ "users opened an urgent ticket": what stands between who and what is a verb."""
    if n == 0 or not (is_item(tokens[n - 1]) and tokens[n - 1][0] in "CF"):
        return n == 1 and tokens[0] == "who"
    after = next((t for t in tokens[n + 1 :] if t not in _OBJECT and t not in _VIA), "")
    if is_item(after) and after[0] in "VQ" and item.words[-2:] == "ed":
        return True  # "which members booked Yoga", "guests booked by phone"
    if n + 1 == len(tokens) and "many" in tokens and item.words[-2:] == "ed":
        return True  # "how many guests booked"
    rest = [t for t in tokens[n + 1 : n + 6] if t not in _OBJECT]
    rest = [t for t in rest if not (is_item(t) and t[0] in "VOZ")]
    direct = tokens[n + 1 : n + 2] and (tokens[n + 1] in _OBJECT or is_item(tokens[n + 1]))
    return (
        item.words[-2:] == "ed" and bool(direct and rest) and rest[0][0] == "C" and is_item(rest[0])
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
    if beside is not None and did(tokens, n + 1, beside):
        free = False
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
    found = draft.sense.money(address)
    if folds not in (["sum"], ["avg"]) or found is None:
        return False
    draft.request.show += [Column(found, fn) for fn in folds]
    return True


def _owns(address: str, item: Item) -> bool:
    return any(m.kind == "field" and m.address == address for m in item.meanings)
