"""What a person expects to see of an answer: names without the ids behind them, only the names
where "which" or "who" asks for them, and each kind once where kinds are asked for.

Changes columns only: the rows that a plan finds stay the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from orchestrator.planner.clauses.trailing import UNIT
from orchestrator.planner.describe import describe
from orchestrator.planner.grammar import SUPERLATIVES
from orchestrator.planner.reading import Reading
from orchestrator.planner.words import Word
from registry.catalog import Catalogue
from registry.domain import CollectionSpec
from registry.plan import Compare, IsNull, QueryPlan, conjuncts, place_of, split_path
from registry.record import NUMERIC

_IDS: Final = frozenset({"id", "ids", "identifier", "identifiers", "key", "keys"})
_EACH: Final = frozenset({"each", "every", "per"})
_FIGURES: Final = frozenset(
    [
        "many",
        "much",
        "count",
        "counts",
        "number",
        "numbers",
        "total",
        "totals",
        "figure",
        "figures",
        "often",
        "times",
        "with",
        "and",
        "value",
    ]
)
_IN_UNIT: Final = re.compile(rf"\bin (?:{UNIT})\b|\b(?:{UNIT})$")
_OF_FIGURE: Final = re.compile(r"^(?:what|how)\b|\bhow (?:long|big|large|much|many)\b")
_EXTREMES: Final = frozenset(SUPERLATIVES) - {"first", "last", "top", "bottom"}
_ASKING: Final = frozenset({"which", "who", "what"})
_PLEASE: Final = frozenset(["please", "can", "could", "would", "will", "you", "me", "us"])
_WHETHER: Final = frozenset(["is", "are", "was", "were", "has", "have", "does", "did"])
_NAMING: Final = frozenset({"which", "who"})


def shown(reading: Reading, words: tuple[Word, ...], catalogue: Catalogue) -> Reading:
    """The reading with the columns that the question is about."""
    plan, said = reading.plan, {word.text for word in words}
    if plan.combine is not None:
        return reading  # both sides have the same columns
    if _IDS.isdisjoint(said):
        plan = without_ids(plan, catalogue)
    if words and (words[0].text in _NAMING or _to_name(words)):
        plan = _named(plan, catalogue)
    if [w.text for w in words[:2] if w.text != "since"][:1] == ["when"]:
        plan = _told(plan)
    if said.isdisjoint(_FIGURES):
        plan = _winner(plan, words)
    plan = _figure(plan, words, catalogue)
    if words and words[0].text in _WHETHER:
        plan = _whether(plan, catalogue)
    if _EACH.isdisjoint(said):
        plan = _kinds(plan, catalogue)
    return reading if plan is reading.plan else replace(reading, plan=plan, label=describe(plan))


def without_ids(plan: QueryPlan, catalogue: Catalogue) -> QueryPlan:
    """Groups told by a name do not show the id that keeps namesakes apart."""
    behind = {key.name for key in plan.group if key.field in set(_behind(plan, catalogue))}
    if plan.aggregates:
        columns = plan.show or _made(plan)
        left = tuple(name for name in columns if name not in behind)
        return plan.model_copy(update={"show": left}) if left != columns else plan
    paths = set(_behind(plan, catalogue))
    if not plan.distinct:
        paths.discard("id")  # of records that are shown themselves
    left = tuple(path for path in plan.select if path not in paths)
    return plan.model_copy(update={"select": left}) if left != plan.select else plan


def _behind(plan: QueryPlan, catalogue: Catalogue) -> Iterator[str]:
    """The paths of ids whose records are told by their label, too."""
    paths = [key.field for key in plan.group] or list(plan.select)
    for alias, to, on in _sources(plan):
        label = catalogue.collections[to].label
        if label is not None and f"{alias}.{label}".removeprefix(".") in paths:
            yield from (f"{alias}.id".removeprefix("."), on)


def _sources(plan: QueryPlan) -> Iterator[tuple[str, str, str]]:
    """(alias, collection, the path that refers to it) of the root and of each join."""
    yield "", plan.source, "id"
    for join in plan.joins:
        to_one = join.on[1] == "id"
        yield join.alias, join.to, join.on[0] if to_one else f"{join.alias}.id"


def _made(plan: QueryPlan) -> tuple[str, ...]:
    names = (*(k.name for k in plan.group), *(m.name for m in plan.measures))
    return (*names, *(made.alias for made in plan.compute))


def _named(plan: QueryPlan, catalogue: Catalogue) -> QueryPlan:
    """ "which teams …", "who …": their names, where whole records would be shown."""
    label = catalogue.collections[plan.source].label
    empty = {part.field for part in conjuncts(plan.where) if isinstance(part, IsNull)}
    whole = set(plan.select) <= empty
    if plan.aggregates or not whole or label is None or not _described(plan, catalogue):
        return plan
    return plan.model_copy(update={"select": (label,)})


def _to_name(words: tuple[Word, ...]) -> bool:
    """ "name the workflows …", "could you name …"."""
    told = [word.text for word in words[:4] if word.text not in _PLEASE]
    return told[:1] == ["name"] and told[1:2] != ["of"]


def _winner(plan: QueryPlan, words: tuple[Word, ...]) -> QueryPlan:
    """ "who sent the most messages", "which agent": whom, and not by how many."""
    asked = any(word.text in _ASKING for word in words[:3])
    asked |= any(word.text in _EXTREMES for word in words[:2])
    by = {order.by for order in plan.order} & {m.name for m in plan.measures}
    if not asked or plan.limit != 1 or len(plan.measures) != 1 or not by or plan.compute:
        return plan
    left = tuple(name for name in plan.show or _made(plan) if name not in by)
    return plan.model_copy(update={"show": left}) if left else plan


def _whether(plan: QueryPlan, catalogue: Catalogue) -> QueryPlan:
    """ "is the workflow Nightly import enabled": what it is, and not it if it is."""
    spec = catalogue.collections[plan.source]
    parts = [p for p in conjuncts(plan.where) if isinstance(p, Compare) and p.op == "="]
    one = [p for p in parts if p.field in (spec.label, "id", *spec.key)]
    told = [p for p in parts if split_path(p.field)[0] is None and _state(spec, p.field)]
    whole = not (plan.aggregates or plan.select or plan.joins or plan.order)
    if not whole or len(parts) != 2 or len(one) != 1 or len(told) != 1 or one == told:
        return plan
    return plan.model_copy(update={"where": one[0], "select": (told[0].field,)})


def _state(spec: CollectionSpec, name: str) -> bool:
    field = spec.field(name)
    return field.type == "bool" or field.enum is not None


def _figure(plan: QueryPlan, words: tuple[Word, ...], catalogue: Catalogue) -> QueryPlan:
    """ "what was the longest session, in seconds": the figure, and not whose it is."""
    alone = plan.limit == 1 and len(plan.order) == 1 and not (plan.aggregates or plan.select)
    said = " ".join(word.text for word in words)
    if not alone or not _IN_UNIT.search(said) or not _OF_FIGURE.search(said):
        return plan
    alias, name = split_path(plan.order[0].by)
    spec = catalogue.collections[plan.source]
    if alias is not None or spec.field(name).type not in NUMERIC:
        return plan
    return plan.model_copy(update={"select": (name,)})


def _told(plan: QueryPlan) -> QueryPlan:
    """ "when was Anna last seen": her name is in the question."""
    told = {p.field for p in conjuncts(plan.where) if isinstance(p, Compare) and p.op == "="}
    left = tuple(path for path in plan.select if path not in told)
    by = {order.by for order in plan.order}
    if plan.limit == 1 and by & set(left):  # "when did the latest alert start"
        left = tuple(path for path in left if path in by)
    return plan.model_copy(update={"select": left}) if left and left != plan.select else plan


def _kinds(plan: QueryPlan, catalogue: Catalogue) -> QueryPlan:
    """ "what purposes are there", "customers with open tickets": each kind, and each of the others
    that several records refer to, once; not once for each record."""
    if plan.aggregates or plan.distinct or plan.order or plan.limit or not plan.select:
        return plan
    if not _described(plan, catalogue):
        return plan
    shared = (
        len(owners := {split_path(path)[0] for path in plan.select}) == 1 and None not in owners
    )
    if not shared and not all(_kind(path, plan, catalogue) for path in plan.select):
        return plan
    return plan.model_copy(update={"distinct": True})


def _kind(path: str, plan: QueryPlan, catalogue: Catalogue) -> bool:
    """Whether the field has declared values. What is stored has no say in what is asked (P10)."""
    address, name = place_of(plan, path)
    return catalogue.collections[address].field(name).enum is not None


def _described(plan: QueryPlan, catalogue: Catalogue) -> bool:
    return bool(catalogue.collections[plan.source].display)
