"""A question in the planners' English, word by word, and where each of its words came from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from orchestrator.planner.languages.pack import Pack, Unit
from orchestrator.planner.words import fold

_MUTE: Final = re.compile(r"[^\w\s%<>=&$€£\",]+")  # marks that no planner reads


@dataclass(frozen=True, slots=True)
class Piece:
    """English words, and the stretch of the question that they are for."""

    english: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Translation:
    """A question in English. `pieces`: in the order of `text`."""

    language: str
    text: str
    pieces: tuple[Piece, ...]

    def origin(self, words: str) -> tuple[int, int] | None:
        """The stretch of the question that some English words came from; `None`: from none."""
        found = re.search(rf"(?<!\w){_loose(words)}(?!\w)", fold(self.text))
        if found is None:
            return None
        at, met = 0, []
        for piece in self.pieces:
            if at < found.end() and found.start() < at + len(fold(piece.english)):
                met.append(piece)
            at += len(fold(piece.english)) + 1
        return min(piece.start for piece in met), max(piece.end for piece in met)


def _loose(words: str) -> str:
    return r"\W+".join(map(re.escape, fold(words).split()))


def translated(text: str, pack: Pack, known: Callable[[str], bool]) -> Translation:
    """The question with every phrase of the language said in English, the others as they are.

    `known`: whether a word names something in the data, which then is what it means.
    """
    units = pack.units(text)
    pieces: list[Piece] = []
    at = 0
    while at < len(units):
        length, english = _longest(units[at : at + pack.longest], pack, known)
        if english and not _MUTE.fullmatch(english):
            pieces.append(Piece(english, units[at].start, units[at + length - 1].end))
        at += length
    pieces = _ordered(pieces, pack)
    return Translation(pack.name, " ".join(piece.english for piece in pieces), tuple(pieces))


def _longest(units: tuple[Unit, ...], pack: Pack, known: Callable[[str], bool]) -> tuple[int, str]:
    """How many units the next phrase has, and what it is in English; `""`: nothing."""
    for length in range(len(units), 0, -1):
        run = units[:length]
        exact = tuple(unit.exact for unit in run)
        if exact in pack.grammar:
            return length, pack.grammar[exact]
        if length == 1 and known(run[0].raw):
            return 1, run[0].raw
        named = pack.named(run)
        if named is not None:
            return length, named
    return 1, units[0].raw


def _ordered(pieces: list[Piece], pack: Pack) -> list[Piece]:
    """In the order of English: what leads a number before it, what asks before all."""
    for n in range(1, len(pieces)):
        if pieces[n].english in pack.leads and pieces[n - 1].english.isdigit():
            pieces[n - 1], pieces[n] = pieces[n], pieces[n - 1]
    for n, piece in enumerate(pieces):
        if piece.english in pack.front:
            return pieces[n:] + pieces[:n]
    return pieces
