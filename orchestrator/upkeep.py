"""Keeping the domains' storage in order: compaction, holds, erasures under way. The
orchestrator asks, the domains do it, a bounded part per call. Moves nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from orchestrator import erase, hold
from orchestrator.links import Links
from registry.access import Principal
from registry.domain import DomainSpec
from registry.errors import IsothermError

_CALLS_MAX: Final = 1_000  # for one domain in one pass
_COUNTS: Final = ("segments", "made", "rows", "bytes_before", "bytes_after")


async def compact(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal
) -> dict[str, Any]:
    """Rewrite what is due in these domains: what was done in each, and `missing` domains."""
    done: dict[str, dict[str, Any]] = {}
    missing: dict[str, str] = {}
    for domain in specs:
        try:
            found = await compact_one(links, domain, principal)
        except IsothermError as refusal:
            missing[domain] = refusal.message
            continue
        if found["segments"]:
            done[domain] = found
    return {"compacted": done, **({"missing": missing} if missing else {})}


async def retain(links: Links, domain: str, principal: Principal) -> dict[str, int]:
    """Delete the tenant's records past their time in one domain: {address: how many}."""
    total: dict[str, int] = {}
    for _ in range(_CALLS_MAX):
        data = await links.call(domain, "retain", {}, principal=principal)
        for name, count in data["deleted"].items():
            total[f"{domain}.{name}"] = total.get(f"{domain}.{name}", 0) + count
        if not data["more"]:
            break
    return total


async def custody(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal
) -> dict[str, Any]:
    """Tell all domains what each tenant has under legal hold now, and go on with erasures: {erased:
    how many are done now}, and {custody: why it could not} be all. `specs`: of all domains."""
    try:
        due = await links.call("system", "custody_due", {}, principal=principal, retry=True)
        for tenant in due["holders"]:
            await hold.tell(links, specs, Principal("custody", tenant))
        done, why = await erase.resume(links, specs, due["erasures"])
        return {"erased": done, **({"custody": why} if why else {})}
    except IsothermError as refusal:
        return {"custody": refusal.message}


async def compact_one(links: Links, domain: str, principal: Principal) -> dict[str, int]:
    """Segments, objects made of them, records, bytes before and after, in one domain."""
    total = dict.fromkeys(_COUNTS, 0)
    for _ in range(_CALLS_MAX):
        data = await links.call(domain, "compact", {}, principal=principal)
        for name in _COUNTS:
            total[name] += data[name]
        if not data["more"]:
            break
    return total
