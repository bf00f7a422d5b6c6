"""A question with two sides: each is read alone, and what they answer is put side by side, taken
from each other or divided.
"""

from __future__ import annotations

from dataclasses import replace

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


def read(draft: Draft, sides: Sides) -> bool:
    """The request of two sides, into the draft of the whole; `False` where they are no two numbers
    of one kind of records."""
    drafts = [_alone(draft, sentence) for sentence in sides.sentences]
    if None in drafts:
        return False
    first, second = (d for d in drafts if d is not None)
    request = _together(first, second, sides)
    if request is None:
        return False
    draft.request = request
    for side in (first, second):
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


def _together(a: Draft, b: Draft, sides: Sides) -> Request | None:
    mine, other = _number(a), _number(b)
    if mine is None or other is None or a.request.limit or b.request.limit:
        return None
    keys = [c for c in a.request.show if c.fn is None and c not in a.bare]
    if _apart(mine, other, a, b) or a.request.having or a.request.keys != b.request.keys:
        return None
    if any(c.term in _telling(a.request, b.request) for c in keys):
        return None  # "Chrome versus Firefox, by browser" has a row for each
    common = _common(a.request, b.request)
    pair = [(mine, a), (other, b)]
    if sides.turned and sides.way != "columns":
        pair.reverse()
    mine, other = (
        tested(number, tuple(c for c in d.request.where if c not in common), called)
        for (number, d), called in zip(pair, ("first", "second"), strict=True)
    )
    if mine == other:
        return None
    request = replace(a.request, where=common, show=[*keys, *_answer(mine, other, sides)])
    return request if keys or not a.groups else None


def _telling(a: Request, b: Request) -> set[Term]:
    """What tells the sides apart."""
    differing = [c for c in (*a.where, *b.where) if c not in a.where or c not in b.where]
    return {c.term for c in differing if isinstance(c, (Test, Among))}


def _common(a: Request, b: Request) -> list[Condition]:
    """The conditions of both, but for those on what tells the sides apart."""
    terms = _telling(a, b)
    return [
        c
        for c in a.where
        if c in b.where and not (isinstance(c, (Test, Among)) and c.term in terms)
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


def _apart(mine: Column, other: Column, a: Draft, b: Draft) -> bool:
    """Whether the sides are of different collections, whose records do not stand side by side."""
    return a.request.subject != b.request.subject or mine.term.address != other.term.address


def _answer(mine: Column, other: Column, sides: Sides) -> list[Column]:
    if sides.way == "columns":
        return [mine, other]
    if sides.way == "ratio":
        return [computed("/", "ratio", mine, other)]
    difference = computed("-", "difference", mine, other)
    if not sides.percent:
        return [difference]
    return [computed("*", "percent", computed("/", "change", difference, other), 100)]
