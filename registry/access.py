"""Who asks, what they may, and the short-lived token that carries it from floor to floor.

The token is `base64url(json).base64url(hmac-sha256)`, bound to one audience (a domain) and
expiring. The key lies in the data folder, readable by its owner only: whoever can read it can read
the data too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

from registry.errors import Denied, shown
from registry.limits import PRINCIPAL_CHARS_MAX, PRINCIPAL_SECONDS

Action = Literal["read", "write", "delete", "admin"]
ROLES: Final[dict[str, frozenset[str]]] = {
    "reader": frozenset({"read"}),
    "writer": frozenset({"read", "write"}),
    "editor": frozenset({"read", "write", "delete"}),
    "administrator": frozenset({"read", "write", "delete", "admin"}),
}
META_KEY: Final = "isotherm/principal"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a tenant, a subject, roles, and the domains they reach (`None`: all)."""

    subject: str = "local"
    tenant: str = "default"
    roles: tuple[str, ...] = ("administrator",)
    domains: tuple[str, ...] | None = None


LOCAL: Final = Principal()


def allowed(principal: Principal, action: Action, domain: str) -> bool:
    """Whether a role grants the action in the domain. Nothing granted is nothing allowed."""
    if principal.domains is not None and domain not in principal.domains:
        return False
    return any(action in ROLES.get(role, frozenset()) for role in principal.roles)


def decide(principal: Principal, action: Action, domain: str) -> None:
    """`Denied` unless allowed."""
    if not allowed(principal, action, domain):
        raise Denied(
            f"{shown(principal.subject)} may not {action} in {domain}; "
            "ask an administrator for a role that may."
        )


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _sign(body: str, key: bytes) -> str:
    return _b64(hmac.new(key, body.encode(), hashlib.sha256).digest())


def mint(principal: Principal, audience: str, *, key: bytes, now_us: int) -> str:
    """A token for one audience that lives `PRINCIPAL_SECONDS`."""
    body = _b64(
        orjson.dumps(
            {
                "sub": principal.subject,
                "ten": principal.tenant,
                "rol": principal.roles,
                "dom": principal.domains,
                "aud": audience,
                "exp": now_us // 1_000_000 + PRINCIPAL_SECONDS,
            }
        )
    )
    return f"{body}.{_sign(body, key)}"


def verify(token: object, audience: str, *, key: bytes, now_us: int) -> Principal:
    """The principal inside; `Denied` when forged, expired or for somebody else.

    Every refusal reads the same.
    """
    return verified(token, audience, key=key, now_us=now_us)[0]


def verified(token: object, audience: str, *, key: bytes, now_us: int) -> tuple[Principal, int]:
    """Like `verify`, with the instant (µs) until which the token holds, for who remembers it."""
    refusal = Denied("The principal token is not valid here; call through the orchestrator.")
    if not isinstance(token, str) or len(token) > PRINCIPAL_CHARS_MAX or not token.isascii():
        raise refusal
    body, _, signature = token.partition(".")
    if not hmac.compare_digest(signature, _sign(body, key)):
        raise refusal
    try:
        claims = orjson.loads(_unb64(body))
        principal, expires = _principal(claims), claims["exp"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise refusal from None
    if type(expires) is not int or claims.get("aud") != audience or expires * 1_000_000 < now_us:
        raise refusal
    return principal, expires * 1_000_000


def _principal(claims: dict[str, Any]) -> Principal:
    domains = claims["dom"]
    texts = (claims["sub"], claims["ten"], *claims["rol"], *(domains or ()))
    lists = (claims["rol"], [] if domains is None else domains)
    if not all(isinstance(text, str) for text in texts) or set(map(type, lists)) != {list}:
        raise TypeError("a claim has the wrong type")
    return Principal(
        claims["sub"],
        claims["ten"],
        tuple(claims["rol"]),
        None if domains is None else tuple(domains),
    )
