"""kill -9 while records move both ways and change, with a reader looking all the time: each is there once,
and never older than what was acknowledged."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mcp_servers.segments import State
from mcp_servers.tiered import Tiered, open_store
from registry.clock import SystemClock
from registry.plan import parse_plan
from tests.faults.figures import figure
from tests.faults.moving import RECORDS, SPEC

SEED = 20261123
CHILD = Path(__file__).with_name("moving.py")
PLAN = parse_plan({"from": "club.notes", "select": ["id", "n"], "limit": 10_000})
WORDS = parse_plan({"from": "club.notes", "measures": [{"fn": "count"}], "where": {"op": "match", "text": "note"}})  # fmt: skip


@dataclass
class Verdict:
    reads: int = 0
    missing: int = 0
    double: int = 0
    old: int = 0
    caught: Counter[State] = field(default_factory=Counter)  # moves that a kill left half done
    acked: dict[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        return self.reads > 0 and not (self.missing or self.double or self.old)

    def look(self, rows: list[list[Any]], known: dict[str, int]) -> None:
        """One reading against what was acknowledged before it began."""
        self.reads += 1
        counted = Counter(id for id, _ in rows)
        self.missing += RECORDS - len(counted)
        self.double += sum(count > 1 for count in counted.values())
        self.old += sum(n < known.get(id, 0) for id, n in rows)


class Child:
    """The process that moves, and what it acknowledged."""

    def __init__(self, folder: Path, run: int, mutant: str | None, acked: dict[str, int]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD), str(folder), str(run), *([mutant] if mutant else [])],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout and self.process.stdout.readline() == "ready\n"
        self.acked = acked
        self.listener = threading.Thread(target=self._listen)
        self.listener.start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            words = line.split()
            if len(words) == 3 and line.endswith("\n"):
                self.acked[words[1]] = int(words[2])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)
        self.listener.join()
        assert self.process.stdout
        self.process.stdout.close()


async def read(store: Tiered, verdict: Verdict) -> None:
    known = dict(verdict.acked)
    verdict.look((await store.query("t", PLAN)).rows, known)
    known = dict(verdict.acked)
    found = store.get("t", "notes", [f"r{place:03}" for place in range(RECORDS)])
    verdict.look([[row.id, row.values["n"]] for row in found], known)
    verdict.missing += (await store.query("t", WORDS)).rows != [[RECORDS]]


async def kill_and_read(folder: Path, kills: int, *, mutant: str | None = None) -> Verdict:
    """Kill it that often, reading all the while, and read once more when it is quiet."""
    chance, verdict, store = Random(SEED), Verdict(), None
    for run in range(kills):
        child = Child(folder, run, mutant, verdict.acked)
        try:
            store = store or open_store(SPEC, folder, SystemClock())
            end = time.monotonic() + chance.uniform(0.05, 0.4)
            while time.monotonic() < end or not verdict.reads:
                await read(store, verdict)
                if mutant and not verdict.clean:
                    break
        finally:
            child.kill()
        verdict.caught.update(s.state for s in await store.mover.segments())
        await read(store, verdict)
        if mutant and not verdict.clean:
            break
    assert store is not None
    assert mutant or not (await store.inspect()).faults
    await store.close()
    return verdict


@pytest.mark.promise(3)
@pytest.mark.parametrize(
    "kills",
    [6, pytest.param(500, marks=[pytest.mark.full, pytest.mark.timeout(3_600)])],
    ids=["quick", "full"],
)
def test_a_reader_sees_each_record_once_and_current_while_it_moves_and_its_mover_is_killed(
    tmp_path: Path, kills: int
) -> None:
    verdict = asyncio.run(kill_and_read(tmp_path, kills))
    figure(
        "F2 kill-moving", seed=SEED, kills=kills, reads=verdict.reads, acked=len(verdict.acked),
        missing=verdict.missing, double=verdict.double, old=verdict.old,
        while_cooling=verdict.caught[State.COOLING], while_warming=verdict.caught[State.WARMING],
    )  # fmt: skip
    assert verdict.clean, verdict


@pytest.mark.parametrize(
    "mutant", ["visible-first", "delete-first", "ignores-changes", "no-tombstone"]
)
def test_the_reader_catches_a_mover_that_is_broken(tmp_path: Path, mutant: str) -> None:
    verdict = asyncio.run(kill_and_read(tmp_path, 12, mutant=mutant))
    assert not verdict.clean
