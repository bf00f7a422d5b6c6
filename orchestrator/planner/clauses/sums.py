# ruff: noqa: E501, SIM905 - patterns of words read better wide
"""Groups of a field that are kept by what their records come to."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.given import Conditions
from orchestrator.planner.clauses.request import Column
from orchestrator.planner.clauses.sentence import Found, Item
from orchestrator.planner.shape.comparing import scaled

_SPENDING: Final = (
    r"F\d+(?: T\d+)?(?: (?:that|which|who|where|have|has|had|we|all))* (?P<n>M\d+)(?: (?:of|is|was|are|were))* (?P<o>O\d+)"
    r"(?: (?:in total|altogether|overall|in sum|in all))?"
)
#: "vehicles that used more than 2000 litres"
_USED: Final = (
    r"F\d+ (?:that|which|who)(?: (?:have|has|had))? (?:U\d+|used|sold|bought|made|took|drove|[a-z]+ed)"
    r" (?P<o>O\d+) (?P<n>N\d+)"
)
#: of these a sum says nothing
_RATES: Final = frozenset(
    "price rate score rating grade age level temperature percent avg average per balance".split()
)


def sums(given: Conditions) -> None:
    """ "departments that spent more than 5000": what the values of a field come to."""
    for found in given.clause.find(_SPENDING):
        n = found.item("n")
        if n is not None and (column := given.sense.measure(n)).fn == "sum":
            _kept(given, found, n, column)
    for found in given.clause.find(_USED):
        n = found.item("n")
        assert n is not None
        term = given.sense.term(n, given.clause, kinds="N")
        if _RATES.isdisjoint(term.field.split("_")):
            _kept(given, found, n, Column(term, "sum"))


def _kept(given: Conditions, found: Found, number: Item, column: Column) -> None:
    """Keep the groups for which the sum compares, unless it is of one who is referred to."""
    asked = found.item("o")
    if asked is None or not (given.free(number) and given.free(asked)):
        return
    field = given.sense.spec(column.term.address).field(column.term.field)
    limit = scaled(asked.payload.number, asked.payload.unit, field)
    own = column.term.address == given.request.subject
    if not own or limit is None or asked.payload.high is not None:
        return
    given.use(number, asked)
    given.kept.append((column, asked.payload.op, limit))
    given.of_field = True
    found.hear()
