"""What speaks for a reading and what against it: counts that a calibrated model weighs.

Names are stable: `confidence.json` has a weight for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.sentence import Item, Sentence, is_item
from orchestrator.planner.grammar import AGGREGATES, COMPARATIVES, NEGATORS, SUPERLATIVES
from registry.plan import QueryPlan, every

_TURNS: Final = {
    "deaf_negation": NEGATORS,
    "deaf_superlative": frozenset(SUPERLATIVES) - {"first", "last", "recent", "top"},
    "deaf_fold": frozenset(AGGREGATES),
    "deaf_comparison": frozenset({*COMPARATIVES, "than", "above", "below", "over", "under"})
    - {"more", "less", "fewer"},
    "deaf_each": frozenset({"each", "every", "per"}),
    "deaf_both": frozenset(
        {"both", "either", "or", "same", "only", "difference", "ratio", "percentage", "percent"}
    ),
    "deaf_order": frozenset(
        {"sorted", "ordered", "order", "sort", "ascending", "descending", "alphabetical"}
    ),
}
_VERBAL: Final = frozenset(
    {
        "who",
        "that",
        "which",
        "to",
        "not",
        "did",
        "do",
        "does",
        "have",
        "has",
        "had",
        "was",
        "were",
        "are",
        "is",
        "been",
        "being",
        "be",
    }
)


def evidence_of(draft: Draft, plan: QueryPlan) -> Mapping[str, float]:
    """The counts of one reading."""
    sentence, sense = draft.sentence, draft.sense
    unused = [i for i in sentence.items if i.place not in sentence.used]
    picks = [
        i.meanings[0].weight for i in sentence.items if i.meanings and i.place in sentence.used
    ]
    nested = list(every(plan))[1:]
    out = {
        "unknown_noun": sum(i.letter == "U" and not _verbal(i, sentence) for i in unused),
        "unknown_verb": sum(i.letter == "U" and _verbal(i, sentence) for i in unused),
        "unused_field": sum(i.letter in "FNDBM" and not (i.span and i.span.soft) for i in unused),
        "unused_value": sum(i.letter in "VQX" for i in unused),
        "unused_number": sum(i.letter in "OZTSKP" for i in unused),
        "typo": sum(i.span.typo for i in sentence.items if i.span is not None),
        "weak": sum(weight < 0.8 for weight in picks),
        "weakest": 1.0 - min(picks, default=1.0),
        "proposed": sum(i.meanings[0].proposed for i in sentence.items if i.meanings),
        "close": min(sense.close, 4),
        "wonders": len(draft.wonders) + len(draft.doubts),
        "joins": len(plan.joins),
        "nested": len(nested),
        "nested_joins": sum(len(p.joins) for p in nested),
        "columns": min(len(draft.request.show), 5),
        "bare": float(bool(draft.bare)),
        "group": float(bool(plan.group)),
        "having": float(plan.having is not None),
        "combine": float(plan.combine is not None),
        "ranked": float(plan.limit is not None),
        "ordered": float(bool(plan.order) and plan.limit is None),
        "folds": float(bool(plan.measures)),
        "conditions": min(len(draft.request.where), 4),
        "unnamed": float(not any(i.letter == "C" for i in sentence.items)),
        "sentences": sentence.tokens.count("|"),
        "words": len(sentence.words) / 10,
    }
    loose = {t for n, t in enumerate(sentence.tokens) if not is_item(t) and n not in sentence.heard}
    return {**out, **{name: float(len(loose & words)) for name, words in _TURNS.items()}}


def _verbal(item: Item, sentence: Sentence) -> bool:
    """Whether an unknown word stands where a verb does: it joins what is named, and says little."""
    before = sentence.words[item.first - 1].text if item.first else ""
    earlier = any(i.letter == "C" and i.last == item.first for i in sentence.items)
    return before in _VERBAL or earlier or item.words.endswith(("ed", "ing"))
