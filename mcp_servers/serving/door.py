"""Who is calling. A door turns a request's metadata into a `Call`; what the caller may do is
decided later.

Three ways in: the local user of a stdio or loopback server, a bearer token over HTTP (`runtime`
puts its principal on the request), and the orchestrator's signed token in `_meta`. A token that is
present and wrong is always refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from registry.access import LOCAL, META_KEY, Principal, verified
from registry.clock import Clock
from registry.errors import Denied
from registry.tool import Call

#: (the request's `_meta`, the adapter's request) -> who calls; raises `Denied`
Door: TypeAlias = Callable[[Mapping[str, Any], Any], Call]

#: where `runtime` leaves the principal of a bearer token, in the ASGI scope
SCOPE_KEY: Final = "isotherm.principal"
_TOKENS_KEPT: Final = 512


def bearer(request: Any) -> Principal | None:
    """The principal of the HTTP request that carried this message, if it had a bearer token."""
    http = getattr(request, "request", None)
    found = http.scope.get(SCOPE_KEY) if http is not None else None
    return found if isinstance(found, Principal) else None


def door_local(principal: Principal = LOCAL) -> Door:
    """Everybody who gets through the transport is the local user, unless a bearer token says
    otherwise.
    """

    def door(meta: Mapping[str, Any], request: Any) -> Call:
        return Call(bearer(request) or principal, request=request)

    return door


def door_signed(
    audience: str, key: bytes, clock: Clock, *, fallback: Principal | None = None
) -> Door:
    """The orchestrator's token for `audience` makes an internal call; without one, bearer or
    `fallback` or `Denied`.

    Verified tokens are remembered until they expire: the hot path hashes nothing.
    """
    known: dict[str, tuple[Principal, int]] = {}

    def principal_of(token: object) -> Principal:
        now_us = clock.now_us()
        if isinstance(token, str) and (hit := known.get(token)) is not None and now_us <= hit[1]:
            return hit[0]
        principal, until_us = verified(token, audience, key=key, now_us=now_us)
        if len(known) >= _TOKENS_KEPT:
            known.clear()
        known[str(token)] = (principal, until_us)
        return principal

    def door(meta: Mapping[str, Any], request: Any) -> Call:
        token = meta.get(META_KEY)
        if token is not None:
            return Call(principal_of(token), True, request)
        principal = bearer(request) or fallback
        if principal is None:
            raise Denied("This server answers calls that come through the orchestrator only.")
        return Call(principal, request=request)

    return door
