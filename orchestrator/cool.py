"""The cooling trip: ask the domains where things are, decide, have them moved. Moves nothing
itself.

A domain that does not answer is left out and named; the others are not kept waiting for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator import upkeep
from orchestrator.links import Links
from orchestrator.thermal import Decision, Placement, decide
from registry.access import Principal
from registry.domain import DomainSpec
from registry.errors import BadInput, IsothermError, NotFound, shown
from registry.tier import Tier


async def tiers(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal, now_us: int
) -> dict[str, Any]:
    """Every place of these domains, its tier, size, next move and why; `missing` domains."""
    places: list[dict[str, Any]] = []
    missing: dict[str, str] = {}
    for domain, spec in specs.items():
        try:
            places += [_wire(domain, d) for d in await _decisions(links, spec, principal, now_us)]
        except IsothermError as refusal:
            missing[domain] = refusal.message
    return {"places": places, **({"missing": missing} if missing else {})}


async def cool(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal, now_us: int
) -> dict[str, Any]:
    """One pass over these domains: what moved and why, what was cleared up."""
    moved: list[dict[str, Any]] = []
    missing: dict[str, str] = {}
    resumed = removed = compacted = 0
    for domain, spec in specs.items():
        try:
            tended = await links.call(domain, "tend", {}, principal=principal)
            resumed, removed = resumed + tended["resumed"], removed + tended["removed"]
            for decision in await _decisions(links, spec, principal, now_us):
                if decision.to is not None:
                    moved += await _move_all(links, domain, decision, principal)
            compacted += (await upkeep.compact_one(links, domain, principal))["segments"]
        except IsothermError as refusal:
            missing[domain] = refusal.message
    out: dict[str, Any] = {
        "moved": moved, "resumed": resumed, "removed": removed, "compacted": compacted,
    }  # fmt: skip
    return {**out, **({"missing": missing} if missing else {})}


async def move(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal, *, place: str, tier: str
) -> dict[str, Any]:
    """Move one place, as `DOMAIN.COLLECTION/BUCKET[/NUMBER]`."""
    domain, dot, inside = place.partition(".")
    if not dot or domain not in specs:
        raise NotFound(f"{shown(place)} is no place; `tiers` lists them.")
    if tier not in ("warm", "cold"):
        raise BadInput(f"A place moves to warm or cold, not to {shown(tier)}.")
    given = {"place": inside, "tier": tier}
    data = await links.call(domain, "move", given, principal=principal)
    return {**data, "place": f"{domain}.{data['place']}"}


async def _decisions(
    links: Links, spec: DomainSpec, principal: Principal, now_us: int
) -> list[Decision]:
    data = await links.call(spec.domain, "placements", {}, principal=principal, retry=True)
    return decide(map(_placement, data["placements"]), spec.policy, now_us)


async def _move_all(
    links: Links, domain: str, decision: Decision, principal: Principal
) -> list[dict[str, Any]]:
    """A place's rows, one segment after the other."""
    out: list[dict[str, Any]] = []
    left, given = decision.placement.rows, {"place": decision.placement.place, "tier": "cold"}
    while left > 0:
        data = await links.call(domain, "move", given, principal=principal)
        left -= data["rows"]
        out.append({**data, "place": f"{domain}.{data['place']}", "why": decision.why})
    return out


def _placement(data: Mapping[str, Any]) -> Placement:
    return Placement(
        data["place"],
        data["collection"],
        Tier(data["tier"]),
        data["rows"],
        data["until_us"],
        data.get("bytes"),
        data.get("dead", 0),
        data.get("moved_us"),
    )


def _wire(domain: str, decision: Decision) -> dict[str, Any]:
    placement = decision.placement
    out = {
        "place": f"{domain}.{placement.place}",
        "tier": placement.tier.value,
        "rows": placement.rows,
        "why": decision.why,
    }
    optional = {
        "bytes": placement.bytes,
        "dead": placement.dead or None,
        "next": decision.to and decision.to.value,
    }
    return out | {name: value for name, value in optional.items() if value is not None}
