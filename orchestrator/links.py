"""One persistent MCP client per domain, each with a deadline, a breaker and a way back after a
crash.

The only file that speaks the SDK's client side. Calls go through the session's dispatcher as plain
mappings: the typed client would revalidate every row of a bulk result. What a client of ours sent
in `_meta` never travels on; each call carries a fresh principal token for its one audience.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import anyio
import structlog
from anyio.abc import TaskGroup, TaskStatus
from mcp import Client, MCPError
from mcp.server.lowlevel import Server
from mcp.types import CONNECTION_CLOSED, INTERNAL_ERROR, REQUEST_TIMEOUT

from orchestrator.breaker import Breaker
from registry.access import LOCAL, META_KEY, Principal, mint
from registry.clock import Clock
from registry.errors import (
    BadInput,
    Bug,
    IsothermError,
    TooSlow,
    Unavailable,
    UnknownDomain,
    from_dict,
    shown,
)
from registry.limits import CALL_MS_MAX, PRINCIPAL_SECONDS

log: Final = structlog.get_logger("links")
Target = Callable[[], Any]
#: a server's own answer to the params of a `tools/call`, both in wire form
Answerer = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
_CALL: Final = "tools/call"
_BACKOFF_SECONDS: Final = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0)
#: codes that speak of the domain's health, not of the call
_SICK: Final = (Unavailable, TooSlow, Bug)


class _GoneBefore(Unavailable):
    """The connection was lost, and another call has said so already."""


class Call(Protocol):
    """The one door to a domain: `await call(domain, tool, arguments)` gives the tool's structured
    data.
    """

    async def __call__(
        self,
        domain: str,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        principal: Principal = LOCAL,
        retry: bool = False,
        deadline_ms: int = CALL_MS_MAX,
    ) -> dict[str, Any]: ...


@dataclass(slots=True)
class Link:
    """A domain's client and what is known about its health. Owned by one task (`_own`)."""

    name: str
    target: Target
    client: Client | None = None
    breaker: Breaker = field(default_factory=Breaker)
    connected: anyio.Event = field(default_factory=anyio.Event)
    broken: anyio.Event = field(default_factory=anyio.Event)
    stop: anyio.Event = field(default_factory=anyio.Event)
    stopped: anyio.Event = field(default_factory=anyio.Event)
    error: str | None = None
    restarts: int = 0
    calls: int = 0
    tokens: dict[Principal, tuple[str, float]] = field(default_factory=dict)

    def forget(self) -> None:
        """There is no client now; calls wait for the next one."""
        self.client = None
        if self.connected.is_set():
            self.connected = anyio.Event()


@dataclass(frozen=True, slots=True)
class Local:
    """A target in this process. Tool calls go straight to `answer`, where there is one: a session
    between two objects of one process costs more than most calls.
    """

    server: Server[Any]
    answer: Answerer | None = None

    def __call__(self) -> Server[Any]:
        return self.server


class Links:
    """All links.

    `call` is safe from any task; `add` and `remove` may run while calls are in flight.
    """

    def __init__(self, tasks: TaskGroup, *, clock: Clock, key: bytes) -> None:
        self._tasks = tasks
        self._clock = clock
        self._key = key
        self._links: dict[str, Link] = {}
        self._refused: dict[str, IsothermError] = {}
        #: told (tenant, domain) after each call that may have written, however it ended
        self.wrote: Callable[[str, str], None] = lambda tenant, domain: None

    @property
    def domains(self) -> tuple[str, ...]:
        return tuple(name for name in self._links if name != "system")

    async def add(self, name: str, target: Target) -> None:
        """Connect a domain; returns when the first attempt has ended, well or not."""
        self._refused.pop(name, None)
        link = self._links[name] = Link(name, target)
        await self._tasks.start(self._own, link)

    def refuse(self, name: str, refusal: IsothermError) -> None:
        """A domain that could not be started: every call says why."""
        self._refused[name] = refusal

    def refused(self, name: str) -> bool:
        return name in self._refused

    async def remove(self, name: str) -> None:
        """Disconnect a domain; its child, if it has one, has ended when this returns."""
        self._refused.pop(name, None)
        link = self._links.pop(name, None)
        if link is not None:
            link.stop.set()
            await link.stopped.wait()

    async def _own(
        self, link: Link, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        """Keep the link connected until it is removed. A client lives and dies in this task."""
        told = False
        try:
            while not link.stop.is_set():
                try:
                    async with Client(link.target(), cache=None, mode="auto") as client:
                        link.client, link.error = client, None
                        link.connected.set()
                        if not told:
                            told = True
                            task_status.started()
                        await _first(link.stop, link.broken)
                except Exception as failure:
                    link.error = type(failure).__name__
                    log.warning("link-down", domain=link.name, error=link.error)
                link.forget()
                link.broken = anyio.Event()
                if not told:
                    told = True
                    task_status.started()
                await self._pause(link)
        finally:
            link.client = None
            link.stopped.set()

    async def _pause(self, link: Link) -> None:
        if link.stop.is_set():
            return
        link.restarts += 1
        delay = _BACKOFF_SECONDS[min(link.breaker.failures, len(_BACKOFF_SECONDS) - 1)]
        with anyio.move_on_after(delay):
            await link.stop.wait()

    async def call(
        self,
        domain: str,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        principal: Principal = LOCAL,
        retry: bool = False,
        deadline_ms: int = CALL_MS_MAX,
    ) -> dict[str, Any]:
        """The structured data of a domain's tool; raises the IsothermError that it raised.

        `retry`: the call may safely run twice, so a connection lost under it is tried once more.
        `deadline_ms`: longer for the few calls that read a whole file.
        """
        params = {"name": tool, "arguments": dict(arguments)}
        try:
            raw = await self._request(
                domain,
                _CALL,
                params,
                principal=principal,
                retry=retry,
                deadline_ms=deadline_ms,
            )
        finally:
            if not retry:
                self.wrote(principal.tenant, domain)
        data = raw.get("structuredContent")
        if raw.get("isError"):
            raise _refusal(data, domain)
        if not isinstance(data, dict):
            raise Bug(f"{domain} answered {shown(tool)} without data.")
        return data

    async def read(self, domain: str, uri: str, *, principal: Principal = LOCAL) -> str:
        """A resource's text."""
        raw = await self._request(
            domain, "resources/read", {"uri": uri}, principal=principal, retry=True
        )
        return str(raw["contents"][0]["text"])

    async def tools(self, domain: str) -> list[dict[str, Any]]:
        """Every tool definition of a domain, in wire form."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            params = {} if cursor is None else {"cursor": cursor}
            raw = await self._request(domain, "tools/list", params, retry=True)
            found.extend(raw["tools"])
            cursor = raw.get("nextCursor")
            if cursor is None:
                return found

    async def _request(
        self,
        domain: str,
        method: str,
        params: dict[str, Any],
        *,
        principal: Principal = LOCAL,
        retry: bool = False,
        deadline_ms: int = CALL_MS_MAX,
    ) -> dict[str, Any]:
        link = self._links.get(domain)
        if link is None and (refusal := self._refused.get(domain)):
            again = type(refusal)(refusal.message, retry_after_ms=refusal.retry_after_ms)
            again.domain = domain
            raise again
        if link is None:
            raise UnknownDomain(f"No domain {shown(domain)}; there are {', '.join(self.domains)}.")
        try:
            return await self._attempt(link, method, params, principal, deadline_ms)
        except Unavailable:
            if not retry or link.breaker.state(self._clock.monotonic()) != "closed":
                raise
            return await self._attempt(link, method, params, principal, deadline_ms)

    async def _attempt(
        self,
        link: Link,
        method: str,
        params: dict[str, Any],
        principal: Principal,
        deadline_ms: int,
    ) -> dict[str, Any]:
        now = self._clock.monotonic()
        if not link.breaker.admit(now):
            raise Unavailable(
                f"{link.name} is not answering; its next try is soon.",
                retry_after_ms=link.breaker.wait_ms(now),
            )
        outcome: bool | None = None  # none: says nothing of the domain's health
        try:
            token = self._token(link, principal)
            raw = await self._send(link, method, params, token, deadline_ms)
            outcome = True
        except IsothermError as failure:
            if not isinstance(failure, _GoneBefore):
                outcome = not isinstance(failure, _SICK)
            failure.domain = link.name
            raise
        finally:
            if outcome is None:
                link.breaker.abandoned()
            elif outcome:
                link.breaker.succeeded()
            else:
                link.breaker.failed(self._clock.monotonic())
        return raw

    async def _send(
        self, link: Link, method: str, params: dict[str, Any], token: str, deadline_ms: int
    ) -> dict[str, Any]:
        link.calls += 1
        client: Client | None = None
        try:
            with anyio.fail_after(deadline_ms / 1000):
                stamped = {**params, "_meta": {META_KEY: token}}
                if isinstance(link.target, Local) and link.target.answer and method == _CALL:
                    return await link.target.answer(stamped)
                client = link.client or await self._reconnected(link)
                session = client.session
                data: dict[str, Any] = {"method": method, "params": stamped}
                opts: Any = {}
                session._stamp(data, opts)
                return await session._dispatcher.send_raw_request(method, data["params"], opts)
        except TimeoutError:
            raise TooSlow(
                f"{link.name} did not answer within {deadline_ms:,} ms; "
                "ask for less, or again later."
            ) from None
        except MCPError as failure:
            if failure.error.code == CONNECTION_CLOSED:
                raise _lost(link, client) from None
            raise self._translate(link, failure) from None
        except (anyio.ClosedResourceError, anyio.BrokenResourceError, OSError):
            raise _lost(link, client) from None

    async def _reconnected(self, link: Link) -> Client:
        """Wait for a starting or restarting domain, within the caller's deadline."""
        with anyio.move_on_after(5):
            await link.connected.wait()
        if link.client is None:
            raise Unavailable(
                f"{link.name} is not running ({link.error or 'starting'}); try again soon."
            )
        return link.client

    def _translate(self, link: Link, failure: MCPError) -> IsothermError:
        code, message = failure.error.code, failure.error.message
        if code == REQUEST_TIMEOUT:
            return TooSlow(f"{link.name} did not answer in time.")
        if code == INTERNAL_ERROR:
            return Bug(f"{link.name} failed; its log says why.")
        return BadInput(message)

    def _token(self, link: Link, principal: Principal) -> str:
        now = self._clock.monotonic()
        held = link.tokens.get(principal)
        if held is None or held[1] < now:
            if len(link.tokens) > 1_000:
                link.tokens.clear()
            token = mint(principal, link.name, key=self._key, now_us=self._clock.now_us())
            held = link.tokens[principal] = (token, now + PRINCIPAL_SECONDS / 2)
        return held[0]

    def health(self) -> list[dict[str, Any]]:
        """One mapping per domain: state, breaker, restarts, calls."""
        now = self._clock.monotonic()
        return [
            {
                "domain": link.name,
                "up": link.client is not None,
                "breaker": link.breaker.state(now),
                "restarts": link.restarts,
                "calls": link.calls,
                **({"error": link.error} if link.error else {}),
            }
            for link in self._links.values()
        ]


def _lost(link: Link, client: Client | None) -> Unavailable:
    """A lost connection is one failure, however many calls were under way on it.

    A call that notices late must not break the next connection either.
    """
    said = f"{link.name} went away in mid-call; it is being started again."
    if client is None or link.client is not client:
        return _GoneBefore(said)
    link.forget()
    link.broken.set()
    return Unavailable(said)


def _refusal(data: Any, domain: str) -> IsothermError:
    error = data.get("error") if isinstance(data, dict) else None
    if not isinstance(error, dict):
        return Bug(f"{domain} failed without saying why.")
    return from_dict(error)


async def _first(*events: anyio.Event) -> None:
    """Return when any of the events is set."""
    async with anyio.create_task_group() as tasks:

        async def watch(event: anyio.Event) -> None:
            await event.wait()
            tasks.cancel_scope.cancel()

        for event in events:
            tasks.start_soon(watch, event)


def in_process(server: Server[Any], answer: Answerer | None = None) -> Target:
    """A target that is a server object of this process."""
    return Local(server, answer)
