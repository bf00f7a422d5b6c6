"""Each benchmark runs at toy size and reports what it promises to. No time is asserted."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks.confidence import Row, keep_rows, kept_rows

ROOT = Path(__file__).parent.parent
KEYS = {
    "hop": {"in_memory", "stdio"},
    "reads": {"users", "ms", "records_per_s"},
    "puts": {"bare_puts_per_s", "puts"},
    "bulk": {"keyed", "hashed", "searched"},
    "ingest": {"csv", "parquet"},
    "cold": {"records"},
    "start": {"new_folder", "bare_mcp", "domain", "serve", "serve_over_bare"},
    "hot": {"cost", "traces"},
    "understand": {"first_ms", "demo", "planner_tests"},
}


def report(name: str, folder: Path) -> dict[str, Any]:
    line = [sys.executable, "-m", f"benchmarks.{name}", "--quick", "--scratch", str(folder)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    found: dict[str, Any] = orjson.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", KEYS)
def test_a_benchmark_reports_its_figures_as_json(name: str, tmp_path: Path) -> None:
    found = report(name, tmp_path)
    assert found["benchmark"] == name
    assert found["machine"]["cores"]
    assert KEYS[name] <= found.keys()


def test_there_is_a_test_for_every_benchmark() -> None:
    # `confidence` and `choice` fit weights to suites that lie outside the repository
    fits = {"confidence", "choice"}
    shared = {"__init__", "measure", "house", "bare", "history", "policies", "traces"} | fits
    assert {path.stem for path in (ROOT / "benchmarks").glob("*.py")} - shared == KEYS.keys()


def test_what_a_child_has_resident_is_not_what_its_parent_had() -> None:
    parents = b"x" * (400 << 20)
    line = "from benchmarks.measure import peak_mb; print(peak_mb('self'))"
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, capture_output=True, check=True)
    assert int(done.stdout) < len(parents) >> 20


def test_what_was_made_of_questions_that_nobody_had_seen_is_kept(tmp_path: Path) -> None:
    rows: dict[str, list[Row]] = defaultdict(list)
    for model, row in kept_rows(ROOT / "benchmarks" / "questions" / "unseen.jsonl.xz"):
        rows[model].append(row)
    ways = ("composed", "shaped")
    assert rows.keys() == {f"{data} {way}" for data in ("described", "single") for way in ways}
    assert min(len(rows[f"described {way}"]) for way in ways) > 1_000
    assert min(len(rows[f"single {way}"]) for way in ways) > 150
    assert all(0 < sum(right for *_, right in own) < len(own) for own in rows.values())
    keep_rows(tmp_path / "again", rows)
    assert [row for _, row in kept_rows(tmp_path / "again")] == [*chain(*rows.values())]
