"""References between collections as a graph: how to reach one collection from another, and the
joins that it takes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final, Literal, TypeAlias
from weakref import WeakKeyDictionary

from orchestrator.planner.parts import join
from orchestrator.planner.words import phrase
from registry.catalog import Catalogue
from registry.plan import Join

_FORWARD: Final = 0.17
_REVERSE: Final = 0.6
_COST_MAX: Final = 1.0
_STEPS_MAX: Final = 6
UNREACHABLE: Final = 9.0


@dataclass(frozen=True, slots=True)
class Step:
    """One reference. Forward: `field` of the collection before holds an id of `address`.
    Reverse: `field` is of `address`."""

    field: str
    address: str
    reverse: bool = False


Steps: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one collection to another and what it costs in likelihood."""

    steps: Steps
    cost: float

    @property
    def fans_out(self) -> bool:
        """Whether one record may meet several on the way."""
        return any(step.reverse for step in self.steps)


class Graph:
    """All useful routes of a catalogue, the likeliest first."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._edges: dict[str, list[tuple[Step, float]]] = defaultdict(list)
        for ref in catalogue.references:
            field = catalogue.collections[ref.source].fields[ref.field]
            plain = _named_after(ref.field, ref.target)
            extra = 0.0 if plain else 0.03 if field.required else 0.04
            self._edges[ref.source].append((Step(ref.field, ref.target), _FORWARD + extra))
            self._edges[ref.target].append((Step(ref.field, ref.source, True), _REVERSE + extra))
        self.targets = {(r.source, r.field): r.target for r in catalogue.references}
        self._ways: dict[tuple[str, str], Route | None] = {}
        self._routes = {address: self._from(address) for address in catalogue.collections}

    def _from(self, root: str) -> dict[str, tuple[Route, ...]]:
        found: dict[str, list[Route]] = defaultdict(list)
        found[root].append(Route((), 0.0))
        ways: list[Route] = [Route((), 0.0)]
        while ways:
            way = ways.pop()
            here = way.steps[-1].address if way.steps else root
            seen = {root, *(step.address for step in way.steps)}
            for step, cost in self._edges[here]:
                if step.address in seen or way.cost + cost > _COST_MAX or len(way.steps) >= 3:
                    continue
                longer = Route((*way.steps, step), way.cost + cost)
                found[step.address].append(longer)
                ways.append(longer)
        return {
            address: tuple(sorted(routes, key=lambda r: (r.cost, [s.field for s in r.steps])))[:8]
            for address, routes in found.items()
        }

    def routes(self, root: str, target: str) -> tuple[Route, ...]:
        return self._routes.get(root, {}).get(target, ())

    def way(self, root: str, target: str) -> Route | None:
        """The likeliest way, however long."""
        found = self.routes(root, target)
        if found:
            return found[0]
        if (root, target) not in self._ways:
            self._ways[root, target] = self._farther(root, target)
        return self._ways[root, target]

    def _farther(self, root: str, target: str) -> Route | None:
        """Dijkstra over the references."""
        queue: list[tuple[float, int, Route, str]] = [(0.0, 0, Route((), 0.0), root)]
        seen: set[str] = set()
        while queue:
            cost, _, way, here = heappop(queue)
            if here == target:
                return way
            if here in seen or len(way.steps) >= _STEPS_MAX:
                continue
            seen.add(here)
            for step, extra in self._edges[here]:
                longer = Route((*way.steps, step), cost + extra)
                heappush(queue, (longer.cost, len(seen) * 1000 + len(queue), longer, step.address))
        return None

    def cost(self, root: str, target: str) -> float:
        found = self._routes.get(root, {}).get(target)
        return found[0].cost if found else UNREACHABLE

    def onward(self, route: Route, address: str, field: str) -> Route | None:
        """The route continued over a reference field of the collection it leads to."""
        target = self.targets.get((address, field))
        return (
            None
            if target is None
            else Route((*route.steps, Step(field, target)), route.cost + _FORWARD)
        )

    def through(self, root: str, field: str, target: str) -> Route | None:
        """The likeliest route that begins with the reference `field` of the root."""
        return next(
            (
                r
                for r in self.routes(root, target)
                if r.steps and r.steps[0].field == field and not r.steps[0].reverse
            ),
            None,
        )


def _named_after(field: str, target: str) -> bool:
    domain, _, name = target.partition(".")
    return phrase(field) in (phrase(name), phrase(domain))


class Joins:
    """The joins of one plan, added as paths ask for them."""

    def __init__(self, given: tuple[Join, ...] = ()) -> None:
        #: how paths join from here on
        self.kind: Literal["inner", "left"] = "inner"
        self._alias: dict[Steps, str] = {(): ""}
        self.joins: list[Join] = list(given)
        steps: dict[str, Steps] = {"": ()}
        for made in given:
            alias, _, field = made.on[0].rpartition(".")
            if made.kind != "anti":
                step = (
                    Step(field, made.to) if made.on[1] == "id" else Step(made.on[1], made.to, True)
                )
                steps[made.alias] = (*steps[alias], step)
                self._alias[steps[made.alias]] = made.alias

    def path(self, steps: Steps, field: str) -> str:
        """The plan's path of a field at the end of `steps`; joins what is needed and no more."""
        if steps and field == "id" and not steps[-1].reverse:
            return self.path(steps[:-1], steps[-1].field)
        alias = self._joined(steps)
        return f"{alias}.{field}" if alias else field

    def knows(self, steps: Steps) -> bool:
        """Whether the collection at the end of `steps` is joined already."""
        return steps in self._alias

    def _joined(self, steps: Steps, kind: Literal["inner", "left"] | None = None) -> str:
        if steps in self._alias:
            return self._alias[steps]
        before, step = steps[:-1], steps[-1]
        left = self.path(before, "id" if step.reverse else step.field)
        alias = self._name(step)
        right = step.field if step.reverse else "id"
        self.joins.append(join(alias, step.address, (left, right), kind or self.kind))
        self._alias[steps] = alias
        return alias

    def left(self, step: Step) -> str:
        """Join a collection that holds references to the root, keeping roots without any."""
        return self._joined((step,), "left")

    def without(self, step: Step) -> None:
        """Keep only roots that nothing of `step.address` refers to."""
        on = ("id", step.field) if step.reverse else (step.field, "id")
        self.joins.append(join(f"no_{self._name(step)}", step.address, on, "anti"))

    def _name(self, step: Step) -> str:
        wanted = step.address.partition(".")[2] if step.reverse else step.field
        taken = {made.alias for made in self.joins}
        name, n = wanted, 2
        while name in taken:
            name, n = f"{wanted}_{n}", n + 1
        return name


_compiled: WeakKeyDictionary[Catalogue, Graph] = WeakKeyDictionary()


def graph_of(catalogue: Catalogue) -> Graph:
    """The catalogue's graph, compiled once per catalogue object."""
    found = _compiled.get(catalogue)
    if found is None:
        found = _compiled[catalogue] = Graph(catalogue)
    return found
