"""Which planner's reading is right: fits the weights of `orchestrator/planner/choice.json` to
suites, and prints what choosing brings on databases that were not fitted.

    python3 -m benchmarks.choice SUITE... --data DIR [--every N] [--write]

Only databases that the network has not learned from are asked (their name hashes to 0 modulo 5): of
the others it knows the answers by heart. Weights are fitted to one half of these databases and
measured on the other, both ways; `--write` writes those fitted to all. Some questions are asked of
the wrong database, too, where every reading is wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import anyio
import numpy as np
import orjson

from benchmarks.confidence import arguments, held_out, logistic, reliability
from benchmarks.measure import ROOT
from orchestrator.commands.version import installed
from orchestrator.eval.run import Outcome, Runner
from orchestrator.eval.suite import Suite, load_suite
from orchestrator.planner import choice, rules
from orchestrator.planner.network import planner as network
from orchestrator.planner.reading import Context, Question, Reading, Readings
from registry.catalog import Catalogue
from registry.clock import SystemClock
from registry.limits import ROWS_DEFAULT
from registry.settings import Settings

_WEIGHTS: Final = ROOT / "orchestrator" / "planner" / "choice.json"
_STRANGE: Final = 8  # one question in so many is asked of the wrong database, too
_PENALTY: Final = 50.0
_WARM: Final = "how many"  # what an orchestrator asks itself as it starts
_REFUSED: Final = 0.2
_SURE: Final = (0.75, 0.8, 0.85, 0.9, 0.95)
Weights = dict[str, dict[str, float]]
Row = tuple[dict[str, float], bool]


@dataclass(slots=True)
class Asked:
    """A question and its candidates; per candidate what it brought and whether that was right."""

    readings: list[Reading]
    half: int = 0
    strange: bool = False
    brought: list[choice.Brought] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)


def suite_of(path: Path, every: int) -> Suite:
    """The held-out questions of a suite, and some of another database's for each."""
    suite = load_suite(path)
    own = [q for q in suite.questions if held_out(q.db) and q.conversation is None][::every]
    names = sorted({q.db for q in own})
    after = dict(zip(names, (*names[1:], *names[:1]), strict=True))
    strange = [
        q.model_copy(update={"id": f"{q.id} of {q.db}", "db": after[q.db], "sql": None,
                             "answer": None, "expect": "refuse"})
        for q in own[::_STRANGE]
    ]  # fmt: skip
    kept = {name: suite.databases[name] for name in names}
    return replace(suite, questions=(*own, *strange), databases=kept)


class Desk:
    """Asks a suite once for each place among a question's candidates, and notes what came of it."""

    def __init__(self) -> None:
        self.asked: dict[str, Asked] = {}
        self._id = ""
        self._number = 0

    async def ask(self, suite: Suite, data: Path) -> list[Asked]:
        for name in suite.databases:
            await self._of_one(replace(suite, questions=tuple(
                q for q in suite.questions if q.db == name), databases={
                name: suite.databases[name]}), data)  # fmt: skip
        return list(self.asked.values())

    async def _of_one(self, suite: Suite, data: Path) -> None:
        self._number, most = 0, 1
        while self._number < most:
            ids = iter([q.id for q in suite.questions] + [""])
            self._id = next(ids)
            runner = Runner(Settings(data), data, SystemClock(), installed("isotherm"), self._nth)

            def told(outcome: Outcome, ids: Iterator[str] = ids) -> None:
                self._note(outcome)
                self._id = next(ids)

            await runner.run(suite, told)
            self._number += 1
            most = max((len(self.asked[q.id].readings) for q in suite.questions
                        if q.id in self.asked), default=0)  # fmt: skip

    def _nth(self, question: Question, catalogue: Catalogue, context: Context) -> Readings:
        """A planner: of each question's candidates the n-th, always sure."""
        if question.text == _WARM:
            return Readings("nth")
        one = self.asked.get(self._id)
        if one is None:
            ours = rules.plan(question, catalogue, context)
            plans = [reading.plan for reading in ours.readings[:1]]
            theirs = network.opinion(question, catalogue, context, plans)
            made = [] if ours.final else choice.candidates(ours, theirs, question.text)
            one = self.asked[self._id] = Asked(made)
        given = one.readings[self._number : self._number + 1]
        return Readings("nth", tuple(replace(r, confidence=1.0, evidence={}) for r in given))

    def _note(self, outcome: Outcome) -> None:
        one = self.asked.get(outcome.question.id)
        if one is None or len(one.readings) <= self._number:
            return
        one.half = int(hashlib.sha256(outcome.question.db.encode()).hexdigest(), 16) // 5 % 2
        answered = outcome.status in ("answered", "tentative")
        rows = outcome.answer["rows"][:ROWS_DEFAULT]
        one.brought.append(choice.brought(rows) if answered else choice.FAILED)
        one.strange = outcome.question.expect is not None
        one.right.append(outcome.strict and not one.strange)


def fitted(rows: Sequence[Row]) -> Weights:
    """Logistic weights of each model, fitted by Newton's method to evidence of equal spread."""
    out: Weights = {}
    for model in sorted({choice.model_of(found) for found, _ in rows}):
        own = [(found, right) for found, right in rows if choice.model_of(found) == model]
        names = sorted({name for found, _ in own for name in found})
        x = np.array([[found.get(n, 0.0) for n in names] for found, _ in own])
        mean, spread = x.mean(0), x.std(0)
        spread[spread < 1e-9] = np.inf
        x = np.column_stack([(x - mean) / spread, np.ones(len(x))])
        beta = logistic(x, np.array([float(right) for _, right in own]), _PENALTY)
        weights = beta[:-1] / spread
        out[model] = {"bias": round(float(beta[-1] - weights @ mean), 4)}
        out[model] |= {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)
                       if abs(w) > 1e-3}  # fmt: skip
    return out


def rows_of(asked: Sequence[Asked]) -> list[Row]:
    """Evidence before plans were run, and after."""
    out: list[Row] = []
    for one in asked:
        ran = [found for _, found in choice.with_rows(one.readings, one.brought)]
        for evidence in ([r.evidence for r in one.readings], ran):
            out += [(dict(e), right) for e, right in zip(evidence, one.right, strict=True)]
    return out


def chosen(one: Asked, weights: Weights, run: bool) -> tuple[float, bool]:
    """How likely the best candidate is, and whether it is right."""
    pairs = list(zip(one.readings, one.brought, one.right, strict=True))
    pairs.sort(key=lambda p: -choice.likely(p[0].evidence, weights))
    pairs = pairs[: choice.KEPT_MAX]
    found = [dict(r.evidence) for r, *_ in pairs]
    if run:
        made = choice.with_rows([r for r, *_ in pairs], [b for _, b, _ in pairs])
        found = [evidence for _, evidence in made]
    ranked = [(choice.likely(e, weights), p[2]) for e, p in zip(found, pairs, strict=True)]
    return max(ranked, key=lambda r: r[0], default=(0.0, False))


def table(asked: Sequence[Asked], weights: Sequence[Weights]) -> None:
    """`weights`: by the half that they are used on."""

    def alone(one: Asked, place: str) -> tuple[float, bool]:
        hits = zip(one.readings, one.right, strict=True)
        first = next(((r.confidence, y) for r, y in hits if r.evidence.get(place) == 0.0), None)
        return first or (0.0, False)

    for name, found in (
        ("rules", [alone(one, "rules_place") for one in asked]),
        ("network", [alone(one, "network_place") for one in asked]),
        ("cascade, nothing run", [chosen(one, weights[one.half], False) for one in asked]),
        ("cascade", [chosen(one, weights[one.half], True) for one in asked]),
        ("oracle", [(1.0, any(one.right)) for one in asked]),
    ):
        likely, right = (np.array(column) for column in zip(*found, strict=True))
        sure = " ".join(
            f"{right[likely >= s].mean() if (likely >= s).any() else 0:.1%} of "
            f"{(likely >= s).mean():.0%} at {s}"
            for s in _SURE
        )
        print(f"{name:22} {right.mean():.1%} right; {sure}")
        if name == "cascade":
            reliability(name, likely, right)


def main() -> None:
    given = arguments(__doc__).parse_args()
    suites = [anyio.run(Desk().ask, suite_of(path, given.every), given.data)
              for path in given.suites]  # fmt: skip
    every = [one for asked in suites for one in asked]
    other = [fitted(rows_of([one for one in every if one.half != half])) for half in (0, 1)]
    for path, asked in zip(given.suites, suites, strict=True):
        own = [one for one in asked if not one.strange]
        print(f"{path.name}: {len(own)} questions")
        table(own, other)
        strange = [chosen(one, other[one.half], True)[0] for one in asked if one.strange]
        left = np.mean([likely < _REFUSED for likely in strange])
        print(f"of the wrong database: {len(strange)}, refused {left:.1%}")
    if given.write:
        options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
        _WEIGHTS.write_bytes(orjson.dumps(fitted(rows_of(every)), option=options))


if __name__ == "__main__":
    main()
