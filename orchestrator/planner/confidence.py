"""How likely a reading is right: what speaks for and against it, weighed by what was right before.

The weights are measured, not chosen: `confidence.json`, made by `python -m benchmarks.confidence`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import orjson

from orchestrator.planner.odds import logit, weighed
from orchestrator.planner.reading import BEHIND, Reading
from registry.catalog import Catalogue
from registry.plan import Compare, In, QueryPlan, conjuncts, leaves, replaced

_FILE: Final = Path(__file__).with_name("confidence.json")
_CLOSE: Final = 0.04  # two roots or roles as near as this are two meanings
#: evidence about the question's words that holds however they are read
_OF_WORDS: Final = (
    "unknown_noun", "unknown_verb", "typo", "weak", "weakest",
    "sentences", "words", "unnamed", "columns", "bare", "conditions", "deaf_both", "deaf_each",
)  # fmt: skip
_STRANGE: Final = 3  # so many words that nothing explains ask for something else
_GUESSED: Final = 0.7  # a word that a draft guessed, and nobody confirmed
_LIKELIER, _NONE = 0.5, 0.15
_UNLIKELY: Final = -0.2  # of the log odds that a shape has
#: a shape that explains the whole question is passed over only for much likelier clauses: those
#: were grown on the very questions that the weights are fitted to
_EXPLAINED, _CLEARLY = 0.85, 0.5
_TURNS: Final = (
    "mark_deaf_number", "mark_deaf_not", "mark_deaf_each", "mark_deaf_time", "mark_other_counted",
    "mark_elsewhere", "mark_deaf_someone", "mark_of_several", "mark_deaf_ends",
    "mark_never_empty",
)  # fmt: skip
_HEARD_APART: Final = (
    "mark_other_counted", "mark_elsewhere", "mark_deaf_someone", "mark_deaf_ends",
)  # fmt: skip
#: of a plan in whose shape words that turn an answer round have no effect (`unheard`)
_HEARD, _ODD = 0.6, 0.7


@cache
def _weights() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = orjson.loads(_FILE.read_bytes())
    return found


def model_of(way: str, evidence: Mapping[str, float]) -> str:
    """The set of weights that holds: words that somebody chose for the data tell more than its
    bare names, and a single table leaves less to be mistaken for, so that what speaks for a
    reading is another thing there."""
    kind = "described " if evidence["described"] else "single " if evidence["single"] else ""
    return f"{kind}{way}"


def single(plan: QueryPlan, catalogue: Catalogue) -> bool:
    """Whether a plan is of a domain of a single table."""
    return len(catalogue.domains[plan.source.partition(".")[0]].collections) == 1


def likely(way: str, evidence: Mapping[str, float]) -> float:
    """The share of readings with such evidence that were right, 0 to 1."""
    return weighed(evidence, _weights()[model_of(way, evidence)])


def evidence(
    shaped: tuple[Reading, ...], composed: Reading | None, catalogue: Catalogue
) -> dict[str, dict[str, float]]:
    """{model: what is counted for the best reading of each way to read}"""
    first = shaped[0] if shaped else None
    if composed is not None and first is not None and _another(composed, first):
        first = None  # its opinion is of another question
    agree = bool(first and composed and alike(first.plan, composed.plan))
    out: dict[str, dict[str, float]] = {}
    if composed is not None:
        unheard = bool(shaped) and first is None
        beside = _beside(first, agree, composed.plan, catalogue, unheard=unheard)
        out["composed"] = {**composed.evidence, **beside}
    if first is not None:
        out["shaped"] = _shaped(first, composed, agree, catalogue)
    return out


def chosen(
    shaped: tuple[Reading, ...], composed: Reading | None, catalogue: Catalogue
) -> tuple[Reading, ...]:
    """The readings of both ways to read, each with its likelihood, the likeliest first."""
    found = evidence(shaped, composed, catalogue)
    shaped = shaped if "shaped" in found else ()  # it is of another question
    first = shaped[0] if shaped else None
    out: list[Reading] = []
    if composed is not None:
        sure = likely("composed", found["composed"])
        out.append(replace(composed, confidence=round(sure, 4), evidence=found["composed"]))
    if first is not None:
        sure = likely("shaped", found["shaped"])
        for reading in shaped:  # what stood close together stays so
            mine = sure + reading.confidence - first.confidence
            mine = round(min(max(mine, 0.0), 1.0), 4)
            out.append(replace(reading, confidence=mine, evidence=found["shaped"]))
        out = _layered(out, first, composed, found["shaped"])
    if two_meanings(shaped, catalogue) and (composed is None or shaped[0].confidence >= _HEARD):
        return tuple(out[-len(shaped) :])
    if composed is not None and found["composed"]["agree"]:  # but for columns: those asked for
        best = max(r.confidence for r in out)
        out = [replace(_told_alike(out[0], first), confidence=best)]
    out.sort(key=lambda r: -r.confidence)
    out = [_refused(_deaf(r)) for r in out]
    if composed is not None and composed.evidence["proposed"]:
        out = [replace(r, confidence=min(r.confidence, _GUESSED)) for r in out]
    return _apart(out, composed)


def _another(composed: Reading, shaped: Reading) -> bool:
    """Whether the shape is of another question: clauses say what it cannot, or it is deaf to a
    word that turns the answer round, and they are not."""
    if beyond(composed.plan, shaped.plan):
        return True
    deaf = any(shaped.evidence.get(name) for name in _HEARD_APART)
    return deaf and not any(composed.evidence.get(name) for name in _TURNS)


def beyond(composed: QueryPlan, shaped: QueryPlan) -> bool:
    """Whether a plan computes what no shape can say, and the other has not heard of it."""
    mine, other = _says(composed), _says(shaped)
    return any(a and not b for a, b in zip(mine, other, strict=True))


def _says(plan: QueryPlan) -> tuple[bool, ...]:
    """What of a plan only clauses make: what is computed, rows of each, folds with conditions,
    groups kept, comparisons with what another plan gives, values of which no record is such, two
    records that one has to have."""
    trees = [tree for tree in (plan.where, plan.having) if tree is not None]
    found = [leaf for tree in trees for leaf in leaves(tree)]
    inner = [leaf for leaf in found if isinstance(leaf, In) and leaf.plan is not None]
    fields = [(leaf.field, leaf.plan.source) for leaf in inner if leaf.plan is not None]
    return (
        bool(plan.compute),
        plan.per is not None,
        any(measure.where is not None for measure in plan.measures),
        plan.having is not None,
        any(isinstance(leaf, Compare) and leaf.plan is not None for leaf in found),
        any(leaf.plan is not None and leaf.plan.source == plan.source for leaf in inner),
        len(set(fields)) < len(fields),
    )


def _deaf(reading: Reading) -> Reading:
    """A number, a "not", a "per" that the plan knows nothing of makes it another question's; too
    rare where data is described to be measured there."""
    seen = reading.evidence
    if not (seen["described"] and any(seen[name] for name in _TURNS)):
        return reading
    return replace(reading, confidence=min(reading.confidence, _ODD))


def _refused(reading: Reading) -> Reading:
    """Where somebody chose the words for the data, a word beyond them asks for what is not there:
    unless the reading is likely all the same, it is none."""
    seen = reading.evidence
    if seen["mark_unknown"] >= _STRANGE and not seen["described"]:
        return replace(reading, confidence=min(reading.confidence, _NONE))
    unknown = seen["mark_unknown"] or seen["mark_absent"]
    noun = seen.get("unknown_noun", seen.get("heard_unknown_noun", 0.0))
    unsure = reading.confidence < _LIKELIER or (noun and seen["other"] < _UNLIKELY)
    unsure = unsure or bool(
        seen["mark_absent"] or seen["mark_no_such"] or seen["mark_unknown_object"]
    )
    if not (seen["described"] and unknown and unsure):
        return reading
    return replace(reading, confidence=min(reading.confidence, _NONE))


def _told_alike(composed: Reading, first: Reading | None) -> Reading:
    """Each value once, or the largest groups first, where the other way to read says so of the
    same columns."""
    if first is None:
        return composed
    plan, other = composed.plan, first.plan
    if other.distinct and other.select == plan.select:
        plan = plan.model_copy(update={"distinct": True})
    shown = {measure.name for measure in plan.measures}
    if not plan.order and other.order and {o.by for o in other.order} <= shown:
        plan = plan.model_copy(update={"order": other.order})
    return replace(composed, plan=plan)


def _layered(
    readings: list[Reading],
    first: Reading,
    composed: Reading | None,
    evidence: Mapping[str, float],
) -> list[Reading]:
    """Where somebody chose words for the data: what these words explain in whole, a reading
    without them has to be clearly likelier than; what they leave without effect is no sure answer
    in any other reading either, unless that computes what no shape can."""
    if not evidence["described"]:
        return readings
    if first.confidence < _HEARD and composed is not None and _clean(composed.evidence):
        ours, *shaped = readings
        best = max(r.confidence for r in readings)
        sure = min(best, _ODD)
        behind = [replace(r, confidence=min(r.confidence, max(sure - BEHIND, 0.0))) for r in shaped]
        return [replace(ours, confidence=sure), *behind]
    if first.confidence < _HEARD and not (composed and any(_says(composed.plan))):
        return [replace(r, confidence=min(r.confidence, _ODD)) for r in readings]
    if composed is None or evidence["agree"]:
        return readings
    if _wider(composed.plan, first.plan):  # "teams with their fees" by the fees alone
        ours, *shaped = readings
        sure = max(ours.confidence, shaped[0].confidence)
        behind = [replace(r, confidence=max(r.confidence - BEHIND, 0.0)) for r in shaped]
        return [replace(ours, confidence=sure), *behind]
    if first.confidence < _EXPLAINED:
        return readings
    ours, *shaped = readings
    clearly = ours.confidence > shaped[0].confidence + _CLEARLY
    if clearly and not any(ours.evidence[name] for name in _TURNS):
        return readings
    # it stands first, and is no less plausible for that
    lift = max(0.0, min(ours.confidence, _ODD) - shaped[0].confidence)
    shaped = [replace(r, confidence=round(r.confidence + lift, 4)) for r in shaped]
    sure = min(ours.confidence, max(shaped[0].confidence - BEHIND, 0.0))
    return [replace(ours, confidence=round(sure, 4)), *shaped]


def _clean(evidence: Mapping[str, float]) -> bool:
    """Whether a reading by clauses accounts for every word."""
    names = ("unknown", "unused", "deaf", "wonders", "mark_lost", "mark_deaf", "mark_unknown")
    return not any(n for name, n in evidence.items() if name.startswith(names))


def _wider(composed: QueryPlan, shaped: QueryPlan) -> bool:
    """Whether a plan only shows more columns of the same rows."""
    same = composed.model_copy(update={"select": shaped.select, "distinct": shaped.distinct})
    return alike(same, shaped) and set(shaped.select) < set(composed.select)


def two_meanings(shaped: tuple[Reading, ...], catalogue: Catalogue) -> bool:
    """Whether the question is one to ask back about, where somebody described the data."""
    return (
        len(shaped) > 1
        and bool(catalogue.collections[shaped[0].plan.source].display)
        and shaped[0].confidence - shaped[1].confidence < _CLOSE
    )


def _apart(readings: list[Reading], composed: Reading | None) -> tuple[Reading, ...]:
    """Two ways to read are no two meanings: the second best way stands clearly behind."""
    if not readings or composed is None:
        return tuple(readings)
    best = readings[0]
    ours = best.plan == composed.plan
    kept = [best]
    for reading in readings[1:]:
        if reading.plan == best.plan:
            continue
        if ours or reading.plan == composed.plan:
            reading = replace(
                reading,
                confidence=max(0.0, min(reading.confidence, round(best.confidence - BEHIND, 4))),
            )
        kept.append(reading)
    return tuple(sorted(kept, key=lambda r: -r.confidence))


def _beside(
    first: Reading | None,
    agree: bool,
    plan: QueryPlan,
    catalogue: Catalogue,
    *,
    unheard: bool = False,
) -> dict[str, float]:
    described = bool(catalogue.collections[plan.source].display)
    other = logit(first.confidence) if first is not None else -5.0
    further = any(_says(plan))
    if (further or unheard) and first is None:
        other = 0.0  # nobody else could have said it
    return {
        "beyond": float(further),
        "agree": float(agree),
        "other": other,
        "other_agrees": other * agree,
        "described": float(described),
        "single": float(single(plan, catalogue)),
    }


def _shaped(
    first: Reading, composed: Reading | None, agree: bool, catalogue: Catalogue
) -> dict[str, float]:
    plan = first.plan
    heard = {f"heard_{n}": composed.evidence[n] for n in _OF_WORDS} if composed else {}
    return {
        **first.evidence,
        **_beside(first, agree, plan, catalogue),
        **heard,
        "alone": float(composed is None),
        "joins": len(plan.joins),
        "group": float(bool(plan.group)),
        "ranked": float(plan.limit is not None),
        "folds": float(bool(plan.measures)),
        "columns": float(min(len(plan.select), 5)),
        "whole": float(not plan.select and not plan.measures and not plan.group),
        "missed": float(len(first.not_understood)),
    }


def alike(a: QueryPlan, b: QueryPlan) -> bool:
    """Whether two plans say the same but for names, columns that tell rows apart, and the order in
    which one of them shows all groups."""
    a, b = _flat(a), _flat(b)
    groups = all(plan.group and plan.limit is None for plan in (a, b))
    loose = groups and not (a.order and b.order)
    return _said(a, ordered=not loose) == _said(b, ordered=not loose)


def _flat(plan: QueryPlan) -> QueryPlan:
    """How many users are among those of some sessions: as many as these sessions have."""
    inner = plan.where.plan if isinstance(plan.where, In) else None
    counts = [(m.fn, m.field) for m in plan.measures] == [("count", None)]
    plain = not (plan.group or plan.joins or plan.having or plan.compute)
    if inner is None or not (counts and plain) or inner.limit or inner.group or inner.joins:
        return plan
    if isinstance(plan.where, In) and (plan.where.field != "id" or len(inner.select) != 1):
        return plan
    (made,) = plan.measures
    distinct = made.model_copy(update={"fn": "distinct", "field": inner.select[0]})
    return inner.model_copy(update={"select": (), "distinct": False, "measures": (distinct,)})


def _said(plan: QueryPlan, *, ordered: bool) -> tuple[object, ...]:
    folds = {m.name: f"{m.fn} {m.field}" for m in plan.measures}
    labels = {g.field.rpartition(".")[0] for g in plan.group if "." in g.field}
    kept = conjuncts(plan.having)
    return (
        plan.source,
        sorted(map(str, conjuncts(plan.where))),
        sorted(f"{g.field} {g.bucket}" for g in plan.group if g.field not in labels),
        sorted(folds.values()),
        sorted(str(replaced(part, lambda name: folds.get(name, name))) for part in kept),
        [(folds.get(o.by, o.by), o.desc) for o in plan.order if ordered],
        plan.limit,
        None if plan.measures or plan.group else sorted(plan.select),
    )
