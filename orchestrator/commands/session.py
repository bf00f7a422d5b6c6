"""Runs a piece of work against an orchestrator of this process, and ends both."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from registry.errors import IsothermError
from registry.settings import Settings

if TYPE_CHECKING:
    from orchestrator.app import App
    from orchestrator.client import Client

T = TypeVar("T")


def with_client(settings: Settings, work: Callable[[Client], Awaitable[T]]) -> T:
    """The outcome of `work(client)`; its refusal is raised as it is, not inside a group."""
    # Late: the SDK and the engines take a second to import; help and usage errors need neither.
    with for_good():
        from orchestrator.client import connect

    async def session() -> T | IsothermError:
        async with connect(settings) as client:
            return await _held(work(client))

    return run(session)


def administer(
    settings: Settings, tool: str, action: str, arguments: dict[str, Any]
) -> dict[str, Any]:
    """What an action of `admin_read` or `admin_write` gives."""
    return with_client(
        settings, lambda client: client.call(tool, action=action, arguments=arguments)
    )


def with_app(settings: Settings, work: Callable[[App], Awaitable[T]]) -> T:
    """Like `with_client`, one floor lower: for what no tool offers."""
    # Late: see `with_client`.
    with for_good():
        from orchestrator.app import running

    async def session() -> T | IsothermError:
        async with running(settings) as app:
            return await _held(work(app))

    return run(session)


@contextmanager
def for_good() -> Iterator[None]:
    """Import without looking for garbage, and never look through what was imported.

    Half a million objects that all stay: collections were a fifth of the start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


async def _held(work: Awaitable[T]) -> T | IsothermError:
    # A refusal that crossed the orchestrator's task group would come out wrapped in a group.
    try:
        return await work
    except IsothermError as refusal:
        return refusal


def run(session: Callable[[], Awaitable[T | IsothermError]]) -> T:
    """Run a session in an event loop; a refusal that it returns is raised."""
    # Late: both are for commands that start an orchestrator.
    import anyio

    from mcp_servers.serving import logs

    logs.to_stderr("warning")
    outcome = anyio.run(session)
    if isinstance(outcome, IsothermError):
        raise outcome
    return outcome


def refusal_in(failure: BaseException) -> IsothermError | None:
    """The refusal that a failure is, or holds as an exception group."""
    if isinstance(failure, IsothermError):
        return failure
    if isinstance(failure, BaseExceptionGroup):
        found = (refusal_in(inner) for inner in failure.exceptions)
        return next((refusal for refusal in found if refusal is not None), None)
    return None
