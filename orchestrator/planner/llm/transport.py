"""The wire under a provider, bounded: a reply has so many bytes, plain ones, and so much time, all
of it counted together, from the first packet of the connection to the last, however it dribbles in.

No proxy and no password file of the environment is used, and no redirect is followed, so that the
key goes where it was meant to go.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any, Final

import httpcore
import httpx

from orchestrator.planner.llm.faults import TooLate, TooMuch
from registry.clock import Clock
from registry.limits import LLM_CALLS_MAX, LLM_REPLY_BYTES_MAX

#: when the reply has to be there, seconds on the transport's clock; set by whoever asks
DEADLINE: Final[ContextVar[float]] = ContextVar("DEADLINE")
_READ_BYTES: Final = 16_384


def bounded(clock: Clock) -> httpx.Client:
    """A client whose every reply is bounded by `LLM_REPLY_BYTES_MAX` and `DEADLINE`."""
    return httpx.Client(transport=_Bounded(clock), trust_env=False, follow_redirects=False)


class _Bounded(httpx.BaseTransport):
    def __init__(self, clock: Clock) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            network_backend=_Network(clock),
            max_connections=LLM_CALLS_MAX,
            max_keepalive_connections=0,  # there is nobody to close them
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["accept-encoding"] = "identity"
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
            )
        )
        stream = _Stream(response)
        made = httpx.Response(response.status, headers=response.headers, stream=stream)
        if made.headers.get("content-encoding", "identity") != "identity":
            stream.close()  # a few bytes of it could be gigabytes
            raise TooMuch("the reply is packed")
        return made

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Network(httpcore.NetworkBackend):
    """TCP, each connection with its own count of bytes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._clock)
        wire = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _Wire(wire, self._clock)


class _Wire(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock
        self._bytes = LLM_REPLY_BYTES_MAX

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        found = self._inner.read(min(max_bytes, _READ_BYTES), _left(self._clock))
        self._bytes -= len(found)
        if self._bytes < 0:
            raise TooMuch("the reply is too long")
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._clock))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, _left(self._clock))
        return _Wire(inner, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(clock: Clock) -> float:
    """The seconds that are left, or `TooLate`."""
    left = DEADLINE.get() - clock.monotonic()
    if left <= 0:
        raise TooLate("the reply takes too long")
    return left
