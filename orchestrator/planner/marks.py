"""How a plan stands to the words of the question, whoever made it: what is named and not used, what
is used and not named, joins and sums that only look right. Counts; weighed elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from orchestrator.planner.asked import Asked
from orchestrator.planner.grammar import AGGREGATES, NEGATORS, SUPERLATIVES
from orchestrator.planner.reading import Reading
from orchestrator.planner.spans import Span, content
from orchestrator.planner.words import Word
from registry.catalog import Catalogue
from registry.plan import (
    And,
    Compare,
    In,
    IsNull,
    Like,
    Match,
    Not,
    Or,
    Predicate,
    QueryPlan,
    Scalar,
    conjuncts,
    every,
    leaves,
    literals_of,
    paths_of,
    place_of,
    split_path,
)

_NAMED: Final = 0.9
_EACH: Final = frozenset({"per", "each", "every"})
_SIDES: Final = frozenset({"vs", "versus"})
_RANKS: Final = frozenset(SUPERLATIVES) - {"first", "last", "recent", "top", "bottom"}
_ANYBODY: Final = re.compile(
    r" (?:by|belongs? to) (?:somebody|someone|anybody|anyone|(?:a|any|some) (?:person|user|human))"
    r" (?!who |that |whose |from |in |with |on |of )"
)
_ENDS: Final = "|".join(SUPERLATIVES)
_BOTH_ENDS: Final = re.compile(rf" (?P<a>{_ENDS}) (?:and|or)(?: the)? (?P<b>{_ENDS})(?= )")
#: words behind a field that are about its column, and no value of it
_FORMS: Final = frozenset({"only", "name", "names", "alphabetically", "please", "too"})
_WHOLE: Final = frozenset({"sum", "avg"})


def marked(reading: Reading, asked: Asked, catalogue: Catalogue) -> Reading:
    """The reading with the marks of its plan among its evidence."""
    made = marks(reading.plan, asked, catalogue)
    return replace(reading, evidence={**reading.evidence, **made})


def marks(plan: QueryPlan, asked: Asked, catalogue: Catalogue) -> dict[str, float]:
    """{mark: how often}"""
    plans = tuple(every(plan))
    told = " ".join(str(value).lower() for p in plans for value in _values(p))
    found = {
        **_lost(plans, asked, catalogue),
        **_deaf(plans, asked),
        "mark_strange_joins": sum(_strange(p) for p in plans),
        "mark_fanned": sum(fanned(p) for p in plans),
        "mark_absent": sum(_absent(p, catalogue) for p in plans),
        "mark_unnamed": plan.source not in _named(asked.spans),
        "mark_moments": sum(_moments(p, catalogue) for p in plans),
        "mark_no_such": _no_such(asked, catalogue, told),
        "mark_mended": len(asked.mended),
        "mark_typos": sum(span.typo for span in asked.spans),
        "mark_unknown": sum(word.lower() not in told for word in asked.unknown),
        "mark_other_counted": _other_counted(plan, asked),
        "mark_never_empty": sum(_never_empty(p, catalogue) for p in plans),
        "mark_unknown_object": _unknown_object(asked, told),
        "mark_of_several": _of_several(asked, catalogue),
        "mark_elsewhere": _elsewhere(plans, asked),
        "mark_everything": not (plan.where or plan.aggregates or plan.limit or plan.joins),
        "mark_domains": len(plan.domains) - 1,
        "mark_weak": sum(s.meanings[0].weight < _NAMED for s in asked.spans if not s.soft),
    }
    return {name: float(n) for name, n in found.items()}


def impossible(plan: QueryPlan) -> bool:
    """Whether a record would have to be told of one whom it does not refer to."""
    parts = conjuncts(plan.where)
    empty = {part.field for part in parts if isinstance(part, IsNull)}
    lost = {join.alias for join in plan.joins if join.on[0] in empty}
    none = {(join.to, join.on) for join in plan.joins if join.kind == "anti"}
    if any((join.to, join.on) in none for join in plan.joins if join.kind != "anti"):
        return True  # without any, and yet with some
    inner = [p for p in parts if isinstance(p, In) and p.plan is not None and p.plan.select]
    if any((p.plan.source, (p.field, p.plan.select[0])) in none for p in inner if p.plan):
        return True
    return any(
        isinstance(part, (Compare, In, Like)) and split_path(part.field)[0] in lost
        for part in parts
    )


def _named(spans: tuple[Span, ...]) -> frozenset[str]:
    return frozenset(
        m.address
        for span in spans
        if not span.soft
        for m in span.meanings
        if m.kind in ("collection", "measure") and m.weight >= _NAMED
    )


def _lost(plans: tuple[QueryPlan, ...], asked: Asked, catalogue: Catalogue) -> Mapping[str, float]:
    """Spans that are named and of which no meaning is part of the plan."""
    tables = {address for p in plans for address in p.collections}
    used = {used for p in plans for used in _fields(p, catalogue)}
    told = {str(value).lower() for p in plans for value in _values(p)}
    out = dict.fromkeys(("collection", "field", "value", "measure"), 0)
    for span in asked.spans:
        best = span.meanings[0]
        if span.soft or best.weight < _NAMED:
            continue
        kept = any(
            m.value.lower() in told
            if m.kind == "value"
            else (m.address, m.field) in used
            if m.kind == "field"
            else m.address in tables
            for m in span.meanings
        )
        out[best.kind] += not kept
    return {f"mark_lost_{kind}": n for kind, n in out.items()}


def _fields(plan: QueryPlan, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    paths = [*plan.select, *(key.field for key in plan.group), *(o.by for o in plan.order)]
    paths += [m.field for m in plan.measures if m.field]
    paths += [path for node in _nodes(plan) for path in paths_of(node)]
    paths += [side for join in plan.joins for side in join.on[:1]]
    yield from (place_of(plan, path) for path in paths)
    yield from ((join.to, join.on[1]) for join in plan.joins)  # "never acknowledged an alert"
    if not (plan.select or plan.aggregates):
        spec = catalogue.collections[plan.source]
        yield from ((plan.source, name) for name in spec.display or spec.fields)


def _nodes(plan: QueryPlan) -> Iterator[Compare | In | IsNull | Like | Match]:
    for tree in plan.predicates:
        yield from leaves(tree)


def _values(plan: QueryPlan) -> Iterator[Scalar]:
    for node in _nodes(plan):
        yield from literals_of(node)


def _numbers(plan: QueryPlan) -> Iterator[int | float]:
    """The numbers that a plan holds anywhere."""
    if plan.limit is not None:
        yield plan.limit
    if plan.per is not None:
        yield plan.per.n
    yield from (v for v in _values(plan) if isinstance(v, (int, float)))
    yield from (a for made in plan.compute for a in made.args if not isinstance(a, str))
    yield from (float(v) for v in _values(plan) if isinstance(v, str) and v.isdigit())


def _strange(plan: QueryPlan) -> int:
    """Joins of two fields of which neither is an id: a record meets several partners."""
    return sum(j.on[1] != "id" and split_path(j.on[0])[1] != "id" for j in plan.joins)


def fanned(plan: QueryPlan) -> int:
    """Sums and averages of what several rows share."""
    one = {join.alias for join in plan.joins if join.on[1] == "id"}
    return sum(m.fn in _WHOLE and split_path(m.field or "")[0] in one for m in plan.measures)


def _moments(plan: QueryPlan, catalogue: Catalogue) -> int:
    """Groups of one instant each."""
    count = 0
    for key in plan.group:
        address, name = place_of(plan, key.field)
        timed = catalogue.collections[address].field(name).type == "time"
        count += timed and key.bucket is None
    return count


def _never_empty(plan: QueryPlan, catalogue: Catalogue) -> int:
    """Fields that every record has, asked for where they are missing: "who have not joined"."""
    at = {join.alias: join.to for join in plan.joins if join.kind == "inner"}
    count = 0
    for node in _nodes(plan):
        if not isinstance(node, IsNull):
            continue
        alias, name = split_path(node.field)
        if alias is not None and alias not in at:
            continue
        spec = catalogue.collections[at.get(alias or "", plan.source)]
        denied = f"{{'op': 'not', 'arg': {{'op': 'null', 'field': '{node.field}'}}}}"
        field = spec.fields.get(name)
        full = name == spec.time or (field is not None and field.required)
        count += full and denied not in str(plan.to_wire())
    return count


def _absent(plan: QueryPlan, catalogue: Catalogue) -> int:
    """Values asked for of which the data is known to have none."""
    count = 0
    for node in _nodes(plan):
        if not isinstance(node, Compare) or not isinstance(node.value, str):
            continue
        address, name = place_of(plan, node.field)
        held = catalogue.facts_of(address).values.get(name)
        count += held is not None and held.complete and node.value not in held.values
    return count


_LEADING: Final = frozenset(
    ["from", "by", "with", "on", "in", "at", "per", "of", "for", "a", "an", "their", "without"]
)


def _unknown_object(asked: Asked, told: str) -> int:
    """Words that nothing explains behind a preposition: "working from home", "by nickname"."""
    covered = {place for span in asked.spans for place in range(span.first, span.last)}
    covered |= asked.hidden
    return sum(
        n not in covered
        and content(word)
        and word.number is None
        and word.text not in told
        and asked.words[n - 1].text in _LEADING
        for n, word in enumerate(asked.words)
        if n
    )


def _no_such(asked: Asked, catalogue: Catalogue, told: str) -> int:
    """Words that nothing explains where a value of the field before them is named: "the browser
    Netscape"."""
    count = 0
    for span in asked.spans:
        word = asked.words[span.last] if span.last < len(asked.words) else None
        if word is None or span.last in asked.covered or not content(word):
            continue
        if word.text in _FORMS or word.text in told:
            continue
        best = span.meanings[0]
        field = catalogue.collections[best.address].fields.get(best.field)
        count += best.kind == "field" and field is not None and field.type in ("text", "ref")
    return count


_COUNTED: Final = (("how", "many"), ("number", "of"), ("count", "of"))


def _other_counted(plan: QueryPlan, asked: Asked) -> bool:
    """ "how many customers wrote" where messages are counted: what stands behind "how many" is no
    record of what the plan counts, and is not told apart in it."""
    counts = [m for m in plan.measures if m.fn == "count" and m.field is None]
    if not plan.measures or len(counts) < len(plan.measures) or plan.group:
        return False
    for place, span in enumerate(asked.spans):
        after = asked.spans[place + 1] if place + 1 < len(asked.spans) else None
        best = span.meanings[0]
        if best.kind not in ("collection", "value") or span.soft or best.weight < _NAMED:
            continue
        close = after is not None and after.first == span.last
        if close and after is not None and after.meanings[0].kind != "value":
            continue  # "how many user sessions"
        if best.kind == "value" and (span.words[-1:] != "s" or best.value[-1:] == "s"):
            continue
        texts = [word.text for word in asked.words[: span.first]]
        plain = [t for t in texts if t not in _TOLD_APART]
        if tuple(plain[-2:]) not in _COUNTED:
            continue
        named = {m.address for m in span.meanings if m.kind == best.kind}
        return plan.source not in named
    return False


_TOLD_APART: Final = frozenset(["different", "distinct", "unique", "separate", "the", "our", "all"])


_SEVERAL: Final = 2
_PARTS: Final = frozenset({"share", "rate", "ratio", "percentage", "proportion", "fraction"})


def _of_several(asked: Asked, catalogue: Catalogue) -> bool:
    """ "the share of failed ones" of nothing that is named: the values are those of many
    collections alike."""
    told = [s for s in asked.spans if not s.soft and s.words not in _PARTS]
    if {s.meanings[0].kind for s in told} != {"value"}:
        return False
    held = [
        {
            m.address
            for m in s.meanings
            if m.kind == "value" and m.weight > s.meanings[0].weight - 0.02
            if catalogue.collections[m.address].field(m.field).enum is not None
        }
        for s in told
    ]
    return len(set.intersection(*held)) > _SEVERAL


def _elsewhere(plans: tuple[QueryPlan, ...], asked: Asked) -> bool:
    """ "German teams" where it is the users that speak German: a value right before a collection
    that has it is a value of another one in the plan."""
    told = {(address, str(v)) for p in plans for address, v in _tested(p)}
    for one, other in zip(asked.spans, asked.spans[1:], strict=False):
        behind = one.meanings[0].kind == "collection"
        span, whose = (other, one) if behind else (one, other)
        best, between = whose.meanings[0], asked.words[one.last : other.first]
        if best.kind != "collection" or best.weight < _NAMED:
            continue
        if span.meanings[0].kind != "value" or not _beside(between, behind=behind):
            continue
        own = {m.value for m in span.meanings if m.kind == "value" and m.address == best.address}
        others = {(m.address, m.value) for m in span.meanings if m.address != best.address}
        if own and told & others and not told & {(best.address, value) for value in own}:
            return True
    return False


_LIVING: Final = re.compile(
    r"(?:who |that )?(?:(?:are |is )?"
    r"(?:living|live|lives|based|located|residing|reside|come|comes) )?"
    r"(?:in|from)(?: the)?"
)


def _beside(between: tuple[Word, ...], *, behind: bool) -> bool:
    """Whether a value is right before a collection, or says where its records are from."""
    if not behind:
        return not between
    return bool(_LIVING.fullmatch(" ".join(word.text for word in between)))


def _tested(plan: QueryPlan) -> Iterator[tuple[str, object]]:
    at = {join.alias: join.to for join in plan.joins}
    for node in _nodes(plan):
        if not isinstance(node, (Compare, In)):
            continue
        address = at.get(split_path(node.field)[0] or "", plan.source)
        values = [node.value] if isinstance(node, Compare) else node.values or ()
        yield from ((address, value) for value in values)


def _deaf(plans: tuple[QueryPlan, ...], asked: Asked) -> Mapping[str, float]:
    """Words that turn an answer round, where nothing of the plan does."""
    said = {word.text for n, word in enumerate(asked.words) if n not in asked.covered}
    folds = {m.fn for p in plans for m in p.measures}
    numbers = {float(v) for p in plans for v in _numbers(p)}
    timed = sum("T" in str(v) or "-" in str(v) for p in plans for v in _values(p) if v)
    anybody = f" {' '.join(word.text for word in asked.words)} "
    ends = [m for m in _BOTH_ENDS.finditer(anybody) if _opposed(m["a"], m["b"])]
    return {
        "mark_deaf_ends": bool(ends) and any(p.limit == 1 for p in plans),
        "mark_deaf_someone": bool(_ANYBODY.search(anybody)) and not any(map(_tells_empty, plans)),
        "mark_deaf_not": bool(said & NEGATORS) and not any(map(_denies, plans)),
        "mark_deaf_rank": bool(said & _RANKS)
        and not any(p.limit or p.order for p in plans)
        and not folds & {"max", "min"},
        "mark_deaf_fold": len(
            ({AGGREGATES[w] for w in said & AGGREGATES.keys()} - {"sum"}) - folds
        ),
        "mark_deaf_each": (bool(said & _EACH) and not any(p.group for p in plans))
        or (bool(said & _SIDES) and not any(p.group or p.compute or p.combine for p in plans)),
        "mark_deaf_time": float(bool(asked.windows) and not timed),
        "mark_deaf_number": sum(
            word.number is not None and n not in asked.covered and word.number not in numbers
            for n, word in enumerate(asked.words)
            if word.text not in ("one", "zero")
        ),
    }


def _opposed(a: str, b: str) -> bool:
    return SUPERLATIVES[a][0] != SUPERLATIVES[b][0]


def _tells_empty(plan: QueryPlan) -> bool:
    return any(isinstance(node, IsNull) for node in _nodes(plan))


def _denies(plan: QueryPlan) -> bool:
    anti = any(join.kind == "anti" for join in plan.joins)
    return anti or any(map(_negates, (plan.where, plan.having)))


def _negates(node: Predicate | None) -> bool:
    if isinstance(node, (And, Or)):
        return any(map(_negates, node.args))
    if isinstance(node, Compare):
        return node.op == "!=" or node.value is False or node.value == 0
    return isinstance(node, (Not, IsNull))
