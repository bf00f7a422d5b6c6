"""A superlative in a request: what is ordered by, what is kept, and whose rows they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.ranking import Rank
from orchestrator.planner.clauses.request import Among, Column, Request, Term
from orchestrator.planner.clauses.sentence import Item
from orchestrator.planner.grammar import MAKERS
from orchestrator.planner.shape.heads import of_people
from orchestrator.planner.vocabulary import tells_people

_SEVERAL: Final = 3  # records of each value, in the mean


def ranked(draft: Draft, rank: Rank) -> None:
    request = draft.request
    if rank.named is not None and not draft.plain():
        name(draft, rank.named)
    if not rank.sure:
        draft.wonders.append("rank")
    several = rank.by is not None and (_of_several(draft, rank.by) or _of_kinds(draft, rank))
    if rank.by is not None and rank.fn is None and several:
        rank = replace(rank, fn="sum")
    if rank.by is not None and rank.fn is None:
        folded = any(c.fn for c in request.show)
        if folded and not draft.groups and not draft.plain():
            inner = Request(
                rank.by.address,
                show=[Column(Term(rank.by.address))],
                order=[(Column(rank.by), rank.desc)],
                limit=rank.limit,
            )
            request.where.append(Among(Term(rank.by.address), inner))
            return
        if not request.show:
            draft.bare.append(Column(draft.sense.label(request.subject)))
            request.show.append(draft.bare[-1])
        folds = [c for c in request.show if c.fn]
        column = Column(
            rank.by,
            "max" if folds and rank.by not in [c.term for c in draft.plain()] else None,
        )
        request.order.append((column, rank.desc))
        request.limit = rank.limit
        return
    if not draft.plain():
        request.show.insert(0, person(draft) or Column(draft.sense.label(request.subject)))
    entity = draft.entity()
    if rank.measure is not None:
        column = draft.measured(rank.measure)
    elif rank.fn is not None and rank.by is not None:
        column = Column(rank.by, rank.fn)
    else:
        column = counting(draft, rank, entity)
    if column.term.address != entity and not request.keys:
        draft.group_records(entity)
    request.order.append((column, rank.desc))
    request.limit = rank.limit
    _same_count(request, column)


def _same_count(request: Request, column: Column) -> None:
    """The number that is shown is the number that ranks."""
    for n, shown in enumerate(request.show):
        other = shown.fn == "count" and shown.term.address != column.term.address
        if other and column.fn == "count":
            request.show[n] = column


def _of_several(draft: Draft, by: Term) -> bool:
    """Whether one value of what is shown has several numbers by the very key: a day of all
    channels."""
    plain = [c.term for c in draft.plain()]
    key = draft.sense.spec(by.address).key
    return (
        len(plain) == 1
        and len(key) > 1
        and plain[0].address == by.address
        and plain[0].field in key
    )


def _of_kinds(draft: Draft, rank: Rank) -> bool:
    """ "industries with the most seats": of all records that have one in common, together."""
    plain = [c.term for c in draft.plain() if c not in draft.bare]
    if not rank.most or rank.by is None or len(plain) != 1 or plain[0].address != rank.by.address:
        return False
    spec = draft.sense.spec(plain[0].address)
    own = (draft.sense.key(plain[0].address), draft.sense.label(plain[0].address))
    if plain[0] in own or spec.field(plain[0].field).type != "text":
        return False
    return bool(spec.display) or _repeated(draft, plain[0])


def _repeated(draft: Draft, term: Term) -> bool:
    """Whether each value of a field is known to be that of several records, taken together."""
    facts = draft.catalogue.facts_of(term.address)
    held = facts.values.get(term.field)
    return held is not None and held.complete and facts.rows > _SEVERAL * len(held.values)


def person(draft: Draft) -> Column | None:
    """ "who": the people that the records refer to, or name."""
    if "who" not in draft.sentence.tokens[:2] and not _by_value(draft):
        return None
    for column in people(draft):
        return column
    address, found = draft.request.subject, list[str]()
    for field, told in draft.catalogue.collections[address].fields.items():
        if told.type == "text" and tells_people(field):
            found.append(field)
    # a name rather than an id, who did it rather than who made it
    found.sort(key=lambda f: (not MAKERS.isdisjoint(f.split("_")), f.endswith("_id")))
    return Column(Term(address, found[0])) if found else None


def people(draft: Draft) -> list[Column]:
    """Those whom the records refer to by a name: people, or whoever else is called so where
    nobody is."""
    if of_people(draft.catalogue, draft.request.subject):
        return [Column(draft.sense.label(draft.request.subject))]
    own = draft.catalogue.collections[draft.request.subject].references
    named = [
        (field, target)
        for field, target in own.items()
        if target in draft.catalogue.collections and draft.sense.spec(target).label == "name"
    ]
    named = [r for r in named if of_people(draft.catalogue, r[1])] or named
    return [Column(replace(draft.sense.label(target), via=field)) for field, target in named]


_OF_KIND: Final = (
    r"(?:(?:which|what|list|show|give|name|top|the|our|of|me|Z\d+) )*(?P<v>V\d+)(?! [VCFNDB]\d)"
)


def _by_value(draft: Draft) -> bool:
    """ "which two colleagues": people that a value names, and nothing else before."""
    found = draft.sentence.whole.first(_OF_KIND)
    v = found.item("v") if found is not None and not found.first else None
    told = {m.address for m in v.of_kind("value")} if v is not None else set()
    return any(of_people(draft.catalogue, address) for address in told)


def name(draft: Draft, item: Item) -> None:
    draft.use(item)
    if item.letter == "C":
        draft.bare.append(Column(draft.sense.label(draft.sense.collection(item))))
        draft.request.show.insert(0, draft.bare[-1])
    elif item.letter in "FNDB":
        draft.request.show.insert(0, Column(draft.sense.term(item)))


def counting(draft: Draft, rank: Rank, entity: str) -> Column:
    item = rank.counted
    if item is not None and item.letter == "C":
        return Column(Term(draft.sense.collection(item)), "count")
    if item is not None:
        term = draft.sense.term(item)
        spec = draft.catalogue.collections[term.address]
        if term.field in spec.key:
            return Column(Term(term.address), "count")
        return Column(term, "count", distinct=True)
    shown = next((c for c in draft.request.show if c.fn == "count"), None)
    if shown is not None:
        return shown
    plain = [replace(c.term, via="") for c in draft.plain()]
    named = [a for a in draft.sense.named if a != entity]
    if draft.sense.label(entity) in plain or draft.sense.key(entity) in plain:
        other = next((a for a in named if draft.graph.routes(a, entity)), None) or holders(
            draft, entity
        )
        if other is not None:
            return Column(Term(other), "count")
    return Column(Term(entity), "count")


def holders(draft: Draft, entity: str) -> str | None:
    """The collection whose records refer to the entity: what an entity is popular in."""
    found = [ref.source for ref in draft.catalogue.references if ref.target == entity]
    if len(set(found)) != 1:
        draft.wonders.append("holder")
    return found[0] if found else None
