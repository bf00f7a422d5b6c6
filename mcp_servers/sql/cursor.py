"""Keyset cursors: the order keys of the last row of a page, signed for one plan and tenant.
Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, Final

import orjson

from registry.errors import BadInput
from registry.plan import QueryPlan
from registry.record import Canonical

_SIGNATURE_BYTES: Final = 12
_CURSOR_CHARS_MAX: Final = 8 << 20


def seal(keys: Sequence[Canonical], plan: QueryPlan, tenant: str, secret: bytes) -> str:
    """The opaque cursor behind a row with these order keys."""
    body = orjson.dumps([_pack(key) for key in keys])
    return base64.urlsafe_b64encode(_sign(body, plan, tenant, secret) + body).decode()


def unseal(cursor: str, plan: QueryPlan, tenant: str, secret: bytes) -> list[Canonical]:
    """The order keys inside; `BadInput` when it was made for another plan or tenant, or not by
    us."""
    refusal = BadInput("The cursor is not of this query; run the plan again without one.")
    if len(cursor) > _CURSOR_CHARS_MAX:
        raise refusal
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise refusal from None
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _sign(body, plan, tenant, secret)):
        raise refusal
    return [_unpack(item) for item in orjson.loads(body)]


def _sign(body: bytes, plan: QueryPlan, tenant: str, secret: bytes) -> bytes:
    about = orjson.dumps([tenant, plan.to_wire()], option=orjson.OPT_SORT_KEYS)
    hasher = hashlib.blake2b(key=secret, digest_size=_SIGNATURE_BYTES)
    hasher.update(hashlib.blake2b(about).digest())
    hasher.update(body)
    return hasher.digest()


def _pack(key: Canonical) -> Any:
    return [base64.b64encode(key).decode()] if isinstance(key, bytes) else key


def _unpack(item: Any) -> Canonical:
    if isinstance(item, list):
        return base64.b64decode(item[0])
    value: Canonical = item
    return value
