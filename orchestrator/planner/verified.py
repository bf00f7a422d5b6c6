"""The first planner: questions that somebody of the tenant vouched for, asked again or with other
times, numbers and known values. Never guesses: what is asked in other words it leaves to others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from weakref import WeakKeyDictionary

from orchestrator.planner.describe import describe
from orchestrator.planner.lexicon import Lexicon, lexicon_of
from orchestrator.planner.pattern import Pattern, Piece, Slot, fitted, known_pattern, pieces
from orchestrator.planner.reading import Context, Question, Reading, Readings
from orchestrator.planner.slots import placed
from registry.answer import Understood
from registry.catalog import Catalogue
from registry.check import check
from registry.errors import IsothermError, shown
from registry.limits import QUESTION_CHARS_MAX
from registry.plan import QueryPlan, parse_plan
from registry.taught import Taught

NAME: Final = "verified"
_SAME: Final = 0.99
_ALIKE: Final = 0.97  # the same words around other values

_Shelf = dict[tuple[str, ...], list[Pattern]]
_made: WeakKeyDictionary[Taught, _Shelf] = WeakKeyDictionary()


def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
    """The reading of the verified question that this one repeats, if it does."""
    if not catalogue.taught.verified or len(question.text) > QUESTION_CHARS_MAX:
        return Readings(NAME)
    asked = pieces(question.text, question.now_us, question.timezone)
    keys = tuple(piece.key for piece in asked)
    said = frozenset(keys)
    lexicon = lexicon_of(catalogue)
    shelf = _shelf(catalogue.taught)
    for size in range(len(keys), -1, -1):  # the longest lead first: the most literal pattern
        for known in shelf.get(keys[:size], ()):
            fits = known.literals <= said
            reading = _read(known, asked, catalogue, lexicon) if fits else None
            if reading is not None:
                return Readings(NAME, (reading,))
    return Readings(NAME)


def _shelf(taught: Taught) -> _Shelf:
    found = _made.get(taught)
    if found is None:
        found = _made[taught] = defaultdict(list)
        for verified in taught.verified:
            made = known_pattern(verified)
            if made is not None:
                found[made.lead].append(made)
    return found


def _read(
    known: Pattern, asked: list[Piece], catalogue: Catalogue, lexicon: Lexicon
) -> Reading | None:
    def value_of(slot: Slot, run: Sequence[Piece]) -> str | None:
        return _value(slot, run, lexicon)

    values = fitted(known, asked, value_of)
    if values is None:
        return None
    made = _checked(placed(known.wire, values), catalogue)
    if made is None:
        return None
    same = made.to_wire() == known.wire
    whole = [piece.words for piece in asked]
    note = Understood(
        " ".join(word.raw for words in whole for word in words),
        f"verified question {shown(known.verified.question)}",
        whole[0][0].start,
        whole[-1][-1].end,
    )
    return Reading(made, _SAME if same else _ALIKE, describe(made), (note,), planner=NAME)


def _checked(wire: dict[str, object], catalogue: Catalogue) -> QueryPlan | None:
    """The plan, if it still fits what there is and the asker may see."""
    try:
        made = parse_plan(wire)
        check(made, catalogue)
    except IsothermError:
        return None
    return made


def _value(slot: Slot, run: Sequence[Piece], lexicon: Lexicon) -> str | None:
    """The stored value of the slot's field that these words name."""
    words = [word for piece in run for word in piece.words]
    found = [
        *lexicon.schema.get(tuple(word.stem for word in words), ()),
        *lexicon.values(tuple(word.text for word in words)),
    ]
    if len(run) == 1 and words[0].kind == "quoted":
        return words[0].raw
    return next(
        (
            m.value
            for m in found
            if m.kind == "value" and (m.address, m.field) == (slot.address, slot.field)
        ),
        None,
    )
