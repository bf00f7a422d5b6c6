"""Which records of which collections are a person's, from the domains' specs and what they hold.

A record is theirs when a `subject` field of its collection names them, or leads to a record that is
theirs. A record that is not theirs mentions them where another field refers to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from orchestrator.links import Links
from registry.access import Principal
from registry.domain import PEOPLE, CollectionSpec, DomainSpec
from registry.errors import IsothermError

_NAMES = frozenset({"text", "ref"})
#: {field: texts}
Named = dict[str, list[str]]
_ROUNDS_MAX = 8  # a record that is theirs through that many others is as far as it goes


@dataclass(slots=True)
class Reach:
    """{address: fields that make a record theirs} and {address: fields that mention them};
    `missing`: domains that did not say what they hold."""

    theirs: dict[str, Named] = field(default_factory=dict)
    mentions: dict[str, Named] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> Reach:
        """As `to_wire` gave it."""
        return cls(dict(data.get("theirs", {})), dict(data.get("mentions", {})))

    def to_wire(self) -> dict[str, Any]:
        """What a later look goes on from."""
        return {"theirs": self.theirs, "mentions": self.mentions}

    def of(self, domain: str) -> dict[str, tuple[Named, Named]]:
        """{collection: (theirs, mentions)} of one domain."""
        names = {a: None for a in (*self.theirs, *self.mentions) if a.partition(".")[0] == domain}
        return {
            a.partition(".")[2]: (self.theirs.get(a, {}), self.mentions.get(a, {})) for a in names
        }

    def live(self, domain: DomainSpec, collection: str) -> Named:
        """What makes a live record theirs. Their ids, which tell dead copies too, add nothing to
        it, and there may be very many."""
        theirs = self.theirs.get(f"{domain.domain}.{collection}", {})
        spec = domain.collections.get(collection)
        return {n: texts for n, texts in theirs.items() if spec is not None and n in spec.subjects}

    def add(self, address: str, name: str, texts: list[str]) -> bool:
        """More texts that make a record theirs; whether one is new."""
        known = self.theirs.setdefault(address, {}).setdefault(name, [])
        new = sorted(set(texts) - set(known))
        known += new
        return bool(new)


async def reach_of(
    links: Links,
    specs: Mapping[str, DomainSpec],
    principal: Principal,
    subject: str,
    *,
    known: Reach | None = None,
) -> Reach:
    """All that is theirs. `known`: what an earlier look found, part of which may be gone."""
    out = known or Reach()
    followers: dict[str, list[tuple[str, str]]] = {}
    for address, spec in _collections(specs):
        for name in spec.subjects:
            to = spec.references.get(name, PEOPLE)
            if to == PEOPLE:
                out.add(address, name, [subject])
            else:
                followers.setdefault(to, []).append((address, name))
        for name in spec.mentions:
            out.mentions.setdefault(address, {})[name] = [subject]
    await _follow(links, principal, out, followers)
    return out


async def undeclared(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal, subject: str
) -> dict[str, int]:
    """{address: records} in which a field holds the subject's name though the collection does not
    declare it. Domains that do not answer are left out."""
    out: dict[str, int] = {}
    for address, spec in _collections(specs):
        domain, _, collection = address.partition(".")
        declared = {*spec.subjects, *spec.mentions}
        named = {
            name: [subject]
            for name, f in spec.fields.items()
            if f.type in _NAMES and f.enum is None and name not in declared
        }
        given = {"collection": collection, "named": named}
        with suppress(IsothermError):
            data = await links.call(domain, "subject_find", given, principal=principal, retry=True)
            if data["count"]:
                out[address] = data["count"]
    return out


async def _follow(
    links: Links,
    principal: Principal,
    out: Reach,
    followers: Mapping[str, list[tuple[str, str]]],
) -> None:
    """Until no further record is theirs: the ids of their records make others theirs."""
    fresh = set(followers)
    for _ in range(_ROUNDS_MAX):
        grown: set[str] = set()
        for address in sorted(fresh):
            ids = await _ids(links, principal, out, address)
            for follower, name in followers[address]:
                if ids and out.add(follower, name, ids):
                    grown.add(follower)
            if ids:
                out.add(address, "id", ids)  # dead copies of these records are found by it later
        fresh = grown & set(followers)
        if not fresh:
            break


async def _ids(links: Links, principal: Principal, out: Reach, address: str) -> list[str]:
    domain, _, collection = address.partition(".")
    named = out.theirs.get(address)
    if not named or domain in out.missing:
        return []
    given = {"collection": collection, "named": named, "ids": True}
    try:
        data = await links.call(domain, "subject_find", given, principal=principal, retry=True)
    except IsothermError as refusal:
        out.missing[domain] = refusal.message
        return []
    found: list[str] = data["ids"]
    return found


def _collections(specs: Mapping[str, DomainSpec]) -> Iterator[tuple[str, CollectionSpec]]:
    for spec in specs.values():
        yield from spec.addresses()
