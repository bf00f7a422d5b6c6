"""Several figures of the same records, each with its own condition: "how many tickets came in and
how many of them are solved", "revenue and revenue from enterprise plans by country". Each is told
as a sentence of its own, to be read like any other; `twofold` puts the columns side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from orchestrator.planner.clauses.sentence import Clause, Found, Item, Sentence, is_item
from orchestrator.planner.clauses.sides import TOKENS_MAX, Sides, alike, plain, same
from orchestrator.planner.grammar import AGGREGATES

_THEM: Final = r"(?:out )?of (?:them|those|these|which)"
_COUNT: Final = r"(?:how many|how often|(?:total )?(?:number|count)(?: of)?)"
_FOLD: Final = rf"(?:(?:{'|'.join(AGGREGATES)})(?: of)?(?: the)? )?(?P<what>[MN]\d+)"
_LEAD: Final = rf"(?:(?:the|also|then|{_THEM}) )*"
#: where another figure begins: "…, and how many of them", "… and of failed deliveries"
_LINK: Final = (
    r"(?:, )?(?:and|plus|as well as|along with|but|vs|versus|next to|,)"
    rf"(?= {_LEAD}(?:{_COUNT}|{_FOLD}|of [VB]\d+) )"
)
_OTHER: Final = rf"{_LEAD}(?:(?P<count>{_COUNT}|of(?= [VB]\d+))|{_FOLD})(?: {_THEM})?"
_FIRST: Final = rf"(?:(?P<count>{_COUNT}|(?:total|all)(?: of)?(?: the| our)*(?= C\d+))|{_FOLD})"
_NOUN: Final = r"(?:(?:the|our|all|new|different|distinct|[VB]\d+) )*(?P<noun>[CMNFD]\d+)"
_ONES: Final = frozenset({"ones", "them", "those", "these"})
#: what stands behind the last figure and is of all of them
_ROWS: Final = (
    r"(?:, )?(?:K\d+|(?:for |in |of |at |on )?(?:each|every|per)|(?:grouped|split|down) by"
    r"|by(?= (?:the )?[CFNDB]\d+)|across(?= (?:the |all )*[CF]\d+))(?: [^|]*)?$"
)
_TELLS: Final = "VBOXQS"


@dataclass(frozen=True, slots=True)
class _Figure:
    """A stretch of the question up to the next figure: what opens it, and what stands around."""

    before: Clause
    cue: Found
    rest: Clause

    @property
    def kind(self) -> tuple[str, ...]:
        """What is computed: records are counted, or a number of them is folded."""
        what = self.cue.item("what")
        return ("count",) if what is None else what.meanings[0].key

    @property
    def noun(self) -> Item | None:
        """What is counted, where it is said."""
        found = self.rest.first(_NOUN)
        return found.item("noun") if found is not None and not found.first else None

    @property
    def them(self) -> bool:
        """Whether it is of those that the first figure is of."""
        return "of" in self.cue.match[0].split() and bool(_ONES & set(self.cue.match[0].split()))


def figures_of(sentence: Sentence) -> Sides | None:
    """The sentences of the figures, if there are several of the same records."""
    if len(sentence.tokens) > TOKENS_MAX:
        return None
    whole = plain(sentence).whole
    end = _end(whole)
    figures = _figures(whole.part(0, end))
    if len(figures) < 2:
        return None
    first, *others = figures
    if not all(_another(figure, first) for figure in others):
        return None
    told = [_with_noun(first, others), *(_told(figure, first) for figure in others)]
    times = next((f.rest.items("T") for f in reversed(figures) if f.rest.items("T")), [])
    tail = whole.part(end, len(whole.at))
    clauses = [_timed(clause, whole, times, tail) for clause in told]
    made = tuple(_alone(sentence, clause) for clause in clauses)
    return Sides(made, tuple(c.at for c in clauses), "columns", percent=False, turned=False)


def _end(whole: Clause) -> int:
    """Where the last figure ends."""
    opened = whole.first(_FIRST)
    start = opened.last if opened is not None else 0
    rows = whole.part(start, len(whole.at)).first(_ROWS)
    return start + rows.first if rows is not None else len(whole.at)


def _figures(body: Clause) -> list[_Figure]:
    """The figures from left to right; none where a stretch opens none."""
    out: list[_Figure] = []
    start = 0
    opened = body.first(_FIRST)
    links = [k for k in body.find(_LINK) if opened is not None and k.first >= opened.last]
    for link in [*links, None]:
        part = body.part(start, link.first if link is not None else len(body.at))
        cue = part.first(_OTHER if out else _FIRST)
        if cue is None or (out and cue.first):
            return []
        out.append(_Figure(part.part(0, cue.first), cue, part.part(cue.last, len(part.at))))
        start = link.last if link is not None else start
    return out


def _another(figure: _Figure, first: _Figure) -> bool:
    """Whether it is the first figure under a condition of its own."""
    times = figure.rest.items("T") if first.rest.items("T") else []
    told = figure.rest.items(_TELLS) or times or figure.rest.has("not|no|never|without")
    mine, other = first.noun, figure.noun
    known = other is None or mine is None or same(mine, other)
    return bool(told) and known and figure.kind == first.kind


def _with_noun(first: _Figure, others: list[_Figure]) -> Clause:
    """ "the number of mobile and the number of desktop sessions": of sessions, both."""
    noun = next((f.noun for f in others if f.noun is not None), None)
    made = _joined(first.before, first.cue, first.rest)
    if noun is None or first.kind != ("count",) or first.noun is not None:
        return made
    whole = made.sentence.whole
    return replace(made, at=(*made.at, whole.at[whole.index(noun)]))


def _told(figure: _Figure, first: _Figure) -> Clause:
    """A figure with what it leaves out: "… and how many of them failed" is of the same runs."""
    rest = figure.rest
    rest = replace(rest, at=tuple(n for n in rest.at if rest.sentence.tokens[n] not in _ONES))
    noun = first.noun
    if figure.noun is not None or figure.kind != ("count",):
        return _joined(first.before, figure.cue, rest)
    kept = first.rest if figure.them else _without_own(first.rest, rest)
    at = kept.index(noun) + 1 if noun is not None else 0
    around = kept.part(0, at), kept.part(at, len(kept.at))
    cue = first.cue.clause.part(first.cue.first, first.cue.last)
    return replace(rest, at=(*first.before.at, *cue.at, *around[0].at, *rest.at, *around[1].at))


def _without_own(rest: Clause, other: Clause) -> Clause:
    """What is said of the first figure, but for what the other says in its place."""
    turns = other.items("VB")
    mine = [i for i in rest.items("VB") if any(alike(i, t) for t in turns)]
    mine += rest.items("T") if other.items("T") else []
    for item in mine:
        at = last = rest.index(item)
        while at and not is_item(rest.word(at - 1)):
            at -= 1  # "came from mobile"
        rest = rest.without(at, last + 1)
    return rest


def _timed(clause: Clause, whole: Clause, times: list[Item], tail: Clause) -> Clause:
    """The clause with a time that is said of another one, and with what is said of all."""
    shared = () if clause.items("T") else tuple(whole.at[whole.index(t)] for t in times)
    return replace(clause, at=(*clause.at, *shared, *tail.at))


def _joined(before: Clause, cue: Found, rest: Clause) -> Clause:
    own = cue.clause.part(cue.first, cue.last)
    return replace(rest, at=(*before.at, *own.at, *rest.at))


def _alone(sentence: Sentence, clause: Clause) -> Sentence:
    tokens = [clause.sentence.tokens[n] for n in clause.at]
    return Sentence(sentence.words, list(sentence.items), tokens)
