"""Legal holds: kept by `system`, and told to every domain, which refuses to delete what they name.

`system` knows at once, so that no erasure begins; a domain that does not answer is told at the next
cooling pass, which tells all of them again what is held by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.links import Links
from orchestrator.subjects import reach_of
from registry.access import Principal
from registry.domain import DomainSpec
from registry.errors import BadInput, IsothermError, UnknownDomain, listed, shown

KINDS = ("subject", "collection", "domain")


async def add(
    links: Links,
    specs: Mapping[str, DomainSpec],
    principal: Principal,
    *,
    kind: str,
    target: str,
    reason: str,
) -> dict[str, Any]:
    """Put a hold and tell the domains: {kind, target, new, missing?}."""
    _check(specs, kind, target)
    given = {"kind": kind, "target": target, "reason": reason}
    data = await links.call("system", "hold_add", given, principal=principal)
    missing = await tell(links, specs, principal)
    out = {"kind": kind, "target": target, "new": data["new"]}
    return {**out, **({"missing": missing} if missing else {})}


async def remove(
    links: Links,
    specs: Mapping[str, DomainSpec],
    principal: Principal,
    *,
    kind: str,
    target: str,
) -> dict[str, Any]:
    """Lift a hold and tell the domains: {kind, target, missing?}."""
    given = {"kind": kind, "target": target}
    await links.call("system", "hold_remove", given, principal=principal)
    missing = await tell(links, specs, principal)
    return {**given, **({"missing": missing} if missing else {})}


async def holds(links: Links, principal: Principal) -> dict[str, Any]:
    """{holds, log}: what is held, and what was done to holds and by erasures."""
    found = await links.call("system", "holds", {}, principal=principal, retry=True)
    log = await links.call("system", "custody_log", {}, principal=principal, retry=True)
    return {**found, **log}


async def tell(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal
) -> dict[str, str]:
    """Tell every domain what is held of the tenant's records now; the domains that did not hear, or
    could not say which records are a held person's."""
    data = await links.call("system", "holds", {}, principal=principal, retry=True)
    held: dict[str, list[dict[str, Any]]] = {name: [] for name in specs}
    missing: dict[str, str] = {}
    for hold in data["holds"]:
        for domain, condition in await _conditions(links, specs, principal, hold, missing):
            held.setdefault(domain, []).append(condition)
    partial = bool(missing)
    for domain in specs:
        given = {"holds": held[domain], "partial": partial}
        try:
            await links.call(domain, "hold_set", given, principal=principal)
        except IsothermError as refusal:
            missing[domain] = refusal.message
    return missing


async def _conditions(
    links: Links,
    specs: Mapping[str, DomainSpec],
    principal: Principal,
    hold: Mapping[str, str],
    missing: dict[str, str],
) -> list[tuple[str, dict[str, Any]]]:
    """(domain, condition) pairs that together are the hold; domains that did not answer are added
    to `missing`."""
    reason, target = hold["reason"], hold["target"]
    if hold["kind"] == "domain":
        return [(target, {"reason": reason})]
    if hold["kind"] == "collection":
        domain, _, name = target.partition(".")
        return [(domain, {"collection": name, "reason": reason})]
    reach = await reach_of(links, specs, principal, target)
    missing |= reach.missing
    out = []
    for address, named in reach.theirs.items():
        domain, _, collection = address.partition(".")
        out += [
            (domain, {"collection": collection, "field": f, "values": texts, "reason": reason})
            for f, texts in named.items()
        ]
    return out


def _check(specs: Mapping[str, DomainSpec], kind: str, target: str) -> None:
    if kind not in KINDS:
        raise BadInput(f"A hold is on a {', '.join(KINDS)}, not on {shown(kind)}.")
    if kind == "subject":
        return
    domain, _, name = target.partition(".")
    if domain not in specs:
        raise UnknownDomain(f"No domain {shown(domain)}; there are {listed(specs)}.")
    if kind == "collection":
        specs[domain].collection(name)
