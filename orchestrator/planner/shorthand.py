"""Names that are short for another: a "customer" is a person, and short for a customer company
where all that is said is told of companies. Pure; changes what one span means, and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from orchestrator.planner.lexicon import Lexicon
from orchestrator.planner.spans import Span
from orchestrator.planner.vocabulary import Meaning
from orchestrator.planner.words import Word

_BEHIND: Final = frozenset({"in", "of", "at", "from", "with", "by", "for", "to", "on", "the", "a"})
_CLOSE: Final = 0.1  # meanings as likely as this beside the best


def expanded(
    spans: tuple[Span, ...], words: tuple[Word, ...], lexicon: Lexicon
) -> tuple[Span, ...]:
    """The spans, one that is short for another collection as that one."""
    return tuple(_long(n, spans, words, lexicon) for n in range(len(spans)))


def _long(n: int, spans: tuple[Span, ...], words: tuple[Word, ...], lexicon: Lexicon) -> Span:
    span, best = spans[n], spans[n].meanings[0]
    if best.kind != "collection" or span.last != span.first + 1 or span.soft:
        return span
    others = [s for m, s in enumerate(spans) if m != n and not s.soft]
    for meant in lexicon.short_for(words[span.first].stem):
        mine = lexicon.holders(best.address) | {m.address for m in span.meanings}
        theirs = (lexicon.holders(meant.address) | {meant.address}) - {best.address}
        if best.address not in lexicon.holders(meant.address):
            continue
        told = [_told(s, theirs, mine) for s in others]
        other = any(_told(s, mine, theirs) for s in others)
        if any(told) and not other and not _belongs(n, spans, words, meant):
            return replace(span, meanings=(replace(meant, weight=best.weight),))
    return span


def _told(span: Span, here: frozenset[str] | set[str], there: frozenset[str] | set[str]) -> bool:
    """Whether a span is told of some collections, and not of the others."""
    near = {m.address for m in span.meanings if m.weight >= span.meanings[0].weight - _CLOSE}
    return near <= here and not near & there


def _belongs(n: int, spans: tuple[Span, ...], words: tuple[Word, ...], meant: Meaning) -> bool:
    """ "customers of Acme": those who belong to one are none."""
    if n + 1 >= len(spans):
        return False
    after = spans[n + 1]
    between = [word.text for word in words[spans[n].last : after.first]]
    own = any(m.address == meant.address for m in after.meanings)
    label = after.meanings[0].kind == "collection" or after.meanings[0].field == "name"
    return own and label and bool(between) and all(word in _BEHIND for word in between)
