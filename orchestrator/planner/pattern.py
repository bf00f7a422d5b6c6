"""A verified question as a pattern: its words, and slots for the times, numbers and values that its
plan holds too.

    how many failed runs since Monday, top 5
    how many <status> runs <time>      top <number>

A slot is made only where exactly one stretch of the question and one part of the plan say the same;
everything else has to be asked in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, Literal, TypeAlias

import orjson

from orchestrator.planner.refusal import asks_to_write, beyond
from orchestrator.planner.slots import Literal as PlanLiteral
from orchestrator.planner.slots import Place, literals, moment_like
from orchestrator.planner.times.timewindow import Window, windows
from orchestrator.planner.words import Word, plain, stem, tokenise
from registry.errors import BadInput, IsothermError, shown
from registry.limits import LESSONS_MAX
from registry.plan import Scalar
from registry.taught import Verified

VALUE_WORDS_MAX: Final = 8
_DROPPED: Final = frozenset({"a", "an", "the", "please", ",", "me", "us"})
_YEAR_US: Final = 400 * 86_400_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a question: a word's stem, or what it says as a window or a number."""

    key: str
    words: tuple[Word, ...]
    window: Window | None = None
    number: int | float | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """Where something else may stand. `fills`: (place in the plan, the value that stands there,
    which end of a window)."""

    kind: Literal["time", "number", "value"]
    fills: tuple[tuple[Place, Scalar, str], ...]
    address: str = ""
    field: str = ""


Part: TypeAlias = str | Slot


@dataclass(frozen=True)
class Pattern:
    """`parts` in order; `lead`: the words before the first slot; `wire`: the plan."""

    verified: Verified
    parts: tuple[Part, ...]
    wire: dict[str, Any]

    @cached_property
    def literals(self) -> frozenset[str]:
        """The words that have to stand in a question, wherever."""
        return frozenset(part for part in self.parts if isinstance(part, str))

    @property
    def lead(self) -> tuple[str, ...]:
        first = next((n for n, p in enumerate(self.parts) if isinstance(p, Slot)), len(self.parts))
        return tuple(str(part) for part in self.parts[:first])


def pieces(text: str, now_us: int, timezone: str = "UTC") -> list[Piece]:
    """A question as comparable pieces: windows whole, words by their stems, politeness left out."""
    words = tokenise(text)
    found = {window.first: window for window in windows(words, now_us, timezone)}
    out: list[Piece] = []
    place = 0
    while place < len(words):
        window = found.get(place)
        last = window.last if window else place + 1
        run = words[place:last]
        if window is not None:
            out.append(Piece(" ".join(w.text for w in run), run, window=window))
        elif run[0].text not in _DROPPED:
            out.append(_piece(run[0]))
        place = last
    return out


def _piece(word: Word) -> Piece:
    key = word.raw.casefold() if word.kind == "quoted" else word.stem
    return Piece(key, (word,), number=word.number)


@lru_cache(maxsize=2 * LESSONS_MAX)
def pattern(verified: Verified) -> Pattern:
    """The pattern of a verified question. `BadInput` where its relative times are not those of its
    plan: asked again later, it would answer for the wrong days.
    """
    wire = orjson.loads(verified.plan)  # checked when it was taught, and whenever it is used
    words = tokenise(verified.question)
    if not words or asks_to_write(words) or beyond(words):
        raise BadInput(f"{shown(verified.question)} is no question that a plan answers.")
    asked = pieces(verified.question, verified.now_us)
    free = list(literals(wire))
    parts: list[Part] = [_slot(piece, asked, free) or piece.key for piece in asked]
    _relative_times_found(verified, asked, parts)
    return Pattern(verified, _valued(asked, parts, free), wire)


def known_pattern(verified: Verified) -> Pattern | None:
    """The same, or `None` for a lesson that no longer makes one."""
    try:
        return pattern(verified)
    except IsothermError:
        return None


def _slot(piece: Piece, asked: Sequence[Piece], free: list[PlanLiteral]) -> Slot | None:
    if piece.window is not None:
        return _time_slot(piece.window, free)
    if piece.number is None or sum(p.number == piece.number for p in asked) > 1:
        return None
    found = [literal for literal in free if _is_number(literal.value, piece.number)]
    if len(found) != 1:
        return None
    free.remove(found[0])
    return Slot("number", ((found[0].place, found[0].value, ""),))


def _time_slot(window: Window, free: list[PlanLiteral]) -> Slot | None:
    fills: list[tuple[Place, Scalar, str]] = []
    for end, us, op in (("start", window.start_us, ">="), ("end", window.end_us, "<")):
        if us is None:
            continue
        found = [
            literal
            for literal in free
            if literal.op == op
            and isinstance(literal.value, str)
            and literal.value == moment_like(us, literal.value)
        ]
        if not found:
            return None
        fills += [(literal.place, literal.value, end) for literal in found]
    for place, _, _ in fills:
        free[:] = [literal for literal in free if literal.place != place]
    return Slot("time", tuple(fills))


def _is_number(value: Scalar, number: int | float) -> bool:
    if isinstance(value, bool):
        return False
    try:
        return float(value) == float(number)
    except ValueError:
        return False


def _relative_times_found(verified: Verified, asked: list[Piece], parts: list[Part]) -> None:
    if not any(piece.window for piece in asked):
        return
    later = {
        (p.key, p.window.start_us, p.window.end_us)
        for p in pieces(verified.question, verified.now_us + _YEAR_US)
        if p.window
    }
    for piece, part in zip(asked, parts, strict=True):
        if isinstance(part, Slot) or piece.window is None:
            continue
        if (piece.key, piece.window.start_us, piece.window.end_us) not in later:
            raise BadInput(
                f"The plan does not hold the times that {shown(piece.key)} means; give `now`, the "
                "instant at which it did, or ask without it."
            )


def _valued(asked: list[Piece], parts: list[Part], free: list[PlanLiteral]) -> tuple[Part, ...]:
    """The parts with slots for the stored values that question and plan share."""
    out = list(parts)
    texts = [lit for lit in free if isinstance(lit.value, str) and lit.field]
    for literal in texts:
        if sum(other.value == literal.value for other in texts) > 1:
            continue
        wanted = tuple(stem(word) for word in plain(str(literal.value)))
        runs = [run for run in _runs(out, wanted) if wanted]
        if len(runs) == 1:
            first = runs[0]
            fill = ((literal.place, literal.value, ""),)
            out[first : first + len(wanted)] = [
                Slot("value", fill, literal.address, literal.field),
                *[""] * (len(wanted) - 1),
            ]
    return tuple(part for part in out if part != "")


def _runs(parts: list[Part], wanted: tuple[str, ...]) -> list[int]:
    size = len(wanted)
    return [n for n in range(len(parts) - size + 1) if tuple(parts[n : n + size]) == wanted]


#: a stored value that a stretch of a question names
ValueOf: TypeAlias = Callable[[Slot, Sequence[Piece]], str | None]


def fitted(made: Pattern, asked: Sequence[Piece], value_of: ValueOf) -> dict[Place, Scalar] | None:
    """What the question puts into the pattern's slots; `None` where it does not fit."""
    return _fit(made.parts, asked, value_of)


def _fit(
    parts: tuple[Part, ...], asked: Sequence[Piece], value_of: ValueOf
) -> dict[Place, Scalar] | None:
    for n, part in enumerate(parts):
        if isinstance(part, Slot):
            return _fit_slot(part, parts[n + 1 :], asked[n:], value_of)
        if n >= len(asked) or asked[n].key != part:
            return None
    return {} if len(asked) == len(parts) else None


def _fit_slot(
    slot: Slot, rest: tuple[Part, ...], asked: Sequence[Piece], value_of: ValueOf
) -> dict[Place, Scalar] | None:
    for size in range(1, min(VALUE_WORDS_MAX if slot.kind == "value" else 1, len(asked)) + 1):
        filled = _filled(slot, asked[:size], value_of)
        if filled is None:
            continue
        others = _fit(rest, asked[size:], value_of)
        if others is not None:
            return {**filled, **others}
    return None


def _filled(slot: Slot, run: Sequence[Piece], value_of: ValueOf) -> dict[Place, Scalar] | None:
    if slot.kind == "value":
        value = value_of(slot, run)
        return None if value is None else {place: value for place, _, _ in slot.fills}
    if slot.kind == "number":
        return _numbered(slot, run[0].number)
    window = run[0].window
    if window is None:
        return None
    ends = {"start": window.start_us, "end": window.end_us}
    wanted = {end for _, _, end in slot.fills}
    if any((ends[end] is None) == (end in wanted) for end in ends):
        return None  # "since Monday" does not fit where "last week" stood
    return {place: moment_like(ends[end] or 0, shape) for place, shape, end in slot.fills}


def _numbered(slot: Slot, number: int | float | None) -> dict[Place, Scalar] | None:
    if number is None:
        return None
    return {
        place: str(number) if isinstance(shape, str) else number for place, shape, _ in slot.fills
    }
