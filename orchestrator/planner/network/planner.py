"""The network as a planner: the door before its engine.

Without weights beside it, or without what runs them, it says nothing. Deterministic: one thread, no
sampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from orchestrator.planner.reading import Context, Question, Readings
from orchestrator.planner.words import tokenise
from registry.catalog import Catalogue
from registry.limits import QUESTION_CHARS_MAX
from registry.plan import QueryPlan

if TYPE_CHECKING:
    from orchestrator.planner.network.engine import Engine

NAME: Final = "network"
WEIGHTS: Final = Path(__file__).parent / "weights"
_WORDS_MAX: Final = 80


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the network reads, and how likely (as a logarithm) it finds each plan that it was told;
    `None` where it cannot tell."""

    found: Readings
    likely: tuple[float | None, ...] = ()


def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
    """Readings of a question that stands alone, best first. See `reading.Planner`."""
    return opinion(question, catalogue, context).found


def opinion(
    question: Question,
    catalogue: Catalogue,
    context: Context,
    plans: Sequence[QueryPlan] = (),
) -> Opinion:
    """The same, and what the network thinks of others' plans."""
    if context.plan is not None:
        return Opinion(Readings(NAME), (None,) * len(plans))
    return heard(question, catalogue, WEIGHTS, plans)


def heard(
    question: Question, catalogue: Catalogue, weights: Path, plans: Sequence[QueryPlan] = ()
) -> Opinion:
    """The same with the weights of a folder."""
    engine = _opened(weights)
    words = () if len(question.text) > QUESTION_CHARS_MAX else tokenise(question.text)
    if engine is None or not 0 < len(words) <= _WORDS_MAX or not catalogue.collections:
        return Opinion(Readings(NAME), (None,) * len(plans))
    readings, likely = engine.readings(question.text, words, catalogue, plans)
    return Opinion(Readings(NAME, readings), likely)


def ready(catalogue: Catalogue) -> None:
    """Open the engine before a question needs it, where there is data that nobody described. Takes
    a while: for a thread."""
    if not all(spec.display for spec in catalogue.collections.values()):
        _opened(WEIGHTS)


@cache
def _opened(weights: Path) -> Engine | None:
    """The engine of a folder, opened once; `None` where there is nothing to open."""
    if not (weights / "step.onnx").is_file() or find_spec("onnxruntime") is None:
        return None
    # Late: an orchestrator that is only started must not wait for it.
    from orchestrator.planner.network.engine import Engine

    return Engine(weights)
