"""Each stretch of a question and what became of it, with its place in the text.

Planners say what the words for data became. The words of the grammar that shaped the plan ("how
many", "top 5", "average") are found here, by what the plan holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from orchestrator.planner.grammar import FUNCTION, SUPERLATIVES
from orchestrator.planner.words import Word, fold, phrase, tokenise
from registry.answer import Understood
from registry.plan import (
    And,
    IsNull,
    Measured,
    Not,
    Or,
    Predicate,
    QueryPlan,
    leaves,
    paths_of,
)

_NEGATORS: Final = frozenset({"not", "no", "never", "without", "except", "excluding", "neither"})
Says = Callable[[QueryPlan, str], str | None]


#: an answer asks for the words of its question more than once


def placed(
    text: str, understood: tuple[Understood, ...], plan: QueryPlan
) -> tuple[Understood, ...]:
    """What was understood, left to right, with offsets (code points of `text`); the grammar's own
    words among them. What cannot be found in the text stands last, without a place.
    """
    words = tokenise(text)
    out: list[Understood] = []
    free = [True] * len(words)
    for item in understood:
        if item.start is not None and item.end is not None:  # its planner knows the place
            out.append(item)
            for n, word in enumerate(words):
                free[n] = free[n] and not item.start <= word.start < item.end
            continue
        run = None if item.carried else _run(words, item.words, free)
        if run is None:
            out.append(item)
            continue
        first, last = run
        free[first:last] = [False] * (last - first)
        out.append(_at(item, words, first, last, text))
    out += _spoken(words, free, plan, text)
    return tuple(sorted(out, key=lambda u: (u.carried, len(text) if u.start is None else u.start)))


def unused(
    text: str, understood: tuple[Understood, ...], missed: tuple[str, ...], plan: QueryPlan
) -> tuple[str, ...]:
    """Words that say something and yet changed nothing in the plan, as typed: a "not" too, where
    the plan denies nothing.
    """
    taken = [(u.start, u.end) for u in understood if u.start is not None and u.end is not None]
    known = {fold(word) for said in missed for word in said.split()}
    named = {stem for name in _names(plan) for stem in phrase(name)}
    mute = FUNCTION if _denies(plan) else FUNCTION - _NEGATORS
    return tuple(
        dict.fromkeys(
            word.raw
            for word in tokenise(text)
            if word.kind != "mark"
            and word.text not in mute
            and fold(word.raw) not in known
            and word.stem not in named
            and not any(start <= word.start < end for start, end in taken)
        )
    )


def _names(plan: QueryPlan) -> Iterator[str]:
    """What the plan names: a word that says the same is not left out."""
    paths = [*plan.select, *(group.field for group in plan.group)]
    paths += [measure.field for measure in plan.measures if measure.field]
    paths += [p for tree in plan.predicates for leaf in leaves(tree) for p in paths_of(leaf)]
    paths += [join.on[0] for join in plan.joins]
    for name in (*plan.collections, *paths):
        yield name.replace(".", " ")


def _denies(node: QueryPlan | Predicate) -> bool:
    """Whether something in the plan says no."""
    if isinstance(node, QueryPlan):
        anti = any(join.kind == "anti" for join in node.joins)
        return anti or node.combine is not None or any(map(_denies, node.predicates))
    if isinstance(node, (And, Or)):
        return any(map(_denies, node.args))
    return isinstance(node, (Not, IsNull)) or getattr(node, "op", "") == "!="


def _run(words: tuple[Word, ...], said: str, free: list[bool]) -> tuple[int, int] | None:
    """The first free run of words that reads `said`."""
    length = max(1, len(said.split()))
    for size in dict.fromkeys((length, 1)):
        for first in range(len(words) - size + 1):
            run = words[first : first + size]
            if all(free[first : first + size]) and said in (
                " ".join(w.text for w in run),
                " ".join(w.raw for w in run),
            ):
                return first, first + size
    return None


def _at(item: Understood, words: tuple[Word, ...], first: int, last: int, text: str) -> Understood:
    last = next((n for n in range(last, first + 1, -1) if words[n - 1].kind != "mark"), first + 1)
    start, end = words[first].start, words[last - 1].end
    return replace(item, words=text[start:end], start=start, end=end)


# -- words of the grammar -------------------------------------------------------------------------


def _measures(plan: QueryPlan, *fns: str) -> Iterator[Measured]:
    return (measure for measure in plan.measures if measure.fn in fns)


def _counted(plan: QueryPlan, _: str) -> str | None:
    made = next(_measures(plan, "count", "distinct"), None)
    if made is None:
        return None
    different = f"different {made.field}" if made.fn == "distinct" else "records"
    return f"{made.name}: how many {different}"


def _folded(*fns: str) -> Says:
    names = {"avg": "average", "sum": "total", "min": "smallest", "max": "largest"}

    def says(plan: QueryPlan, _: str) -> str | None:
        made = next(_measures(plan, *fns), None)
        return f"{made.name}: {names.get(made.fn, made.fn)} {made.field}" if made else None

    return says


def _ranked(plan: QueryPlan, said: str) -> str | None:
    if not plan.order:
        extreme = next(_measures(plan, "min", "max"), None)
        return f"{extreme.name}: {extreme.fn} of {extreme.field}" if extreme else None
    first, number = plan.order[0], re.search(r"\d+", said)
    order = f"{first.by}, {'highest' if first.desc else 'lowest'} first"
    if plan.limit is None or (number is None and plan.limit > 1):
        return f"ordered by {order}"
    return f"the first {'' if plan.limit == 1 else f'{plan.limit} '}by {order}"


def _limited(plan: QueryPlan, said: str) -> str | None:
    return f"the first {said}" if plan.limit is not None and said == str(plan.limit) else None


def _once(plan: QueryPlan, _: str) -> str | None:
    return "each value once" if plan.distinct or any(_measures(plan, "distinct")) else None


def _shared(plan: QueryPlan, _: str) -> str | None:
    made = next((c for c in plan.compute if c.op == "/"), None)
    return f"{made.alias}: {made.args[0]} divided by {made.args[1]}" if made else None


def _absent(plan: QueryPlan, _: str) -> str | None:
    gone = next((join.to for join in plan.joins if join.kind == "anti"), None)
    return f"without any {gone}" if gone else None


_BEST: Final = "|".join(sorted(SUPERLATIVES, key=len, reverse=True))
_GRAMMAR: Final[tuple[tuple[re.Pattern[str], Says], ...]] = tuple(
    (re.compile(rf"(?:^|(?<= ))(?:{pattern})(?= |$)"), says)
    for pattern, says in (
        ("how many(?: different| distinct| unique)?|how often|number of|count(?: of)?", _counted),
        ("how much|total(?: of)?|sum(?: of)?|altogether", _folded("sum")),
        ("average|mean|avg|typical", _folded("avg")),
        ("median", _folded("median", "percentile")),
        ("maximum|max|peak", _folded("max")),
        ("minimum|min", _folded("min")),
        (rf"(?:\d+ )?(?:{_BEST})(?: \d+)?", _ranked),
        ("different|distinct|unique", _once),
        ("percentage|percent|share|proportion|fraction|ratio|rate", _shared),
        ("never|without|no", _absent),
        (r"\d+", _limited),
    )
)


def _spoken(
    words: tuple[Word, ...], free: list[bool], plan: QueryPlan, text: str
) -> list[Understood]:
    out = []
    # numbers in words are digits here; what is explained already is a blot that matches nothing
    said = [
        ("~" if not open_ else str(w.number) if w.number is not None else w.text)
        for w, open_ in zip(words, free, strict=True)
    ]
    for pattern, says in _GRAMMAR:
        for found in pattern.finditer(" ".join(said)):
            meaning = says(plan, found[0])
            if meaning is None:
                continue
            first = found.string[: found.start()].count(" ")
            last = first + found[0].count(" ") + 1
            said[first:last] = ["~"] * (last - first)
            out.append(_at(Understood("", meaning), words, first, last, text))
    return out
