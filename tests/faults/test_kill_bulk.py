"""kill -9 of loads that go straight to segments, with a sweep beside them and a reader that looks all the time:
every source is in once, whole, when it is acknowledged and ever after."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from mcp_servers.tiered import Tiered, open_store
from registry.clock import SystemClock
from registry.errors import Corrupt
from registry.plan import parse_plan
from tests.faults.figures import figure
from tests.faults.loading import SPEC, body, collection, wanted
from tests.sources import TENANT, stage, write

SEED = 20261123
CHILD = Path(__file__).with_name("loading.py")
SOURCES = 4


@dataclass
class Verdict:
    kills: int = 0
    reads: int = 0
    acked: int = 0
    lost: int = 0
    doubled: int = 0
    unsound: int = 0

    @property
    def clean(self) -> bool:
        return self.reads > 0 and not (self.lost or self.doubled or self.unsound)


@dataclass
class Round:
    """One data folder, until all sources are in."""

    folder: Path
    handles: list[str] = field(default_factory=list)
    acked: set[int] = field(default_factory=set)

    def stage(self, sources: Path) -> None:
        for number in range(SOURCES):
            path = write(sources, f"s{number}.jsonl", body(number))
            self.handles.append(stage(self.folder, path).handle)


class Child:
    """The process that loads."""

    def __init__(self, it: Round, run: int, steps: float, mutant: str | None) -> None:
        left = ["" if number in it.acked else handle for number, handle in enumerate(it.handles)]
        words = [str(it.folder), str(run), ",".join(left), *([mutant] if mutant else [])]
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD), *words], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout and self.process.stdout.readline() == "ready\n"
        self.acked, self.steps_left = it.acked, steps
        self.done = threading.Event()
        self.listener = threading.Thread(target=self._listen)
        self.listener.start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            words = line.split()
            self.steps_left -= words[0] == "step"
            if words[0] == "done" or self.steps_left <= 0:
                self.done.set()
            elif len(words) == 2 and line.endswith("\n"):
                self.acked.add(int(words[1]))
        self.done.set()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)
        self.listener.join()
        assert self.process.stdout
        self.process.stdout.close()


async def read(store: Tiered, it: Round, verdict: Verdict) -> None:
    """What is there now against what was acknowledged before."""
    known = set(it.acked)
    verdict.reads += 1
    for name in SPEC.collections:
        plan = parse_plan({"from": f"club.{name}", "measures": [
            {"fn": "count"}, {"fn": "distinct", "field": "id"}]})  # fmt: skip
        try:
            ((count, distinct),) = (await store.query(TENANT, plan)).rows
        except Corrupt:
            verdict.unsound += 1
            return
        verdict.doubled += count - distinct
        mine = [number for number in range(SOURCES) if collection(number) == name]
        verdict.lost += max(0, sum(wanted(n) for n in mine if n in known) - distinct)
        verdict.doubled += max(0, count - sum(map(wanted, mine)))


async def kill_and_read(folder: Path, kills: int, *, mutant: str | None = None) -> Verdict:
    """Kill the load that often; whenever all sources are in, begin anew."""
    rng, verdict, run = Random(SEED), Verdict(), 0
    while verdict.kills < kills:
        it = Round(folder / f"data{run}")
        it.stage(folder)
        store = open_store(SPEC, it.folder, SystemClock())
        try:
            while len(it.acked) < SOURCES and (verdict.clean or not verdict.reads):
                last = verdict.kills >= kills
                child = Child(it, run, math.inf if last else rng.randint(1, 14), mutant)
                run += 1
                try:
                    while not child.done.is_set():
                        await read(store, it, verdict)
                finally:
                    child.kill()
                verdict.kills += not last
                await read(store, it, verdict)
            verdict.acked += len(it.acked)
            verdict.unsound += len((await store.inspect()).faults)
        finally:
            await store.close()
        if mutant and not verdict.clean:
            break
    return verdict


@pytest.mark.promise(2)
@pytest.mark.parametrize(
    "kills",
    [5, pytest.param(500, marks=[pytest.mark.full, pytest.mark.timeout(7_200)])],
    ids=["quick", "full"],
)
def test_a_source_is_in_once_and_whole_however_often_its_load_is_killed(
    tmp_path: Path, kills: int
) -> None:
    verdict = asyncio.run(kill_and_read(tmp_path, kills))
    figure(
        "F1 kill-bulk", seed=SEED, kills=verdict.kills, reads=verdict.reads, acked=verdict.acked,
        lost=verdict.lost, duplicated=verdict.doubled, torn=verdict.unsound,
    )  # fmt: skip
    assert verdict.clean, verdict


@pytest.mark.parametrize("mutant", ["marks-ahead", "blind"])
def test_the_reader_catches_a_load_that_is_broken(tmp_path: Path, mutant: str) -> None:
    verdict = asyncio.run(kill_and_read(tmp_path, 12, mutant=mutant))
    assert not verdict.clean
