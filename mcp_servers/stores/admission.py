"""Which records stay resident: a bounded set that what is read again and again keeps its place in.

After S3-FIFO (Yang et al., SOSP 2023), with a window that finds its own size and a ration of moves:

    window   what a read has just brought, in the order it came; kept as it is, nothing is copied
    main     what has proved itself: read twice while in the window, or asked for again soon after
             it had to leave. Coming in is a *move*, and moves are rationed, whatever the reads are
    unread   what was written and not yet read: a flood of writes turns over this part alone
    ghosts   hashes of the keys that left the window or main lately, so that a return is noticed

A hit in the ghosts says which part was too small: the window grows by what just left it, and gives
way to what just left main. So bursts get a large window, and scans and loops find a small one that
they cannot get out of.

Every step is a bounded number of steps on lists: it must never search. The same calls give the same
contents; no clock, no chance. It knows nothing of records, and is not thread-safe.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from typing import Final, Generic, TypeVar

V = TypeVar("V")

#: into main: 58 in 1,000 reads, under the 60 that are promised
MOVES_PER_READ: Final = 0.058
#: moves that can be saved up for later, as a part of what is resident: a change of what is read is
#: followed at once, but not by everything at once
_SAVED_MOVES: Final = 0.1
_WINDOW_FIRST, _WINDOW_LEAST, _WINDOW_MOST = 0.1, 0.02, 0.8  # of all bytes, as are those below
_UNREAD_MOST: Final = 0.125  # while others need the room
_WINDOW_GHOSTS, _MAIN_GHOSTS = 1.0, 0.2  # a return is noticed within so much that left after it
_NEARLY: Final = 0.1  # what left within so much would have stayed in a part a little larger
_READS_COUNTED: Final = 3  # of one entry; more make no difference
_PROOF: Final = 2  # reads in the window
_TRIES: Final = 32  # entries looked at for one to evict; then it is the next one's turn
_ENTRY_PART_MOST: Final = 10  # an entry larger than a tenth of the bytes is not kept


class _Entry(Generic[V]):
    __slots__ = ("key", "part", "reads", "size", "value")

    part: _Part[V]

    def __init__(self, key: Hashable, value: V | None, size: int, reads: int) -> None:
        self.key = key
        self.value = value  # `None`: taken out, and only its place in the queue is left
        self.size = size
        self.reads = reads


class _Part(Generic[V]):
    """Entries in the order they came, and their bytes."""

    __slots__ = ("_gone", "_queue", "bytes")

    def __init__(self) -> None:
        self._queue: deque[_Entry[V]] = deque()
        self._gone = 0
        self.bytes = 0

    def push(self, entry: _Entry[V]) -> None:
        self._queue.append(entry)
        self.bytes += entry.size
        entry.part = self

    def pop(self) -> _Entry[V]:
        """The one that came first; there must be one."""
        entry = self._queue.popleft()
        while entry.value is None:
            self._gone -= 1
            entry = self._queue.popleft()
        self.bytes -= entry.size
        return entry

    def remove(self, entry: _Entry[V]) -> None:
        self.bytes -= entry.size
        entry.value = None
        self._gone += 1
        if 2 * self._gone > len(self._queue):
            self._queue = deque(one for one in self._queue if one.value is not None)
            self._gone = 0

    def clear(self) -> None:
        self._queue.clear()
        self._gone = self.bytes = 0


class _Ghosts:
    """Who left while the last `span` bytes did, by the hash of the key alone; at most `most`.
    `when`: the bytes that had left when it had."""

    __slots__ = ("_left", "_most", "_order", "_span", "when")

    def __init__(self, span: float, most: int) -> None:
        self._span = span
        self._most = most
        self._left = 0
        self.when: dict[int, int] = {}
        self._order: deque[tuple[int, int]] = deque()

    def add(self, name: int, size: int) -> None:
        self._left = left = self._left + size
        order = self._order
        self.when[name] = left
        order.append((left, name))
        while order[0][0] <= left - self._span or len(order) > self._most:
            when, oldest = order.popleft()
            if self.when.get(oldest) == when:
                del self.when[oldest]

    def take(self, name: int) -> int:
        """The bytes that left after one that did lately. Asked once."""
        return self._left - self.when.pop(name)

    def clear(self) -> None:
        self.when.clear()
        self._order.clear()

    def __len__(self) -> int:
        return len(self._order)


class Admission(Generic[V]):
    """Values by key, at most `bytes_max` of them by the sizes given, and `entries_max` in number.

    The counts: `hits` and `misses` of reads; entries `kept` as they came, in window or unread;
    `moves` into main; entries `evicted` for want of room.
    """

    def __init__(self, bytes_max: int, entries_max: int) -> None:
        self.bytes_max = bytes_max
        self.entries_max = entries_max
        self.bytes = 0  # of all that is resident
        self.hits = self.misses = self.kept = self.moves = self.evicted = 0
        self._entries: dict[Hashable, _Entry[V]] = {}
        self._window: _Part[V] = _Part()
        self._main: _Part[V] = _Part()
        self._unread: _Part[V] = _Part()
        self._window_ghosts = _Ghosts(_WINDOW_GHOSTS * bytes_max, entries_max)
        self._main_ghosts = _Ghosts(_MAIN_GHOSTS * bytes_max, entries_max)
        self._window_bytes = _WINDOW_FIRST * bytes_max  # what it may have while others want more
        self._saved = 0.0  # moves
        self._rationed = 0  # reads that moves were given for
        self._settled = False  # main was full once

    # -- what is asked ---------------------------------------------------------------------------

    def read(self, key: Hashable) -> V | None:
        """The value, and a read of it counted; `None`: not resident. Follow that with `keep`."""
        entry = self._entries.get(key)
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        value = entry.value
        if entry.part is self._unread:
            self._change_part(entry, self._window, 0)
        elif entry.reads < _READS_COUNTED:
            entry.reads += 1
        return value

    def peek(self, key: Hashable) -> V | None:
        """The value, and nothing counted."""
        entry = self._entries.get(key)
        return None if entry is None else entry.value

    def keep(self, key: Hashable, value: V, size: int, *, unread: bool = False) -> None:
        """Make a value of `size` bytes, 1 at least, resident: one just read or, if `unread`, just
        written. What is resident already is replaced where it is. A value larger than a tenth of
        all bytes is not kept."""
        entry = self._entries.get(key)
        if size > self.bytes_max // _ENTRY_PART_MOST:
            self.drop(key)
        elif entry is not None:
            entry.part.bytes += size - entry.size
            self.bytes += size - entry.size
            entry.value, entry.size = value, size
            self._make_room(0, 0)
        else:
            back = not unread and self._is_back(key, size)
            if self.bytes + size > self.bytes_max or len(self._entries) >= self.entries_max:
                self._make_room(size, 1)
            self.bytes += size
            if back and self._may_move():
                part, reads = self._main, 0
            else:
                part, reads = self._unread if unread else self._window, int(back)
                self.kept += 1
            entry = self._entries[key] = _Entry(key, value, size, reads)
            part.push(entry)

    def move(self, key: Hashable) -> None:
        """Bring what is resident to main, beside the ration; as far as it is there."""
        entry = self._entries.get(key)
        if entry is not None and entry.part is not self._main:
            self._change_part(entry, self._main, _READS_COUNTED)
            self.moves += 1

    def is_wanted(self, key: Hashable) -> bool:
        """Whether a key that is not resident was here, or was asked about, lately. For what comes
        in masses: what nobody wanted yet passes by, and only that it did is remembered."""
        name = hash(key)
        if name in self._window_ghosts.when or name in self._main_ghosts.when:
            return True
        count = len(self._entries)
        most = self.bytes if count else self.bytes_max
        self._window_ghosts.add(name, 1 + most // (count or self.entries_max))
        return False

    def drop(self, key: Hashable) -> None:
        """Forget a key."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            entry.part.remove(entry)
            self.bytes -= entry.size

    def clear(self) -> None:
        """Forget all of them."""
        for one in (self._entries, self._window, self._main, self._unread):
            one.clear()
        self._window_ghosts.clear()
        self._main_ghosts.clear()
        self.bytes = 0
        self._settled = False

    def __iter__(self) -> Iterator[Hashable]:
        return iter(list(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    # -- who comes in ----------------------------------------------------------------------------

    def _change_part(self, entry: _Entry[V], part: _Part[V], reads: int) -> None:
        again = self._entries[entry.key] = _Entry(entry.key, entry.value, entry.size, reads)
        entry.part.remove(entry)
        part.push(again)

    def _is_back(self, key: Hashable, size: int) -> bool:
        """Whether the key left lately. The part that would hold it still, were it a little larger,
        becomes so."""
        name = hash(key)
        for ghosts, more in ((self._window_ghosts, size), (self._main_ghosts, -size)):
            if name in ghosts.when:
                if ghosts.take(name) <= _NEARLY * self.bytes_max:
                    least, most = _WINDOW_LEAST * self.bytes_max, _WINDOW_MOST * self.bytes_max
                    self._window_bytes = min(max(self._window_bytes + more, least), most)
                return True
        return False

    def _may_move(self, reserve: float = 0.0) -> bool:
        """Whether a move is left beside the part of the savings that is held back; if so, it is
        taken."""
        reads = self.hits + self.misses
        most = max(2.0, _SAVED_MOVES * len(self._entries))
        earned = (reads - self._rationed) * MOVES_PER_READ
        self._saved, self._rationed = min(most, self._saved + earned), reads
        if self._saved < 1 + reserve * most:
            return False
        self._saved -= 1
        self.moves += 1
        return True

    # -- who leaves ------------------------------------------------------------------------------

    def _make_room(self, bytes: int, entries: int) -> None:
        bytes_most, entries_most = self.bytes_max - bytes, self.entries_max - entries
        while self.bytes > bytes_most or len(self._entries) > entries_most:
            unread = self._unread.bytes
            room = self.bytes_max - self._window_bytes - unread - self._main.bytes
            self._settled = self._settled or room <= 0
            if unread > _UNREAD_MOST * self.bytes_max or unread == self.bytes:
                self._forget(self._unread.pop())
            elif room < 0 or not self._window.bytes:
                self._evict_main()
            else:
                self._evict_window(room)

    def _evict_window(self, room: float) -> None:
        """One entry, or a few that go elsewhere. `room`: the bytes that main has left."""
        for _ in range(_TRIES):
            if not self._window.bytes:
                return
            entry = self._window.pop()
            proved = entry.reads >= _PROOF
            if self._fits(entry, room) or (proved and self._may_move()):
                room -= entry.size
                entry.reads = 0
                self._main.push(entry)
                if room < 0:
                    self._evict_main()
                    return
            elif proved:  # no move is left: it stays, and must prove itself anew
                entry.reads //= 2
                self._window.push(entry)
            else:
                self._forget(entry)
                self._window_ghosts.add(hash(entry.key), entry.size)
                return

    def _fits(self, entry: _Entry[V], room: float) -> bool:
        """Until main was full once, it takes what drives nobody out, if half the savings stay."""
        return not self._settled and room >= entry.size and self._may_move(0.5)

    def _evict_main(self) -> None:
        for tried in range(1, _TRIES + 1):
            entry = self._main.pop()
            if entry.reads and tried < _TRIES:
                entry.reads -= 1
                self._main.push(entry)
            else:
                self._forget(entry)
                self._main_ghosts.add(hash(entry.key), entry.size)
                return

    def _forget(self, entry: _Entry[V]) -> None:
        """An entry that is in no part any more."""
        del self._entries[entry.key]
        self.bytes -= entry.size
        self.evicted += 1
