"""F13: backups of a folder that another process changes, moves, compacts and sweeps all the time. What is restored
is the folder after some write that had begun: every record once, none torn, nothing acknowledged before missing.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mcp_servers.safety import backup
from mcp_servers.safety.backup import take
from mcp_servers.safety.restore import restore
from mcp_servers.stores import sqlite_copy
from mcp_servers.tiered import open_store
from registry.clock import ManualClock
from registry.errors import IsothermError
from registry.limits import SEGMENT_GRACE_SECONDS
from tests.faults.busy import FastClock
from tests.faults.figures import figure, percentiles
from tests.faults.moving import RECORDS, SPEC
from tests.faults.test_kill_moving import PLAN, WORDS

SEED = 7
CHILD = Path(__file__).with_name("busy.py")
LATE_S = 60


@dataclass
class Verdict:
    backups: int = 0
    differing: int = 0
    torn: int = 0
    lost: int = 0
    failed: list[str] = field(default_factory=list)
    cold: list[int] = field(default_factory=list)
    take_s: list[float] = field(default_factory=list)
    restore_s: list[float] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.differing or self.torn or self.lost or self.failed)


class Busy:
    """The process, and the writes that it acknowledged, in order."""

    def __init__(self, folder: Path, began_s: float, mutant: str | None) -> None:
        words = [
            sys.executable,
            str(CHILD),
            str(folder),
            str(began_s),
            *([mutant] if mutant else []),
        ]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout and self.process.stdout.readline() == "ready\n"
        self.log: list[tuple[str, int]] = [(f"r{place:03}", 0) for place in range(RECORDS)]
        self._more = threading.Condition()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            words = line.split()
            if len(words) == 3 and line.endswith("\n"):
                with self._more:
                    self.log.append((words[1], int(words[2])))
                    self._more.notify_all()

    @property
    def last(self) -> int:
        """The last write of which all records are acknowledged."""
        return self.log[-1][1] - 1

    def wait_for(self, number: int) -> None:
        """Until the write is acknowledged whole."""
        with self._more:
            assert self._more.wait_for(lambda: self.last >= number, LATE_S), (
                "the writer stands still"
            )

    def state(self, number: int) -> dict[str, int]:
        """All records after this write."""
        return dict(entry for entry in self.log if entry[1] <= number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)
        self._listener.join()
        assert self.process.stdout
        self.process.stdout.close()


def run(place: Path, count: int, *, mutant: str | None = None) -> Verdict:
    verdict, began_s = Verdict(), time.time()
    folder, clock = place / "data", FastClock(began_s)
    busy = Busy(folder, began_s, mutant)
    try:
        for n in range(count):
            busy.wait_for(busy.last + 20)
            before, started = busy.last, time.monotonic()
            try:
                take(folder, place / "target", clock, on_step=partial(_linger, clock, n, busy))
                verdict.take_s.append(time.monotonic() - started)
                _compare(place, busy, before, verdict)
            except IsothermError as refusal:
                verdict.failed.append(f"{refusal.code}: {refusal.message}")
            if mutant and not verdict.clean:
                break
    finally:
        busy.kill()
    return verdict


def _linger(clock: FastClock, number: int, busy: Busy, step: str) -> None:
    """After every third snapshot, wait until what retires now could have been swept."""
    if step == "snapshot" and number % 3 == 0:
        until = clock.now_us() + 2 * SEGMENT_GRACE_SECONDS * 1_000_000
        while clock.now_us() < until:
            busy.wait_for(busy.last + 2)


def _compare(place: Path, busy: Busy, before: int, verdict: Verdict) -> None:
    started = time.monotonic()
    shutil.rmtree(place / "again", ignore_errors=True)
    made = restore(place / "target", place / "again")
    verdict.restore_s.append(time.monotonic() - started)
    verdict.backups += 1
    rows, points, found = asyncio.run(_read(made.folder))
    verdict.cold.append(made.manifest.domains["club"].segments)
    counted = Counter(id for id, _ in rows)
    held: dict[str, int] = dict(rows)
    last = max(held.values())
    busy.wait_for(last)
    want = busy.state(last)
    verdict.differing += sum(held.get(id) != n or points.get(id) != n for id, n in want.items())
    verdict.differing += sum(count > 1 for count in counted.values()) + (found != RECORDS)
    written = [id for id, n in busy.log if n == last]
    verdict.torn += any(held.get(id) != last for id in written)
    verdict.lost += sum(held.get(id, -1) < n for id, n in busy.state(before).items())


async def _read(folder: Path) -> tuple[list[list[Any]], dict[str, int], int]:
    store = open_store(SPEC, folder, ManualClock(1_900_000_000_000_000))
    try:
        rows = (await store.query("t", PLAN)).rows
        ids = [f"r{place:03}" for place in range(RECORDS)]
        points = {row.id: int(str(row.values["n"])) for row in store.get("t", "notes", ids)}
        found = (await store.query("t", WORDS)).rows[0][0]
        assert not (await store.inspect()).faults
        await store.mover.resume()
        await store.mover.sweep()
        assert (await store.query("t", PLAN)).rows == rows
        return rows, points, found
    finally:
        await store.close()


@pytest.mark.parametrize(
    "count",
    [4, pytest.param(100, marks=[pytest.mark.full, pytest.mark.timeout(3_600)])],
    ids=["quick", "full"],
)
def test_what_is_restored_is_the_folder_at_one_moment_while_it_was_written(
    tmp_path: Path, count: int
) -> None:
    verdict = run(tmp_path, count)
    figure(
        "F13 backup-under-load", seed=SEED, backups=verdict.backups, differing=verdict.differing, torn=verdict.torn,
        lost=verdict.lost, failed=len(verdict.failed), with_segments=sum(map(bool, verdict.cold)),
        take_ms=percentiles(verdict.take_s or [0]), restore_ms=percentiles(verdict.restore_s or [0]),
    )  # fmt: skip
    assert verdict.clean and verdict.backups == count, verdict


# -- mutants -------------------------------------------------------------------------------------


def file_by_file(patch: pytest.MonkeyPatch) -> None:
    """The database is copied as a file, like a careless script does."""
    patch.setattr(backup, "copy", lambda path, to: shutil.copyfile(path, to))


def ledger_of_another_moment(patch: pytest.MonkeyPatch) -> None:
    """The objects are those that the ledger names once one of them is replaced."""
    content = sqlite_copy.content

    def objects(path: Path) -> set[str]:
        return {segment.name for segment in content(path).segments}

    def later(path: Path) -> Any:
        live = path.parent.parent / "data" / "rows" / "club.db"
        until = time.monotonic() + LATE_S
        while time.monotonic() < until:
            sqlite_copy.copy(live, later_copy := path.with_name("later.db"))
            if not objects(path) or not objects(path) <= objects(later_copy):
                return content(later_copy)
        raise AssertionError("nothing moves any more")

    patch.setattr(backup, "content", later)


@pytest.mark.parametrize("mutant", [file_by_file, ledger_of_another_moment])
def test_the_comparison_catches_a_backup_that_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: Any
) -> None:
    mutant(monkeypatch)
    assert not run(tmp_path, 30, mutant="none").clean


def test_the_comparison_catches_a_sweep_that_does_not_mind_the_pin(tmp_path: Path) -> None:
    assert not run(tmp_path, 12, mutant="sweeps-what-is-pinned").clean
