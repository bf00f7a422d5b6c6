"""The planner of follow-ups. It speaks up only where a plan came before and the question does not
stand alone; then nobody else need look.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from orchestrator.planner.asked import Asked
from orchestrator.planner.describe import describe, phrases, predicate
from orchestrator.planner.followup import cues
from orchestrator.planner.followup.elsewhere import moved
from orchestrator.planner.followup.forms import FORMS
from orchestrator.planner.followup.merge import (
    among,
    merge,
    named_elsewhere,
    of_its_records,
    respoken,
    with_columns,
)
from orchestrator.planner.graph import graph_of
from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.marks import fanned
from orchestrator.planner.reading import Context, Question, Reading, Readings
from orchestrator.planner.refusal import asks_to_write
from orchestrator.planner.shape.assemble import drafted, finished
from orchestrator.planner.shape.frame import Frame
from orchestrator.planner.shown import shown
from orchestrator.planner.source import Candidate, Needs, under
from orchestrator.planner.spans import content
from orchestrator.planner.words import Word, tokenise
from registry.answer import Understood
from registry.catalog import Catalogue
from registry.check import check
from registry.errors import IsothermError
from registry.limits import QUESTION_CHARS_MAX
from registry.plan import QueryPlan, conjuncts

NAME: Final = "followup"
CARRIED: Final = "(from before)"
_BEHIND: Final = 0.06  # an edit is never as sure as a whole question
_FORM: Final = 0.92
_UNSURE: Final = 0.75
_LOST: Final = 0.8  # for each condition that the other collection cannot have


def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
    """See `reading.Planner`. No readings where the question stands alone."""
    before = context.plan
    if before is None or len(question.text) > QUESTION_CHARS_MAX:
        return Readings(NAME)
    if not set(before.collections) <= catalogue.collections.keys():
        return Readings(NAME)
    question = replace(question, text=cues.without_lead(question.text))
    words = tokenise(question.text)
    asked = Asked(question, words, lexicon_of(catalogue))
    if asks_to_write(words) is not None or cues.stands(asked, question.text, before.source):
        return Readings(NAME)
    try:
        reading = _edited(question, asked, before, catalogue)
    except (IsothermError, ValueError, OverflowError):  # what came out is no plan
        reading = None
    if reading is None:
        return _unable(asked, question.text, before.source)
    if fanned(reading.plan):
        reading = replace(reading, confidence=round(reading.confidence * _UNSURE, 4))
    if context.unsure:  # what it goes on from may be wrong, or the turn that got no plan
        reading = replace(reading, confidence=round(reading.confidence * _UNSURE, 4))
    carried = _carried(before, reading.plan)
    reading = shown(reading, words, catalogue)
    reading = replace(reading, understood=(*reading.understood, *carried), planner=NAME)
    return Readings(NAME, (reading,), None, reading.not_understood, final=True)


def _unable(asked: Asked, text: str, source: str) -> Readings:
    """No edit of the plan before. What can only be meant as one is refused, not read alone."""
    plain = " ".join(word.text for word in asked.words)
    alone = bool({*cues.subjects(asked)} - {source}) or cues.asks(plain)
    bound = cues.points_back(plain) or cues.adds_columns(plain)
    if not bound and (alone or not cues.cued(text)):
        return Readings(NAME)
    reason = "This goes on from the question before, but its answer cannot be changed that way."
    return Readings(NAME, (), f"{reason} Ask it as a whole question.", asked.unknown, final=True)


def _edited(
    question: Question, asked: Asked, before: QueryPlan, catalogue: Catalogue
) -> Reading | None:
    plain = " ".join(word.text for word in asked.words)
    if cues.contrasts(plain):
        return None
    elsewhere = None if cues.adds_columns(plain) else _elsewhere(asked, before, catalogue)
    if elsewhere is not None:
        return elsewhere
    made, rest, notes = _formed(question, asked.words, before, catalogue)
    left = tuple(word for word in tokenise(rest.text) if content(word) or word.number is not None)
    if notes and not left:
        return _reading(made, notes, _FORM, catalogue)
    again = _again(rest, catalogue) if notes else asked
    laid = _laid(again, made, question.text, catalogue)
    if laid is None:
        return None if notes else _afterwards(question, asked, before, catalogue)
    return replace(laid, understood=(*notes, *laid.understood))


def _afterwards(
    question: Question, asked: Asked, before: QueryPlan, catalogue: Catalogue
) -> Reading | None:
    """ "per category, longest first": an edit of what the rest of the turn makes of the plan."""
    plain = " ".join(word.text for word in asked.words)
    for form in FORMS:
        found = form.pattern.search(plain)
        if found is None or found[0] == plain:
            continue
        stretch, rest = _without(question, asked.words, plain, found)
        laid = _laid(_again(rest, catalogue), before, rest.text, catalogue)
        made = form.edit(found, laid.plan, catalogue.collections[before.source]) if laid else None
        if laid is None or made is None:
            continue
        check(made, catalogue)
        note = Understood(" ".join(w.text for w in stretch), form.said(made))
        return replace(laid, plan=made, label=describe(made), understood=(*laid.understood, note))
    return None


def _again(question: Question, catalogue: Catalogue) -> Asked:
    return Asked(question, tokenise(question.text), lexicon_of(catalogue))


def _without(
    question: Question, words: tuple[Word, ...], plain: str, found: re.Match[str]
) -> tuple[tuple[Word, ...], Question]:
    """The words of a form, and the question with blanks in their place."""
    first = plain[: found.start()].count(" ") if found.start() else 0
    stretch = words[first : first + found[0].strip().count(" ") + 1]
    start, end = stretch[0].start, stretch[-1].end
    text = question.text[:start] + " " * (end - start) + question.text[end:]
    return stretch, replace(question, text=text)


def _formed(
    question: Question, words: tuple[Word, ...], before: QueryPlan, catalogue: Catalogue
) -> tuple[QueryPlan, Question, tuple[Understood, ...]]:
    """The plan after the turn's forms, what is left of the question, and what the forms became."""
    spec = catalogue.collections[before.source]
    plain, notes = " ".join(word.text for word in words), []
    for form in FORMS:
        found = form.pattern.search(plain)
        made = form.edit(found, before, spec) if found else None
        if found is None or made is None:
            continue
        before = made
        stretch, question = _without(question, words, plain, found)
        notes.append(Understood(" ".join(w.text for w in stretch), form.said(made)))
        break
    return before, question, tuple(notes)


def _reading(
    made: QueryPlan, notes: tuple[Understood, ...], sure: float, catalogue: Catalogue
) -> Reading:
    check(made, catalogue)
    return Reading(made, sure, describe(made), notes)


def _elsewhere(asked: Asked, before: QueryPlan, catalogue: Catalogue) -> Reading | None:
    """ "the same for invoices": one other collection, and nothing else."""
    plain = " ".join(word.text for word in asked.words)
    named = cues.subjects(asked)
    if len(named) != 1 or len(asked.spans) != 1 or asked.windows or asked.unknown:
        return None
    if named[0] == before.source or not named_elsewhere(plain):
        return None
    found = moved(before, named[0], catalogue)
    if found is None:
        return None
    made, lost = found
    note = Understood(asked.spans[0].words, named[0])
    return _reading(made, (note,), _FORM * _LOST**lost, catalogue)


def _laid(asked: Asked, before: QueryPlan, text: str, catalogue: Catalogue) -> Reading | None:
    """The plan before with the turn's own parts over it; `None` where they do not fit."""
    graph = graph_of(catalogue)
    found = under(before.source, asked.present, catalogue, graph, Needs(bool(asked.windows)))
    if found.lost or before.combine is not None or _roams(found, text):
        return None
    frame = drafted(asked, found, catalogue, graph, joins=before.joins)
    if frame is None or _starts_anew(frame, text):
        return None
    if cues.adds_columns(" ".join(word.text for word in asked.words)):
        wider = with_columns(frame, before)
        return None if wider is None else _reading(wider, frame.understood, _FORM, catalogue)
    respoken(frame, before)
    if of_its_records(frame):
        if before.aggregates and before.limit is not None:
            return None  # of the groups that were left
        before = among(frame, before)
    if not merge(frame, before):
        return None
    made = finished(frame, found, _BEHIND)
    return None if made is None else _with_per(made, before, catalogue)


def _roams(found: Candidate, text: str) -> bool:
    """A question with a head of its own that reaches beyond the collection before is another
    question.
    """
    return cues.asks(text.lower().strip()) and not cues.points_back(text.lower()) and any(
        pick.route.steps for pick in found.picks
    )  # fmt: skip


def _starts_anew(frame: Frame, text: str) -> bool:
    """Whether the question names another collection to be counted or listed."""
    if cues.cued(text) or cues.points_back(text.lower()):
        return False
    return any(i.letter == "C" and i.address != frame.root for i in frame.items)


def _with_per(reading: Reading, before: QueryPlan, catalogue: Catalogue) -> Reading:
    """The first so many of each, where the same keys are left."""
    names = {key.name for key in reading.plan.group}
    if before.per is None or not set(before.per.by) <= names:
        return reading
    made = reading.plan.model_copy(update={"per": before.per})
    check(made, catalogue)
    return replace(reading, plan=made, label=describe(made))


def _carried(before: QueryPlan, made: QueryPlan) -> tuple[Understood, ...]:
    """What the plan before and this one have in common, in words."""
    kept = [part for part in conjuncts(made.where) if part in conjuncts(before.where)]
    said = phrases(tuple(kept))
    labelled = {key.field.rpartition(".")[0] for key in made.group}
    keys = [key for key in made.group if key in before.group and key.field not in labelled]
    said += [f"by {key.name}" for key in keys]
    told = [m for m in made.measures if m in before.measures]
    said += [f"{m.name} where {predicate(m.where)}" if m.where else m.name for m in told]
    if made.source == before.source and not told:
        said.insert(0, made.source)
    if made.order and made.order == before.order and made.limit is not None:
        said.append(f"in the order of {made.order[0].by}")
    if made.limit is not None and made.limit == before.limit:
        said.append(f"the first {made.limit}")
    return tuple(Understood(CARRIED, meaning, carried=True) for meaning in said)


__all__ = ["NAME", "plan"]
