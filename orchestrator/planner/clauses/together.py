"""Conditions joined: one of them, all of them, or by different records each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from orchestrator.planner.clauses.given import Conditions, Placed
from orchestrator.planner.clauses.request import (
    Among,
    AnyOf,
    Condition,
    Request,
    Test,
)

Scalar: Final = (str, int, float)


def together(given: Conditions) -> None:
    """Conditions joined by "or" hold one of them; values of one field are one of several,
    unless both are meant."""
    placed = sorted(given.placed, key=lambda p: (p.first, p.last))
    rows: list[list[Placed]] = []
    for p in placed:
        between = given.clause.part(rows[-1][-1].last, p.first).text.split() if rows else []
        inner = given.clause.part(rows[-1][-1].first, p.last).text.split() if rows else []
        either = "or" in between or (
            rows and rows[-1][-1].first == p.first and "or" in inner and False
        )
        if rows and either and "|" not in between:
            rows[-1].append(p)
        else:
            rows.append([p])
    both = given.clause.has(r"both") or given.clause.has("as well as")
    merge(given, [_either([p.condition for p in row]) for row in rows], both)


def merge(given: Conditions, found: list[Condition], both: bool) -> None:
    """Equal fields with "and": one of the values, or (with "both") an intersection."""
    out: list[Condition | AnyBoth] = []
    for condition in found:
        twin = next(
            (o for o in out if _same_field(o, condition) or (both and _apart(o, condition))),
            None,
        )
        if twin is None:
            out.append(condition)
            continue
        assert isinstance(condition, Test) and isinstance(twin, (Test, Among))
        if given.belongs(condition.term.address):
            out.append(condition)
            continue
        if condition == twin:
            continue  # "unpublished drafts"
        if both:
            out.remove(twin)
            out.append(AnyBoth(twin, condition))
            continue
        out[out.index(twin)] = _among(twin, condition)
    for made in out:
        if isinstance(made, AnyBoth):
            given.request.where.append(made.first)
            other = Request(given.request.subject)
            rest = [c for c in out if not isinstance(c, AnyBoth)]
            other.where = [*rest, made.second]
            given.request.combine = ("intersect", other)
        else:
            given.request.where.append(made)


@dataclass(frozen=True, slots=True)
class AnyBoth:
    """Two conditions that no single record meets: both must be met by some record each."""

    first: Condition
    second: Condition


def _among(twin: Test | Among, more: Test) -> Among:
    """One of the values of both."""
    values = twin.values if isinstance(twin, Among) else (twin.value,)
    listed = values if isinstance(values, tuple) else ()
    each = dict.fromkeys(v for v in (*listed, more.value) if isinstance(v, Scalar))
    return Among(more.term, tuple(each))


def _same_field(a: object, b: object) -> bool:
    return (
        isinstance(a, (Test, Among))
        and isinstance(b, Test)
        and a.term == b.term
        and b.op == "="
        and (isinstance(a, Among) or a.op == "=")
    )


def _apart(a: object, b: object) -> bool:
    """Two ranges of one field that no record is in at once."""
    return (
        isinstance(a, Test)
        and isinstance(b, Test)
        and a.term == b.term
        and isinstance(a.value, (int, float))
        and isinstance(b.value, (int, float))
        and (
            (a.op in (">", ">=") and b.op in ("<", "<=") and a.value >= b.value)
            or (a.op in ("<", "<=") and b.op in (">", ">=") and a.value <= b.value)
        )
    )


def _either(found: list[Condition]) -> Condition:
    if len(found) == 1:
        return found[0]
    tests = [c for c in found if isinstance(c, Test) and c.op == "="]
    if len(tests) == len(found) and len({t.term for t in tests}) == 1:
        return Among(tests[0].term, tuple(t.value for t in tests if isinstance(t.value, Scalar)))
    return AnyOf(tuple(found))
