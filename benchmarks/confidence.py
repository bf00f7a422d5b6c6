"""How sure a reading is: fits the weights of `orchestrator/planner/confidence.json` to suites, and
prints how often readings of each likelihood are right on questions that were not fitted.

    python3 -m benchmarks.confidence SUITE... --data DIR [--every N] [--beside FILE] [--write]

Each question is asked twice, once of each way to read; a reading is right where its rows are,
strictly.
Questions of databases whose name hashes to 0 modulo 5, and of a suite's frozen half, are left out:
they are what results are measured on. Logistic regression with an L2 penalty, by Newton's method;
reliability by five folds over whole databases.

A planner that was mended on the questions it is fitted to thinks too well of itself. So what it
made of questions before anybody looked at them is kept (`--keep`) and fitted with the rest, which
then counts for little (`--beside`): `benchmarks/questions/unseen.jsonl.xz` is that of the suites
`rounds` and `files`.
"""

from __future__ import annotations

import argparse
import hashlib
import lzma
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import anyio
import numpy as np
import orjson

from benchmarks.measure import ROOT
from orchestrator.commands.version import installed
from orchestrator.eval.run import Outcome, Runner
from orchestrator.eval.suite import Suite, load_suite
from orchestrator.planner import rules
from orchestrator.planner.confidence import evidence, model_of, two_meanings
from orchestrator.planner.reading import Context, Planner, Question, Readings
from orchestrator.planner.shown import shown
from registry.catalog import Catalogue
from registry.clock import SystemClock
from registry.settings import Settings

_WEIGHTS: Final = ROOT / "orchestrator" / "planner" / "confidence.json"
_FOLDS: Final = 5
_PENALTY: Final = 20.0  # on weights of one standard deviation
_STEPS: Final = 40
_MENDED: Final = 0.3  # of a row of an unseen question: with 0.1 to 0.3 those are told best
Row = tuple[str, dict[str, float], bool]


def held_out(database: str) -> bool:
    """Whether results are measured on this database, so that nothing is fitted to it."""
    return int(hashlib.sha256(database.encode()).hexdigest(), 16) % 5 == 0


def kept(suite: Suite, every: int) -> Suite:
    questions = [
        q
        for q in suite.questions
        if not held_out(q.db) and q.half != "frozen" and q.conversation is None
    ]
    names = {q.db for q in questions}
    databases = {name: path for name, path in suite.databases.items() if name in names}
    return replace(suite, questions=tuple(questions[::every]), databases=databases)


def only(model: str, seen: dict[str, dict[str, float]]) -> Planner:
    """One way to read, always sure; what was counted for each question goes into `seen`."""

    def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        asked = rules.asked_of(question, catalogue)
        shaped, composed = rules.both(asked, question.text, catalogue)
        if rules.no_question(question, catalogue) or two_meanings(shaped, catalogue):
            return Readings(rules.NAME)  # refused or asked back, however likely
        made = composed if model == "composed" else next(iter(shaped), None)
        found = evidence(shaped, composed, catalogue).get(model)
        if made is None or found is None:
            return Readings(rules.NAME)
        seen[question.text] = found
        told = shown(made, asked.words, catalogue)
        return Readings(rules.NAME, (replace(told, confidence=1.0),))

    return plan


async def rows_of(suite: Suite, model: str, data: Path) -> list[Row]:
    seen: dict[str, dict[str, float]] = {}
    runner = Runner(Settings(data), data, SystemClock(), installed("isotherm"), only(model, seen))

    def quiet(outcome: Outcome) -> None:
        return None

    outcomes = await runner.run(suite, quiet)
    # a fold is of whole databases, where there are several
    several = len(suite.databases) >= _FOLDS
    return [
        (
            o.question.db if several else o.question.id,
            seen[o.question.question],
            o.strict,
        )
        for o in outcomes
        if o.question.question in seen
    ]


def fitted(x: Any, y: Any, counts: Any) -> Any:
    """Weights, the bias last, of columns however they are scaled. `counts`: how much each row."""
    scale = x.std(axis=0)
    scale[scale == 0.0] = 1.0
    return logistic(x / scale, y, _PENALTY, counts) / scale


def logistic(x: Any, y: Any, penalty: float, counts: Any = 1.0) -> Any:
    """Logistic weights by Newton's method; the last column is the bias, which costs nothing.
    `counts`: how much each row, or all."""
    beta = np.zeros(x.shape[1])
    ridge = np.eye(x.shape[1]) * penalty
    ridge[-1, -1] = 1e-6
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-x @ beta))
        curve = (x * (counts * p * (1 - p))[:, None]).T @ x + ridge
        step = np.linalg.solve(curve, x.T @ (counts * (y - p)) - ridge @ beta)
        beta += step
        if np.abs(step).max() < 1e-6:
            break
    return beta


def reliability(name: str, likely: Any, right: Any) -> None:
    error = 0.0
    print(f"{name}: {len(right)} readings, {right.mean():.1%} right")
    for low in np.arange(0.0, 1.0, 0.1):
        inside = (likely >= low) & (likely < low + 0.1)
        if inside.any():
            share, said = right[inside].mean(), likely[inside].mean()
            error += abs(share - said) * inside.mean()
            print(f"  said {low:.1f} to {low + 0.1:.1f}: {inside.sum():5}  right {share:.1%}")
    print(f"  expected calibration error {error:.3f}")


def model_of_rows(name: str, mended: list[Row], unseen: list[Row]) -> dict[str, float]:
    """Weights of one model. Where there are rows of unseen questions, those mended since count for
    little, and the reliability printed is of the unseen alone."""
    rows = [*unseen, *mended]
    counts = np.array([1.0] * len(unseen) + [_MENDED if unseen else 1.0] * len(mended))
    told = np.array([True] * len(unseen) + [not unseen] * len(mended))
    features = sorted({feature for _, found, _ in rows for feature in found})
    x = np.array([[found.get(f, 0.0) for f in features] + [1.0] for _, found, _ in rows])
    y = np.array([float(right) for *_, right in rows])
    fold = np.array(
        [int(hashlib.sha256(db.encode()).hexdigest(), 16) // 5 % _FOLDS for db, *_ in rows]
    )
    likely = np.zeros(len(y))
    for n in range(_FOLDS):
        out = fold == n
        if out.any() and not out.all():
            likely[out] = 1 / (1 + np.exp(-x[out] @ fitted(x[~out], y[~out], counts[~out])))
    reliability(name, likely[told], y[told])
    beta = fitted(x, y, counts)
    weights = {f: round(float(b), 4) for f, b in zip(features, beta, strict=False)}
    return {
        "bias": round(float(beta[-1]), 4),
        **{f: b for f, b in weights.items() if abs(b) > 1e-3},
    }


def arguments(purpose: str | None) -> argparse.ArgumentParser:
    """What a fit is told on the command line."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("suites", nargs="+", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="keeps the ingested databases")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    return parser


def kept_rows(file: Path) -> Iterator[tuple[str, Row]]:
    """(model, row) of a file that `--keep` wrote."""
    for line in lzma.decompress(file.read_bytes()).splitlines():
        row = orjson.loads(line)
        yield row["model"], (row["of"], row["evidence"], row["right"])


def keep_rows(file: Path, rows: dict[str, list[Row]]) -> None:
    """Write rows, to be fitted once the questions have been looked at."""
    lines = (
        {
            "model": model,
            "of": of,
            "right": right,
            "evidence": {k: v for k, v in found.items() if v},
        }
        for model, own in rows.items()
        for of, found, right in own
    )
    text = b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)
    file.write_bytes(lzma.compress(text))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--beside", type=Path, help="rows of questions as they were first read")
    parser.add_argument("--keep", type=Path, help="write the rows of these suites there")
    given = parser.parse_args()
    rows: dict[str, list[Row]] = defaultdict(list)
    for way in ("composed", "shaped"):
        for path in given.suites:
            suite = kept(load_suite(path), given.every)
            for row in anyio.run(rows_of, suite, way, given.data):
                rows[model_of(way, row[1])].append(row)
    if given.keep is not None:
        keep_rows(given.keep, rows)
    unseen: dict[str, list[Row]] = defaultdict(list)
    for model, row in kept_rows(given.beside) if given.beside is not None else ():
        unseen[model].append(row)
    found: dict[str, dict[str, float]] = orjson.loads(_WEIGHTS.read_bytes())
    for name in sorted({*rows, *unseen}):  # of data that no suite is about, the weights stay
        found[name] = model_of_rows(name, rows[name], unseen[name])
    if given.write:
        _WEIGHTS.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))


if __name__ == "__main__":
    main()
