"""The likeliest sketches of a question: a beam over what the grammar allows; and how likely others
are that somebody tells.

What the decoder says behind some tokens it says once: sketches that begin alike share a tree, and
those that are told are read whole before the search begins, which then often walks along them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orchestrator.planner.network.features import RELATIONS, Asked
from orchestrator.planner.network.names import NameBook
from orchestrator.planner.network.sessions import Sessions
from orchestrator.planner.network.states import Frame, Rules, begin
from orchestrator.planner.network.tokens import END, START

BEAM: Final = 4
STEPS_MAX: Final = 72
#: a sketch this much less likely than the best (natural logarithm) is not looked for
BEHIND_MAX: Final = 4.0
#: nor is a path followed that falls this far behind the best of those still written
APART_MAX: Final = 3.0
#: on the attention to what a token does not stand behind
_UNSEEN: Final = -1e4
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Written:
    """Whole tokens and their log-probability."""

    tokens: tuple[int, ...]
    likely: float


@dataclass(slots=True, eq=False)
class _Begun:
    """A sketch begun, one token longer than `before`. `seen`: where the decoder keeps its tokens;
    `likely`: the log-probability of each token that may come next, `best` the likeliest of them;
    `None` and empty before it is read."""

    tokens: tuple[int, ...]
    stack: tuple[Frame, ...]
    before: _Begun | None = None
    seen: list[int] = field(default_factory=list)
    likely: Floats | None = None
    best: list[tuple[float, int]] = field(default_factory=list)


#: a log-probability and the sketch that has it
_Path = tuple[float, _Begun]


def search(
    given: Asked,
    rules: Rules,
    sessions: Sessions,
    book: NameBook,
    told: Sequence[tuple[int, ...]] = (),
) -> tuple[list[Written], list[float]]:
    """Up to `BEAM` sketches, the likeliest first; and the log-probability of each of those that
    were told, which the rules must allow."""
    tree = _Tree(_Memory(given, sessions, book), rules)
    heard = [tree.along(tokens) for tokens in told]
    tree.read(begun for way in heard for begun in way)
    alive: list[_Path] = [(0.0, tree.root)]
    done: list[Written] = []
    for _ in range(STEPS_MAX):
        tree.read(begun for _, begun in alive)
        kept = _extended(alive, tree)
        done += [Written(begun.tokens, likely) for likely, begun in kept if not begun.stack]
        alive = _near(kept, done) if len(done) < BEAM else []
        if not alive:
            break
    said = [_likely(way, tokens) for way, tokens in zip(heard, told, strict=True)]
    return sorted(done, key=lambda w: -w.likely)[:BEAM], said


def _extended(alive: list[_Path], tree: _Tree) -> list[_Path]:
    """The likeliest paths one token longer, without those that are too far behind to be followed
    and no end."""
    found = [
        (likely + own, -row, -token)
        for row, (likely, begun) in enumerate(alive)
        for own, token in begun.best
    ]
    found.sort(reverse=True)
    return [
        (likely, tree.then(alive[-row][1], -token))
        for likely, row, token in found[:BEAM]
        if likely > found[0][0] - APART_MAX or -token == END
    ]


def _near(kept: list[_Path], done: list[Written]) -> list[_Path]:
    """The paths that are worth being followed."""
    best = max((w.likely for w in done), default=-np.inf)
    least = max(best - BEHIND_MAX, kept[0][0] - APART_MAX)
    return [path for path in kept if path[1].stack and path[0] > least]


def _likely(way: list[_Begun], tokens: tuple[int, ...]) -> float:
    """Of a sketch that was told, whose beginnings are read."""
    return sum(
        float(begun.likely[token])
        for begun, token in zip(way, tokens, strict=True)
        if begun.likely is not None
    )


class _Tree:
    """Sketches begun, and what the decoder says behind each that it has read."""

    def __init__(self, memory: _Memory, rules: Rules) -> None:
        self._memory = memory
        self._rules = rules
        self._begun: dict[tuple[int, ...], _Begun] = {}
        self._read = 0
        self.root = _Begun((), begin())

    def then(self, begun: _Begun, token: int) -> _Begun:
        """The same one token longer."""
        tokens = (*begun.tokens, token)
        found = self._begun.get(tokens)
        if found is None:
            stack = self._rules.step(begun.stack, token)
            found = self._begun[tokens] = _Begun(tokens, stack, begun)
        return found

    def along(self, tokens: tuple[int, ...]) -> list[_Begun]:
        """All beginnings of a whole sketch, from the empty one on."""
        out = [self.root]
        for token in tokens[:-1]:
            out.append(self.then(out[-1], token))
        return out

    def read(self, some: Iterable[_Begun]) -> None:
        """Have the decoder read those that it has not yet; what they begin with stands before
        them or is read."""
        new = list(dict.fromkeys(begun for begun in some if begun.likely is None))
        if not new:
            return
        unseen = np.full((len(new), self._read + len(new)), _UNSEEN, dtype=np.float32)
        for row, begun in enumerate(new):
            before = begun.before.seen if begun.before is not None else ()
            begun.seen = [*before, self._read + row]
            unseen[row, begun.seen] = 0
        self._read += len(new)
        scores = self._memory.step([begun.tokens for begun in new], unseen)
        likely = _shares(scores, np.stack([self._rules.allowed(begun.stack) for begun in new]))
        order = np.argsort(-likely, axis=1, kind="stable")[:, :BEAM]
        for begun, own, first in zip(new, likely, order, strict=True):
            begun.likely = own
            pairs = zip(own[first].tolist(), first.tolist(), strict=True)
            begun.best = [pair for pair in pairs if pair[0] > -np.inf]


def _shares(scores: Floats, allowed: NDArray[np.bool_]) -> Floats:
    """The log-probability of each token among those that are allowed, by row."""
    some = np.where(allowed, scores, -np.inf)
    some -= some.max(axis=1, keepdims=True)
    some -= np.log(np.exp(some).sum(axis=1, keepdims=True))
    return some.astype(np.float32, copy=False)


class _Memory:
    """A question read once, and the decoder's steps over it."""

    def __init__(self, given: Asked, sessions: Sessions, book: NameBook) -> None:
        self._sessions = sessions
        n = len(given.pieces)
        read = sessions.read(given.pieces[None], np.ones((1, n), dtype=np.bool_))[0]
        names = book.of(given)
        first = len(names) - len(given.pool)
        names[first:] += given.pool @ read
        some = np.zeros((len(given.kinds), RELATIONS), dtype=np.float32)
        some[np.arange(len(some))[:, None], given.relations] = 1
        shown, self._memory = sessions.joined(
            read=read,
            names=names,
            kinds=given.kinds,
            relations=given.relations.astype(np.int64),
            some=some,
        )
        self._inputs = np.concatenate([sessions.grammar, shown])
        self._past = sessions.past

    def step(self, written: Sequence[tuple[int, ...]], unseen: Floats) -> Floats:
        """Scores of what may come behind each of these tokens. `unseen`: a row each, nothing where
        one of all that were read is among them."""
        last = [tokens[-1] if tokens else START for tokens in written]
        places = np.array([len(tokens) for tokens in written])
        scores, self._past = self._sessions.step(
            self._memory, self._past, x=self._inputs[last], place=places, seen=unseen
        )
        return scores
