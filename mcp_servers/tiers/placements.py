"""What a domain says of its places: rows by bucket and segments, each with its tier, size, span of
time, heat and last move. Looks, and moves nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from mcp_servers.segments import NO_TIME, Segment, State, month_bounds
from mcp_servers.stores.sqlite_heat import Warmth
from mcp_servers.tiered import Tiered
from mcp_servers.tiers.heat import Place
from registry.domain import CollectionSpec
from registry.tier import Tier


def place_of(segment: Segment) -> str:
    """The name of a segment's place."""
    return f"{segment.collection}/{segment.bucket}/{segment.number}"


async def placements(store: Tiered, tenant: str) -> list[dict[str, Any]]:
    """All places of a tenant, in order of their names."""
    warmths = await store.heat.look(tenant)
    segments = [s for s in await store.mover.segments() if s.tenant == tenant and s.count]
    resident = _resident(store, tenant, segments)
    found, unknown = [], []
    for name, spec in store.spec.collections.items():
        size = await store.mover.row_bytes(tenant, name)
        for bucket, rows in (await store.mover.buckets(tenant, name)).items():
            place = (tenant, name, bucket, 0)
            known = _bucket(name, bucket, spec) | _sizes(rows, rows * size, resident[place])
            found.append(known | _warmth(warmths.get(place)))
            if known["until_us"] is None and place not in warmths:
                unknown.append(place)
    for segment in segments:
        place = (tenant, segment.collection, segment.bucket, segment.number)
        known = _sizes(segment.count, segment.bytes, resident[place])
        known |= _warmth(warmths.get(place))
        found.append(known | _segment(segment, store.spec.collections[segment.collection]))
    store.heat.see(unknown)  # their age is counted from now on
    await store.heat.flush()
    return sorted(found, key=lambda place: str(place["place"]))


def _resident(store: Tiered, tenant: str, segments: list[Segment]) -> Counter[Place]:
    """Records in the cache by place; it may know them by a segment that is no more."""
    live = {segment.number for segment in segments}
    out: Counter[Place] = Counter()
    for place, count in store.resident(tenant).items():
        out[place if place[3] in live else (*place[:3], 0)] += count
    return out


def _sizes(rows: int, size: int, resident: int) -> dict[str, Any]:
    tier = Tier.HOT if resident >= rows else Tier.WARM
    return {"rows": rows, "bytes": size, "resident": min(rows, resident), "tier": tier.value}


def _warmth(warmth: Warmth | None) -> dict[str, Any]:
    if warmth is None:
        return {}
    moved = {} if warmth.back_us is None else {"moved_us": warmth.back_us}
    warmest = {"warmest": [list(record) for record in warmth.warmest]} if warmth.warmest else {}
    return {"heat": warmth.heat, "touched_us": warmth.touched_us, **moved, **warmest}


def _bucket(collection: str, bucket: str, spec: CollectionSpec) -> dict[str, Any]:
    return {
        "place": f"{collection}/{bucket}",
        "collection": collection,
        "until_us": _until(bucket, spec),
    }


def _segment(segment: Segment, spec: CollectionSpec) -> dict[str, Any]:
    damaged = segment.state is State.QUARANTINED
    return {
        "place": place_of(segment),
        "collection": segment.collection,
        "tier": Tier.COLD.value,
        "state": segment.state.value,
        "dead": segment.dead,
        "until_us": _until(segment.bucket, spec),
        "moved_us": segment.changed_us,
        **({"held": "damaged, and in quarantine"} if damaged else {}),
    }


def _until(bucket: str, spec: CollectionSpec) -> int | None:
    """When the bucket's time ends, in µs; `None` where it has none."""
    return None if spec.time is None or bucket == NO_TIME else month_bounds(bucket, unit_us=True)[1]
