"""Which reading of several planners is right: what each planner says of it, how near the others
come and what it brings when it is run, weighed by what was right before. Pure: `ask.py` runs plans.

The weights are measured, not chosen: `choice.json`, made by `python -m benchmarks.choice`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from orchestrator.planner.grammar import AGGREGATES, FILLER, FUNCTION, NEGATORS, SUPERLATIVES
from orchestrator.planner.meaning import PARTS, Meaning, meaning
from orchestrator.planner.network.planner import Opinion
from orchestrator.planner.odds import logit, share
from orchestrator.planner.odds import weighed as weighed_by
from orchestrator.planner.reading import BEHIND, Reading, Readings, apart
from orchestrator.planner.words import Word, plain, stem, tokenise
from registry.catalog import Catalogue
from registry.plan import QueryPlan

_FILE: Final = Path(__file__).with_name("choice.json")
_LEAST, _MOST = -8.0, 5.0
_TOLD: Final = 5  # the place of a plan that the network was told and did not find
KEPT_MAX: Final = 4
_MANY: Final = 100
_PLAUSIBLE: Final = 0.12
_TURNS: Final[dict[str, AbstractSet[str]]] = {
    "each": {"each", "every", "per"},
    "top": frozenset(SUPERLATIVES),
    "not": frozenset(NEGATORS),
    "order": {"sorted", "ordered", "order", "sort", "ascending", "descending", "alphabetical"},
    "distinct": {"different", "distinct", "unique"},
    "fold": frozenset(AGGREGATES) | {"many", "number"},
}
_SERVE: Final = FUNCTION | FILLER
#: records of the collections whose plans are run only to choose among them
_READ_MAX: Final = 200_000

#: {evidence: how much of it}
Evidence = dict[str, float]


@dataclass(frozen=True, slots=True)
class Brought:
    """What a plan brought: how many rows on its first page, their values apart from order, and
    whether there is no value among them. `rows` -1: it could not be run."""

    rows: int
    values: str = ""
    blank: bool = False


def brought(rows: Sequence[Sequence[Any]]) -> Brought:
    """Of a plan's rows in wire form."""
    columns = sorted(str(sorted(map(str, column))) for column in zip(*rows, strict=True))
    blank = all(value is None for row in rows for value in row)
    return Brought(len(rows), str(columns), bool(rows) and blank)


FAILED: Final = Brought(-1)


@cache
def _weights() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = orjson.loads(_FILE.read_bytes())
    return found


def dismissed(reading: Reading, told: float) -> bool:
    """Whether a reading is too unlikely to be shown: less likely than told; where several planners
    were heard, only what the rules alone find so, too, and little speaks for."""
    if "network_best" not in reading.evidence:
        return reading.confidence < told
    alone = share(reading.evidence["rules_best"])
    return reading.confidence < min(told, _PLAUSIBLE) and alone < told


def model_of(evidence: Mapping[str, float]) -> str:
    """Who made it, and whether it was run: the set of weights that holds."""
    made = [name for name in ("rules", "network", "ran") if name in evidence]
    return " ".join(made)


def likely(
    evidence: Mapping[str, float], fitted: Mapping[str, Mapping[str, float]] | None = None
) -> float:
    """The share of readings with such evidence that were right, 0 to 1. `fitted`: weights other
    than the kept ones."""
    return round(weighed_by(evidence, (fitted or _weights())[model_of(evidence)]), 4)


def weighed(rules: Readings, network: Opinion, text: str) -> tuple[Reading, ...]:
    """The readings of both, each plan once, the likeliest first, each with its likelihood."""
    made = [replace(r, confidence=likely(r.evidence)) for r in candidates(rules, network, text)]
    return apart(made)[:KEPT_MAX]


def ran(readings: Sequence[Reading], found: Sequence[Brought | None]) -> tuple[Reading, ...]:
    """The same weighed again by what they brought; those that were not run (`None`) stand last."""
    made = [
        replace(reading, confidence=likely(evidence), evidence=evidence)
        for reading, evidence in with_rows(readings, found)
    ]
    left = [r for r, one in zip(readings, found, strict=True) if one is None]
    best = max((r.confidence for r in made), default=1.0)
    left = [replace(r, confidence=min(r.confidence, max(0.0, best - BEHIND))) for r in left]
    return (*apart(made)[:KEPT_MAX], *left)


def open_to_rows(readings: Sequence[Reading], catalogue: Catalogue) -> bool:
    """Whether the plans may be run to choose among them: they were weighed, and are over few
    records."""
    if not all("network_best" in reading.evidence for reading in readings):
        return False
    read = {address for reading in readings for address in reading.plan.collections}
    return bool(read) and sum(catalogue.facts_of(a).rows for a in read) <= _READ_MAX


def with_rows(
    readings: Sequence[Reading], found: Sequence[Brought | None]
) -> Iterator[tuple[Reading, Evidence]]:
    """Each reading that was run, and its evidence with what it brought."""
    pairs = [(r, b) for r, b in zip(readings, found, strict=True) if b is not None]
    votes: dict[str, dict[str, float]] = {"rules": {}, "network": {}}
    for reading, b in pairs:
        mine = share(reading.evidence.get("rules", -math.inf))
        votes["rules"][b.values] = max(votes["rules"].get(b.values, 0.0), mine)
        theirs = math.exp(reading.evidence.get("network", -math.inf))
        votes["network"][b.values] = votes["network"].get(b.values, 0.0) + theirs
    for reading, b in pairs:
        yield (
            reading,
            {
                **reading.evidence,
                "ran": 1.0,
                "ran_nothing": float(b.rows == 0),
                "ran_failed": float(b.rows < 0),
                "ran_blank": float(b.blank),
                "ran_one": float(b.rows == 1),
                "ran_many": float(b.rows > _MANY),
                **{f"ran_{name}": share[b.values] for name, share in votes.items()},
                "ran_alike": sum(other.values == b.values for _, other in pairs) / len(pairs),
            },
        )


def candidates(rules: Readings, network: Opinion, text: str) -> list[Reading]:
    """Every plan that one of the two planners made, once, with its evidence; the rules' first."""
    ours, theirs = _laid(rules.readings), _laid(network.found.readings)
    every = tokenise(text)
    words = [word for word in every if word.kind == "number" or _tells(word)]
    turns = _turns({word.text for word in every})
    about = _question(ours, theirs)
    out: list[Reading] = []
    met: set[int] = set()
    for place, (reading, own) in enumerate(ours):
        other = next((n for n, (_, found) in enumerate(theirs) if found.same(own)), None)
        if other in met:
            continue
        evidence = {
            **about,
            **_of_rules(place, ours),
            **_of_plan(reading, own, words),
            **_deaf(reading.plan, own, turns),
        }
        evidence |= _beside(own, theirs)
        told = network.likely[place] if place < len(network.likely) else None
        if other is not None:
            met.add(other)
            evidence |= _of_network(other, _own(theirs, other), theirs)
        elif told is not None:
            evidence |= {**_of_network(_TOLD, max(told, _LEAST), theirs), "told": 1.0}
        out.append(replace(reading, evidence=evidence, planner=rules.planner))
    for place, (reading, own) in enumerate(theirs):
        if place not in met:
            evidence = {
                **about,
                **_of_plan(reading, own, words),
                **_deaf(reading.plan, own, turns),
                **_beside(own, ours),
            }
            evidence |= _of_network(place, _own(theirs, place), theirs)
            out.append(replace(reading, evidence=evidence, planner=network.found.planner))
    return out


_Laid = list[tuple[Reading, Meaning]]


def _laid(readings: Sequence[Reading]) -> _Laid:
    return [(reading, meaning(reading.plan)) for reading in readings]


def _question(ours: _Laid, theirs: _Laid) -> Evidence:
    """What holds for every candidate of a question."""
    lead = _own(theirs, 0) - _own(theirs, 1) if theirs else 0.0
    return {
        "rules_best": logit(ours[0][0].confidence) if ours else _LEAST,
        "network_best": _own(theirs, 0),
        "network_lead": min(lead, _MOST),
        "rules_none": float(not ours),
        "tops_same": float(bool(ours and theirs and ours[0][1].same(theirs[0][1]))),
    }


def _of_rules(place: int, ours: _Laid) -> Evidence:
    reading = ours[place][0]
    own = logit(reading.confidence)
    return {
        "rules": own,
        "rules_place": float(place),
        "rules_behind": logit(ours[0][0].confidence) - own,
        "missed": float(len(reading.not_understood)),
        "composed": float("agree" in reading.evidence and "alone" not in reading.evidence),
    }


def _of_network(place: int, own: float, theirs: _Laid) -> Evidence:
    return {
        "network": own,
        "network_place": float(place),
        "network_share": math.exp(own),
        "network_behind": _own(theirs, 0) - own,
    }


def _own(theirs: _Laid, place: int) -> float:
    if place >= len(theirs):
        return _LEAST
    return max(theirs[place][0].evidence["likely"], _LEAST)


def _beside(own: Meaning, others: _Laid) -> Evidence:
    """How near the other planner's best reading comes."""
    if not others:
        return {"alone": 1.0}
    shared = own.shares(others[0][1])
    fields = others[0][1].fields
    both = len(own.fields & fields) / max(1, len(own.fields | fields))
    return {**{f"same_{part}": float(shared[part]) for part in PARTS}, "same_fields": both}


def _of_plan(reading: Reading, own: Meaning, words: Sequence[Word]) -> Evidence:
    """The plan's form, and the words of the question that nothing in it explains."""
    plan = reading.plan
    known = set(_stems(own))
    telling = [word.stem for word in words if word.kind != "number"]
    left = sum(stem not in known for stem in telling)
    numbers = [word.raw for word in words if word.kind == "number"]
    said = str(plan) if numbers else ""
    nested = len(plan.below)
    return {
        "left_out": float(left),
        "left_share": left / max(1, len(telling)),
        "numbers_left": float(sum(raw not in said for raw in numbers)),
        "joins": float(len(plan.joins)),
        "nested": float(nested),
        "group": float(bool(plan.group)),
        "folds": float(bool(plan.measures)),
        "ranked": float(plan.limit is not None),
        "shown": float(min(len(own.shown), 5)),
        "whole": float(own.whole),
        "conditions": float(min(len(own.where), 4)),
        "distinct": float(plan.distinct),
    }


def _turns(said: set[str]) -> frozenset[str]:
    """What the words ask a plan to do."""
    return frozenset(name for name, words in _TURNS.items() if words & said)


def _deaf(plan: QueryPlan, own: Meaning, turns: frozenset[str]) -> Evidence:
    """What the question asks to do and the plan does not, and what it does unasked."""
    folds = {measure.fn for measure in plan.measures}
    conditions = " ".join((*own.where, *own.having, own.rest))
    done = {
        "each": bool(plan.group),
        "top": plan.limit is not None or bool(folds & {"min", "max"}) or bool(plan.below),
        "not": any(sign in conditions for sign in ("not ", "!=", "except", "[", "null")),
        "order": bool(plan.order),
        "distinct": plan.distinct or bool(plan.group) or "distinct" in folds,
        "fold": bool(folds),
    }
    deaf = {f"deaf_{name}": float(name in turns and not does) for name, does in done.items()}
    return {**deaf, "unasked": float(sum(does and n not in turns for n, does in done.items()))}


def _tells(word: Word) -> bool:
    return word.kind in ("word", "quoted") and word.text not in _SERVE


def _stems(own: Meaning) -> Iterator[str]:
    """Stems of the names and literals that a plan uses."""
    for part in (*own.tables, *own.fields, *own.where, *own.having):
        yield from _stemmed(part)


@lru_cache(maxsize=4096)
def _stemmed(text: str) -> tuple[str, ...]:
    return tuple(map(stem, plain(text)))
