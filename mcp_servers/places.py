"""Where a domain's records are, and moving them: what operators and the cooling trip call. Each
tool is the caller's tenant's only, but for `tend` and `heat`, which see to files and counts and
tell no contents.

A place is `COLLECTION/BUCKET` for rows that are in no segment, `COLLECTION/BUCKET/NUMBER` for a
segment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from mcp_servers.heat import Place as Warm
from mcp_servers.mover import Moved
from mcp_servers.segments import NO_TIME, Segment, State, month_bounds
from mcp_servers.stores.sqlite_heat import Warmth
from mcp_servers.verbs import Verbs
from registry.domain import CollectionSpec
from registry.errors import BadInput, NotFound, shown
from registry.limits import PROMOTE_RECORDS_MAX, SEGMENT_ROWS_MAX
from registry.tier import Tier
from registry.tool import Call, Params, Reply, Tool

Place = Annotated[str, Field(min_length=1, max_length=200, description="As `placements` says.")]


class NoParams(Params):
    """Nothing to say."""


class MoveParams(Params):
    place: Place
    tier: Literal["warm", "cold"]
    rows: list[Annotated[int, Field(ge=0, lt=SEGMENT_ROWS_MAX)]] | None = Field(
        default=None,
        max_length=PROMOTE_RECORDS_MAX,
        description="Of a segment: these records alone.",
    )


class Places:
    """The tools, over a domain's verbs."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    def tools(self) -> tuple[Tool, ...]:
        """All of them; none is shown to those who do not ask for it by name."""
        of = self._verbs.spec.title or self._verbs.spec.domain
        return (
            Tool(
                "placements", f"Places of {of}", "Where the records are, tier by tier.", NoParams,
                self.placements, hint="read", idempotent=True, internal=True,
            ),
            Tool(
                "move", f"Move in {of}", "Move a place's records to another tier.", MoveParams,
                self.move, hint="write", idempotent=False, internal=True,
            ),
            Tool(
                "tend", f"Tend {of}", "Finish broken moves, remove what is retired.", NoParams,
                self.tend, hint="write", idempotent=True, internal=True,
            ),
            Tool(
                "heat", f"Heat of {of}", "Add the reads counted here to what all count.", NoParams,
                self.heat, hint="write", idempotent=True, internal=True,
            ),
        )  # fmt: skip

    async def placements(self, call: Call, params: NoParams) -> Reply:
        """Rows by bucket and segments, each with its size, span of time, heat and last move."""
        tenant = self._verbs.may(call, "admin")
        self._verbs.renew()
        warmths = await self._verbs.store.heat.look(tenant)
        found = await self._rows(tenant, warmths)
        for segment in await self._segments(tenant):
            place = (tenant, segment.collection, segment.bucket, segment.number)
            found.append(_segment(segment, self._spec(segment.collection), warmths.get(place)))
        return Reply({"placements": sorted(found, key=lambda p: str(p["place"]))})

    async def move(self, call: Call, params: MoveParams) -> Reply:
        """One segment, made or dissolved; `more`: rows of the place are left."""
        tenant = self._verbs.may(call, "admin")
        self._verbs.renew()
        parts = params.place.split("/")
        if len(parts) not in (2, 3) or (len(parts) == 2) != (params.tier == Tier.COLD.value):
            raise BadInput(
                f"{shown(params.place)} cannot move to {params.tier}: COLLECTION/BUCKET goes to"
                " cold, COLLECTION/BUCKET/NUMBER to warm."
            )
        await self._verbs.store.heat.flush()  # it goes with what moves
        if len(parts) == 3:
            moved = await self._warmed(tenant, params.place, params.rows)
        else:
            moved = await self._cooled(tenant, params.place)
        place = _place(moved.segment)
        if params.tier == Tier.WARM.value:
            place = place.rpartition("/")[0]
        return Reply({
            "place": place, "tier": params.tier, "rows": moved.rows,
            "bytes": moved.segment.bytes, "state": moved.segment.state.value,
        }, f"{moved.rows:,} records of {params.place} are {params.tier} now.")  # fmt: skip

    async def tend(self, call: Call, params: NoParams) -> Reply:
        """Finish what dead processes began, and clear up behind them."""
        self._verbs.may(call, "admin")
        mover = self._verbs.store.mover
        resumed = await mover.resume()
        return Reply({"resumed": len(resumed), "removed": await mover.sweep()})

    async def heat(self, call: Call, params: NoParams) -> Reply:
        """The heat counted in this process goes to the ledger; whose records the domain holds."""
        self._verbs.may(call, "admin")
        await self._verbs.store.heat.flush()
        return Reply({"tenants": await self._verbs.store.mover.tenants()})

    # -- inside ----------------------------------------------------------------------------------

    async def _cooled(self, tenant: str, place: str) -> Moved:
        collection, _, bucket = place.partition("/")
        known = self._verbs.spec.collections
        mover = self._verbs.store.mover
        if collection in known and bucket in await mover.buckets(tenant, collection):
            moved = await mover.cool(tenant, collection, bucket)
            if moved is not None:
                return moved
        raise NotFound(f"There are no rows at {shown(place)}; look at the placements.")

    async def _warmed(self, tenant: str, place: str, rows: list[int] | None) -> Moved:
        mover = self._verbs.store.mover
        for segment in await self._segments(tenant):
            if _place(segment) == place and rows is not None:
                return await mover.promote(segment.number, rows)
            if _place(segment) == place:
                return await mover.warm(segment.number)
        raise NotFound(f"There is no segment {shown(place)}; look at the placements.")

    async def _segments(self, tenant: str) -> list[Segment]:
        known = await self._verbs.store.mover.segments()
        return [s for s in known if s.tenant == tenant and s.count]

    async def _rows(self, tenant: str, warmths: Mapping[Warm, Warmth]) -> list[dict[str, Any]]:
        out, unknown = [], []
        mover = self._verbs.store.mover
        for name, spec in self._verbs.spec.collections.items():
            size = await mover.row_bytes(tenant, name)
            for bucket, rows in (await mover.buckets(tenant, name)).items():
                place = (tenant, name, bucket, 0)
                out.append(_bucket(name, bucket, rows, spec) | _warmth(warmths.get(place)))
                out[-1]["bytes"] = rows * size
                if out[-1]["until_us"] is None and place not in warmths:
                    unknown.append(place)
        self._verbs.store.heat.see(unknown)  # their age is counted from now on
        await self._verbs.store.heat.flush()
        return out

    def _spec(self, collection: str) -> CollectionSpec:
        return self._verbs.spec.collections[collection]


def _place(segment: Segment) -> str:
    return f"{segment.collection}/{segment.bucket}/{segment.number}"


def _bucket(collection: str, bucket: str, rows: int, spec: CollectionSpec) -> dict[str, Any]:
    return {
        "place": f"{collection}/{bucket}",
        "collection": collection,
        "tier": Tier.WARM.value,
        "rows": rows,
        "until_us": _until(bucket, spec),
    }


def _warmth(warmth: Warmth | None) -> dict[str, Any]:
    if warmth is None:
        return {}
    moved = {} if warmth.back_us is None else {"moved_us": warmth.back_us}
    return {"heat": warmth.heat, "touched_us": warmth.touched_us, **moved}


def _segment(segment: Segment, spec: CollectionSpec, warmth: Warmth | None) -> dict[str, Any]:
    damaged = segment.state is State.QUARANTINED
    return _warmth(warmth) | {
        **({"held": "damaged, and in quarantine"} if damaged else {}),
        "place": _place(segment),
        "collection": segment.collection,
        "tier": Tier.COLD.value,
        "state": segment.state.value,
        "rows": segment.count,
        "dead": segment.dead,
        "bytes": segment.bytes,
        "until_us": _until(segment.bucket, spec),
        "moved_us": segment.changed_us,
        "warmest": [] if warmth is None else [list(known) for known in warmth.warmest],
    }


def _until(bucket: str, spec: CollectionSpec) -> int | None:
    """When the bucket's time ends, in µs; `None` where it has none."""
    return None if spec.time is None or bucket == NO_TIME else month_bounds(bucket, unit_us=True)[1]
