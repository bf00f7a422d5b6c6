"""kill -9 of `isotherm ingest` in mid-load, then the same command again: exactly the file's rows."""

from __future__ import annotations

import csv
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.faults.figures import figure
from tests.faults.ledger import stored
from tests.faults.peer import ROOT, Peer, command

pytestmark = pytest.mark.timeout(300)  # a start is seconds of work on a busy machine
SEED = 5


def make_csv(path: Path, rows: int) -> Counter[tuple[str, str, float]]:
    """A file in which some rows occur twice, on purpose; what must be stored of it."""
    wanted: Counter[tuple[str, str, float]] = Counter()
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["series", "at", "value", "host"])
        for number in range(rows):
            at = f"2026-02-{number % 28 + 1:02d}T00:00:{number % 60:02d}Z"
            row = (f"s{number % 7}", at, float(number // 3), "h")
            out.writerow(row)
            wanted[row[0], at.replace("Z", ""), row[2]] += 1
            if number % 10 == 0:
                out.writerow(row)
                wanted[row[0], at.replace("Z", ""), row[2]] += 1
    return wanted


def ingest(data: Path, file: Path, mutant: str | None = None) -> subprocess.Popen[str]:
    arguments = ("ingest", str(file), "--into", "metrics.points", "--json", "--data", str(data))
    return subprocess.Popen(
        command(*arguments, mutant=mutant), cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def written(data: Path) -> int:
    """Bytes of the domain's files so far."""
    return sum(path.stat().st_size for path in (data / "rows").glob("metrics.db*") if path.exists())


def kill_at(process: subprocess.Popen[str], data: Path, grown: int, pause: float) -> bool:
    """SIGKILL once the domain's files have grown that far, and a pause (seconds) later; whether it was still
    at work."""
    start = written(data)
    while process.poll() is None and written(data) < start + grown:
        time.sleep(0.001)  # a file tells nobody that it grows
    time.sleep(pause)
    hit = process.poll() is None
    process.kill()
    process.communicate()
    return hit


def counts(rows: Iterator[list[object]] | list[list[object]]) -> Counter[tuple[str, str, float]]:
    return Counter(
        (str(s), str(at).rstrip("Z").removesuffix(".000000"), float(str(v))) for s, at, v in rows
    )


@pytest.mark.promise(2)
@pytest.mark.parametrize(
    ("kills", "rows"),
    [(3, 15_000), pytest.param(10, 60_000, marks=[pytest.mark.full, pytest.mark.timeout(600)])],
    ids=["quick", "full"],
)
def test_a_load_killed_in_the_middle_and_repeated_gives_exactly_the_files_rows(
    tmp_path: Path, kills: int, rows: int
) -> None:
    rng, file, data = Random(SEED), tmp_path / "points.csv", tmp_path / "data"
    wanted = make_csv(file, rows)
    total, hits = rows * 300, 0
    for _ in range(kills):
        hits += kill_at(
            ingest(data, file), data, rng.randrange(total // kills), rng.uniform(0, 0.05)
        )
    receipts = finished(data, file)
    resumed = any("an earlier load stopped" in note for note in receipts["notes"])
    again = finished(data, file)
    with Peer(data) as peer:
        found = counts(stored(peer, ("series", "at", "value")))
    figure(
        "F1 kill-ingest", seed=SEED, kills=kills, hit=hits, resumed=resumed, rows=wanted.total(),
        lost=(wanted - found).total(), duplicated=(found - wanted).total(), torn=0,
        again_accepted=again["accepted"],
    )  # fmt: skip
    assert found == wanted
    assert hits > 0 and resumed, "no kill fell into the middle of the load"
    assert receipts["rejected"] == 0
    assert again["accepted"] == again["updated"] == 0


def test_progress_that_runs_ahead_of_its_rows_is_noticed(tmp_path: Path) -> None:
    rng, file, data = Random(SEED), tmp_path / "points.csv", tmp_path / "data"
    wanted = make_csv(file, 15_000)
    for _ in range(2):
        kill_at(ingest(data, file, "marks-ahead"), data, rng.randrange(500_000, 1_500_000), 0.15)
    finished(data, file)
    with Peer(data) as peer:
        assert counts(stored(peer, ("series", "at", "value"))) != wanted


def finished(data: Path, file: Path) -> dict[str, Any]:
    """The receipt of the command run to its end."""
    process = ingest(data, file)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    (outcome,) = json.loads(out)
    return dict(outcome["receipts"][0] if outcome.get("receipts") else outcome)
