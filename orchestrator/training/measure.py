"""How often a network's sketch, run over the source, gives the right rows."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from orchestrator.eval.same import same
from orchestrator.planner.network.features import Asked
from orchestrator.planner.network.sketch import Sketch
from orchestrator.planner.network.states import Frame, Rules, begin
from orchestrator.planner.network.tokens import START, read
from orchestrator.training.model import LENGTH_MAX, WIDTH, Network
from orchestrator.training.prepare import NameBook, Prepared, collate, item_names
from orchestrator.training.render import Source, render

_STEPS: Final = 2000
_TICKS: Final = 5000


@dataclass(frozen=True, slots=True)
class Trial:
    """A question to measure by, with its right rows."""

    asked: Asked
    source: Source
    database: Path
    rows: list[list[Any]]
    ordered: bool


class Runner:
    """Runs SQL over read-only databases within a bound of work."""

    def __init__(self) -> None:
        self._open: dict[Path, sqlite3.Connection] = {}

    def rows(self, database: Path, sql: str) -> list[list[Any]] | None:
        connection = self._open.get(database)
        if connection is None:
            uri = f"{database.resolve().as_uri()}?mode=ro&immutable=1"
            connection = self._open[database] = sqlite3.connect(uri, uri=True)
            connection.text_factory = lambda raw: raw.decode(errors="replace")
        left = [_TICKS]

        def tick() -> bool:
            left[0] -= 1
            return left[0] < 0

        connection.set_progress_handler(tick, _STEPS)
        try:
            return [list(row) for row in connection.execute(sql).fetchmany(20_000)]
        except sqlite3.Error:
            return None


def right(sketch: Sketch | None, trial: Trial, runner: Runner) -> bool:
    if sketch is None:
        return False
    rows = runner.rows(trial.database, render(sketch, trial.source))
    return rows is not None and same(rows, trial.rows, ordered=trial.ordered, lenient=False)


def greedy(network: Network, given: Sequence[Asked], book: NameBook) -> list[Sketch | None]:
    """The network's first choices, a token at a time."""
    network.eval()
    rng = random.Random(0)  # noqa: S311 - nothing is hidden
    rows = [Prepared(a, item_names(a), (1,), np.zeros((1, 1), np.uint8)) for a in given]
    for row in rows:
        row.allowed.resize((1, (64 + row.asked.items.size + 7) // 8), refcheck=False)
    batch = collate(rows, book, rng=rng)
    rules = [Rules(a.items) for a in given]
    stacks: list[tuple[Frame, ...]] = [begin() for _ in given]
    written: list[list[int]] = [[] for _ in given]
    with torch.no_grad():
        memory = network.memory(batch)
        items = torch.gather(memory, 1, batch.spots[..., None].expand(-1, -1, WIDTH))
        tokens = torch.full((len(given), 1), START)
        while any(stacks) and tokens.shape[1] < LENGTH_MAX:
            scores = network.decoder(tokens, memory, batch.mask, items)[:, -1].float().numpy()
            chosen = [0] * len(given)
            for n, stack in enumerate(stacks):
                if stack:
                    mask = rules[n].allowed(stack)
                    chosen[n] = int(np.where(mask, scores[n, : len(mask)], -np.inf).argmax())
                    written[n].append(chosen[n])
                    stacks[n] = rules[n].step(stack, chosen[n])
            tokens = torch.cat([tokens, torch.tensor(chosen)[:, None]], 1)
    return [
        read(out, a.items) if not stack else None
        for out, a, stack in zip(written, given, stacks, strict=True)
    ]


def accuracy(
    network: Network, trials: Sequence[Trial], book: NameBook, told: Callable[[str], None]
) -> float:
    runner = Runner()
    good = 0
    order = sorted(range(len(trials)), key=lambda n: len(trials[n].asked.kinds))
    for first in range(0, len(order), 48):
        group = [trials[n] for n in order[first : first + 48]]
        for trial, sketch in zip(
            group, greedy(network, [t.asked for t in group], book), strict=True
        ):
            good += right(sketch, trial, runner)
    told(f"right {good}/{len(trials)} = {100 * good / len(trials):.1f} %")
    return good / len(trials)
