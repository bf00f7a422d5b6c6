"""The erasing trip: find what is a person's in all domains, have it taken out, have the files
scrubbed, and keep the receipt. Erases nothing itself.

A saga of steps that may each be done again: its progress lies in `system`, so whoever comes next
goes on with it. The last old files go one grace after they were rewritten; until then the erasure
is `waiting`, and a later pass of the cooling loop, or the same command again, finishes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from orchestrator.links import Links
from orchestrator.subjects import Reach, reach_of, undeclared
from registry.access import Principal
from registry.domain import PEOPLE, DomainSpec
from registry.errors import IsothermError
from registry.moment import time_text

#: a domain may have to write all of its files anew
_STEP_MS_MAX: Final = 3_600_000
_BACKUPS: Final = "those made before keep what they held; make a new one, then drop them"
_CALLED: Final = frozenset({"name", "email", "phone", "identifier"})
_UNDECLARED: Final = "declare whose they are (`subject:` in the domain's file), then erase again"


async def erase(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal, subject: str
) -> dict[str, Any]:
    """The receipt. `status`: `done`, `waiting` until `finishes_at`, `unfinished` where `missing`
    domains did not answer, `nothing` when there was nothing. `Denied` under legal hold."""
    given = {"subject": subject}
    begun = await links.call("system", "erasure_begin", given, principal=principal)
    known = Reach.from_wire(begun["work"])
    reach = await reach_of(links, specs, principal, subject, known=known)
    saga = _Saga(links, specs, principal, subject, reach=reach, begun=begun)
    await saga.keep()
    await saga.unteach()  # while the records still tell what they are called
    for domain in specs:
        await saga.take(domain)
    for domain in specs:
        await saga.scrub(domain)
    await saga.forget()
    return await saga.close()


async def preview(
    links: Links, specs: Mapping[str, DomainSpec], principal: Principal, subject: str
) -> dict[str, Any]:
    """What `erase` would delete and empty; changes nothing."""
    await links.call("system", "erasure_check", {"subject": subject}, principal=principal)
    reach = await reach_of(links, specs, principal, subject)
    domains: dict[str, Any] = {}
    for domain in specs:
        for collection, (_, mentions) in reach.of(domain).items():
            theirs = reach.live(specs[domain], collection)
            try:
                found = {
                    "deleted": await _count(links, principal, (domain, collection), theirs),
                    "emptied": await _count(links, principal, (domain, collection), mentions),
                }
            except IsothermError as refusal:
                reach.missing[domain] = refusal.message
                break
            if any(found.values()):
                domains.setdefault(domain, {})[collection] = found
    out = {"subject": subject, "status": "dry-run", "domains": domains}
    return {**out, **({"missing": reach.missing} if reach.missing else {})}


async def resume(
    links: Links, specs: Mapping[str, DomainSpec], due: Iterable[Mapping[str, str]]
) -> tuple[int, str]:
    """Go on with erasures (tenant and subject of each); how many are done now, and why one is
    not."""
    done, why = 0, ""
    for one in due:
        owner = Principal("erasure", one["tenant"])
        receipt = await erase(links, specs, owner, one["subject"])
        done += receipt["status"] in ("done", "nothing")
        for domain, said in receipt.get("missing", {}).items():
            why = f"{domain}: {said}"
    return done, why


async def _count(
    links: Links, principal: Principal, place: tuple[str, str], named: Mapping[str, list[str]]
) -> int:
    if not named:
        return 0
    domain, collection = place
    given = {"collection": collection, "named": named}
    data = await links.call(domain, "subject_find", given, principal=principal, retry=True)
    return int(data["count"])


class _Saga:
    """One run over the domains. The domains count what an erasure took out over all its runs."""

    def __init__(
        self,
        links: Links,
        specs: Mapping[str, DomainSpec],
        principal: Principal,
        subject: str,
        *,
        reach: Reach,
        begun: Mapping[str, Any],
    ) -> None:
        self._links = links
        self._specs = specs
        self._principal = principal
        self._subject = subject
        self._reach = reach
        self._erasure = begun["erasure"]
        self._receipt: dict[str, Any] = {"domains": {}, "system": {}, **begun["receipt"]}
        self._missing = dict(reach.missing)
        self._held: list[dict[str, Any]] = []
        self._ends_us = 0
        self._waits = False

    async def keep(self) -> None:
        """Write down how far it is; `Denied` when the subject has come under hold meanwhile."""
        work, receipt = self._reach.to_wire(), self._receipt
        await self._system("erasure_keep", work=work, receipt=receipt, subject=self._subject)

    async def unteach(self) -> None:
        """The lessons that name them."""
        names = [self._subject, *await self._called()]
        done = await self._system("lessons_forget", names=names)
        told = self._receipt["system"]
        told["lessons"] = told.get("lessons", 0) + done["lessons"]

    async def _called(self) -> list[str]:
        """What the person's own record says they are called."""
        domain, _, collection = PEOPLE.partition(".")
        if domain not in self._specs or collection not in self._specs[domain].collections:
            return []
        given = {"collection": collection, "ids": [self._subject]}
        data = await self._domain(domain, "get", given)
        fields = self._specs[domain].collections[collection].fields
        called = [name for name, field in fields.items() if field.pii in _CALLED]
        found = [record.get(name) for record in (data or {}).get("records", ()) for name in called]
        return [text for text in found if isinstance(text, str) and len(text) > 2]

    async def take(self, domain: str) -> None:
        """The records of one domain."""
        told = self._told(domain)["collections"]
        for collection, (_, mentions) in self._reach.of(domain).items():
            given = {
                "erasure": self._erasure, "collection": collection, "mentions": mentions,
                "named": self._reach.live(self._specs[domain], collection),
            }  # fmt: skip
            done = await self._domain(domain, "subject_take", given)
            if done is None:
                return
            if done["deleted"] or done["emptied"]:
                told[collection] = {"deleted": done["deleted"], "emptied": done["emptied"]}
            if done["held"]:
                why = f"{done['held']:,} records are under legal hold"
                self._held.append({"where": f"{domain}.{collection}", "why": why})
        await self.keep()

    async def scrub(self, domain: str) -> None:
        """The files of one domain."""
        named = {name: _both(*fields) for name, fields in self._reach.of(domain).items()}
        given = {"named": named, "names": [self._subject]}
        done = await self._domain(domain, "subject_scrub", given)
        if done is None:
            return
        told = self._told(domain)
        for name in ("segments_rewritten", "forgotten"):
            told[name] = told.get(name, 0) + done[name]
        self._ends_us = max(self._ends_us, done["ends_us"] or 0)
        self._waits |= not done["log_empty"]
        if done["pinned"]:
            why = f"{len(done['pinned']):,} segments with dead copies are under legal hold"
            self._held.append({"where": domain, "why": why})

    async def forget(self) -> None:
        """Working copies of the tenant, which may quote anybody."""
        done = await self._system("forget")
        self._waits |= not done.pop("log_empty")
        told = self._receipt["system"]
        for name, count in done.items():
            told[name] = told.get(name, 0) + count

    async def close(self) -> dict[str, Any]:
        """The receipt, kept; without anything that names the subject once it is done."""
        domains = {name: d for name, d in self._receipt["domains"].items() if _did(d)}
        receipt = {**self._receipt, "domains": domains, "not_reached": await self._not_reached()}
        waits = self._waits or self._ends_us or self._missing
        if waits:
            receipt["ends_us"] = self._ends_us
            self._receipt = receipt
            await self.keep()
        else:
            receipt.pop("ends_us", None)
            await self._system("erasure_finish", subject=self._subject, receipt=receipt)
        return self._answer(receipt)

    def _answer(self, receipt: dict[str, Any]) -> dict[str, Any]:
        out = {"subject": self._subject, **receipt}
        ends_us = out.pop("ends_us", 0)
        if self._missing:
            return {**out, "status": "unfinished", "missing": self._missing}
        if self._waits or ends_us:
            when = time_text(ends_us) if ends_us else "at the next cooling pass"
            return {**out, "status": "waiting", "finishes_at": when}
        return {**out, "status": "done" if receipt["domains"] else "nothing"}

    async def _not_reached(self) -> list[dict[str, Any]]:
        known = (await self._system("known_backups"))["backups"]
        found = await undeclared(self._links, self._specs, self._principal, self._subject)
        loose = [
            {"where": address, "why": f"{count:,} records name the subject; {_UNDECLARED}"}
            for address, count in found.items()
        ]
        return [*self._held, *loose, {"where": "backups", "why": _BACKUPS, "known": known}]

    def _told(self, domain: str) -> dict[str, Any]:
        told: dict[str, Any] = self._receipt["domains"].setdefault(domain, {"collections": {}})
        return told

    async def _domain(
        self, domain: str, tool: str, given: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        if domain in self._missing:
            return None
        try:
            return await self._links.call(
                domain, tool, given, principal=self._principal, deadline_ms=_STEP_MS_MAX
            )
        except IsothermError as refusal:
            self._missing[domain] = refusal.message
            return None

    async def _system(self, tool: str, **given: Any) -> dict[str, Any]:
        return await self._links.call(
            "system", tool, given, principal=self._principal, deadline_ms=_STEP_MS_MAX
        )


def _did(domain: Mapping[str, Any]) -> bool:
    return bool(domain["collections"] or domain.get("segments_rewritten"))


def _both(theirs: Mapping[str, list[str]], mentions: Mapping[str, list[str]]) -> dict[str, Any]:
    return {**mentions, **theirs}
