"""Questions and their golds as people wrote them: `.sql` files, one for each kind of question.

A block ends at an empty line. Its `--` lines are questions, then comes their gold:

    -- how many users do we have?
    -- headcount please                        a second wording with the same gold
    select count(*) from users

    -- write me a poem                         `refuse` or `clarify` instead of rows:
    -- delete all users                        each line is a question of its own
    refuse

Notes of a block: `-- @further`: the question names no columns, more of them do no harm.
`-- @zero`: the right answer is nothing, or zero. `-- @talk NAME`: this block and those after it are
the turns of one conversation, until the next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

EXPECTED: Final = ("refuse", "clarify")
HALVES: Final = ("tuning", "frozen")


@dataclass(frozen=True, slots=True)
class Entry:
    """One question. `gold`: SQL, or one of `EXPECTED`."""

    id: str
    kind: str
    half: str
    question: str
    gold: str
    pair: str | None
    talk: str | None
    notes: frozenset[str]


def read_book(folder: Path) -> Iterator[Entry]:
    """The questions of a folder's `.sql` files, in the order of names and lines."""
    for path in sorted(folder.glob("*.sql")):
        talk = None
        for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
            said, notes, gold = _parts(block)
            talk = next((n.partition(" ")[2] for n in notes if n.startswith("talk ")), talk)
            yield from _entries(path.stem, said, gold, talk, notes)


def half_of(family: str) -> str:
    """Tuning or frozen, by the first bit of SHA-256. `family`: what must stay together."""
    return HALVES[hashlib.sha256(family.encode()).digest()[0] >> 7]


def _parts(block: str) -> tuple[list[str], frozenset[str], str]:
    lines = block.splitlines()
    said = [line[2:].strip() for line in lines if line.startswith("--")]
    gold = "\n".join(line for line in lines if not line.startswith("--")).strip()
    notes = frozenset(line[1:] for line in said if line.startswith("@"))
    return [line for line in said if not line.startswith("@")], notes, gold


def _entries(
    kind: str, said: list[str], gold: str, talk: str | None, notes: frozenset[str]
) -> Iterator[Entry]:
    pair = _id(kind, said[0]) if len(said) > 1 and gold not in EXPECTED else None
    for question in said:
        own = _id(kind, question if talk is None else f"{talk}: {question}")
        half = half_of(talk or pair or own)
        yield Entry(own, kind, half, question, gold, pair, talk, notes)


def _id(kind: str, question: str) -> str:
    """The same for the same words, wherever they stand in the file."""
    return f"{kind}-{hashlib.sha256(question.encode()).hexdigest()[:8]}"
