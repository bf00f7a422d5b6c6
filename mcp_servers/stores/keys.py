"""Keys of many records at once, as columns: 48 bits of each id's MD5 (`segments.key_of`), the
sidecars that are made of them, and which keys meet. Pure; opens nothing.

MD5 is computed here for thousands of ids side by side, each step of RFC 1321 one call over all of
them: a call of a library for each id takes four times as long.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from mcp_servers.segments import KEY_BITS, key_of

Words: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]
Keys: TypeAlias = np.ndarray[Any, np.dtype[np.uint64]]
Rows: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

_SIDE_BY_SIDE: Final = 16_384  # ids; their words still fit a processor's own cache
_AT_ONCE: Final = 65_536  # keys whose first bits are looked at together
_SHORT: Final = 55  # bytes of an id that is one block of MD5, with its mark and length
_LENGTH_WORD: Final = 14
_BITS: Final = np.uint64(KEY_BITS)
_START: Final = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
_SINES: Final = [np.uint32(math.floor(abs(math.sin(n + 1)) * 2**32)) for n in range(64)]
_TURNS: Final = ((7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21))
_STRIDES: Final = ((1, 0), (5, 1), (3, 5), (7, 0))


def key_column(ids: Any) -> Any:
    """`segments.key_of` of each id of a column of texts without gaps, as uint64."""
    out = np.empty(len(ids), np.uint64)
    for first in range(0, len(ids), _SIDE_BY_SIDE):
        some = ids.slice(first, _SIDE_BY_SIDE)
        out[first : first + len(some)] = _keys(some)
    return pa.array(out)


def key_entries(keys: Any) -> bytes:
    """The key sidecar of rows with these keys, in the order of the rows."""
    entries: Keys = (keys.to_numpy() << _BITS) | np.arange(len(keys), dtype=np.uint64)
    # by the first bits, each in its turn, then the few that share them: half a sort's time
    entries = entries[np.argsort((entries >> np.uint64(48)).astype(np.uint16), kind="stable")]
    entries.sort(kind="stable")
    return entries.astype("<u8", copy=False).tobytes()


def twice(values: Keys) -> Keys:
    """Those of some evenly spread uint64 that are there more than once.

    Each is written into a table under its first bits. Who is not there afterwards has a rival; so
    has each but one of those that are the same.
    """
    size = _size(len(values), 1)
    table = np.empty(1 << size, np.uint32)
    for places, rows in _in_turns(values, size):
        table[places] = rows
    beaten: list[Rows] = [values[:0].view(np.int64)]
    for places, rows in _in_turns(values, size):
        beaten.append(rows[table[places] != rows])
    losers: Keys = values[np.concatenate(beaten)]
    winners: Keys = values[table[(losers >> _bits(64 - size)).view(np.int64)]]
    return np.unique(np.concatenate([again(np.sort(losers)), losers[losers == winners]]))


def _in_turns(values: Keys, size: int) -> Iterator[tuple[Rows, Rows]]:
    """(first bits, rows) of some at a time: memory for all at once would be new to the process
    each time, and cost more than the work."""
    for first in range(0, len(values), _AT_ONCE):
        some = values[first : first + _AT_ONCE] >> _bits(64 - size)
        yield some.view(np.int64), np.arange(first, first + len(some))


def again(ordered: Keys) -> Keys:
    """Those of some in order that stand behind their equal."""
    behind: Keys = ordered[1:]
    equal: Mask = behind == ordered[:-1]
    return behind[equal]


def common(wanted: Keys, runs: Sequence[Keys], *, below: int = 0) -> list[Rows]:
    """For each of some sorted runs of uint64, the rows of the members that are `wanted`. `below`:
    bits of a member that do not count; those of the wanted ones are nought.

    A table of first bits stays in a processor's cache and is read in order, so that passing by what
    nobody wants costs a few nanoseconds. The wanted ones are evenly spread.
    """
    passed = _sieved(wanted, runs)
    some = [run[rows] >> _bits(below) for run, rows in zip(runs, passed, strict=True)]
    rest = np.concatenate([wanted[:0], *some]) << _bits(below)
    hit = is_in(rest, np.sort(wanted[_sieved(rest, [wanted])[0]]))
    ends = np.cumsum([0, *map(len, passed)])
    return [rows[hit[ends[n] : ends[n + 1]]] for n, rows in enumerate(passed)]


def is_in(values: Keys, ordered: Keys) -> Mask:
    """Which values are among some in order."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    places = np.searchsorted(ordered, values)
    places[places == len(ordered)] = 0
    equal: Mask = ordered[places] == values
    return equal


def _sieved(wanted: Keys, runs: Sequence[Keys]) -> list[Rows]:
    """Rows that share their first bits with one of these: all that are wanted, and a few others."""
    size = _size(len(wanted), 3)
    first = _bits(64 - size)
    table = np.zeros(1 << size, np.bool_)
    for places, _ in _in_turns(wanted, size):
        table[places] = True
    return [np.flatnonzero(table[(run >> first).view(np.int64)]) for run in runs]


def _size(count: int, more: int) -> int:
    """Bits for a table in which so many find the less company the more there are."""
    return min(max(count.bit_length() + more, 10), 22)


def _bits(count: int) -> np.uint64:
    return np.uint64(count)


# -- MD5 -------------------------------------------------------------------------------------------


def _keys(ids: Any) -> Keys:
    _, ends, data = ids.buffers()
    borders = np.frombuffer(ends, np.int32)[ids.offset : ids.offset + len(ids) + 1]
    sizes = np.diff(borders)
    if sizes.max() > _SHORT:
        return np.array([key_of(id) for id in ids.to_pylist()], np.uint64)
    bytes_ = np.frombuffer(data, np.uint8)[borders[0] : borders[-1]]
    third, fourth = _halves(_blocks(bytes_, borders[:-1] - borders[0], sizes))
    return (third.astype(np.uint64) | fourth.astype(np.uint64) << np.uint64(32)) >> _BITS


def _blocks(data: Any, starts: Any, sizes: Any) -> list[Words | None]:
    """The sixteen words of each id's block; those that are nought for all of them are left out."""
    count, width = len(sizes), int(sizes.max()) + 1
    width += -width % 4
    padded = np.zeros((count, width), np.uint8)
    size = int(sizes[0])
    if len(data) == count * size and (sizes == size).all():
        padded[:, :size] = data.reshape(count, size)
        padded[:, size] = 0x80
    else:
        padded[np.arange(width) < sizes[:, None]] = data
        padded[np.arange(count), sizes] = 0x80
    words = np.ascontiguousarray(padded.view("<u4").T)
    out: list[Words | None] = [*words, *[None] * (16 - len(words))]
    out[_LENGTH_WORD] = sizes.astype(np.uint32) * np.uint32(8)
    return out


def _halves(block: list[Words | None]) -> tuple[Words, Words]:
    """The third and the fourth word of each digest."""
    length = block[_LENGTH_WORD]
    assert length is not None
    a, b, c, d = (np.full(len(length), word, np.uint32) for word in _START)
    spare, other = np.empty_like(a), np.empty_like(a)
    for step in range(64):
        turn, (stride, offset) = step // 16, _STRIDES[step // 16]
        _mix(turn, b, c, d, spare)
        a += spare
        a += _SINES[step]
        word = block[(stride * step + offset) % 16]
        if word is not None:
            a += word
        left = np.uint32(_TURNS[turn][step % 4])
        np.right_shift(a, np.uint32(32) - left, out=other)
        a <<= left
        a |= other
        a += b
        a, b, c, d = d, a, b, c
    return c + np.uint32(_START[2]), d + np.uint32(_START[3])


def _mix(turn: int, b: Words, c: Words, d: Words, out: Words) -> None:
    """RFC 1321's F, G, H or I."""
    match turn:
        case 0:
            np.bitwise_xor(c, d, out=out)
            out &= b
            out ^= d
        case 1:
            np.bitwise_xor(b, c, out=out)
            out &= d
            out ^= c
        case 2:
            np.bitwise_xor(b, c, out=out)
            out ^= d
        case _:
            np.invert(d, out=out)
            out |= b
            out ^= c
