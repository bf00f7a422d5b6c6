"""The wire under a provider, bounded: a reply has so many bytes, plain ones, and so much time, all
of it counted together, however it dribbles in.

Nothing is read from the environment but certificates: no proxy, no password file. No redirect is
followed, so that the key goes where it was meant to go.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from typing import Final

import httpx

from orchestrator.planner.llm.faults import TooLate, TooMuch
from registry.clock import Clock
from registry.limits import LLM_CALLS_MAX, LLM_REPLY_BYTES_MAX

#: when the reply has to be there, seconds on the transport's clock; set by whoever asks
DEADLINE: Final[ContextVar[float]] = ContextVar("DEADLINE")


def bounded(clock: Clock) -> httpx.Client:
    """A client whose every reply is bounded by `LLM_REPLY_BYTES_MAX` and `DEADLINE`."""
    # none is kept open: there is nobody to close it
    limits = httpx.Limits(max_connections=LLM_CALLS_MAX, max_keepalive_connections=0)
    inner = httpx.HTTPTransport(trust_env=True, limits=limits)
    return httpx.Client(transport=_Bounded(inner, clock), trust_env=False, follow_redirects=False)


class _Bounded(httpx.BaseTransport):
    def __init__(self, inner: httpx.BaseTransport, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        left = DEADLINE.get() - self._clock.monotonic()
        if left <= 0:
            raise TooLate("no time is left")
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), left)
        request.headers["accept-encoding"] = "identity"
        response = self._inner.handle_request(request)
        assert isinstance(response.stream, httpx.SyncByteStream)
        stream = _Stream(response.stream, self._clock)
        if response.headers.get("content-encoding", "identity") != "identity":
            stream.close()  # a few bytes of it could be gigabytes
            raise TooMuch("the reply is packed")
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=stream,
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._inner.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def __iter__(self) -> Iterator[bytes]:
        left = LLM_REPLY_BYTES_MAX
        for chunk in self._inner:
            left -= len(chunk)
            if left < 0:
                raise TooMuch("the reply is too long")
            if self._clock.monotonic() > DEADLINE.get():
                raise TooLate("the reply takes too long")
            yield chunk

    def close(self) -> None:
        self._inner.close()
