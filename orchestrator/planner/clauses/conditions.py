"""Which records: comparisons, values, windows, what must or must not exist."""

from __future__ import annotations

from orchestrator.planner.clauses.absences import nothing, scopes
from orchestrator.planner.clauses.against import above_average, against
from orchestrator.planner.clauses.comparisons import averages, comparisons, counts, folds
from orchestrator.planner.clauses.given import Conditions
from orchestrator.planner.clauses.someone import owned, someone
from orchestrator.planner.clauses.sums import sums
from orchestrator.planner.clauses.times import texts, windows
from orchestrator.planner.clauses.together import together
from orchestrator.planner.clauses.values import done, flags, literals, present, values


def read(given: Conditions) -> None:
    averages(given)
    above_average(given)
    against(given)
    someone(given)
    owned(given)
    folds(given)
    sums(given)
    scopes(given)
    counts(given)
    comparisons(given)
    literals(given)
    values(given)
    flags(given)
    done(given)
    present(given)
    windows(given)
    texts(given)
    nothing(given)
    together(given)
