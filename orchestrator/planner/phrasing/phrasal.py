"""Verbs of the grammar that happen to be the name of a field: "goes to", "belongs to"."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.spans import Span, content
from orchestrator.planner.words import Word

_SURELY: Final = 0.9
_NEAR: Final = 2  # words
_PREPOSITIONS: Final = frozenset(["through", "via", "over", "under", "around", "towards"])


def without_phrasal(spans: tuple[Span, ...], words: tuple[Word, ...]) -> tuple[Span, ...]:
    """The spans without "goes to" in "the cost that goes to ads": words of the grammar alone are
    the name of a field of what is named before them, or of nothing, where something follows."""
    out: list[Span] = []
    for place, span in enumerate(spans):
        after = spans[place + 1] if place + 1 < len(spans) else None
        if after is None or not _stray(span, after, out, words):
            out.append(span)
    return tuple(out)


def _stray(span: Span, after: Span, before: list[Span], words: tuple[Word, ...]) -> bool:
    told = words[span.first : span.last]
    plain = len(told) > 1 and not any(content(word) for word in told)
    plain = plain or (len(told) == 1 and told[0].text in _PREPOSITIONS)
    if not plain or span.meanings[0].kind != "field" or not before:
        return False
    if after.first - span.last > _NEAR:
        return False
    held = {(m.address, m.field) for m in after.meanings if m.kind == "value"}
    if any((m.address, m.field) in held for m in span.meanings):
        return False
    named = {s.meanings[0].address for s in before if s.meanings[0].kind == "collection"}
    known = {m.address for s in before for m in s.meanings if m.weight >= _SURELY}
    return not {m.address for m in span.meanings} & (named or known)
