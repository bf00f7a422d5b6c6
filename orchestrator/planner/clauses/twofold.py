"""A question with two sides: each is read alone, and what they answer is put side by side, taken
from each other or divided.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from orchestrator.planner.clauses import read as clauses
from orchestrator.planner.clauses.cutting import cut
from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.outputs import tested
from orchestrator.planner.clauses.request import (
    Among,
    Column,
    Condition,
    Request,
    Term,
    Test,
    computed,
)
from orchestrator.planner.clauses.sense import Sense, subject_of
from orchestrator.planner.clauses.sentence import Sentence, relettered
from orchestrator.planner.clauses.sides import Sides

#: of the columns, and more of them than anybody asks for
_NAMES: Final = ("first", "second", "third", "fourth", "fifth", "sixth")


def read(draft: Draft, sides: Sides) -> bool:
    """The request of the sides, into the draft of the whole; `False` where they are no numbers
    of one kind of records."""
    drafts = [d for d in (_alone(draft, s) for s in sides.sentences) if d is not None]
    if len(drafts) < len(sides.sentences):
        return False
    request = _together(drafts, sides)
    if request is None:
        return False
    draft.request = request
    for side in drafts:
        draft.wonders += side.wonders
        draft.doubts += side.doubts
        draft.sense.close += side.sense.close
        draft.sense.notes.update(side.sense.notes)
    sides.hear(draft.sentence)
    return True


def _alone(draft: Draft, sentence: Sentence) -> Draft | None:
    head, _ = cut(sentence.whole)
    subjects = subject_of(sentence, head)
    if not subjects:
        return None
    relettered(sentence, subjects[0], draft.catalogue)
    sense = Sense(sentence, draft.catalogue, draft.graph, subjects[0], ())
    named = (sense.collection(i) for i in sentence.items if i.letter == "C")
    sense.named = tuple(dict.fromkeys(named))
    made = Draft(sentence, draft.catalogue, draft.graph, sense)
    clauses.read(made)
    return made


def _together(drafts: list[Draft], sides: Sides) -> Request | None:
    numbers = [(number, d) for d in drafts if (number := _number(d)) is not None]
    first = drafts[0]
    if not len(numbers) == len(drafts) <= len(_NAMES) or any(d.request.limit for d in drafts):
        return None
    keys = [c for c in first.request.show if c.fn is None and c not in first.bare]
    if _apart(numbers) or first.request.having:
        return None
    requests = [d.request for d in drafts]
    if any(c.term in _telling(requests) for c in keys):
        return None  # "Chrome versus Firefox, by browser" has a row for each
    common = _common(requests)
    rows = _rows(numbers, common) if sides.way == "rows" and not keys else None
    if rows is not None:
        return rows
    if sides.turned and sides.way not in ("columns", "rows"):
        numbers.reverse()
    made = [
        tested(number, tuple(c for c in d.request.where if c not in common), called)
        for (number, d), called in zip(numbers, _NAMES, strict=False)
    ]
    if len(set(made)) < len(numbers):
        return None
    request = replace(first.request, where=common, show=[*keys, *_answer(made, sides)])
    return request if keys or not first.groups else None


def _rows(numbers: list[tuple[Column, Draft]], common: list[Condition]) -> Request | None:
    """ "mobile versus desktop visits": a row for each value, where nothing else tells them
    apart."""
    own = [[c for c in d.request.where if c not in common] for _, d in numbers]
    told = [c[0] for c in own if len(c) == 1 and isinstance(c[0], Test) and c[0].op == "="]
    values = [c.value for c in told if isinstance(c.value, (str, int, float))]
    number, first = numbers[0]
    alone = {n for n, _ in numbers} == {number} and len({c.term for c in told}) == 1
    if not alone or len(set(values)) < len(numbers):
        return None
    among = Among(told[0].term, tuple(values))
    column = Column(told[0].term)
    return replace(first.request, where=[*common, among], show=[column, number])


def _telling(requests: list[Request]) -> set[Term]:
    """What tells the sides apart."""
    said = [c for r in requests for c in r.where]
    differing = [c for c in said if any(c not in r.where for r in requests)]
    return {c.term for c in differing if isinstance(c, (Test, Among))}


def _common(requests: list[Request]) -> list[Condition]:
    """The conditions of all, but for those on what tells the sides apart."""
    first, *others = (r.where for r in requests)
    terms = _telling(requests)
    return [
        c
        for c in first
        if all(c in where for where in others)
        and not (isinstance(c, (Test, Among)) and c.term in terms)
    ]


def _number(draft: Draft) -> Column | None:
    """What a side counts or sums up; records alone are counted."""
    folds = [c for c in draft.request.show if c.fn]
    if len(folds) == 1:
        return folds[0]
    numbers = [c for c in draft.request.show if draft.number(c)]
    if len(numbers) == 1 and (len(draft.request.show) == 1 or draft.groups):
        draft.request.show.remove(numbers[0])
        return Column(numbers[0].term, "sum")
    bare = all(c in draft.bare for c in draft.request.show)
    return Column(Term(draft.request.subject), "count") if not folds and bare else None


def _apart(numbers: list[tuple[Column, Draft]]) -> bool:
    """Whether the sides are of different collections, whose records do not stand side by side."""
    (mine, first), *others = numbers
    return any(
        d.request.subject != first.request.subject
        or number.term.address != mine.term.address
        or d.request.keys != first.request.keys
        for number, d in others
    )


def _answer(made: list[Column], sides: Sides) -> list[Column]:
    if sides.way in ("columns", "rows"):
        return made
    mine, other = made
    if sides.way == "ratio":
        return [computed("/", "ratio", mine, other)]
    difference = computed("-", "difference", mine, other)
    if not sides.percent:
        return [difference]
    return [computed("*", "percent", computed("/", "change", difference, other), 100)]
