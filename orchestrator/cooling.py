"""The cooling loop: one cooling pass now and then, by one orchestrator of a folder at a time.

It must never hold anybody up: it begins long after the start, pauses while anything is sick, and
whatever goes wrong in it is logged once and tried again at its next turn. Moves are restartable, so
it may be cancelled anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

import anyio
import structlog

from orchestrator import cool, upkeep
from orchestrator.links import Links
from registry.access import LOCAL
from registry.clock import Clock
from registry.domain import DomainSpec
from registry.errors import IsothermError
from registry.limits import DISK_FREE_BYTES_MIN

log: Final = structlog.get_logger("cooling")
_JITTER: Final = 0.2  # of the interval, so that orchestrators do not turn in step
_ME: Final = replace(LOCAL, subject="cooling")


@dataclass(slots=True)
class Cooling:
    """`holder` names this orchestrator in the lease; `every_s` seconds lie between two turns."""

    links: Links
    specs: Callable[[], Mapping[str, DomainSpec]]
    clock: Clock
    rng: Random
    every_s: float
    holder: str
    _said: dict[str, str] = field(default_factory=dict)

    async def run(self) -> None:
        """Turn after turn, until cancelled."""
        while True:
            await anyio.sleep(self.every_s * self.rng.uniform(1 - _JITTER, 1 + _JITTER))
            await self.turn()

    async def turn(self) -> dict[str, Any]:
        """What the turn did: `moved` of a pass, `flushed` where another leads, or why it `paused`.
        Raises nothing but cancellation."""
        try:
            return await self._turn()
        except Exception as failure:  # a loop that dies is noticed when the disk is full
            trouble = failure.message if isinstance(failure, IsothermError) else repr(failure)
            self._say("", trouble, bug=not isinstance(failure, IsothermError))
            return {"paused": trouble}

    async def _turn(self) -> dict[str, Any]:
        if sick := [h["domain"] for h in self.links.health() if h["breaker"] == "open"]:
            return self._paused(f"{', '.join(sick)} not answering")
        given = {"name": "cooling", "holder": self.holder, "seconds": 2 * self.every_s}
        lead = await self.links.call("system", "lead", given, principal=_ME)
        if not lead["leads"]:
            return await self._follow()
        if lead["bytes_free"] < DISK_FREE_BYTES_MIN:
            return self._paused("the disk is nearly full")
        done = await self._pass()
        self._say("", "")
        return done

    async def _pass(self) -> dict[str, Any]:
        moved: list[dict[str, Any]] = []
        for domain, spec in self.specs().items():
            try:
                tenants = await self._tenants(domain)
            except IsothermError as failure:
                self._say(domain, failure.message)
                continue
            trouble = ""
            for tenant in tenants:
                who = replace(_ME, tenant=tenant)
                done = await cool.cool(self.links, {domain: spec}, who, self.clock.now_us())
                moved += done["moved"]
                trouble = done.get("missing", {}).get(domain, trouble)
                for failed in done["failed"]:
                    trouble = f"{failed['place']}: {failed['why']}"
            self._say(domain, trouble)
        kept = await upkeep.custody(self.links, self.specs(), _ME)
        self._say("custody", kept.get("custody", ""))
        if moved:
            log.info("cooled", places=len(moved), records=sum(m["rows"] for m in moved))
        return {"moved": moved}

    async def _tenants(self, domain: str) -> list[str]:
        """Whose records are in the domain; what was counted here is in its ledger then."""
        found = await self.links.call(domain, "heat", {}, principal=_ME)
        return list(found["tenants"])

    async def _follow(self) -> dict[str, Any]:
        """Another orchestrator cools; what was counted here is added to what it decides by."""
        for domain in self.specs():
            with suppress(IsothermError):  # the leader says what is wrong with it
                await self._tenants(domain)
        return {"flushed": True}

    def _paused(self, why: str) -> dict[str, Any]:
        self._say("", why)
        return {"paused": why}

    def _say(self, domain: str, trouble: str, *, bug: bool = False) -> None:
        """Log a trouble when it begins, and not again while it lasts."""
        if trouble and self._said.get(domain) != trouble:
            log.warning("cooling-trouble", domain=domain or None, trouble=trouble, exc_info=bug)
        self._said[domain] = trouble
