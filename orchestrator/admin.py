"""What operators do through `admin_read` and `admin_write`: an action by name, with arguments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from orchestrator import conversation, cool, erase, hold, params, soundness, teach, upkeep
from orchestrator.catalogue import LiveCatalogue
from orchestrator.links import Links
from registry.access import Principal
from registry.clock import Clock
from registry.domain import DomainSpec, load_yaml, parse_spec
from registry.errors import BadInput, Conflict, NotFound, shown
from registry.limits import LONG_CALL_MS_MAX
from registry.moment import time_text
from registry.record import TIME, decode
from registry.settings import Settings
from registry.thermal import KEYS


@dataclass(frozen=True, slots=True)
class Actions:
    """The actions, over what `app` hands in.

    `evolve` makes a running domain fit a spec, or raises `Conflict`.
    """

    links: Links
    catalogue: LiveCatalogue
    settings: Settings
    specs: Callable[[], dict[str, DomainSpec]]
    faults: Callable[[], dict[str, str]]
    refresh: Callable[[], Awaitable[None]]
    evolve: Callable[[DomainSpec], Awaitable[None]]
    clock: Clock

    async def read(
        self, action: str, arguments: dict[str, Any], principal: Principal
    ) -> dict[str, Any]:
        params.checked(params.READ_ARGUMENTS, action, arguments)
        if action == "servers":
            return {"servers": [_server(spec) for spec in self.specs().values()]}
        if action == "health":
            return {"links": self.links.health(), "faults": self.faults()}
        if action == "settings":
            return {"settings": _settings(self.settings)}
        if action == "check":
            deep = arguments.get("deep") is True
            return await soundness.check(self.links, self.specs(), principal, deep=deep)
        if action == "backups":
            return await soundness.keep(self.links, "backups", {}, principal)
        if action == "holds":
            return await hold.holds(self.links, principal)
        if action == "erasures":
            return await self.links.call("system", "erasures", {}, principal=principal, retry=True)
        if action == "taught":
            return await teach.taught(self.links.call, principal)
        if action == "tiers":
            return await cool.tiers(
                self.links, self._chosen(arguments), principal, self._now_us(arguments)
            )
        if action == "policy":
            return policy_of(self._spec(_argument(arguments, "domain")))
        spec = self._spec(_argument(arguments, "name"))
        return {"spec": spec.model_dump(mode="json", exclude_defaults=True)}

    async def write(
        self, action: str, arguments: dict[str, Any], principal: Principal
    ) -> dict[str, Any]:
        params.checked(params.WRITE_ARGUMENTS, action, arguments)
        if action == "cool":
            return await self._cool(arguments, principal)
        if action == "erase":
            return await self._erase(arguments, principal)
        if action in ("hold_add", "hold_remove"):
            return await self._hold(action, arguments, principal)
        if action == "teach":
            live, now_us = self.catalogue, self.clock.now_us()
            return await teach.teach(self.links.call, live, principal, arguments, now_us)
        if action == "forget" and arguments.keys() == {"conversation"}:
            handle = _argument(arguments, "conversation")
            return await conversation.forget(self.links.call, handle, principal)
        if action == "forget":
            return await teach.forget(self.links.call, self.catalogue, principal, arguments)
        if action == "compact":
            return await upkeep.compact(self.links, self._chosen(arguments), principal)
        if action == "move":
            place, tier = _argument(arguments, "place"), _argument(arguments, "tier")
            return await cool.move(self.links, self.specs(), principal, place=place, tier=tier)
        if action in ("backup", "restore"):
            return await soundness.keep(self.links, action, arguments, principal)
        if action == "check":
            return await self._mend(arguments, principal)
        if action == "policy":
            return await self._set_policy(arguments, principal)
        if action == "domain_add":
            return await self._add(arguments, principal)
        return await self._remove(_argument(arguments, "name"), principal)

    async def _mend(self, arguments: dict[str, Any], principal: Principal) -> dict[str, Any]:
        if "forget" in arguments:
            place = _argument(arguments, "forget")
            return await soundness.forget(self.links, self.specs(), principal, place=place)
        backups = self.settings.backups if arguments.get("repair") is True else None
        if arguments.get("repair") is True and backups is None:
            raise BadInput("No folder of backups is configured; set `backups`.")
        return await soundness.mend(
            self.links, self.specs(), principal, backups=None if backups is None else str(backups)
        )

    async def _cool(self, arguments: dict[str, Any], principal: Principal) -> dict[str, Any]:
        specs, now_us = self._chosen(arguments), self._now_us(arguments)
        done = await cool.cool(self.links, specs, principal, now_us)
        return {**done, **await upkeep.custody(self.links, self.specs(), principal)}

    async def _erase(self, arguments: dict[str, Any], principal: Principal) -> dict[str, Any]:
        what = erase.preview if arguments.get("dry_run") is True else erase.erase
        return await what(self.links, self.specs(), principal, _argument(arguments, "subject"))

    async def _hold(
        self, action: str, arguments: dict[str, Any], principal: Principal
    ) -> dict[str, Any]:
        kind, target = _argument(arguments, "kind"), _argument(arguments, "target")
        if action == "hold_remove":
            return await hold.remove(self.links, self.specs(), principal, kind=kind, target=target)
        reason = _argument(arguments, "reason")
        return await hold.add(
            self.links, self.specs(), principal, kind=kind, target=target, reason=reason
        )

    def _chosen(self, arguments: dict[str, Any]) -> dict[str, DomainSpec]:
        """The domain named in the arguments, or all."""
        if "domain" not in arguments:
            return self.specs()
        name = _argument(arguments, "domain")
        return {name: self._spec(name)}

    def _spec(self, name: str) -> DomainSpec:
        spec = self.specs().get(name)
        if spec is None:
            raise NotFound(f"No domain {shown(name)}; there are {', '.join(self.specs())}.")
        return spec

    def _now_us(self, arguments: dict[str, Any]) -> int:
        """The time to decide by: the one given, or the clock's."""
        if "now" not in arguments:
            return self.clock.now_us()
        found = decode(_argument(arguments, "now"), TIME, where="now")
        assert isinstance(found, int)
        return found

    async def _add(self, arguments: dict[str, Any], principal: Principal) -> dict[str, Any]:
        """Rows first: a spec that the stored rows do not fit is refused before any is written."""
        spec = parse_spec(
            arguments["spec"] if "spec" in arguments else load_yaml(_argument(arguments, "yaml"))
        )
        data = await self._take(spec, principal)
        return {
            "domain": spec.domain,
            "changed": data["changed"],
            "collections": list(spec.collections),
        }

    async def _set_policy(self, arguments: dict[str, Any], principal: Principal) -> dict[str, Any]:
        """The domain's YAML with these values in its thermal block; `None` is the default again."""
        spec, given = self._spec(_argument(arguments, "domain")), arguments.get("set")
        if not isinstance(given, dict) or not given:
            raise BadInput(f"Give `set`: an object of {', '.join(KEYS)}.")
        held = spec.thermal.model_dump(mode="json", exclude_defaults=True)
        thermal = {name: value for name, value in (held | given).items() if value is not None}
        data = spec.model_dump(mode="json", exclude_defaults=True)
        changed = parse_spec({**data, "thermal": thermal}, name=spec.domain)
        await self._take(changed, principal)
        return policy_of(changed)

    async def _take(self, spec: DomainSpec, principal: Principal) -> dict[str, Any]:
        """A new or changed domain, in force when this returns."""
        await self.evolve(spec)
        data = await self.links.call(
            "system",
            "domain_add",
            {"spec": spec.model_dump(mode="json"), "replace": True},
            principal=principal,
        )
        await self.refresh()
        return data

    async def _remove(self, name: str, principal: Principal) -> dict[str, Any]:
        """Only an empty domain goes, so that no record disappears from answers; and without a
        trace, because no erasure will look into its files again.
        """
        if name in self.links.domains:
            stats = await self.links.call(name, "stats", {}, principal=principal, retry=True)
            rows = sum(c["rows"] for c in stats["collections"].values())
            if rows:
                raise Conflict(
                    f"{name} holds {rows:,} records; delete them first, or keep the domain."
                )
            await self._emptied(name, principal)
        data = await self.links.call("system", "domain_remove", {"name": name}, principal=principal)
        await self.refresh()
        return data

    async def _emptied(self, name: str, principal: Principal) -> None:
        """Scrub a domain in which the caller has no record; `Conflict` when others have, or when
        old files wait to go."""
        told = await self.links.call(name, "heat", {}, principal=principal)
        if set(told["tenants"]) - {principal.tenant}:
            raise Conflict(f"{name} holds records of other tenants; keep the domain.")
        given = {"named": {}, "names": [], "everything": True}
        done = await self.links.call(
            name, "subject_scrub", given, principal=principal, deadline_ms=LONG_CALL_MS_MAX
        )
        if done["ends_us"]:
            raise Conflict(
                f"{name} is empty, but its last old files go at {time_text(done['ends_us'])};"
                " remove it then."
            )


def _argument(arguments: dict[str, Any], name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not value:
        raise BadInput(f"This action needs the argument `{name}` (text).")
    return value


def policy_of(spec: DomainSpec) -> dict[str, Any]:
    """The thermal policy in force, and which of it the domain's YAML says."""
    said = spec.thermal.model_dump(exclude_defaults=True)
    return {"domain": spec.domain, "policy": spec.policy.to_wire(), "set": sorted(said)}


def _server(spec: DomainSpec) -> dict[str, Any]:
    return {
        "domain": spec.domain,
        "title": spec.title,
        "tier": spec.tier.value,
        "collections": list(spec.collections),
    }


def _settings(settings: Settings) -> dict[str, Any]:
    shown_ = ("data", "roots", "topology", "host", "port", "allowed_hosts", "cool_every_seconds")
    return {
        name: {
            "value": _plain(getattr(settings, name)),
            "source": settings.source.get(name, "default"),
        }
        for name in shown_
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value]
    return value if isinstance(value, (int, float)) else str(value)
