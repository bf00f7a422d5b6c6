"""Superlatives and top-N: which field or measure orders the answer."""

from __future__ import annotations

import re
from typing import Final, cast

from orchestrator.planner.grammar import ADJECTIVES, SUPERLATIVES
from orchestrator.planner.graph import Step
from orchestrator.planner.shape.comparing import measured_field
from orchestrator.planner.shape.folding import (
    UNIT_WORDS,
    add_measure,
    additive,
    count_root,
    named,
    tail,
)
from orchestrator.planner.shape.frame import Frame, Item
from orchestrator.planner.shape.groups import add_bucket, add_group, entity
from orchestrator.planner.shape.heads import group_head, head_of, limit_of
from orchestrator.planner.shape.moments import told_by
from orchestrator.planner.words import phrase
from registry.plan import Bucket, Fn, Order

_ACTIVITY: Final = frozenset({("usag",), ("activ",), ("visit",), ("session",)})
_MOST: Final = (
    r"(?P<way>most|fewest|least|(?:highest|largest|greatest|biggest) (?:number|count"
    r"|amount|volume) of|(?:lowest|smallest) (?:number|count|amount|volume) of)"
)
_MOST_OF: Final = (
    rf"{_MOST}(?: (?:of|the|new|different|distinct|unique|frequent))*(?: [VB]\d+)* (?P<y>[CNMF]\d+)"
)
_MOST_ADJ: Final = (
    r"(?P<way>most|least) (?P<adj>"
    + "|".join(ADJECTIVES)
    + r")(?: Z\d+)?(?: [VB]\d+)*(?: (?P<y>[CNMDFR]\d+))?"
)
_PLAIN: Final = [
    w
    for w in SUPERLATIVES
    if w not in ("most", "least", "fewest", "top", "bottom", "first", "last")
]
_SUPER: Final = (
    rf"(?P<sup>{'|'.join(_PLAIN)}|first(?= (?:Z|C|V))|last(?= (?:Z|C|V)))(?P<agg> (?:average|total"
    rf"|mean|median|avg|combined|overall))?"
    r"(?: (?:of|the|number|in|on|by))*(?: Z\d+)?(?: [VB]\d+)*(?:(?P<of>(?: C\d+)+)(?= [NMD]\d+))?"
    r"(?: (?P<y>[CNMDFR]\d+))?"
)
_TRAILING: Final = (
    rf"(?P<y>[NM]\d+) (?:the |its )?(?P<sup>most|least|{'|'.join(_PLAIN)})(?! [NMCFVDR]\d+)"
)
_TOP: Final = (
    r"(?P<way>top|bottom|first|last)(?: (?P<z>Z\d+))?(?: (?:most|of|the))*(?: [VB]\d+)* "
    r"(?P<g>[CFR]\d+)(?P<rest>.*)"
)
_SORT: Final = (
    r"(?:sorted|ordered|ranked|order|sort|rank)(?: [a-z]+)*? by(?: (?:the|their))* "
    r"(?P<y>[CNMDFR]\d+)(?P<dir>(?: [a-z]+)*)"
)
_SORT_ORDER: Final = (
    r"(?:ascending|descending|alphabetical|the|in) order (?:of|by)(?: (?:the"
    r"|their))* (?P<y>[NDFR]\d+)"
)
_LEFT_OVER: Final = frozenset(SUPERLATIVES) - {"first", "last", "recent"}


def ranking(frame: Frame) -> None:
    """Find the superlative, if there is one, and order by what it means."""
    for rule in (
        _units,
        _most_of,
        _most_adjective,
        _trailing,
        _ending,
        _superlative,
        _top,
        _sorted,
    ):
        if rule(frame):
            return


def leftover(frame: Frame) -> None:
    """A superlative that ordered nothing was not understood."""
    if _LEFT_OVER & set(frame.shape.split()) and not frame.order and not frame.measures:
        frame.doubt *= 0.45


def _by_count(frame: Frame, head: Item | None, counted: Item | None, desc: bool) -> bool:
    """Rank groups by how many records, or different records, they have."""
    limit = limit_of(frame, head)
    if "who" in frame.shape.split() and head is not None and not head.steps and head.letter == "C":
        head = None
    if (
        counted is None
        and not frame.group
        and head is not None
        and head.letter == "C"
        and not head.steps
    ):
        return _by_activity(frame, head, desc, limit)
    if not frame.group and not group_head(frame, head):
        return False
    if counted is not None and counted.letter == "C" and counted.steps:
        made = add_measure(
            frame,
            "distinct",
            frame.joins.path(counted.steps, "id"),
            counted.address.partition(".")[2],
        )
    elif counted is not None and counted.letter == "F":
        path = frame.path(counted)
        made = add_measure(frame, "distinct", path, f"different_{path.rpartition('.')[2]}")
    elif frame.measures:
        made = frame.measures[0]
    else:
        made = count_root(frame)
    if counted is not None:
        frame.note(counted, f"ranked by {made.name}")
    frame.order.append(Order(by=made.name, desc=desc))
    frame.limit = limit
    return True


def _by_activity(frame: Frame, head: Item, desc: bool, limit: int) -> bool:
    """ "most active users": by how many records of use refer to each, where a collection is
    known to hold use."""
    for ref in frame.catalogue.references:
        spec = frame.catalogue.collections[ref.source]
        said = {phrase(text) for text in (ref.source.partition(".")[2], *spec.synonyms)}
        if ref.target == frame.root and spec.time is not None and said & _ACTIVITY:
            steps = (Step(ref.field, ref.source, reverse=True),)
            entity(frame, (), frame.root, frame.root.partition(".")[2])
            name = ref.source.partition(".")[2]
            made = add_measure(frame, "count", frame.joins.path(steps, "id"), name)
            frame.order.append(Order(by=made.name, desc=desc))
            frame.limit = limit
            frame.doubt *= 0.8
            frame.meant.add(ref.source)
            frame.note(head, f"ranked by {ref.source}")
            return True
    return False


def _most_of(frame: Frame) -> bool:
    for found in frame.find(_MOST_OF):
        y = frame.item(found["y"])
        desc = not found["way"].startswith(("fewest", "least", "lowest", "smallest"))
        if y.letter == "M" and frame.measures:
            return _by_measure(frame, desc)
        if y.place in frame.used:
            continue
        head = head_of(frame, y)
        if y.letter in "NM":
            return _by_number(frame, y, head, desc, None)
        return _by_count(frame, head, y, desc)
    return False


def _most_adjective(frame: Frame) -> bool:
    for found in frame.find(_MOST_ADJ):
        what = ADJECTIVES[found["adj"]]
        desc = (found["way"] == "most") != what.startswith("-")
        y = frame.item(found["y"]) if found["y"] else None
        if y is not None and y.letter in "NM" and y.place not in frame.used:
            return _by_number(frame, y, head_of(frame, y), desc, None)
        return _by_hint(frame, what.lstrip("-"), y, desc)
    return False


def _ending(frame: Frame) -> bool:
    """ "which feature is used most", "which workflow failed the most"."""
    for found in frame.find(r"(?:the )?(?P<way>most|least)(?: often| frequently)?(?: T\d+)*$"):
        return _by_count(frame, head_of(frame, None), None, found["way"] == "most")
    return False


def _units(frame: Frame) -> bool:
    """ "the busiest day", "which month had the most signups"."""
    for found in frame.find(
        r"(?P<sup>busiest|quietest|peak|which|what)(?: [a-z]+)? (?P<u>[UD]\d+)"
    ):
        item = frame.item(found["u"])
        if item.words not in UNIT_WORDS and item.words not in ("hour", "minute"):
            continue
        if found["sup"] in ("which", "what") and not frame.has(r"most|least|fewest|highest|lowest"):
            continue
        add_bucket(frame, item, cast("Bucket", item.words))
        made = frame.measures[0] if frame.measures else count_root(frame)
        desc = not frame.has(r"quietest|least|fewest|lowest")
        frame.order.append(Order(by=made.name, desc=desc))
        frame.limit = 1
        return bool(frame.group)
    return False


def _superlative(frame: Frame) -> bool:
    for found in frame.find(_SUPER):
        desc, what = SUPERLATIVES[found["sup"]]
        y = frame.item(found["y"]) if found["y"] else None
        if found["agg"] and frame.measures:
            return _by_measure(frame, desc)
        if y is not None and y.letter in "NM" and what == "time" and frame.spec.time:
            return _latest_of(frame, y, desc)
        if y is not None and y.letter == "N" and what not in ("", "time", "count"):
            frame.doubt *= 1.0 if measured_field(frame, what) == frame.path(y) else 0.6
        if y is not None and y.letter in "NMD" and y.place not in frame.used:
            alone = bool(found["of"]) or _of_all(frame, found["sup"], y)
            listed = frame.has(r"(?:which|who|list|show)")
            head = None if alone and not listed else head_of(frame, y)
            return _by_number(frame, y, head, desc, found["sup"])
        if frame.measures and what in ("", "count") and frame.group:
            return _by_measure(frame, desc)
        if frame.measures and not what:
            return _by_measure(frame, desc)
        return _by_hint(frame, what, y, desc)
    return False


def _of_each(frame: Frame, y: Item) -> bool:
    """ "highest load time per page": one of each."""
    word, name = f"(?:{'|'.join(_PLAIN)})", f"{y.letter}{y.place}"
    number = rf"(?:{word} (?:[a-z]+ )?{name}|{name} (?:the )?{word})"
    each = "(?:per|for each|of each|for every|by)"
    first = rf"^(?:(?:the|show|list|give) )*{number} {each}"
    return frame.has(first) or frame.has(rf"{each} [CFR]\d+ (?:[a-z]+ )*{number}$")


def _of_all(frame: Frame, word: str, y: Item) -> bool:
    """ "what's the smallest fee among our customers": the number itself."""
    of = r"(?: in [NU]\d+)? (?:of|among|amongst|across|over)"
    return frame.has(rf"^what(?: is| was| the| our)* {word} {y.letter}{y.place}{of}")


def _trailing(frame: Frame) -> bool:
    """ "which team pays the most", "which run took the longest"."""
    for found in frame.find(_TRAILING):
        y = frame.item(found["y"])
        if y.place not in frame.used:
            return _by_number(frame, y, head_of(frame, y), SUPERLATIVES[found["sup"]][0], None)
    return False


def _latest_of(frame: Frame, y: Item, desc: bool) -> bool:
    """ "the latest value of disk_used": the number in the record that stands last in time."""
    assert frame.spec.time is not None
    frame.measures.clear()
    frame.select += [frame.path(y), frame.spec.time]
    frame.note(y, f"show {frame.path(y)}")
    frame.order.append(Order(by=frame.spec.time, desc=desc))
    frame.limit = 1
    return True


def _by_measure(frame: Frame, desc: bool) -> bool:
    head = head_of(frame, None)
    limit = limit_of(frame, head)
    if not frame.group and not group_head(frame, head):
        return False
    frame.order.append(Order(by=frame.figures[0], desc=desc))
    frame.limit = limit
    return True


def _by_number(frame: Frame, y: Item, head: Item | None, desc: bool, word: str | None) -> bool:
    """Order records by a number, or groups by its sum or extreme; with nothing to order, give
    the extreme."""
    if y.letter == "M":
        named(frame, y)
        return _by_measure(frame, desc)
    own = head is not None and head.letter == "C" and not head.steps
    if frame.measures and word is None:
        return _by_measure(frame, desc)
    if own and not frame.group:
        return _records(frame, frame.path(y), desc, head, y)
    if head is None and not frame.group:
        if "who" in frame.shape.split() or frame.has(r"(?:which|list|show)"):
            return _records(frame, frame.path(y), desc, None, y)
        fn: Fn = "max" if desc else "min"
        add_measure(frame, fn, frame.path(y), f"{fn}_{frame.path(y).rpartition('.')[2]}")
        frame.note(y, f"{fn} of {frame.path(y)}")
        return True
    if frame.group and _of_each(frame, y):
        extreme: Fn = "max" if desc else "min"
        add_measure(frame, extreme, frame.path(y), f"{extreme}_{tail(frame.path(y))}")
        frame.note(y, f"{extreme} of {frame.path(y)}")
        return True
    limit = limit_of(frame, head)
    if not frame.group and not group_head(frame, head):
        return False
    summed = additive(frame.field_of(y), y)
    chosen: Fn = "sum" if summed else "avg"
    path = frame.path(y)
    made = add_measure(frame, chosen, path, f"{chosen}_{path.rpartition('.')[2]}")
    frame.doubt *= 0.9
    frame.note(y, f"{chosen} of {path}")
    frame.order.append(Order(by=made.name, desc=desc))
    frame.limit = limit
    return True


def _by_hint(frame: Frame, what: str, y: Item | None, desc: bool) -> bool:
    head = y if y is not None and y.letter in "CFR" else head_of(frame, None)
    if what == "count":
        return _by_count(frame, head, None, desc)
    if what == "time":
        near = next((i for i in frame.free("D")), None)
        path = frame.path(near) if near else _told(frame) or frame.spec.time
        return path is not None and _records(frame, path, desc, head, near)
    if not what:
        return _by_only_number(frame, desc)
    name = measured_field(frame, what)
    if name is None and what in ("views", "score"):
        return _by_count(frame, head, None, desc)
    if name is None:
        return False
    if (
        head is not None
        and head.letter in "FR"
        and (y is head or frame.has(rf"(?:which|what) {head.letter}{head.place}"))
    ):
        add_group(frame, head)
        fold: Fn = "avg" if what in ("length", "score") else "max" if desc else "min"
        made = add_measure(frame, fold, name, f"{fold}_{name}")
        frame.order.append(Order(by=made.name, desc=desc))
        frame.limit = limit_of(frame, head)
        frame.doubt *= 0.85
        return True
    near = next(
        (i for i in frame.free("N") if i.pick is not None and i.pick.meaning.field == name), None
    )
    return _records(frame, name, desc, head, near)


def _told(frame: Frame) -> str | None:
    """ "which invoice was paid latest", "the most recently closed ticket" """
    for found in frame.find(
        r"(?P<v>V\d+) (?:the )?(?:latest|earliest|most recent|most recently)"
        r"|(?:most )?recently (?P<w>V\d+)"
    ):
        return told_by(frame, frame.item(found["v"] or found["w"]))
    return None


def _by_only_number(frame: Frame, desc: bool) -> bool:
    """ "the highest cpu_percent per host": the extreme of the number that a measurement has."""
    name = measured_field(frame, "") or ("value" if "value" in frame.spec.fields else None)
    if name is None or frame.measures:
        return False
    made = add_measure(frame, "max" if desc else "min", name, f"{'max' if desc else 'min'}_{name}")
    frame.doubt *= 0.95 if frame.spec.fields[name].required else 0.75
    if any(g.bucket for g in frame.group):
        return True
    if frame.group:
        frame.order.append(Order(by=made.name, desc=desc))
    return True


def _records(frame: Frame, path: str, desc: bool, head: Item | None, near: Item | None) -> bool:
    """List records in order; one, unless the head is plural or a number says more."""
    limit = limit_of(frame, head)
    frame.order.append(Order(by=path, desc=desc))
    frame.limit = limit
    if near is not None:
        frame.note(near, f"ordered by {path}")
    if head is not None and head.letter == "C" and head.steps:
        label = frame.label_of(head.steps, head.address)
        if label is not None and limit == 1:
            frame.select += [label, path]
        frame.use(head)
    return True


def _top(frame: Frame) -> bool:
    """ "top 5 countries by users", "last 10 messages"."""
    for found in frame.find(_TOP):
        head = frame.item(found["g"])
        desc = found["way"] not in ("bottom", "first")
        if found["way"] in ("first", "last") and not found["z"]:
            continue
        by = re.search(
            r" (?:by|with|in|on|of)(?: (?:the|most|their|number|of|total|highest))* "
            r"(?P<y>[CNMDF]\d+)",
            found["rest"],
        )
        y = frame.item(by["y"]) if by else None
        if found["way"] in ("first", "last"):
            return frame.spec.time is not None and _records(
                frame, frame.spec.time, desc, head, None
            )
        if frame.measures:
            return _by_measure(frame, desc)
        if y is not None and y.letter in "NMD" and y.place not in frame.used:
            return _by_number(frame, y, head, desc, None)
        if y is not None and y.place not in frame.used:
            return _by_count(frame, head, y, desc)
        number = next(iter(frame.free("NM")), None)
        if number is not None:
            return _by_number(frame, number, head, desc, None)
        return _by_count(frame, head, None, desc)
    return False


def _sorted(frame: Frame) -> bool:
    """ "sorted by amount", "in descending order of score", "in alphabetical order"."""
    desc = frame.has(r"descending|desc|highest first|largest first|newest first|latest first")
    for pattern in (_SORT, _SORT_ORDER):
        for found in frame.find(pattern):
            y = frame.item(found["y"])
            if y.letter in "NDFR" and frame.group:
                return _sort_groups(frame, y, desc)
            if y.letter in "NDFR":
                frame.order.append(Order(by=frame.path(y), desc=desc))
                frame.note(y, f"ordered by {frame.path(y)}")
                return True
    if (
        not frame.group
        and not frame.has(r"how many|number of")
        and frame.has(
            r"(?:ascending|descending|alphabetical|alphabetic)(?: [a-z]+)* order|alphabetically"
        )
    ):
        first = next((i for i in frame.free("FND")), None)
        if first is not None:
            frame.order.append(Order(by=frame.path(first), desc=desc))
            return True
    return False


def _sort_groups(frame: Frame, y: Item, desc: bool) -> bool:
    path = frame.path(y)
    key = next((g for g in frame.group if g.field == path), None)
    if key is not None:
        frame.order.append(Order(by=key.name, desc=desc))
        frame.use(y)
    return key is not None
