"""The catalogue: every domain's spec, and the facts about what is stored. An immutable snapshot.

Planner, router and plan check see this and nothing else, so they stay pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from registry.domain import CollectionSpec, DomainSpec
from registry.errors import UnknownDomain, listed, shown
from registry.limits import SCOPES_MAX
from registry.taught import NOTHING, Taught


@dataclass(frozen=True, slots=True)
class FieldValues:
    """Distinct text values of a field, most frequent first. `complete`: there are no others."""

    values: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is stored in one collection. Times in µs; `seq` moves with every write of its domain."""

    rows: int = 0
    time_min_us: int | None = None
    time_max_us: int | None = None
    seq: int = 0
    values: Mapping[str, FieldValues] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reference:
    """`source.field` holds ids of `target`."""

    source: str
    field: str
    target: str


class Catalogue:
    """Specs and facts by address, and what the tenant taught. Equal inputs give equal plans."""

    def __init__(
        self,
        specs: Iterable[DomainSpec],
        facts: Mapping[str, Facts] | None = None,
        taught: Taught = NOTHING,
    ) -> None:
        self.taught = taught
        self._scoped: dict[tuple[str, ...], Catalogue] = {}
        self.domains: Mapping[str, DomainSpec] = MappingProxyType({s.domain: s for s in specs})
        self.facts: Mapping[str, Facts] = MappingProxyType(dict(facts or {}))
        self.collections: Mapping[str, CollectionSpec] = MappingProxyType(
            {address: c for spec in self.domains.values() for address, c in spec.addresses()}
        )
        self.references: tuple[Reference, ...] = tuple(
            Reference(address, name, target)
            for address, c in self.collections.items()
            for name, target in c.references.items()
            if target in self.collections
        )

    def collection(self, address: str) -> CollectionSpec:
        """The collection at "domain.collection", or `UnknownDomain` saying what there is."""
        found = self.collections.get(address)
        if found is not None:
            return found
        domain, _, name = address.partition(".")
        spec = self.domains.get(domain)
        if spec is None:
            raise UnknownDomain(f"No domain {shown(domain)}; there are {listed(self.domains)}.")
        raise UnknownDomain(
            f"No collection {shown(name)} in {domain}; there are {listed(spec.collections)}."
        )

    def facts_of(self, address: str) -> Facts:
        return self.facts.get(address, Facts())

    def scoped(self, domains: Iterable[str]) -> Catalogue:
        """Only these domains; an unknown one raises `UnknownDomain`. Equal scopes are one object,
        so that planners may keep what they made of it."""
        wanted = tuple(sorted(set(domains)))
        if wanted in self._scoped:
            return self._scoped[wanted]
        for name in wanted:
            if name not in self.domains:
                raise UnknownDomain(f"No domain {shown(name)}; there are {listed(self.domains)}.")
        kept = [spec for name, spec in self.domains.items() if name in wanted]
        facts = {a: f for a, f in self.facts.items() if a.partition(".")[0] in wanted}
        made = Catalogue(kept, facts, self.taught)
        if len(self._scoped) < SCOPES_MAX:
            self._scoped[wanted] = made
        return made

    def with_facts(self, facts: Mapping[str, Facts]) -> Catalogue:
        """The same specs, these facts laid over the old ones."""
        return Catalogue(self.domains.values(), {**self.facts, **facts}, self.taught)

    def values(self) -> Iterator[tuple[str, str, FieldValues]]:
        """(address, field, values) of every indexed vocabulary."""
        for address, facts in self.facts.items():
            for name, values in facts.values.items():
                yield address, name, values
