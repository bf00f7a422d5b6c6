"""The cooling trip: ask the domains where things are, decide, have them moved. Moves nothing
itself.

A domain that does not answer is left out and named; the others are not kept waiting for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from orchestrator import upkeep
from orchestrator.links import Links
from orchestrator.thermal import Decision, Placement, decide
from registry.access import Principal
from registry.domain import DomainSpec
from registry.errors import BadInput, Conflict, Corrupt, IsothermError, NotFound, shown
from registry.moment import US_DAY
from registry.tier import Tier

#: refusals that speak of one place and say nothing of the others
_ITS_OWN: Final = (BadInput, Conflict, Corrupt, NotFound)


async def tiers(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal, now_us: int
) -> dict[str, Any]:
    """Every place of these domains, its tier, size, next move and why; `missing` domains."""
    places: list[dict[str, Any]] = []
    missing: dict[str, str] = {}
    for domain, spec in specs.items():
        try:
            places += [
                _wire(domain, decision, now_us)
                for decision in await _decisions(links, spec, principal, now_us)
            ]
        except IsothermError as refusal:
            missing[domain] = refusal.message
    return {"places": places, **({"missing": missing} if missing else {})}


async def cool(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal, now_us: int
) -> dict[str, Any]:
    """One pass over these domains: what moved and why, what `failed`, what was cleared up."""
    moved: list[dict[str, Any]] = []
    failed: list[dict[str, str]] = []
    missing: dict[str, str] = {}
    expired: dict[str, int] = {}
    resumed = removed = compacted = 0
    for domain, spec in specs.items():
        try:
            tended = await links.call(domain, "tend", {}, principal=principal)
            resumed, removed = resumed + tended["resumed"], removed + tended["removed"]
            expired |= await upkeep.retain(links, domain, principal)
            for decision in await _decisions(links, spec, principal, now_us):
                if decision.to is None:
                    continue
                try:
                    moved += await _move_all(links, domain, decision, principal)
                except _ITS_OWN as refusal:
                    place = f"{domain}.{decision.placement.place}"
                    failed.append({"place": place, "why": refusal.message})
            compacted += (await upkeep.compact_one(links, domain, principal))["segments"]
        except IsothermError as refusal:
            missing[domain] = refusal.message
    out: dict[str, Any] = {
        "moved": moved, "resumed": resumed, "removed": removed, "compacted": compacted,
        "expired": expired, "failed": failed,
    }  # fmt: skip
    return {**out, **({"missing": missing} if missing else {})}


async def move(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal, *, place: str, tier: str
) -> dict[str, Any]:
    """Move one place, as `DOMAIN.COLLECTION/BUCKET[/NUMBER]`."""
    domain, dot, inside = place.partition(".")
    if not dot or domain not in specs:
        raise NotFound(f"{shown(place)} is no place; `tiers` lists them.")
    if tier not in set(Tier):
        raise BadInput(f"A place moves to {', '.join(Tier)}; {shown(tier)} is no tier.")
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
    """A place's rows, one segment after the other; a segment, or records of it, at once."""
    out: list[dict[str, Any]] = []
    left = decision.placement.rows
    given: dict[str, Any] = {"place": decision.placement.place, "tier": decision.to}
    if decision.rows:
        given["rows"] = list(decision.rows)
    while left > 0:
        data = await links.call(domain, "move", given, principal=principal)
        left -= data["rows"]
        out.append({**data, "place": f"{domain}.{data['place']}", "why": decision.why})
        if decision.to is Tier.WARM:  # it came at once, without what was deleted meanwhile
            break
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
        data.get("touched_us"),
        data.get("heat", 0.0),
        tuple((row, heat) for row, heat in data.get("warmest", ())),
        data.get("resident", 0),
        held=data.get("held"),
    )


def _wire(domain: str, decision: Decision, now_us: int) -> dict[str, Any]:
    placement = decision.placement
    since = placement.until_us or placement.touched_us
    out = {
        "place": f"{domain}.{placement.place}",
        "tier": placement.tier.value,
        "rows": placement.rows,
        "heat": round(placement.heat, 2),
        "why": decision.why,
    }
    optional = {
        "age_days": None if since is None else max(0, now_us - since) // US_DAY,
        "bytes": placement.bytes,
        "resident": placement.resident or None,
        "dead": placement.dead or None,
        "next": decision.to and decision.to.value,
    }
    return out | {name: value for name, value in optional.items() if value is not None}
