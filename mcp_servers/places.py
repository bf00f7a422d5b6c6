"""Where a domain's records are, and moving them: what operators and the cooling trip call. Each
tool is the caller's tenant's only, but for `tend` and `heat`, which see to files and counts and
tell no contents.

A place is `COLLECTION/BUCKET` for rows that are in no segment, `COLLECTION/BUCKET/NUMBER` for a
segment.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import anyio.lowlevel
from pydantic import Field

from mcp_servers.segments import Segment
from mcp_servers.tiers.mover import Moved
from mcp_servers.tiers.placements import place_of, placements
from mcp_servers.verbs import Verbs
from registry.errors import BadInput, NotFound, shown
from registry.limits import PROMOTE_RECORDS_MAX, RESIDENT_ROWS_MAX, SEGMENT_ROWS_MAX
from registry.tier import Tier
from registry.tool import Call, Params, Reply, Tool

_KEPT_AT_ONCE: Final = 500  # rows made resident between two looks at what else is to do
Place = Annotated[str, Field(min_length=1, max_length=200, description="As `placements` says.")]


class NoParams(Params):
    """Nothing to say."""


class MoveParams(Params):
    place: Place
    tier: Literal["hot", "warm", "cold"]
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
        return Reply({"placements": await placements(self._verbs.store, tenant)})

    async def move(self, call: Call, params: MoveParams) -> Reply:
        """One segment, made or dissolved, or rows made resident."""
        tenant = self._verbs.may(call, "admin")
        self._verbs.renew()
        is_segment = params.place.count("/") == 2
        if params.tier != Tier.HOT.value and is_segment == (params.tier == Tier.COLD.value):
            raise BadInput(
                f"{shown(params.place)} cannot move to {params.tier}: COLLECTION/BUCKET goes to"
                " cold or hot, COLLECTION/BUCKET/NUMBER to warm or hot."
            )
        await self._verbs.store.heat.flush()  # it goes with what moves
        place, done = params.place, {"rows": 0}
        if is_segment:
            moved = await self._warmed(tenant, place, params.rows)
            place, done = place.rpartition("/")[0], _done(moved)
        elif params.tier == Tier.COLD.value:
            moved = await self._cooled(tenant, place)
            place, done = place_of(moved.segment), _done(moved)
        if params.tier == Tier.HOT.value:
            done |= await self._kept(tenant, place)
        text = f"{done['rows']:,} records of {params.place} are {params.tier} now."
        return Reply({"place": place, "tier": params.tier, **done}, text)

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
            if place_of(segment) == place and rows is not None:
                return await mover.promote(segment.number, rows)
            if place_of(segment) == place:
                return await mover.warm(segment.number)
        raise NotFound(f"There is no segment {shown(place)}; look at the placements.")

    async def _kept(self, tenant: str, place: str) -> dict[str, int]:
        """The bucket's rows are resident, as many as the cache takes."""
        store, (collection, _, bucket) = self._verbs.store, place.partition("/")
        ids: list[str] = []
        if collection in self._verbs.spec.collections:
            ids = await store.mover.ids(tenant, collection, bucket, RESIDENT_ROWS_MAX)
        if not ids:
            raise NotFound(f"There are no rows at {shown(place)}; look at the placements.")
        for first in range(0, len(ids), _KEPT_AT_ONCE):
            store.keep(tenant, collection, ids[first : first + _KEPT_AT_ONCE])
            await anyio.lowlevel.checkpoint()  # others are served between
        at = (tenant, collection, bucket, 0)
        await store.heat.stay(at)
        resident = min(len(ids), store.resident(tenant).get(at, 0))
        return {"rows": len(ids), "resident": resident}

    async def _segments(self, tenant: str) -> list[Segment]:
        known = await self._verbs.store.mover.segments()
        return [s for s in known if s.tenant == tenant and s.count]


def _done(moved: Moved) -> dict[str, Any]:
    state = moved.segment.state.value
    return {"rows": moved.rows, "bytes": moved.segment.bytes, "state": state}
