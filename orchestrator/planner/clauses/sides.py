# ruff: noqa: SIM905 - tables of words read better wide
"""One question with two sides: "X in September against X in August", "the ratio of failed to
succeeded runs". Here the sides are told apart, each a sentence of its own to be read like any
other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from orchestrator.planner.clauses.sentence import Clause, Found, Item, Sentence, is_item, token
from orchestrator.planner.clauses.shifting import before, ends
from orchestrator.planner.grammar import AGGREGATES
from orchestrator.planner.times.timewindow import Window

Way = Literal["difference", "ratio", "columns", "rows"]

_RISE: Final = (
    r"(?:grow|grew|grown|grows|growth|increase[sd]?|increasing|change[sd]?|rise|rises|rose|risen"
    r"|develop|developed|development|gain|gained)"
)
_DROP: Final = (
    r"(?:drop|dropped|drops|decline[sd]?|decrease[sd]?|(?:fall|falls|fell|fallen)(?! due| D\d)"
    r"|shrink|shrank|lose)"
)
PERCENT: Final = r"(?:percent|percents|percentage|percentages|%|pct)"
_RATIO: Final = r"(?:ratio|divided|quotient|times as many|times as much)"
_HIGHER: Final = "higher|greater|bigger|larger"
_MORE: Final = (
    rf"how (?:many|much)(?: {PERCENT})? (?P<more>more|fewer|less|{_HIGHER}|lower|smaller)"
)
_DIFFERENCE: Final = rf"(?:difference|minus|gap|subtracted|{_MORE}|by how much|by how many)"
_COMPARE: Final = (
    r"(?:compare|compared|comparing|comparison|side by side|Z\d+ columns|separately|next to each"
    r" other)"
)
#: whoever says so wants no row for each
_COLUMNS: Final = r"side by side|Z\d+ columns|separately|next to each other"
#: what stands between two sides: always, and where something before says that there are two
_LINK: Final = (
    r"(?:, )?(?:vs|versus|against|as opposed to|compared (?:to|with)|in comparison (?:to|with)"
    r"|relative to|minus|divided by|divided)"
)
_THAN: Final = r"than"
_AND: Final = r"and|to|with|from|over"
_OPENS: Final = (
    rf"(?:the |a |an )*(?:{PERCENT} |relative |net )?(?:ratio|difference|gap|quotient|rate of"
    rf" {_RISE}|{_RISE}|{_DROP}|comparison|compare|comparing|{PERCENT})(?: rate)?(?: (?:of|between"
    rf"|in|for|the|{_RISE}|{_DROP}))*"
)
_ASIDE: Final = (
    r"divided(?: by)?|"
    rf"(?:as|in|with)(?: (?:a|an|Z\d+|the))* (?:columns|ratio|{PERCENT}|fraction)|side by side|"
    r"separately|next to each other|by how (?:much|many)(?: (?:did|do|does|has|have|was|is))?"
)
_SMALL: Final = frozenset(
    "the a an in on of for that those these number how many all with from during who which are is"
    " were was did at count total and our about amount have had has we do one".split()
)  # fmt: skip
_UNIT: Final = r"day|week|month|quarter|year|period|time|one|F\d+|T\d+"
_EARLIER: Final = (
    rf"(?:the |a )*(?:same (?:{_UNIT})(?: (?:in|of|the|a))* (?P<year>T\d+|year (?:before|earlier"
    rf"|ago)|(?:previous|prior) year)|(?:(?P<unit>{_UNIT}) )?(?:before|earlier)(?: that| it)?"
    rf"|(?:previous|prior|preceding) (?P<own>{_UNIT}))"
)
#: whoever holds two numbers against each other says it shortly; bounds the pairs that are tried
TOKENS_MAX: Final = 80
_UNITS: Final = frozenset({"day", "week", "month", "quarter", "year"})


@dataclass(frozen=True, slots=True)
class Sides:
    """Sentences, two but for columns, and what is asked of their answers. `places`: where the
    tokens of each stand in the whole. `timed`: they differ in time only, the second being the
    later one if `turned`. Rows: where values of one field tell them apart."""

    sentences: tuple[Sentence, ...]
    places: tuple[tuple[int, ...], ...]
    way: Way
    percent: bool
    #: the second is what the first is taken from
    turned: bool

    def hear(self, whole: Sentence) -> None:
        """Account in the whole for what the sides account for, and for the words cut off."""
        kept = {p for places in self.places for p in places}
        whole.heard.update(n for n in range(len(whole.tokens)) if n not in kept)
        for sentence, places in zip(self.sentences, self.places, strict=True):
            whole.heard.update(places[n] for n in sentence.heard)
            whole.used.update(sentence.used)
        cut = (t for n, t in enumerate(whole.tokens) if n not in kept and is_item(t))
        whole.used.update(whole.item(t).place for t in cut)


def sides_of(sentence: Sentence) -> Sides | None:
    """The two sides of a question, if it has them."""
    if len(sentence.tokens) > TOKENS_MAX:
        return None
    whole = plain(sentence).whole
    rises, drops = whole.has(_RISE), whole.has(_DROP)
    two = rises or drops or whole.has(_RATIO) or whole.has(_DIFFERENCE) or whole.has(_COMPARE)
    if whole.has(PERCENT) and not (rises or drops or whole.has(rf"{_RATIO}|{_DIFFERENCE}")):
        return None  # "this month against last month in percent": of it, or of the change?
    for link, sure in _links(whole):
        if sure or two:
            pair = _pair(whole, link)
            if pair is not None:
                return _told(whole, pair, changes=rises or drops)
    if rises or drops or whole.has(_DIFFERENCE) or whole.has(_COMPARE):
        pair = _over(whole) or _ranged(whole) or (_since(whole) if rises or drops else None)
        return _told(whole, pair, changes=True) if pair is not None else None
    return None


def plain(sentence: Sentence) -> Sentence:
    """The sentence with words that no vocabulary explains as they are."""
    tokens = [_word(sentence, t) if is_item(t) and t[0] in "UVND" else t for t in sentence.tokens]
    return Sentence(sentence.words, sentence.items, tokens)


def _word(sentence: Sentence, name: str) -> str:
    words = sentence.item(name).words
    said = name[0] == "U" or re.fullmatch(rf"{_RISE}|{_DROP}|rate", words)
    return words if said else name


def _links(whole: Clause) -> Iterator[tuple[Found, bool]]:
    for found in whole.find(_LINK):
        yield found, True
    if whole.has(_MORE):
        for found in whole.find(_THAN):
            yield found, True
    if whole.has(rf"{_RATIO}|difference|gap|{_COMPARE}|between|from|{_RISE}|{_DROP}"):
        for found in whole.find(_AND):
            yield found, False


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two clauses, and items that stand for others in the second."""

    clauses: tuple[Clause, Clause]
    swapped: tuple[tuple[Item, Item], ...] = ()
    link: str = ""
    windows: tuple[Window, Window] | None = None


def _pair(whole: Clause, link: Found) -> _Pair | None:
    left, right = whole.part(0, link.first), whole.part(link.last, len(whole.at))
    if not left.items() or not right:
        return None
    earlier = right.first(_EARLIER)
    if earlier is not None and _noun_before(left, right.part(0, earlier.first)):
        return _earlier(left, right, earlier, link)
    end = _phrase(right, left)
    items = right.part(0, end).items()
    new = [i for i in items if not any(same(i, other) for other in left.items())]
    tail = right.part(end, len(right.at))
    kept = [i for i in new if i.letter in "CMNFDB"]
    turns = [i for i in new if i.letter in "TV"]
    if len(turns) == 1 and (not kept or not left.items("CMN")):
        return _swapped(left, right.part(0, end), turns[0], tail, kept, link.match[0])
    if kept and not turns and link.match[0] not in ("from", "over") and left.items("CMN"):
        opened = list(left.find(_OPENS))
        start = opened[-1].last if opened else 0
        noun = left.part(start, len(left.at))
        if not noun.items("CMNFDB"):
            return None
        return _Pair((_joined(noun, tail), _joined(right.part(0, end), tail)), (), link.match[0])
    return None


def _noun_before(left: Clause, between: Clause) -> bool:
    """Nothing, or the noun again: "and sign-ups the month before that"."""
    items = between.items()
    known = all(any(same(i, other) for other in left.items()) for i in items)
    return known and all(is_item(t) or t in _SMALL for t in between.text.split())


def _earlier(left: Clause, right: Clause, earlier: Found, link: Found) -> _Pair | None:
    """ "…the month before", "…the same month last year": the first side's time, moved."""
    times = left.items("T")
    if not times or not any(is_item(t) for t in left.text.split()):
        return None
    window: Window = times[-1].payload
    unit = "year" if earlier["year"] else earlier["unit"] or earlier["own"]
    moved = before(window, unit if unit in _UNITS else "")
    if moved is None:
        return None
    tail = right.part(earlier.last, len(right.at))
    both = _joined(left, tail)
    other = replace(times[-1], payload=moved)
    return _Pair((both, both), ((times[-1], other),), link.match[0], (window, moved))


def _phrase(right: Clause, left: Clause) -> int:
    """Where the other side ends: at the first word that is neither small nor an item, nor the
    same fold again."""
    words = right.text.split()
    folds = {AGGREGATES.get(word) for word in left.text.split()} - {None}
    own = (
        (is_item(word) and word[0] != "K") or word in _SMALL or AGGREGATES.get(word) in folds
        for word in words
    )
    end = next((n for n, mine in enumerate(own) if not mine), len(words))
    while end and words[end - 1] in _SMALL:
        end -= 1  # "to sign-ups for each channel": what opens the rest
    return end


def _swapped(
    left: Clause, phrase: Clause, turn: Item, tail: Clause, kept: list[Item], link: str
) -> _Pair | None:
    """The second side is the first but for one item."""
    mine = [i for i in left.items(turn.letter) if alike(i, turn)]
    if not mine:
        return None
    places = [phrase.at[phrase.index(i)] for i in kept]
    rest = replace(left, at=(*left.at, *places, *tail.at))
    if turn.letter == "T" and ("previous" in turn.words or "same " in turn.words):
        moved = before(mine[-1].payload, _unit_said(turn))
        turn = replace(turn, payload=moved or turn.payload)
    repeated = [i for i in tail.items("T") if any(_again(i, t) for t in (mine[-1], turn))]
    for item in repeated:
        rest = rest.without(rest.index(item), rest.index(item) + 1)
    windows = (mine[-1].payload, turn.payload) if turn.letter == "T" else None
    return _Pair((rest, rest), ((mine[-1], turn),), link, windows)


def _unit_said(turn: Item) -> str:
    """ "the previous month"; "the same month last year"."""
    return "year" if "same " in turn.words else turn.words.split()[-1]


def _again(a: Item, b: Item) -> bool:
    """Whether a stretch of time is said once more; "divided by Q2" reads like "until Q2"."""
    return b.letter == "T" and (
        same(a, b) or (a.payload.start_us is None and a.payload.end_us == b.payload.end_us)
    )


def alike(a: Item, b: Item) -> bool:
    """Whether one may stand in the place of the other: times, or values of one field."""
    fields = {(m.address, m.field) for m in b.of_kind("value", "field")}
    held = a.of_kind("value", "field")
    return b.letter == "T" or any((m.address, m.field) in fields for m in held)


def same(a: Item, b: Item) -> bool:
    if a.letter == b.letter == "T":
        mine, other = a.payload, b.payload
        return bool((mine.start_us, mine.end_us) == (other.start_us, other.end_us))
    return bool(a.meanings and b.meanings and a.meanings[0].key == b.meanings[0].key)


def _joined(a: Clause, b: Clause) -> Clause:
    return replace(a, at=(*a.at, *b.at))


def _ranged(whole: Clause) -> _Pair | None:
    """ "from August to September", where something changes between the two."""
    for item in whole.items("T"):
        pair = ends(item.payload)
        if pair is not None:
            return _moved(whole, item, pair)
    return None


def _over(whole: Clause) -> _Pair | None:
    """ "the change of Q3 over Q2": two times side by side, the later one before."""
    found = whole.first(r"(?P<a>T\d+) (?P<b>T\d+)")
    a, b = (found.item("a"), found.item("b")) if found is not None else (None, None)
    if found is None or a is None or b is None or not b.words.startswith(("over ", "on ", "from ")):
        return None
    rest = whole.without(found.last - 1, found.last)
    other = replace(a, payload=b.payload)
    return _Pair((rest, rest), ((a, other),), "", (a.payload, b.payload))


def _since(whole: Clause) -> _Pair | None:
    """ "revenue growth in September": against the month before."""
    times = whole.items("T")
    moved = before(times[0].payload) if len(times) == 1 and not whole.items("K") else None
    if moved is None or not whole.items("CMN"):
        return None
    return _moved(whole, times[0], (moved, times[0].payload))


def _moved(whole: Clause, item: Item, pair: tuple[Window, Window]) -> _Pair:
    new = (replace(item, payload=pair[1]), replace(item, payload=pair[0]))
    return _Pair((whole, whole), ((new[0], new[1]),), "", (pair[1], pair[0]))


def _told(whole: Clause, pair: _Pair, *, changes: bool) -> Sides:
    ratio = whole.has(_RATIO)
    more = whole.first(_MORE)
    differs = changes or whole.has(_DIFFERENCE)
    beside: Way = "columns" if whole.has(_COLUMNS) else "rows"
    way: Way = "ratio" if ratio else "difference" if differs else beside
    percent = way == "difference" and whole.has(rf"{PERCENT}|{_RISE} rate")
    later = pair.windows is not None and (pair.windows[1].start_us or 0) > (
        pair.windows[0].start_us or 0
    )
    falls = changes and not percent and whole.has(_DROP) and not whole.has(_RISE)
    fewer = more is not None and more["more"] in ("fewer", "less", "lower", "smaller")
    turned = fewer or (changes and later != falls and more is None and way == "difference")
    first, second = (_without_cues(clause) for clause in pair.clauses)
    return Sides(
        (_alone(first, (), pair), _alone(second, pair.swapped, pair)),
        (first.at, second.at),
        way,
        percent,
        turned,
    )


def _without_cues(clause: Clause) -> Clause:
    for pattern in (_ASIDE, _OPENS):
        while (found := clause.first(pattern)) is not None:
            clause = found.rest
    while (
        found := clause.first(rf"(?:how many|how much) (?:more|fewer|less|{_HIGHER}|lower|smaller)")
    ) is not None:
        clause = clause.without(found.last - 1, found.last)
    return clause


def _alone(clause: Clause, swapped: tuple[tuple[Item, Item], ...], pair: _Pair) -> Sentence:
    """A side as a sentence, with some items in the place of others."""
    whole = clause.sentence
    items, tokens = list(whole.items), [whole.tokens[n] for n in clause.at]
    if not swapped and pair.windows is not None and pair.swapped:
        own = pair.swapped[0][0]  # a range is its first part here
        items[own.place] = own
    for old, new in swapped:
        items[new.place] = replace(new, first=old.first, last=old.last)
        tokens = [token(new) if t == token(old) else t for t in tokens]
    return Sentence(whole.words, items, tokens)
