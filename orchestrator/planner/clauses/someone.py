# ruff: noqa: E501 - patterns and tables of words read better wide
"""What refers to anybody, or to nobody: "started by a person", "handled by no one"."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.given import Conditions
from orchestrator.planner.clauses.request import Condition, Empty, No, Term

_ANYBODY: Final = (
    r"(?P<f>F\d+)(?: by)? (?:(?P<any>somebody|someone|anybody|anyone|human|humans|hand|(?:a|an|any|some)"
    r" (?:(?:real|actual|human) )?(?P<c>C\d+|human|humans|individual|being))|(?P<no>nobody|no one|noone|none|(?P<u>U\d+)))"
    r"(?= |$)(?! (?:who|whose|that|which|with|from|in|on|of|V\d+|called|named))"
)

_NOBODY: Final = r"(?:nobody|noone|no one|U\d+)(?: (?:has|have|had|ever|yet|was|is|did|who))* (?P<f>[FD]\d+)(?: (?P<v>V\d+))?"


def nobody(given: Conditions) -> None:
    """ "runs nobody started": the reference is empty; "by hand" behind it says no more."""
    for found in given.clause.find(_NOBODY):
        f, v = found.item("f"), found.item("v")
        if f is None or not given.free(f):
            continue
        said = given.clause.part(found.first, found.last).items("U")
        if said and said[0].words not in ("nobody", "noone"):
            continue
        refs = given.sense.graph.targets
        mine = [m for m in f.of_kind("field") if m.address == given.request.subject]
        near = next((m for m in mine if (m.address, m.field) in refs), None)
        if near is None:
            continue
        by = v is not None and v.words.startswith("by ")
        given.use(f, v if by else None)
        found.hear()
        given.add(Empty(Term(near.address, near.field)), found.first, found.last)


def someone(given: Conditions) -> None:
    """A reference beside "a person" that no more is said of: it is there; beside "nobody": it is
    not."""
    for found in given.clause.find(_ANYBODY):
        f, c = found.item("f"), found.item("c")
        if f is None or not given.free(f) or given.scope(found.first) is not None:
            continue
        u = found.item("u")
        if u is not None and u.words not in ("nobody", "noone"):
            continue
        target = None if c is None else given.sense.collection(c)
        refs = given.sense.graph.targets
        mine = [m for m in f.of_kind("field") if (m.address, m.field) in refs]
        near = [m for m in mine if m.address == given.request.subject]
        if not near or (target is not None and refs[near[0].address, near[0].field] != target):
            continue
        given.use(f, c)
        found.hear()
        empty: Condition = Empty(Term(near[0].address, near[0].field))
        given.add(empty if found["no"] else No(empty), found.first, found.last)
