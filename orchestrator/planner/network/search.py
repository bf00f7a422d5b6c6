"""The likeliest sketches of a question: a beam over what the grammar allows; and how likely others
are that somebody tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orchestrator.planner.network.features import RELATIONS, Asked
from orchestrator.planner.network.names import NameBook
from orchestrator.planner.network.sessions import Held, Sessions
from orchestrator.planner.network.states import Frame, Rules, begin
from orchestrator.planner.network.tokens import START

BEAM: Final = 4
STEPS_MAX: Final = 72
#: a sketch this much less likely than the best (natural logarithm) is not looked for
BEHIND_MAX: Final = 4.0
#: nor is a path followed that falls this far behind the best of those still written
APART_MAX: Final = 3.0
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Written:
    """Whole tokens and their log-probability."""

    tokens: tuple[int, ...]
    likely: float


@dataclass(slots=True)
class _Path:
    """A sketch begun. `told`: all its tokens, where it is not searched for but heard out."""

    tokens: tuple[int, ...]
    likely: float
    stack: tuple[Frame, ...]
    told: tuple[int, ...] = ()


def search(
    given: Asked,
    sessions: Sessions,
    book: NameBook,
    beam: int = BEAM,
    told: Sequence[tuple[int, ...]] = (),
) -> tuple[list[Written], list[float]]:
    """Up to `beam` sketches, the likeliest first; and the log-probability of each of those that
    were told, which the rules must allow."""
    memory = _Memory(given, sessions, book)
    rules = Rules(given.items)
    alive, done = [_Path((), 0.0, begin())], list[Written]()
    heard = [_Path((), 0.0, begin(), tokens) for tokens in told]
    out = list(heard)
    past = sessions.past
    rows = [0] * (1 + len(heard))
    for place in range(STEPS_MAX):
        before = [path.tokens[-1] if path.tokens else START for path in (*alive, *heard)]
        if rows != list(range(len(past[0]))):
            past = [some[rows] for some in past]
        scores, past = memory.step(np.array(before), place, past)
        for row, path in enumerate(heard, len(alive)):
            _hear(path, scores[row], rules)
        first = len(alive)
        kept = _extended(alive, scores, rules, beam)
        done += [Written(path.tokens, path.likely) for _, path in kept if not path.stack]
        alive = []
        rows = []
        for row, path in _near(kept, done) if len(done) < beam else ():
            rows.append(row)
            alive.append(path)
        rows += [row for row, path in enumerate(heard, first) if path.stack]
        heard = [path for path in heard if path.stack]
        if not rows:
            break
    return sorted(done, key=lambda w: -w.likely)[:beam], [path.likely for path in out]


def _near(kept: list[tuple[int, _Path]], done: list[Written]) -> list[tuple[int, _Path]]:
    """The paths that are worth being followed."""
    if not kept:
        return []
    best = max((w.likely for w in done), default=-np.inf)
    least = max(best - BEHIND_MAX, kept[0][1].likely - APART_MAX)
    return [(row, path) for row, path in kept if path.stack and path.likely > least]


def _hear(path: _Path, scores: Floats, rules: Rules) -> None:
    """The path one token longer, the one it was told."""
    token = path.told[len(path.tokens)]
    some = scores[rules.choices(path.stack)]
    path.likely += float(scores[token] - some.max() - np.log(np.exp(some - some.max()).sum()))
    path.tokens = (*path.tokens, token)
    path.stack = rules.step(path.stack, token)


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

    def step(self, before: NDArray[np.int64], place: int, past: Held) -> tuple[Floats, Held]:
        """Scores of each path's next token, and what the steps after need of this one."""
        return self._sessions.step(
            self._memory, past, x=self._inputs[before], place=np.array([place])
        )


def _extended(
    alive: list[_Path], scores: Floats, rules: Rules, beam: int
) -> list[tuple[int, _Path]]:
    """The likeliest paths one token longer, with the row each came from."""
    found: list[tuple[float, int, int]] = []
    for row, path in enumerate(alive):
        tokens = rules.choices(path.stack)
        some = scores[row, tokens]
        top = some.max()
        likely = some - top - np.log(np.exp(some - top).sum())
        order = np.argsort(-likely)[:beam] if len(tokens) > 1 else [0]
        found += [(path.likely + float(likely[n]), row, int(tokens[n])) for n in order]
    found.sort(key=lambda f: (-f[0], f[1], f[2]))
    return [
        (row, _Path((*alive[row].tokens, token), likely, rules.step(alive[row].stack, token)))
        for likely, row, token in found[:beam]
    ]
