"""From one calendar bucket to the next: "month over month growth of revenue", "sign-ups per week
with the change to the week before".
"""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.request import Column, computed
from orchestrator.planner.clauses.sentence import Clause, Sentence, is_item
from orchestrator.planner.clauses.sides import PERCENT, TOKENS_MAX, plain

_UNIT: Final = r"day|week|month|quarter|year"
_OVER: Final = rf"(?:from )?(?P<unit>{_UNIT}) (?:over|on|to|by|after) (?P=unit)"
_CHANGE: Final = (
    rf"(?:, )?(?:(?:and|with|plus) )?(?:(?:the|a|its|their|by how much did|by how many {PERCENT}"
    rf" did|how did|how much did) )*(?:{PERCENT} )?(?P<cue>growth|grow|grew|change|changed"
    rf"|difference|increase|decrease|compared)(?: (?:rate|{PERCENT}|of|in|the))*"
)
_BEFORE: Final = (
    rf"(?:(?:to|from|over|against|with|vs|than) )?(?:the )?(?:(?:previous|prior|preceding|last)"
    rf" (?:{_UNIT}|one)|T\d+|(?:{_UNIT}|one|F\d+) before)"
)
_IN_PERCENT: Final = rf"(?:, )?(?:(?:in|as|by)(?: (?:a|how many))* )?{PERCENT}"


def paced(sentence: Sentence) -> bool:
    """Whether the question is about the way from one bucket to the next."""
    if len(sentence.tokens) > TOKENS_MAX:
        return False
    whole = plain(sentence).whole
    if whole.has(_OVER):
        return whole.has(_CHANGE)
    said = whole.first(_CHANGE) if whole.items("K") else None
    if said is None:
        return False
    after = whole.part(said.last, len(whole.at)).first(_BEFORE)
    return said["cue"].startswith("gr") or (after is not None and not after.first)


def pace(draft: Draft) -> Clause:
    """The question without what asks for the change, which waits in the draft."""
    whole = draft.sentence.whole
    if not paced(draft.sentence):
        return whole
    view = plain(draft.sentence).whole
    noun = next((n for n, t in enumerate(view.text.split()) if is_item(t) and t[0] in "CMNF"), 0)
    cue = view.first(_CHANGE)
    assert cue is not None
    draft.pace = "percent" if view.has(PERCENT) else "change"
    draft.pace_alone = cue.first < noun or view.has(r"(?:by )?how (?:did|much|many)")
    if cue["cue"] == "growth" and draft.pace != "percent":
        draft.wonders.append("growth")  # of it, or in percent
    over = view.first(_OVER)
    if over is not None:
        draft.beat = over["unit"]  # type: ignore[assignment]
    for pattern in (_OVER, _CHANGE, _IN_PERCENT):
        found = view.first(pattern)
        if found is None:
            continue
        rest = view.part(found.last, len(view.at)).first(_BEFORE) if pattern == _CHANGE else None
        last = found.last + (rest.last if rest is not None and not rest.first else 0)
        view = _cut(draft, view, found.first, last)
    return Clause(draft.sentence, view.at)


def _cut(draft: Draft, view: Clause, first: int, last: int) -> Clause:
    for place in view.at[first:last]:
        draft.sentence.heard.add(place)
        if is_item(draft.sentence.tokens[place]):
            draft.use(draft.sentence.item(draft.sentence.tokens[place]))
    return view.without(first, last)


def changes(draft: Draft) -> None:
    """The change from bucket to bucket is shown, beside the fold where that is asked for."""
    request = draft.request
    folds = [c for c in request.show if c.fn]
    if not draft.pace or len(folds) != 1 or draft.beat is None:
        return
    fold = folds[0]
    before = computed("previous", "before", fold)
    change: Column = computed("-", "change", fold, before)
    if draft.pace == "percent":
        change = computed("*", "percent", computed("/", "growth", change, before), 100)
    kept = [c for c in request.show if c != fold or not draft.pace_alone]
    request.show = [*kept, change]
