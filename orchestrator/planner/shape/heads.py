"""What a superlative ranks, and how much of the ranking is kept: "which 3 teams", "top
countries", "who"."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.graph import Steps
from orchestrator.planner.shape.frame import Frame, Item
from orchestrator.planner.shape.groups import add_group, entity
from orchestrator.planner.words import phrase
from registry.catalog import Catalogue

PLURAL_LIMIT: Final = 10


def plural(item: Item) -> bool:
    """Whether the item's last word is written in the plural."""
    word = item.words.split()[-1]
    return (word.endswith("s") and not word.endswith(("ss", "us"))) or word == "people"


def limit_of(frame: Frame, head: Item | None) -> int:
    for found in frame.find(
        r"(?:top|bottom|first|last|latest|newest|oldest|which|what|the|most|[a-z]+est|longest"
        r"|recent) (?P<z>Z\d+)"
    ):
        z = frame.item(found["z"])
        return _number(frame, z)
    for found in frame.find(r"(?P<z>Z\d+)(?: [a-z]+est| most| least| worst| best| [CVF]\d+)"):
        return _number(frame, frame.item(found["z"]))
    return PLURAL_LIMIT if head is not None and plural(head) else 1


def _number(frame: Frame, z: Item) -> int:
    frame.use(z)
    value = frame.words[z.first].number
    return max(1, min(int(value), 10_000)) if value is not None else 1


def head_of(frame: Frame, but: Item | None) -> Item | None:
    """The thing that is ranked: after which/what/top, else the first collection or field that is
    not the measure."""
    for found in frame.find(
        r"(?:which|what|top|bottom|whose)(?: (?:are|is|was|were|the|of|our))*(?: Z\d+)?(?: most"
        r"| least)?(?: [VB]\d+)* (?P<g>[CFR]\d+)"
    ):
        item = frame.item(found["g"])
        if item is not but:
            return item
    for item in frame.items:
        same = but is not None and item.letter == but.letter == "C" and item.address == but.address
        if item is not but and not same and item.letter in "CFR" and item.place not in frame.used:
            return item
    return None


def group_head(frame: Frame, head: Item | None) -> bool:
    if head is None:
        if "who" not in frame.shape.split():
            return False
        person = person_route(frame)
        if person is None:
            return False
        entity(frame, *person)
        return True
    if head.letter == "C" and not head.steps:
        return False
    add_group(frame, head)
    return bool(frame.group)


_PERSON: Final = frozenset({("person",), ("employe",), ("custom",), ("user",)})


def of_people(catalogue: Catalogue, address: str) -> bool:
    """Whether a collection is called what people are."""
    names = (address.partition(".")[2], *catalogue.collections[address].synonyms)
    return not _PERSON.isdisjoint(phrase(text) for text in names)


def person_route(frame: Frame) -> tuple[Steps, str, str] | None:
    """("who") the reference of the root to a collection of people: steps, address, column name."""
    routes = []
    for address in frame.catalogue.collections:
        if of_people(frame.catalogue, address):
            found = [
                r for r in frame.graph.routes(frame.root, address) if r.steps and not r.fans_out
            ]
            routes += [(r.cost, r.steps, address) for r in found if len(r.steps) == 1]
    named = {
        i.pick.meaning.field
        for i in frame.items
        if i.letter == "R" and i.pick and i.address == frame.root
    }
    routes = [r for r in routes if r[1][0].field in named] or routes
    if not routes:
        return None
    if len(routes) > 1:
        frame.doubt *= 0.85
    _, steps, address = min(routes, key=lambda r: r[0])
    return steps, address, steps[0].field
