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

_OF_ANYBODY: Final = (
    r"(?:(?:belong|belongs|belonging|linked|attached|tied|related|assigned|connected) (?:to|with)|(?:has|have|had|having|with)) (?:a|an|any|some)"
    r"(?: (?P<v>[VC]\d+))? (?P<c>[CF]\d+)(?= |$)(?! (?:who|whose|that|which|with|from|in|on|of|[VOTX]\d+|called|named))"
)


def owned(given: Conditions) -> None:
    """ "entries that belong to a user": what refers to one is not empty."""
    for found in given.clause.find(_OF_ANYBODY):
        c, v = found.item("c"), found.item("v")
        if c is None or not given.free(c) or given.scope(found.first) is not None:
            continue
        if v is not None and v.letter == "V":
            continue  # which one is told
        subject, targets = given.request.subject, given.sense.graph.targets
        if c.letter == "C":
            to = given.sense.collection(c)
            refs = [f for (a, f), target in targets.items() if a == subject and target == to]
        else:
            refs = [m.field for m in c.of_kind("field") if (subject, m.field) in targets]
        if len(set(refs)) != 1:
            continue
        given.use(c, v)
        found.hear()
        given.add(No(Empty(Term(subject, refs[0]))), found.first, found.last)


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
