"""Hits and moves of the hot tier's admission on traces, against LRU, S3-FIFO and Belady.

A *move* is a copy into what is kept for good: every miss of LRU, what enters the main queue of
S3-FIFO and the main part of ours. What a read has just brought is kept on trial first, as it is,
and is told beside as *brought*. (Counted together, 60 in 1,000 would not do: a cache of any size
that lets in what is asked for the fourth time, the best number for web07, hits 0.495 there.)
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.measure import options, publish, rounded
from benchmarks.policies import Outcome, belady, lru, s3_fifo
from benchmarks.traces import HERE, MADE, recorded
from mcp_servers.ports import Row
from mcp_servers.stores.admission import Admission
from mcp_servers.stores.memory import MemoryCache

PARTS = (0.001, 0.01, 0.1)  # of the distinct keys
SEED = 11
_SIZE = 100  # of an entry; every policy here counts entries of one size
_READS = 20_000


def ours(trace: Sequence[int], capacity: int) -> Outcome:
    """What the in-process cache keeps. `moves`: into its main part; `brought`: kept on trial."""
    held: Admission[int] = Admission(capacity * _SIZE, capacity)
    for key in trace:
        if held.read(key) is None:
            held.keep(key, key, _SIZE)
    return Outcome(len(trace), held.hits, held.moves, held.kept)


_Policy = Callable[[Sequence[int], int], Outcome]
POLICIES: dict[str, _Policy] = {"ours": ours, "lru": lru, "s3_fifo": s3_fifo, "belady": belady}


def cells(trace: Sequence[int]) -> Iterator[dict[str, Any]]:
    """One for each size of cache that holds ten entries or more."""
    keys = len(set(trace))
    for part in PARTS:
        capacity = int(keys * part)
        if capacity < 10:
            continue
        found = {name: policy(trace, capacity) for name, policy in POLICIES.items()}
        yield {
            "part": part,
            "capacity": capacity,
            "over_s3_fifo": round(found["ours"].hit_ratio - found["s3_fifo"].hit_ratio, 4),
            **{name: _figures(outcome) for name, outcome in found.items()},
        }


def _figures(outcome: Outcome) -> dict[str, float]:
    figures = {
        "hit_ratio": round(outcome.hit_ratio, 4),
        "moves_per_1000": round(outcome.moves_per_1000, 1),
    }
    if outcome.brought:
        figures["brought_per_1000"] = round(outcome.brought_per_1000, 1)
    return figures


def traces(folder: Path, most: int, made: int) -> Iterator[tuple[str, Sequence[int]]]:
    """Those in the folder, at most so many accesses of each, then the made ones."""
    for name, keys in recorded(folder):
        yield name, keys[:most]
    for name, make in MADE.items():
        yield name, array("Q", make(Random(SEED), made))


def cost(rounds: int) -> dict[str, float]:
    """ns of a read that hits, and of one that misses and keeps a row in place of another; the least
    of the rounds."""
    rows = [Row(f"u-{n}", 1, n, {"name": f"person {n}", "n": n}) for n in range(2 * _READS)]
    hits, misses = [], []
    for _ in range(rounds):
        cache = MemoryCache(bytes_max=1 << 30, rows_max=_READS)
        for row in rows[:_READS]:
            cache.put("t", "c", row)
        hits.append(_ns_each(cache, rows[:_READS]))
        misses.append(_ns_each(cache, rows[_READS:]))
    return {"hit_ns": rounded(min(hits)), "miss_ns": rounded(min(misses))}


def _ns_each(cache: MemoryCache, rows: Sequence[Row]) -> float:
    began = time.perf_counter_ns()
    for row in rows:
        if cache.get("t", "c", row.id) is None:
            cache.put("t", "c", row)
    return (time.perf_counter_ns() - began) / len(rows)


def main() -> None:
    given = options(
        __doc__,
        accesses=(1 << 40, 20_000, "at most, of each recorded trace"),
        made=(500_000, 10_000, "accesses of each made trace"),
        rounds=(5, 1, "of the cost of a read"),
        traces=(HERE, HERE, "folder of NAME.u32le.xz"),
    )
    found = {
        name: list(cells(trace)) for name, trace in traces(given.traces, given.accesses, given.made)
    }
    publish("hot", {"cost": cost(given.rounds), "seed": SEED, "traces": found})


if __name__ == "__main__":
    main()
