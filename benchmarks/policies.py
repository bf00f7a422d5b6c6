"""Yardsticks for what stays in a cache: LRU, S3-FIFO and Belady's optimum, over keys of one size.

Each is an independent simulator of `capacity` entries, written for being read, not for being used.
LRU and S3-FIFO hit exactly as often as libCacheSim 0.3.5 says; its Belady hits a little less often,
because it lets in what it will evict first.
"""

from __future__ import annotations

import heapq
from array import array
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass

NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of a whole trace. `moves`: copies into what is kept for good; `brought`: entries that were
    let in on trial, where a policy does that."""

    accesses: int
    hits: int
    moves: int
    brought: int = 0

    @property
    def hit_ratio(self) -> float:
        return self.hits / self.accesses

    @property
    def moves_per_1000(self) -> float:
        return 1000 * self.moves / self.accesses

    @property
    def brought_per_1000(self) -> float:
        return 1000 * self.brought / self.accesses


def lru(trace: Sequence[int], capacity: int) -> Outcome:
    """The one not used for the longest time leaves; every miss is a move."""
    kept: OrderedDict[int, None] = OrderedDict()
    hits = 0
    for key in trace:
        if key in kept:
            hits += 1
            kept.move_to_end(key)
            continue
        if len(kept) >= capacity:
            kept.popitem(last=False)
        kept[key] = None
    return Outcome(len(trace), hits, len(trace) - hits)


def belady(trace: Sequence[int], capacity: int) -> Outcome:
    """The one whose next use is the farthest leaves; no policy hits more often. What is never used
    again, or later than all that is kept, is not let in."""
    following = array("q", bytes(8 * len(trace)))
    seen: dict[int, int] = {}
    for place in range(len(trace) - 1, -1, -1):
        following[place] = seen.get(trace[place], NEVER)
        seen[trace[place]] = place
    until: dict[int, int] = {}  # of each key kept: its next use
    farthest: list[tuple[int, int]] = []  # (-next use, key), some outdated
    hits = moves = 0
    for key, then in zip(trace, following, strict=True):
        if key in until:
            hits += 1
        else:
            moves += 1
        until[key] = then
        heapq.heappush(farthest, (-then, key))
        if len(farthest) > 4 * capacity + 1_000:
            farthest = [(-use, kept) for kept, use in until.items()]
            heapq.heapify(farthest)
        while len(until) > capacity:
            use, leaving = heapq.heappop(farthest)
            if until.get(leaving) == -use:
                del until[leaving]
                moves -= leaving == key
    return Outcome(len(trace), hits, moves)


class _S3Fifo:
    """Yang et al., "FIFO queues are all you need for cache eviction" (SOSP 2023), as libCacheSim
    does it: a small queue of a tenth, ghosts of nine tenths, moves after two hits."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.small_most = max(1, capacity // 10)
        self.ghosts_most = int(capacity * 0.9)
        self.small: deque[int] = deque()
        self.main: deque[int] = deque()
        self.used: dict[int, int] = {}  # of each key kept: hits since it came in, or its last turn
        self.ghosts: OrderedDict[int, None] = OrderedDict()
        self.was_full = False
        self.moves = self.brought = 0

    def miss(self, key: int) -> None:
        back = self.ghosts.pop(key, self) is None
        while len(self.used) >= self.capacity:
            self.was_full = True
            if len(self.main) > self.capacity - self.small_most or not self.small:
                self._evict_main()
            else:
                self._evict_small()
        self.used[key] = 0
        if back or (not self.was_full and len(self.small) >= self.small_most):
            self.main.append(key)
            self.moves += 1
        else:
            self.small.append(key)
            self.brought += 1

    def _evict_small(self) -> None:
        while self.small:
            key = self.small.popleft()
            if self.used[key] < 2:
                del self.used[key]
                self.ghosts[key] = None
                if len(self.ghosts) > self.ghosts_most:
                    self.ghosts.popitem(last=False)
                return
            self.used[key] = 0
            self.main.append(key)
            self.moves += 1

    def _evict_main(self) -> None:
        while True:
            key = self.main.popleft()
            if not self.used[key]:
                del self.used[key]
                return
            self.used[key] = min(self.used[key], 3) - 1
            self.main.append(key)


def s3_fifo(trace: Sequence[int], capacity: int) -> Outcome:
    """See `_S3Fifo`. `moves`: into its main queue; `brought`: into its small one."""
    cache = _S3Fifo(capacity)
    used = cache.used
    hits = 0
    for key in trace:
        if key in used:
            hits += 1
            used[key] += 1
        else:
            cache.miss(key)
    return Outcome(len(trace), hits, cache.moves, cache.brought)
