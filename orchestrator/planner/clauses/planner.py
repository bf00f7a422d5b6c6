"""A question read by its clauses: the likeliest subject, the request, the checked plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import ValidationError

from orchestrator.planner.asked import Asked
from orchestrator.planner.clauses import read as clauses
from orchestrator.planner.clauses import twofold
from orchestrator.planner.clauses.cutting import cut
from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.evidence import evidence_of
from orchestrator.planner.clauses.figures import figures_of
from orchestrator.planner.clauses.lower import Unsayable, lower
from orchestrator.planner.clauses.pace import paced
from orchestrator.planner.clauses.sense import Sense, subject_of
from orchestrator.planner.clauses.sentence import Sentence, relettered, sentence_of
from orchestrator.planner.clauses.series import measured
from orchestrator.planner.clauses.sides import sides_of
from orchestrator.planner.describe import describe
from orchestrator.planner.graph import graph_of
from orchestrator.planner.marks import impossible
from orchestrator.planner.reading import Reading
from registry.answer import Understood
from registry.catalog import Catalogue
from registry.check import check
from registry.errors import IsothermError
from registry.plan import QueryPlan

_MISSED: Final = "UQXFNDVOTSMPKZB"


def read(asked: Asked, text: str, catalogue: Catalogue) -> Reading | None:
    """The reading, its confidence yet to be weighed; `None` where no valid plan comes out."""
    sentence = sentence_of(asked, text, catalogue)
    if not sentence.items:
        return None
    head, _ = cut(sentence.whole)
    series = measured(sentence, catalogue)
    subjects = [series] if series is not None else subject_of(sentence, head)
    if not subjects:
        return None
    subjects = [_described(sentence, catalogue) or subjects[0]]
    subjects = [_done(sentence, _happening(sentence, subjects[0], catalogue), catalogue)]
    relettered(sentence, subjects[0], catalogue)
    return _under(subjects[0], sentence, catalogue)


_SUCH: Final = (
    r"(?:(?:list|show|me|give|name|find|get|which|what|who|are|is|how|many|number|of|count|the|all"
    r"|any|our|those|every|,) )*(?P<v>V\d+)(?: V\d+)*"
    r" (?:who|whose|that|which|with|without|having|has|have|had|did|do|does|never)"
)


def _described(sentence: Sentence, catalogue: Catalogue) -> str | None:
    """ "staff who never acknowledged an alert", "errors without a user": those of whom a declared
    value is told, where it says nothing of the others."""
    found = sentence.whole.first(_SUCH)
    if found is None or found.first:
        return None
    item = found.item("v")
    assert item is not None
    told = {m.address for m in item.of_kind("value")}
    declared = (catalogue.collections[m.address].field(m.field).enum for m in item.meanings[:1])
    return next(iter(told)) if len(told) == 1 and all(declared) else None


def _happening(sentence: Sentence, subject: str, catalogue: Catalogue) -> str:
    """ "workflow failures per week": of what refers to the subject, where the value behind it is
    told of that alone."""
    found = sentence.whole.first(r"(?P<c>C\d+) (?P<v>V\d+)(?! [CFNDB]\d)")
    if found is None or found.first or not sentence.whole.items("K"):
        return subject
    c, v = found.item("c"), found.item("v")
    assert c is not None and v is not None
    told = [m.address for m in v.of_kind("value")]
    near = [r.source for r in catalogue.references if r.target == subject and r.source in told]
    named = any(m.address == subject for m in c.of_kind("collection"))
    return near[0] if named and near and subject not in told else subject


def _done(sentence: Sentence, subject: str, catalogue: Catalogue) -> str:
    """ "how many exports did people make": what was done is counted, not who did it."""
    found = sentence.whole.first(
        r"how many (?P<v>V\d+) (?:did|do|does)(?: (?:the|our|all))* (?P<c>C\d+)"
    )
    v, c = (found.item("v"), found.item("c")) if found is not None else (None, None)
    if v is None or c is None:
        return subject
    whose = {m.address for m in c.of_kind("collection")}
    told = v.of_kind("value")[0].address
    does = any(r.source == told and r.target in whose for r in catalogue.references)
    if not does or any(m.address == told for m in c.of_kind("value")):
        return subject
    sentence.account(sentence.whole.at[found.first + 2 : found.last] if found else ())
    sentence.used.add(c.place)
    return told


def _under(subject: str, sentence: Sentence, catalogue: Catalogue) -> Reading | None:
    graph = graph_of(catalogue)
    sense = Sense(sentence, catalogue, graph, subject, ())
    named = (sense.collection(i) for i in sentence.items if i.letter == "C")
    sense.named = tuple(dict.fromkeys(named))
    draft = Draft(sentence, catalogue, graph, sense)
    sides = None if paced(sentence) else sides_of(sentence) or figures_of(sentence)
    try:
        if sides is None or not twofold.read(draft, sides):
            clauses.read(draft)
        made = lower(draft.request, catalogue, graph)
        check(made, catalogue)
    except (Unsayable, ValidationError, IsothermError):
        return None
    alone = made.having is not None and not made.group
    alone = alone or _of_numbers(made, catalogue)
    if _of_itself(made) or impossible(made) or alone:
        return None
    missed = tuple(i.words for i in sentence.items if _is_missed(sentence, i.place))
    evidence = evidence_of(draft, made)
    return Reading(made, 0.0, describe(made), tuple(_understood(sense)), missed, evidence=evidence)


def _of_numbers(plan: QueryPlan, catalogue: Catalogue) -> bool:
    """Whether it would keep values of a measured number by how often they come."""
    if plan.having is None or plan.joins or len(plan.group) != 1:
        return False
    field = catalogue.collections[plan.source].field(plan.group[0].field)
    return field.type in ("float", "decimal") or (field.type == "int" and bool(field.synonyms))


def _of_itself(plan: QueryPlan) -> bool:
    """Whether each record would be counted alone: "who wrote the most messages" by message."""
    keys = {key.field for key in plan.group}
    if any(m.fn == "distinct" and m.field in keys for m in plan.measures):
        return True  # always one
    alone = not plan.joins and any(key.field == "id" for key in plan.group)
    return alone and all(m.fn == "count" and m.field is None for m in plan.measures)


def _is_missed(sentence: Sentence, place: int) -> bool:
    item = sentence.items[place]
    grammar = item.span is not None and item.span.soft  # "who use both"
    return item.letter in _MISSED and place not in sentence.used and not grammar


def _understood(sense: Sense) -> Iterator[Understood]:
    """What each stretch of words became, left to right."""
    for item in sense.sentence.items:
        meaning = sense.notes.get(item.place)
        if meaning is not None and item.place in sense.sentence.used:
            yield Understood(item.words, meaning)
