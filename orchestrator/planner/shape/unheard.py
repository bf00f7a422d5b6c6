"""Words that turn an answer around, and whether the plan does what they say: "not", "than", "per",
"average", "latest", "after".

Grammar has no need of a meaning in the data, so such a word is never missing from what was
understood. A plan that gives it no effect answers another question.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from orchestrator.planner.grammar import AGGREGATES, NEGATORS, SUPERLATIVES, UNITS
from orchestrator.planner.shape.elsewhere import ELSEWHERE
from orchestrator.planner.shape.frame import FIELDS, Frame, Item
from orchestrator.planner.shape.heads import plural
from orchestrator.planner.words import IRREGULAR
from registry.plan import And, Compare, In, IsNull, Not, Or, Predicate

_WRONG: Final = 0.4  # surely another question: refused
_ODD: Final = 0.6  # probably another question: tentative
_TELLING_CHARS: Final = 4  # shorter ones ("up", "all") are mostly grammar
_NUMBERS: Final = frozenset({"number", "count", "counts", "total", "numbers"})
_SHORT_CHARS_MAX: Final = 5
_CONTRASTS: Final = frozenset({"vs", "versus", "compare", "compared", "comparing", "comparison"})
_LISTING: Final = frozenset({"list", "show", "all", "each", "values", "which"})
_SHARES: Final = frozenset({"percentage", "percent", "share", "proportion", "fraction", "ratio"})
_TIME_SUPERLATIVES: Final = frozenset({"latest", "newest", "oldest", "earliest"})
_MEASURED_SUPERLATIVES: Final = frozenset(
    {
        "best",
        "worst",
        "cheapest",
        "priciest",
        "costliest",
        "longest",
        "shortest",
        "slowest",
        "fastest",
        "quickest",
    }
)


def unheard(frame: Frame) -> float:
    """What is left of the confidence: 1 where every such word has its effect."""
    left = 1.0
    for rule, worth in _RULES:
        if rule(frame):
            left *= worth
    return left


def _loose(frame: Frame) -> set[str]:
    """The words that became part of no item."""
    return set(frame.shape.split())


def _negation(frame: Frame) -> bool:
    if NEGATORS.isdisjoint(_loose(frame)):
        return False
    zero = any(isinstance(p, Compare) and p.value == 0 for p in frame.having)
    anti = any(join.kind == "anti" for join in frame.joins.joins)
    made = [*frame.where, *(m.where for m in frame.measures)]
    return not (zero or anti or any(map(_negates, made)))


def _negates(node: Predicate | None) -> bool:
    if isinstance(node, (And, Or)):
        return any(map(_negates, node.args))
    if isinstance(node, Compare):
        return node.op == "!=" or node.value is False
    return isinstance(node, (Not, IsNull))


def _negated_window(frame: Frame) -> bool:
    """ "in 2025 but not in March": windows are only ever what is wanted."""
    return frame.has(r"(?:not|except|excluding|besides|without|other than)(?: [a-z]+)? T\d+")


def _comparison(frame: Frame) -> bool:
    """ "more users in Germany than in France" """
    return "than" in _loose(frame)


def _direction(frame: Frame) -> bool:
    """ "did signups go up this week" """
    return frame.has(r"(?:go|goes|going|went|gone|trending)(?: [a-z]+)? (?:up|down)")


def _both(frame: Frame) -> bool:
    """ "teams that use both Slack and GitHub": one record has one of them."""
    return "both" in _loose(frame) and any(isinstance(part, In) for part in frame.where)


def _any_weekday(frame: Frame) -> bool:
    """ "signed up on a Monday": a window is one stretch of time, not one that comes again."""
    return any(
        item.letter == "T"
        and item.first
        and frame.words[item.first - 1].text in ("a", "any", "every", "each")
        for item in frame.items
    ) or frame.has(r"(?:on )?(?:a|any|every) T\d+")


def _twice_counted(frame: Frame) -> bool:
    """ "how many tickets, and how many of them urgent" in one number."""
    asked = len(re.findall(r"\bhow many\b", frame.shape))
    beside = frame.has(r"how many (?:and|,)(?: (?:what|how much|the|was|were|is|they))+ [NM]\d+")
    return (asked > 1 or beside) and len(frame.figures) < max(asked, 2)


def _total(frame: Frame) -> bool:
    """ "total invoiced in May" answered with the invoices."""
    said = frame.has(r"(?:total|sum)(?! number)") and frame.shape.split()[0] in ("total", "sum")
    return said and not (frame.measures or frame.group)


def _how_much(frame: Frame) -> bool:
    """ "how much data do the backups hold" answered with the backups."""
    return frame.has(r"how much") and not (frame.measures or frame.select or frame.group)


def _distinct(frame: Frame) -> bool:
    """ "number of distinct customers" counted more than once each."""
    said = not {"distinct", "different", "unique"}.isdisjoint(_loose(frame))
    once = frame.distinct or any(m.fn == "distinct" for m in frame.measures)
    return said and not once and any(m.fn == "count" for m in frame.measures)


def _one(frame: Frame) -> bool:
    """ "sessions with one page": the number is a word of grammar."""
    return frame.has(
        r"(?:with|has|have|having|had)(?: (?:only|exactly|just))? (?:one|zero) [NC]\d+"
    )


def _several_counted(frame: Frame) -> bool:
    """ "how many users and teams": a plan counts one thing."""
    return frame.has(r"(?:how many|number of)(?: the)? [CR]\d+(?: ,| and| or|, and)+ [CR]\d+")


def _times_contrasted(frame: Frame) -> bool:
    """ "revenue in Q1 vs Q2" in one sum."""
    said = not _CONTRASTS.isdisjoint(_loose(frame))
    return said and not frame.group and sum(i.letter == "T" for i in frame.items) > 1


def _share(frame: Frame) -> bool:
    """ "percentage of failed runs by workflow" without the whole."""
    said = not _SHARES.isdisjoint(_loose(frame))
    return said and not any(m.where is not None for m in frame.measures)


def _either(frame: Frame) -> bool:
    """ "cancelled or longer than a minute" as if it were both."""
    said = frame.has(r"O\d+ or (?:[a-z]+ )*[VN]\d+") or frame.has(r"V\d+ or (?:[a-z]+ )*[NO]\d+")
    return said and not any(isinstance(part, Or) for part in frame.where)


def _so_often(frame: Frame) -> bool:
    """ "pages viewed fewer than 100 times" by a number that the records hold."""
    return frame.has(r"O\d+ (?:times|occasions)") and not frame.having


def _counted_behind(frame: Frame) -> bool:
    """ "refused consents, number" as a list, "alerts, total" as a sum of what nobody named."""
    if len(frame.words) < 2 or frame.words[-1].text not in _NUMBERS:
        return False
    before, last = frame.words[-2:]
    if before.text not in (",", "total") and last.start - before.end < len(": "):
        return False
    if any(item.last == len(frame.words) and item.place in frame.used for item in frame.items):
        return False
    named = any(item.letter in "NM" for item in frame.items)
    return not any(m.fn in ("count", "distinct") or named for m in frame.measures)


def _listed_behind(frame: Frame) -> bool:
    """ "are there disabled jobs? which ones" as their number."""
    last = [word.text for word in frame.words[-2:]]
    return last == ["which", "ones"] and bool(frame.measures)


def _of_another(frame: Frame) -> bool:
    """ "names of teams with a paused connection" by the connection's name."""
    for found in frame.find(r"(?P<f>F\d+) of(?: the| our| all)* (?P<c>[CR]\d+)"):
        field, owner = frame.item(found["f"]), frame.item(found["c"])
        whose = _whose(frame, owner)
        if field.pick is None or field.address == whose:
            continue
        if any(m.address == whose for m in field.pick.span.meanings if m.kind == "field"):
            return True
    return False


def _whose(frame: Frame, item: Item) -> str:
    """The collection that is named, also where it is one that the root refers to."""
    if item.letter != "R" or item.pick is None:
        return item.address
    meant = item.pick.meaning
    return frame.graph.targets.get((meant.address, meant.field), item.address)


def _later_order(frame: Frame) -> bool:
    """ "oldest invoice: number and due date" by the day that is only to be shown."""
    by = {order.by for order in frame.order}
    told = (
        r"(?:latest|newest|oldest|earliest|first|last)(?: [VZ]\d+)* C\d+"
        r"(?: and| ,| :| the| its| with| [FN]\d+)* (?P<d>D\d+)(?: |$)"
    )
    return any(frame.path(frame.item(found["d"])) in by for found in frame.find(told))


def _empty_of_another(frame: Frame) -> bool:
    """ "articles lacking a rating" as comments that have none."""
    empty = {part.field for part in frame.where if isinstance(part, IsNull)}
    for found in frame.find(
        rf"(?P<c>[CR]\d+) (?:[a-z]+ )*?(?:{'|'.join(NEGATORS)})(?: [a-z]+)* (?P<f>[FND]\d+)"
    ):
        owner, field = frame.item(found["c"]), frame.item(found["f"])
        if (
            _whose(frame, owner) != frame.root
            and frame.path(field) in empty
            and field.address == frame.root
        ):
            return True
    return False


def _averaged_sum(frame: Frame) -> bool:
    """ "average revenue per team": the average of the parts is not that of the sums."""
    summed = any(
        item.pick is not None
        and frame.catalogue.collections[item.address].measures[item.pick.meaning.value].fn == "sum"
        for item in frame.items
        if item.letter == "M"
    )
    return summed and any(m.fn in ("avg", "median") for m in frame.measures)


def _ratio_grouped(frame: Frame) -> bool:
    """ "cost per signup": a quotient, not a row for each number of signups."""
    numbers = {frame.path(item) for item in frame.items if item.letter == "N" and item.pick}
    said = frame.has(r"per N\d+")
    return said and any(key.field in numbers for key in frame.group)


def _two_times(frame: Frame) -> bool:
    """ "paid after their due date": two fields of one record are never compared."""
    return frame.has(r"(?:after|before|past|until|since|prior to)(?: [a-z]+){0,2} [DC]\d+")


def _rhythm(frame: Frame) -> bool:
    """ "per country" without a row per country."""
    if frame.group or frame.order:
        return False
    return any(
        item.letter != "C" or item.address != frame.root
        for found in frame.find(r"(?:per|for each|for every|by each) (?:[a-z]+ )?(?P<y>[A-Z]\d+)")
        for item in [frame.item(found["y"])]
    )


def _fold(frame: Frame) -> bool:
    """ "average tickets per customer" without an average of anything."""
    wanted = {AGGREGATES[w] for w in _loose(frame) if w in AGGREGATES} - {"sum"}
    made = {m.fn for m in frame.measures}
    if not frame.measures and frame.order:
        return False  # the peak is the first of an order
    if {"max", "min"} & wanted and frame.order:
        wanted -= {"max", "min"}
    return not wanted <= made


def _ends_in_total(frame: Frame) -> bool:
    """ "overdue invoices total" without a sum."""
    return frame.words[-1].text in ("total", "sum", "altogether") and not frame.measures


def _time_order(frame: Frame) -> bool:
    """ "last session per user" without an order in time."""
    said = bool(_TIME_SUPERLATIVES & _loose(frame)) or frame.has(r"(?:first|last) [CFR]\d+")
    said |= any(item.words in ("first", "last") for item in frame.items)  # as "lasted"
    return said and not frame.limit and not {m.fn for m in frame.measures} & {"min", "max"}


def _best_of_each(frame: Frame) -> bool:
    """ "the cheapest trip of each rider": one row is kept of all, not of each."""
    return frame.limit == 1 and bool(frame.group) and frame.has(r"(?:of|for|in|by) each [CFR]\d+")


def _beside_average(frame: Frame) -> bool:
    """ "rating above average": a record is never compared with a fold of all."""
    return frame.has(r"(?:above|below|over|under|than)(?: the)? (?:average|mean|median)")


def _which_field(frame: Frame) -> bool:
    """ "trips from Central" where trips have two stations, and neither is named."""
    named = {item.pick.meaning.field for item in frame.items if item.letter in FIELDS and item.pick}
    for item in frame.items:
        if item.pick is None or item.letter not in "VFR":
            continue
        mine = item.pick.meaning
        alike = {
            m.field
            for m in item.pick.span.meanings
            if (m.kind, m.address) == (mine.kind, mine.address) and m.weight >= mine.weight - 0.01
        }
        if len(alike) > 1 and (item.letter != "V" or alike.isdisjoint(named)):
            return True
    return False


def _other_word(frame: Frame) -> bool:
    """ "rode" taken for "role": a short word with another letter is likelier a word of its own."""
    for item in frame.items:
        if item.pick is None or not item.pick.span.typo or item.last - item.first > 1:
            continue
        word = frame.words[item.first].text
        known = "".join(item.pick.meaning.surface) or item.pick.meaning.value
        swapped = sorted(word) == sorted(known)
        if len(word) == len(known) <= _SHORT_CHARS_MAX and not swapped:
            return True
    return False


def _measured_order(frame: Frame) -> bool:
    """ "worst agents by rating" ranked by how many there are."""
    if not frame.order or _MEASURED_SUPERLATIVES.isdisjoint(_loose(frame)):
        return False
    by = {order.by for order in frame.order}
    return any(m.fn in ("count", "distinct") and m.name in by for m in frame.measures)


def _only_first(frame: Frame) -> bool:
    """ "users by country, largest first" cut down to the first."""
    return frame.limit == 1 and frame.has(rf"(?:{'|'.join(SUPERLATIVES)})(?: ones?)? first$")


def _groups_counted(frame: Frame) -> bool:
    """ "how many users have more than 10 sessions": the groups are listed, not counted."""
    if not frame.having or not frame.group:
        return False
    grouped = {key.field for key in frame.group}
    for found in frame.find(r"(?:how many|number of)(?: [a-z]+| [VB]\d+)* (?P<c>[CR]\d+)"):
        item = frame.item(found["c"])
        path = frame.path(item) if item.letter == "R" else frame.joins.path(item.steps, "id")
        if path in grouped:
            return True
    return frame.has(r"(?:how many|, count|, number)(?: (?:are|of|there|them|such))*$")


def _other_tense(frame: Frame) -> bool:
    """ "paid the most" where only "pays" is known: a price is not what was paid."""
    return any(
        item.letter == "N"
        and item.words in IRREGULAR
        and item.pick is not None
        and item.pick.meaning.surface != (item.words,)
        for item in frame.items
    )


def _silent_value(frame: Frame) -> bool:
    """ "tasks done yesterday": a word of the grammar that is a declared value here."""
    declared = {value for field in frame.spec.fields.values() for value in field.enum or ()}
    return any(len(word) >= _TELLING_CHARS for word in _loose(frame) & declared)


def _counted_bytes(frame: Frame) -> bool:
    """ "how many bytes were backed up" as the number of backups."""
    said = any(
        UNITS.get(w, UNITS.get(w.removesuffix("s"), ("",)))[0] == "data" for w in _loose(frame)
    )
    return said and bool(frame.measures) and all(m.field is None for m in frame.measures)


def _thousands(frame: Frame) -> bool:
    """ "revenue in thousands" in ones."""
    return frame.has(r"in (?:thousands?|millions?)")


def _bare_number(frame: Frame) -> bool:
    """ "marketing spend in October": one figure is wanted, not a column of them."""
    letters = {item.letter for item in frame.items}
    several = any(i.letter == "N" and plural(i) for i in frame.items)
    alone = {"N", "T"} <= letters <= ({"N", "T", "V"} if several else {"C", "N", "T", "V"})
    folded = frame.measures or frame.group or frame.order
    return alone and not folded and _LISTING.isdisjoint(_loose(frame))


def _within(frame: Frame) -> bool:
    """ "solved within a day": of now, or of its beginning?"""
    return any(
        item.letter == "T" and re.match(r"within (?!the |last|past)", item.payload.words)
        for item in frame.items
    )


_RULES: Final[tuple[tuple[Callable[[Frame], bool], float], ...]] = (
    *((rule, _WRONG) for rule in ELSEWHERE),
    (_negation, _WRONG),
    (_negated_window, _WRONG),
    (_comparison, _WRONG),
    (_direction, _WRONG),
    (_both, _WRONG),
    (_any_weekday, _WRONG),
    (_one, _WRONG),
    (_distinct, _ODD),
    (_either, _WRONG),
    (_of_another, _WRONG),
    (_counted_behind, _WRONG),
    (_listed_behind, _WRONG),
    (_so_often, _WRONG),
    (_empty_of_another, _WRONG),
    (_later_order, _WRONG),
    (_how_much, _WRONG),
    (_total, _WRONG),
    (_twice_counted, _WRONG),
    (_several_counted, _WRONG),
    (_times_contrasted, _WRONG),
    (_ratio_grouped, _WRONG),
    (_beside_average, _WRONG),
    (_other_word, _ODD),
    (_which_field, _ODD),
    (_best_of_each, _ODD),
    (_share, _ODD),
    (_averaged_sum, _ODD),
    (_two_times, _WRONG),
    (_rhythm, _ODD),
    (_fold, _ODD),
    (_ends_in_total, _ODD),
    (_time_order, _ODD),
    (_only_first, _ODD),
    (_measured_order, _ODD),
    (_groups_counted, _ODD),
    (_other_tense, _ODD),
    (_silent_value, _ODD),
    (_bare_number, _ODD),
    (_counted_bytes, _WRONG),
    (_thousands, _WRONG),
    (_within, _ODD),
)
