"""Whether ledgers and bytes agree, domain by domain, mending what does not, and backups. Reads no
byte itself.

A domain that does not answer is a fault of its own; the others are looked at all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from orchestrator.links import Links
from registry.access import Principal
from registry.errors import IsothermError, NotFound, shown
from registry.limits import LONG_CALL_MS_MAX

_SYSTEM: Final = "system"
_HEALED: Final = ("restored", "made again")


async def check(
    links: Links, domains: Iterable[str], principal: Principal, *, deep: bool
) -> dict[str, Any]:
    """The ledger of each domain against its files, `deep`: every byte of them. Moves nothing."""
    given = {"deep": deep}
    out = {d: await _asked(links, d, "check", given, principal) for d in (*domains, _SYSTEM)}
    return {"domains": out, "sound": not any(found["faults"] for found in out.values())}


async def mend(
    links: Links, domains: Iterable[str], principal: Principal, *, backups: str | None
) -> dict[str, Any]:
    """A deep check after which what is damaged is in quarantine, or back from a good copy in the
    backup target. `sound`: nothing was found, or with a target, nothing is left."""
    given = {} if backups is None else {"backups": backups}
    out = {d: await _asked(links, d, "mend", given, principal) for d in domains}
    out[_SYSTEM] = await _asked(links, _SYSTEM, "check", {"deep": True}, principal)
    healed = () if backups is None else _HEALED
    bad = (f for found in out.values() for f in found["faults"] if f.get("done") not in healed)
    return {"domains": out, "sound": not any(bad)}


async def forget(
    links: Links, domains: Iterable[str], principal: Principal, *, place: str
) -> dict[str, Any]:
    """Give up a segment in quarantine, as `DOMAIN.COLLECTION/BUCKET/NUMBER`."""
    domain, _, inside = place.partition(".")
    number = inside.rpartition("/")[2]
    if domain not in domains or not number.isdecimal():
        raise NotFound(f"{shown(place)} is no segment; `tiers` lists them.")
    given = {"forget": int(number)}
    return await links.call(domain, "mend", given, principal=principal)


async def keep(
    links: Links, tool: str, given: Mapping[str, Any], principal: Principal
) -> dict[str, Any]:
    """A tool about backups, for as long as it takes."""
    return await links.call(_SYSTEM, tool, given, principal=principal, deadline_ms=LONG_CALL_MS_MAX)


async def _asked(
    links: Links, domain: str, tool: str, given: Mapping[str, Any], principal: Principal
) -> dict[str, Any]:
    try:
        return await links.call(
            domain, tool, given, principal=principal, deadline_ms=LONG_CALL_MS_MAX
        )
    except IsothermError as refusal:
        return {"segments": 0, "faults": [{"object": domain, "fault": refusal.message}]}
