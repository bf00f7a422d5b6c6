"""The `system` server: what the orchestrator remembers, behind MCP like every other server.

Staged sources and peeks, the list of domains with its epoch, conversations, lessons. All
tools are internal: only the orchestrator calls them. It holds no user records, and it never decides
what a source means.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

import anyio.to_thread
import orjson
from pydantic import Field

from mcp_servers.domain_files import DomainFiles
from mcp_servers.loading.staging import Staging
from mcp_servers.readers.parent import Look, peek
from mcp_servers.serving.door import Door
from mcp_servers.serving.tools import Built, build
from mcp_servers.system.custody import Custody
from mcp_servers.system.custody_tools import CustodyTools
from mcp_servers.system.lesson_tools import LessonTools
from mcp_servers.system.lessons import Lessons
from mcp_servers.system.safekeeping import Safekeeping
from mcp_servers.system.store import SystemStore
from registry import limits
from registry.access import decide
from registry.clock import Clock
from registry.domain import DomainSpec, load_yaml, parse_spec
from registry.errors import BadInput
from registry.record import row_hash
from registry.settings import configs_dir
from registry.tool import Call, Params, Reply, Surface, Tool, internal

_LEASE_SECONDS_MAX: Final = 86_400
Format = Literal["csv", "json", "jsonl", "parquet", "sqlite"]


class StageParams(Params):
    """One of `path`, `text` and `records`."""

    path: str | None = Field(default=None, max_length=4_096)
    text: str | None = None
    records: list[Any] | None = None
    name: str | None = Field(default=None, max_length=255)
    format: Format | None = None


class PeekParams(Params):
    """`full` looks at every row; without it, at the first thousand."""

    handle: str = Field(max_length=64)
    format: Format | None = None
    table: str | None = Field(default=None, max_length=255)
    full: bool = False
    rows: int = Field(default=20, ge=0, le=limits.PEEK_ROWS_MAX)


class DomainsParams(Params):
    since_epoch: int | None = None


class DomainAddParams(Params):
    """`spec` as an object or `yaml` as text. `replace`: a domain of that name may change."""

    spec: dict[str, Any] | None = None
    yaml: str | None = None
    replace: bool = False
    dry_run: bool = False


class CheckParams(Params):
    deep: bool = False


class NameParams(Params):
    name: str = Field(max_length=64)


class IdParams(Params):
    id: str = Field(min_length=1, max_length=limits.ID_CHARS_MAX)


class ConversationPutParams(Params):
    """Add a turn; without `id` a new conversation begins."""

    turn: dict[str, Any]
    id: str | None = Field(default=None, min_length=1, max_length=limits.ID_CHARS_MAX)


class LeadParams(Params):
    """`holder` asks to lead in `name` for so many seconds."""

    name: str = Field(min_length=1, max_length=64)
    holder: str = Field(min_length=1, max_length=64)
    seconds: float = Field(gt=0, le=_LEASE_SECONDS_MAX)


class SystemServer:
    """Handlers over the three things it owns: the staging folder, the spec files, system.db."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock,
        rng: Random,
        roots: Sequence[Path] = (),
        backups: Path | None = None,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._rng = rng
        self._store = SystemStore(folder, clock)
        self._files = DomainFiles(configs_dir() / "domains", folder)
        self._staging = Staging(folder, clock=clock, rng=rng, roots=roots)
        safekeeping = Safekeeping(folder, backups, clock)
        self._custody = Custody(folder, clock)
        custody = CustodyTools(self._custody, self._store, self._staging)
        self._lessons = Lessons(folder, clock)
        lessons = LessonTools(self._lessons)
        self._tools = (
            *self._make_tools(),
            *safekeeping.tools(),
            *custody.tools(),
            *lessons.tools(),
        )
        self.surface = Surface(
            name="system",
            title="Isotherm system",
            instructions="Internal: staged sources, the domain list and conversations.",
            version="1",
            tools=lambda: self._tools,
        )
        self.built: Built

    def _make_tools(self) -> list[Tool]:
        return [
            internal("stage", StageParams, self.stage, "Pin a source; gives a handle.", "write"),
            internal("peek", PeekParams, self.peek, "Tables and columns of a staged source."),
            internal("domains", DomainsParams, self.domains, "The domain specs and their epoch."),
            internal(
                "domain_add", DomainAddParams, self.domain_add, "Store a domain's YAML.", "write"
            ),
            internal(
                "domain_remove",
                NameParams,
                self.domain_remove,
                "Set an added domain aside.",
                "write",
            ),
            internal(
                "conversation_get", IdParams, self.conversation_get, "Last turns, oldest first."
            ),
            internal(
                "conversation_put",
                ConversationPutParams,
                self.conversation_put,
                "Add a turn.",
                "write",
            ),
            internal(
                "conversation_drop",
                IdParams,
                self.conversation_drop,
                "Forget a conversation.",
                "write",
            ),
            internal("lead", LeadParams, self.lead, "Who does what only one process may do."),
            internal("check", CheckParams, self.check, "Compare system.db with its checksums."),
        ]

    async def stage(self, call: Call, params: StageParams) -> Reply:
        """{handle, name, bytes, sha256}. Hashing a big file runs in a worker thread."""
        _may_write_somewhere(call)
        given = [v for v in (params.path, params.text, params.records) if v is not None]
        if len(given) != 1:
            raise BadInput("Give one of `path`, `text` and `records`.")
        tenant, name, format = call.principal.tenant, params.name, params.format
        if params.path is not None:
            path = params.path
            staged = await anyio.to_thread.run_sync(
                lambda: self._staging.stage_path(tenant, path, format=format)
            )
        else:
            body, kind = _body(params)
            staged = await anyio.to_thread.run_sync(
                lambda: self._staging.stage_bytes(tenant, body, name=name or "inline", format=kind)
            )
        return Reply(staged.to_wire())

    async def peek(self, call: Call, params: PeekParams) -> Reply:
        """{name, format, tables}; see `mcp_servers.readers.parent.peek`."""
        staged = self._staging.open(call.principal.tenant, params.handle)
        look = Look(full=params.full, sample=params.rows, table=params.table, format=params.format)
        return Reply({"name": staged.name, **await peek(staged, look)})

    async def domains(self, call: Call, params: DomainsParams) -> Reply:
        """{epoch, domains: [spec], added: [name], faults: {file: why}}; only the epoch when it did
        not move.
        """
        listing = self._files.look()
        epoch = self._store.epoch(listing.signature)
        if epoch == params.since_epoch:
            return Reply({"epoch": epoch})
        return Reply(
            {
                "epoch": epoch,
                "domains": [spec.model_dump(mode="json") for spec in listing.specs.values()],
                "added": list(listing.added),
                "faults": dict(listing.faults),
            }
        )

    async def domain_add(self, call: Call, params: DomainAddParams) -> Reply:
        """{domain, changed, epoch}. Whether stored rows fit a changed spec is the domain server's
        to say, before.
        """
        spec = _spec(params)
        decide(call.principal, "admin", spec.domain)
        changed = True
        if not params.dry_run:
            changed = await anyio.to_thread.run_sync(
                lambda: self._files.add(spec, replace=params.replace)
            )
        return Reply({"domain": spec.domain, "changed": changed, "epoch": self._epoch()})

    async def domain_remove(self, call: Call, params: NameParams) -> Reply:
        """{domain, epoch}. The YAML goes to DATA/domains/removed; rows are never touched."""
        decide(call.principal, "admin", params.name)
        self._files.remove(params.name, at_us=self._clock.now_us())
        return Reply({"domain": params.name, "epoch": self._epoch()})

    async def check(self, call: Call, params: CheckParams) -> Reply:
        """{segments, faults}, as a domain's `check` gives them."""
        decide(call.principal, "admin", "system")
        found = await anyio.to_thread.run_sync(self._store.faults) if params.deep else []
        return Reply(
            {"segments": 0, "faults": [{"object": "system.db", "fault": f} for f in found]}
        )

    def _epoch(self) -> int:
        return self._store.epoch(self._files.look().signature)

    async def conversation_get(self, call: Call, params: IdParams) -> Reply:
        """{id, turns}. An unknown conversation has no turns: it may have expired, which is no
        error.
        """
        turns = self._store.note(call.principal.tenant, "conversation", _own(call, params.id))
        return Reply({"id": params.id, "turns": turns or []})

    async def conversation_put(self, call: Call, params: ConversationPutParams) -> Reply:
        """{id, turns: how many are kept}."""
        key = params.id or self._new_id()

        def add(turns: Any) -> Any:
            return _latest([*(turns or []), params.turn])

        turns = await self._keep(call, "conversation", _own(call, key), add)
        return Reply({"id": key, "turns": len(turns)})

    async def conversation_drop(self, call: Call, params: IdParams) -> Reply:
        """{id, turns: how many were forgotten}."""
        tenant, key = call.principal.tenant, _own(call, params.id)
        turns = await anyio.to_thread.run_sync(
            lambda: self._store.drop(tenant, "conversation", key)
        )
        return Reply({"id": params.id, "turns": len(turns or [])})

    async def lead(self, call: Call, params: LeadParams) -> Reply:
        """{leads, bytes_free}: whether the holder has the lease now, and the disk's free bytes."""
        decide(call.principal, "admin", "system")
        now, span = self._clock.now_us(), int(params.seconds * 1_000_000)

        def take(held: Any) -> Any:
            mine = held is None or held["holder"] == params.holder
            # a lease that ends too late was taken before the clock was set back
            if mine or not now < held["until_us"] <= now + _LEASE_SECONDS_MAX * 1_000_000:
                return {"holder": params.holder, "until_us": now + span}
            return held

        keep = self._store.keep
        held = await anyio.to_thread.run_sync(lambda: keep("", "lease", params.name, take))
        leads = held["holder"] == params.holder
        return Reply({"leads": leads, "bytes_free": shutil.disk_usage(self._folder).free})

    async def _keep(self, call: Call, kind: str, key: str, change: Any) -> Any:
        tenant = call.principal.tenant
        return await anyio.to_thread.run_sync(lambda: self._store.keep(tenant, kind, key, change))

    def _new_id(self) -> str:
        return f"{self._rng.getrandbits(128):032x}"

    async def close(self) -> None:
        self._custody.close()
        self._lessons.close()
        self._store.close()


def build_system(
    folder: Path,
    *,
    clock: Clock,
    door: Door,
    rng: Random,
    roots: Sequence[Path] = (),
    backups: Path | None = None,
) -> SystemServer:
    """The system server of one data folder. `roots`: folders that `stage(path=…)` may reach.
    `backups`: the folder that `backup` writes to."""
    system = SystemServer(folder, clock=clock, rng=rng, roots=roots, backups=backups)
    system.built = build(system.surface, door)
    return system


def _latest(turns: list[Any]) -> list[Any]:
    """The last turns that a conversation may keep; the newest always, however large it is."""
    turns = turns[-limits.CONVERSATION_TURNS_MAX :]
    sizes = [len(orjson.dumps(turn)) for turn in turns]
    while len(turns) > 1 and sum(sizes) > limits.CONVERSATION_BYTES_MAX:
        turns, sizes = turns[1:], sizes[1:]
    return turns


def _own(call: Call, key: str) -> str:
    """A caller may choose a conversation's id, so another subject who guesses it finds their own:
    a plan tells what was asked for.
    """
    return row_hash([call.principal.subject, key])


def _may_write_somewhere(call: Call) -> None:
    """Staging is for whoever may write in any domain; which one, the load asks."""
    reach = call.principal.domains
    decide(call.principal, "write", reach[0] if reach else "system")


def _body(params: StageParams) -> tuple[bytes, str | None]:
    if params.text is not None:
        return params.text.encode(errors="surrogatepass"), params.format
    try:
        return b"\n".join(orjson.dumps(r) for r in params.records or ()), "jsonl"
    except orjson.JSONEncodeError as bad:
        raise BadInput(f"The records are not JSON that can be stored: {bad}.") from None


def _spec(params: DomainAddParams) -> DomainSpec:
    if (params.spec is None) == (params.yaml is None):
        raise BadInput("Give the domain as `spec` or as `yaml`.")
    data = params.spec if params.spec is not None else load_yaml(params.yaml or "")
    return parse_spec(data)
