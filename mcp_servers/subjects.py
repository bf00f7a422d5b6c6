"""Internal tools about whose records are whose: finding and erasing a person's, and legal holds.
The orchestrator decides which fields name whom; each tool is the caller's tenant's only.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mcp_servers.stores import sqlite_holds as holds
from mcp_servers.tiers.erasure import Eraser, values_of
from mcp_servers.verbs import Verbs
from registry.errors import TooLarge
from registry.limits import ERASE_IDS_MAX, HOLDS_MAX, ID_CHARS_MAX
from registry.tool import Call, Params, Reply, Tool

Text = Annotated[str, Field(min_length=1, max_length=ID_CHARS_MAX)]
#: {field: texts that may name the subject}
Named = dict[str, list[Text]]


class FindParams(Params):
    """`ids`: tell them, not only how many."""

    collection: str
    named: Named
    ids: bool = False


class TakeParams(Params):
    """`named`: these records are deleted; `mentions`: in these the fields are emptied."""

    erasure: Text
    collection: str
    named: Named
    mentions: Named = Field(default_factory=dict)


class ScrubParams(Params):
    """`named`: by collection. `names`: what names the subject anywhere. `everything`: all that
    housekeeping remembers goes, whomever it names."""

    named: dict[str, Named]
    names: list[Text]
    everything: bool = False


class HeldRecords(Params):
    """Records whose field is one of these; no field: all of the collection, no collection: of the
    domain."""

    collection: str = ""
    field: str = ""
    values: list[Text] = Field(default_factory=list)
    reason: str = Field(max_length=500)


class HoldsParams(Params):
    """All that is held from now on. `partial`: as far as it is known now, so that what was told
    before is held too."""

    holds: list[HeldRecords] = Field(max_length=10 * HOLDS_MAX)
    partial: bool = False


class Subjects:
    """The tools, over a domain's verbs."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    def tools(self) -> tuple[Tool, ...]:
        """All of them; only the orchestrator calls them."""
        of = self._verbs.spec.title or self._verbs.spec.domain
        return (
            Tool(
                "subject_find", f"A person in {of}", "Which records are theirs.", FindParams,
                self.find, hint="read", idempotent=True, internal=True,
            ),
            Tool(
                "subject_take", f"Erase from {of}", "Delete their records.", TakeParams,
                self.take, hint="destructive", idempotent=True, internal=True,
            ),
            Tool(
                "subject_scrub", f"Scrub {of}", "Remove their traces from the files.", ScrubParams,
                self.scrub, hint="destructive", idempotent=True, internal=True,
            ),
            Tool(
                "hold_set", f"Hold in {of}", "Set which records nobody may delete.", HoldsParams,
                self.hold, hint="write", idempotent=True, internal=True,
            ),
        )  # fmt: skip

    async def find(self, call: Call, params: FindParams) -> Reply:
        """{count, ids?}. `TooLarge` past `ERASE_IDS_MAX` ids."""
        eraser, name = self._at(call, params.collection)
        count = 0
        ids: set[str] = set()
        async for page in eraser.ids(name, params.named):
            count += len(page)
            if params.ids:
                ids.update(page)
                if len(ids) > ERASE_IDS_MAX:
                    raise TooLarge(
                        f"More than {ERASE_IDS_MAX:,} records of {name} are theirs, too many to"
                        " follow at once; delete some of them first."
                    )
        return Reply({"count": count, **({"ids": sorted(ids)} if params.ids else {})})

    async def take(self, call: Call, params: TakeParams) -> Reply:
        """{deleted, emptied, held: how many stay}; the first two over all runs of the erasure."""
        eraser, name = self._at(call, params.collection, params.erasure)
        await eraser.take(name, params.named)
        await eraser.empty(name, params.mentions)
        deleted, emptied = await eraser.counted(name)
        held = 0
        for named in (params.named, params.mentions):
            async for page in eraser.ids(name, named):
                held += len(page)
        return Reply({"deleted": deleted, "emptied": emptied, "held": held})

    async def scrub(self, call: Call, params: ScrubParams) -> Reply:
        """What was rewritten and forgotten, and when the last old object goes."""
        tenant = self._verbs.may(call, "admin")
        self._verbs.renew()
        names = None if params.everything else params.names
        done = await Eraser(self._verbs.store, tenant).scrub(params.named, names)
        return Reply({
            "segments_rewritten": done.rewritten, "forgotten": done.forgotten,
            "ends_us": done.ends_us, "log_empty": done.log_empty, "pinned": done.pinned,
        })  # fmt: skip

    async def hold(self, call: Call, params: HoldsParams) -> Reply:
        """{held: how many conditions}."""
        tenant = self._verbs.may(call, "admin")
        self._verbs.renew()
        rows = {row for one in params.holds for row in self._conditions(one)}
        store = self._verbs.store.mover.store
        told = await store.look(lambda c, _: holds.told(c, tenant))
        if params.partial:
            rows |= told
        if told != rows:
            await store.change(lambda t: holds.put(t.connection, tenant, rows), rows=len(rows) + 1)
        return Reply({"held": len(rows)})

    def _conditions(self, one: HeldRecords) -> list[holds.Hold]:
        if not one.field:
            return [(one.collection, "", "", one.reason)]
        spec = self._verbs.spec.collection(one.collection)
        found = values_of(spec, {one.field: one.values})
        return [
            (one.collection, name, value, one.reason)
            for name, values in found.items()
            for value in values
        ]

    def _at(self, call: Call, collection: str, erasure: str = "") -> tuple[Eraser, str]:
        tenant = self._verbs.may(call, "admin")
        self._verbs.renew()
        name, _ = self._verbs.collection(collection)
        return Eraser(self._verbs.store, tenant, erasure), name
