"""Sequences of accesses: recorded ones, and made ones of kinds that caches are known to fail at.

A recorded trace is a file `NAME.u32le.xz`: 4 bytes, little-endian, per access.
"""

from __future__ import annotations

import lzma
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from itertools import accumulate
from pathlib import Path
from random import Random

HERE = Path(__file__).parent / "recorded"
SUFFIX = ".u32le.xz"


def recorded(folder: Path) -> Iterator[tuple[str, array[int]]]:
    """(name, keys) of each trace in the folder."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        keys = array("I", lzma.decompress(path.read_bytes()))
        if sys.byteorder == "big":
            keys.byteswap()
        yield path.name.removesuffix(SUFFIX), keys


def _ranks(rng: Random, keys: int, skew: float, count: int) -> list[int]:
    """Zipf: the n-th key is asked for n ** -skew times as often as the first."""
    weights = list(accumulate(n**-skew for n in range(1, keys + 1)))
    return rng.choices(range(keys), cum_weights=weights, k=count)


def zipf(rng: Random, count: int) -> Sequence[int]:
    """The same keys are popular all the time."""
    return _ranks(rng, count // 10, 0.9, count)


def drift(rng: Random, count: int) -> Sequence[int]:
    """What is popular changes little by little."""
    return [rank + place // 20 for place, rank in enumerate(_ranks(rng, count // 20, 0.9, count))]


def shift(rng: Random, count: int) -> Sequence[int]:
    """What is popular changes ten times, all at once."""
    keys, made = count // 20, list[int]()
    for _ in range(10):
        names = rng.sample(range(2 * keys), keys)
        made += [names[rank] for rank in _ranks(rng, keys, 0.9, count // 10)]
    return made


def scans(rng: Random, count: int) -> Sequence[int]:
    """Between popular keys, one fifth of the accesses reads ranges of others from end to end."""
    keys, length, made = count // 20, max(1, count // 100), list[int]()
    for turn in range(20):
        made += _ranks(rng, keys, 0.9, 4 * length)
        start = 10 * keys + turn % 8 * length
        made += range(start, start + length)
    return made


def loops(rng: Random, count: int) -> Sequence[int]:
    """Half of the accesses go round in a circle that is larger than the cache."""
    ranks = _ranks(rng, count // 25, 0.8, count)
    size = count // 50
    return [
        count + place % size if rng.random() < 0.5 else rank for place, rank in enumerate(ranks)
    ]


def once(rng: Random, count: int) -> Sequence[int]:
    """Four of ten accesses ask for what is never asked for again."""
    ranks = _ranks(rng, count // 25, 0.9, count)
    return [count + place if rng.random() < 0.4 else rank for place, rank in enumerate(ranks)]


def bursts(rng: Random, count: int) -> Sequence[int]:
    """A key is asked for a few times in a short while, and then no more."""

    def one(key: int) -> list[tuple[float, int]]:
        at, times = key * 6.0, list[tuple[float, int]]()
        while not times or rng.random() < 0.85:
            times.append((at, key))
            at += rng.expovariate(1 / (300 if rng.random() < 0.8 else 3_000))
        return times

    found = sorted(at for key in range(count // 6) for at in one(key))
    return [key for _, key in found][:count]


def twice(rng: Random, count: int) -> Sequence[int]:
    """Each key is asked for two times, not far apart."""
    first = [(float(key), key) for key in range(count // 2)]
    again = sorted((at + rng.expovariate(500 / count), key) for at, key in first)
    return [key for _, key in merge(first, again)]


MADE: dict[str, Callable[[Random, int], Sequence[int]]] = {
    made.__name__: made for made in (zipf, drift, shift, scans, loops, once, bursts, twice)
}
